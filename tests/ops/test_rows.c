/* What is asked of every row of every operation, by its cases (harness.h); how exact the rows of convolutions,
 * products, cells and the rest are to be is checked against derived bounds by the other programs of this folder. */
#include "core/cpu.h"
#include "core/memory.h"
#include "ops/harness.h"

#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Calls `what` for each case of each operation with each row of this level, the truth the last of them. */
typedef void check_row(op_case *c, const lince_op_row *row);

static void for_each_row(check_row *what)
{
    const op_suite *suite;
    for (size_t i = 0; (suite = op_suite_at(i)); i++)
        for (const lince_op_row *const *row = lince_host.rows[suite->op]; *row; row++) {
            op_case c;
            for (size_t k = 0; op_case_open(&c, suite, k, false); k++) {
                if (op_case_supports(&c, *row)) what(&c, *row);
                op_case_release(&c);
            }
        }
}

static void complain(const op_case *c, const lince_op_row *row, const char *fault)
{
    fail_msg("%s, %s, %s: %s", lince_op_types[row->op].name, row->name, c->what, fault);
}

/* --- who takes part ----------------------------------------------------------------------------------------- */

/* Cases of an operation, and how many of them a row takes. */
static size_t cases_of(const op_suite *suite, const lince_op_row *row, size_t *taken)
{
    op_case c;
    size_t count = 0;
    for (*taken = 0; op_case_open(&c, suite, count, false); count++) {
        *taken += op_case_supports(&c, row);
        op_case_release(&c);
    }
    return count;
}

/* oneDNN has had no such algorithm for single precision since 3.2. */
static bool is_dropped(const lince_op_row *row)
{
    const dnnl_version_t *v = dnnl_version();
    return row == &lince_conv_onednn_winograd && (v->major > 3 || (v->major == 3 && v->minor > 1));
}

/* A matrix of who supports what: operations down, rows across, with the share of the cases that they take. */
static void test_each_operation_has_cases_and_each_row_takes_one(void **state)
{
    (void)state;
    for (int op = 0; op < LINCE_OPS; op++) {
        const op_suite *suite = op_suite_of((lince_op)op);
        if (!suite) fail_msg("%s has no cases (tests/ops/cases_*.c)", lince_op_types[op].name);
        print_message("%-26s", lince_op_types[op].name);
        for (const lince_op_row *const *row = lince_host.rows[op]; *row; row++) {
            size_t taken, count = cases_of(suite, *row, &taken);
            assert_int_equal((*row)->op, op);
            print_message("  %s %zu/%zu", (*row)->name, taken, count);
            bool there = (*row)->needs <= lince_cpu_level() && lince_cpu_has((*row)->also);
            if (!taken && there && !is_dropped(*row)) complain(&(op_case){0}, *row, "takes no case");
            if (!row[1] && taken < count) complain(&(op_case){0}, *row, "the truth takes all cases");
        }
        print_message("\n");
    }
}

/* --- what a row does with its memory ------------------------------------------------------------------------- */

static bool is_padding(lince_shape s, size_t i)
{
    if (!s.block) return false;
    size_t block = (size_t)s.block, area = (size_t)s.height * (size_t)s.width, in = i % lince_shape_size(s);
    return in / (area * block) * block + in % block >= (size_t)s.channels;
}

static void check_operand(const op_case *c, const lince_op_row *row, const op_operand *o)
{
    const unsigned char *end = (const unsigned char *)o->memory + op_bytes(o);
    char fault[96];
    for (int i = 0; i < 64; i++)
        if (end[i] != 0xA5) complain(c, row, "writes behind the end");
    if (o->role == GIVEN && memcmp(o->memory, o->begin, op_bytes(o)) != 0)
        complain(c, row, "writes what is only to be read");
    const float *x = o->memory;
    for (size_t i = 0; o->role != GIVEN && o->values <= ZERO && i < o->n; i++) {
        snprintf(fault, sizeof fault, "%s[%zu] is %g", o->name, i, (double)x[i]);
        if (!isfinite(x[i]) || (is_padding(o->shape, i) && x[i] != 0)) complain(c, row, fault);
    }
}

static void check_memory(op_case *c, const lince_op_row *row)
{
    assert_true(op_case_run(c, row, 2));
    for (int i = 0; i < c->operands; i++) check_operand(c, row, &c->operand[i]);
}

static void test_rows_write_their_results_whole_and_nothing_else(void **state)
{
    (void)state;
    for_each_row(check_memory);
}

/* --- agreement with the truth --------------------------------------------------------------------------------- */

static void *copy_of(const op_operand *o)
{
    void *copy = lince_alloc(op_bytes(o) + 1, 1);
    assert_non_null(copy);
    return memcpy(copy, o->memory, op_bytes(o));
}

/* Winograd's transforms round numbers that are larger than what they stand for (winograd_bound.h derives by how
 * much; test_conv.c holds each result to that). */
static double growth(const lince_op_row *row)
{
    return strstr(row->name, "winograd") || row == &lince_conv_rounded ? 1000 : 1;
}

/* How far result i may be from the truth's. Of a linear operation n roundings of partial sums that are no larger
 * than all terms' sizes together: n u of these (Higham 2002, chapter 3). */
static double allowed(const op_case *c, const lince_op_row *row, double truth, double sizes)
{
    if (c->suite->exact) return 0;
    if (c->suite->linear) return growth(row) * (c->terms + 4) * 0x1p-24 * sizes;
    return c->suite->slack * 0x1p-24 * (fabs(truth) + 1);
}

/* Results for operands that are their absolute values: what their terms' sizes add up to. */
static void run_sizes(op_case *c, const lince_op_row *truth)
{
    for (int k = 0; k < c->operands; k++) {
        op_operand *o = &c->operand[k];
        for (size_t i = 0; o->values <= ZERO && o->role != RESULT && i < o->n; i++)
            ((float *)o->begin)[i] = fabsf(((float *)o->begin)[i]);
    }
    assert_true(op_case_run(c, truth, 1));
}

static void compare(const op_case *c, const lince_op_row *row, const op_operand *o, const void *found,
                    const void *expected, const float *sizes)
{
    if (o->values > ZERO) {
        if (memcmp(found, expected, op_bytes(o)) != 0) complain(c, row, "takes others than the truth");
        return;
    }
    const float *x = found, *y = expected;
    for (size_t i = 0; i < o->n; i++) {
        char fault[128];
        snprintf(fault, sizeof fault, "%s[%zu] is %.9g, the truth's %.9g", o->name, i, (double)x[i],
                 (double)y[i]);
        if (!(fabs((double)x[i] - (double)y[i]) <= allowed(c, row, (double)y[i], (double)sizes[i])))
            complain(c, row, fault);
    }
}

static void check_agreement(op_case *c, const lince_op_row *row)
{
    const lince_op_row *truth = op_truth_of(row->op);
    void *found[OPERANDS], *expected[OPERANDS];
    if (row == truth) return;
    assert_true(op_case_run(c, row, 2));
    for (int i = 0; i < c->operands; i++) found[i] = copy_of(&c->operand[i]);
    assert_true(op_case_run(c, truth, 2));
    for (int i = 0; i < c->operands; i++) expected[i] = copy_of(&c->operand[i]);
    if (c->suite->linear) run_sizes(c, truth);
    for (int i = 0; i < c->operands; i++) {
        if (c->operand[i].role != GIVEN)
            compare(c, row, &c->operand[i], found[i], expected[i], c->operand[i].memory);
        lince_free(found[i]), lince_free(expected[i]);
    }
}

static void test_rows_agree_with_the_truth(void **state)
{
    (void)state;
    for_each_row(check_agreement);
}

/* --- threads -------------------------------------------------------------------------------------------------- */

static void check_threads(op_case *c, const lince_op_row *row)
{
    static const int threads[] = {2, 3, 64};
    void *first[OPERANDS];
    if (!row->same_bits) return;
    assert_true(op_case_run(c, row, 1));
    for (int i = 0; i < c->operands; i++) first[i] = copy_of(&c->operand[i]);
    for (int t = 0; t < 3; t++) {
        assert_true(op_case_run(c, row, threads[t]));
        for (int i = 0; i < c->operands; i++)
            if (memcmp(first[i], c->operand[i].memory, op_bytes(&c->operand[i])) != 0)
                complain(c, row, "gives other bits on more threads");
    }
    for (int i = 0; i < c->operands; i++) lince_free(first[i]);
}

static void test_rows_that_say_so_give_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for_each_row(check_threads);
}

/* --- what is no number ------------------------------------------------------------------------------------------ */

/* Whether a result of the truth's is no number; each of them must be none of the row's, too. */
static bool compare_nan(const op_case *c, const lince_op_row *row, void *const *expected)
{
    bool any = false;
    for (int k = 0; k < c->operands; k++) {
        const op_operand *o = &c->operand[k];
        const float *x = expected[k], *found = o->memory;
        for (size_t i = 0; o->role != GIVEN && o->values <= ZERO && i < o->n; i++) {
            if (isnan(x[i]) && !isnan(found[i])) complain(c, row, "hides what is no number");
            any |= isnan(x[i]);
        }
    }
    return any;
}

/* In the middle of each operand that learns, one by one. */
static void check_nan(op_case *c, const lince_op_row *row)
{
    bool seen = false, any = false;
    for (int k = 0; k < c->operands; k++) {
        op_operand *o = &c->operand[k];
        if (o->role != GIVEN || !o->learns) continue;
        size_t at = o->n / 2;
        while (is_padding(o->shape, at)) at--;
        float *x = o->begin, was = x[at];
        void *expected[OPERANDS];
        x[at] = NAN;
        assert_true(op_case_run(c, op_truth_of(row->op), 2));
        for (int i = 0; i < c->operands; i++) expected[i] = copy_of(&c->operand[i]);
        assert_true(op_case_run(c, row, 2));
        seen |= compare_nan(c, row, expected);
        for (int i = 0; i < c->operands; i++) lince_free(expected[i]);
        x[at] = was;
        any = true;
    }
    if (any && !seen && !c->suite->hides_nan) complain(c, row, "no result shows what is no number");
}

static void test_what_is_no_number_is_handed_on(void **state)
{
    (void)state;
    for_each_row(check_nan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_operation_has_cases_and_each_row_takes_one),
        cmocka_unit_test(test_rows_write_their_results_whole_and_nothing_else),
        cmocka_unit_test(test_rows_agree_with_the_truth),
        cmocka_unit_test(test_rows_that_say_so_give_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_what_is_no_number_is_handed_on),
    };
    return cmocka_run_group_tests_name("ops/rows", tests, NULL, NULL);
}
