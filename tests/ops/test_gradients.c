/* The truth's backward operations are the derivatives of its forward ones: along a random direction of each operand
 * the change of a random sum of the results, by finite differences, is the gradient's product with it. */
#include "core/memory.h"
#include "core/random.h"
#include "ops/harness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 20000 }; /* elements of an operand: differences of larger sums are noise */

static op_operand *result_of(op_case *c)
{
    if (c->answer) return &c->operand[c->answer];
    for (int i = 0; i < c->operands; i++)
        if (c->operand[i].role != GIVEN && c->operand[i].values <= ZERO &&
            (c->operand[i].role == RESULT || c->operand[i].learns))
            return &c->operand[i];
    return NULL;
}

static float *floats(size_t n)
{
    float *x = lince_alloc(n + 1, sizeof *x);
    assert_non_null(x);
    return x;
}

/* sum_i dy_i result_i with the operand begun at x + step v. */
static double loss_at(op_case *c, op_operand *o, const float *x, const float *v, double step, const float *dy)
{
    const op_operand *result = result_of(c);
    float *begin = o->begin;
    for (size_t i = 0; i < o->n; i++) begin[i] = (float)((double)x[i] + step * (double)v[i]);
    assert_true(op_case_run(c, op_truth_of(c->suite->op), 2));
    double sum = 0;
    for (size_t i = 0; i < result->n; i++) sum += (double)dy[i] * (double)((const float *)result->memory)[i];
    memcpy(o->begin, x, o->n * sizeof *x);
    return sum;
}

static void check_operand(op_case *c, op_operand *o, const float *dy, const float *gradient)
{
    static const double step = 0x1p-7;
    lince_random r = lince_random_at(9);
    float *x = floats(o->n), *v = floats(o->n);
    double expected = 0, size = 0;
    memcpy(x, o->begin, o->n * sizeof *x);
    for (size_t i = 0; i < o->n; i++) {
        v[i] = x[i] == 0 ? 0 : lince_random_below(&r, 2) ? 1 : -1; /* padding stays zero */
        expected += (double)gradient[i] * (double)v[i];
        size += (double)gradient[i] * (double)gradient[i];
    }
    double found = (loss_at(c, o, x, v, step, dy) - loss_at(c, o, x, v, -step, dy)) / (2 * step);
    if (!(fabs(found - expected) <= 0.02 * sqrt(size) + 1e-3))
        fail_msg("%s, %s: along %s it changes by %.6g, the gradient says %.6g (of size %.3g)",
                 lince_op_types[c->suite->op].name, c->what, o->name, found, expected, sqrt(size));
    lince_free(x), lince_free(v);
}

static void check_case(op_case *c)
{
    float *d[OPERANDS] = {NULL};
    op_operand *result = result_of(c);
    lince_random r = lince_random_at(8);
    float *dy = floats(result->n);
    bool any = false;
    assert_true(op_case_run(c, op_truth_of(c->suite->op), 2));
    for (size_t i = 0; i < result->n; i++)
        dy[i] = result->shape.block && ((float *)result->memory)[i] == 0 ? 0 : lince_random_normal(&r);
    for (int i = 0; i < c->operands; i++) {
        if (c->operand[i].n > MOST) goto done;
        d[i] = floats(c->operand[i].n);
        any |= c->operand[i].learns;
    }
    if (!any) goto done;
    c->suite->gradient(c, dy, d);
    for (int i = 0; i < c->operands; i++)
        if (c->operand[i].learns) check_operand(c, &c->operand[i], dy, d[i]);
done:
    for (int i = 0; i < c->operands; i++) lince_free(d[i]);
    lince_free(dy);
}

static void test_gradients_are_derivatives(void **state)
{
    (void)state;
    const op_suite *suite;
    op_case c;
    for (size_t i = 0; (suite = op_suite_at(i)); i++)
        for (size_t k = 0; suite->gradient && op_case_open(&c, suite, k, false); k++) {
            check_case(&c);
            op_case_release(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients_are_derivatives)};
    return cmocka_run_group_tests_name("ops/gradients", tests, NULL, NULL);
}
