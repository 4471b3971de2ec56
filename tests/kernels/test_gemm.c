/* Every implementation of the matrix product against its definition: all transposes, shapes that do not fill
 * a tile, a panel or a block, rows that are not next to each other, beta; and the same bits on any number of
 * threads. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/error_bound.h"
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    size_t m, n, k;
} shapes[] = {
    {1, 1, 1},      {1, 10, 500},   {3, 7, 5},       {4, 6, 16},     {5, 13, 33},     {8, 48, 128},
    {9, 49, 129},   {16, 512, 64},  {10, 512, 130},  {128, 10, 300}, {130, 96, 17},   {64, 70, 2},
    {16, 10, 2100}, {2, 300, 1030}, {140, 200, 150}, {257, 60, 140}, {2048, 2048, 3}, /* the last: large
                                                                                         enough to stream */
};
static const float betas[] = {0, 1, 0.5f};

enum { GAP = 16 }; /* floats between rows that belong to nobody */

typedef struct operands {
    float *a, *b, *c, *expected, *found;
    size_t a_columns, b_columns, c_size;
} operands;

static float *filled(size_t n, uint64_t key)
{
    float *x = lince_alloc(n, sizeof *x);
    assert_non_null(x);
    lince_random random = lince_random_at(key);
    for (size_t i = 0; i < n; i++) x[i] = 2 * lince_random_uniform(&random) - 1;
    return x;
}

static operands make(size_t which, bool ta, bool tb)
{
    size_t m = shapes[which].m, n = shapes[which].n, k = shapes[which].k;
    operands o = {.a_columns = (ta ? m : k) + GAP, .b_columns = (tb ? k : n) + GAP, .c_size = m * (n + GAP)};
    o.a = filled((ta ? k : m) * o.a_columns, 1);
    o.b = filled((tb ? n : k) * o.b_columns, 2);
    o.c = filled(o.c_size, 3);
    o.expected = filled(o.c_size, 3);
    o.found = filled(o.c_size, 3);
    return o;
}

static void release(operands *o)
{
    lince_free(o->a), lince_free(o->b), lince_free(o->c), lince_free(o->expected), lince_free(o->found);
}

static void multiply(lince_gemm_function *run, int threads, const operands *o, size_t which, bool ta, bool tb,
                     float beta, float *result)
{
    memcpy(result, o->c, o->c_size * sizeof *result);
    run(threads, ta, tb, shapes[which].m, shapes[which].n, shapes[which].k, o->a, o->a_columns, o->b,
        o->b_columns, beta, result, shapes[which].n + GAP);
}

/* Element (i, j) of the product by its definition, in double precision, and how far a float may be from it.
 */
static estimate truth(const operands *o, size_t which, bool ta, bool tb, float beta, size_t i, size_t j)
{
    sum s = {0};
    if (beta != 0)
        add_product(&s, exactly((double)beta), exactly((double)o->c[i * (shapes[which].n + GAP) + j]));
    for (size_t l = 0; l < shapes[which].k; l++)
        add_product(&s, exactly((double)o->a[ta ? l * o->a_columns + i : i * o->a_columns + l]),
                    exactly((double)o->b[tb ? j * o->b_columns + l : l * o->b_columns + j]));
    return total_of(&s, s.terms);
}

/* The largest |error| / bound of what each implementation finds; what lies between the rows stays as it was.
 */
static void check_transposes(size_t which, bool ta, bool tb, double *worst)
{
    operands o = make(which, ta, tb);
    size_t m = shapes[which].m, n = shapes[which].n, row = n + GAP;
    estimate *expected = lince_alloc(m * n, sizeof *expected);
    assert_non_null(expected);
    for (size_t b = 0; b < sizeof betas / sizeof *betas; b++) {
        for (size_t e = 0; e < m * n; e++) expected[e] = truth(&o, which, ta, tb, betas[b], e / n, e % n);
        for (const lince_gemm_implementation *i = lince_gemm_implementations; i->name; i++) {
            if (i->needs > lince_cpu_level()) continue;
            multiply(i->run, 2, &o, which, ta, tb, betas[b], o.found);
            for (size_t e = 0; e < o.c_size; e++) {
                if (e % row >= n) {
                    assert_true(o.found[e] == o.c[e]);
                    continue;
                }
                estimate wanted = expected[e / row * n + e % row];
                double ratio = error_ratio(wanted, o.found[e]);
                if (!(ratio <= 1))
                    fail_msg(
                        "%s: %zu x %zu x %zu, beta %g: element %zu is %g, expected %g, %g times the bound",
                        i->name, m, n, shapes[which].k, (double)betas[b], e, (double)o.found[e], wanted.value,
                        ratio);
                worst[i - lince_gemm_implementations] = fmax(worst[i - lince_gemm_implementations], ratio);
            }
        }
    }
    lince_free(expected);
    release(&o);
}

/* Neither violated nor ten times too wide. */
static void test_every_implementation_is_the_product(void **state)
{
    (void)state;
    double worst[8] = {0};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int t = 0; t < 4; t++) check_transposes(i, t & 1, t & 2, worst);
    for (size_t i = 0; lince_gemm_implementations[i].name; i++) {
        if (lince_gemm_implementations[i].needs > lince_cpu_level()) continue;
        print_message("%s: %.2f of the bound at worst\n", lince_gemm_implementations[i].name, worst[i]);
        assert_true(worst[i] > 0.1 || lince_gemm_implementations[i].run == lince_gemm_ref);
    }
}

static void test_an_empty_sum_is_zero_and_an_empty_result_nothing(void **state)
{
    (void)state;
    float c[4] = {1, 2, 3, 4};
    lince_gemm(2, false, false, 2, 2, 0, c, 1, c, 2, 1, c, 2);
    assert_true(c[0] == 1 && c[3] == 4);
    lince_gemm(2, false, false, 0, 2, 1, c, 1, c, 2, 0, c, 2);
    assert_true(c[0] == 1 && c[3] == 4);
    lince_gemm(2, false, true, 2, 2, 0, c, 1, c, 2, 0, c, 2);
    assert_true(c[0] == 0 && c[3] == 0);
}

static void check_threads(size_t which, bool ta, bool tb)
{
    static const int threads[] = {2, 3, 64};
    operands o = make(which, ta, tb);
    for (const lince_gemm_implementation *i = lince_gemm_implementations; i->name; i++) {
        if (i->needs > lince_cpu_level() || i->run == lince_gemm_ref) continue;
        multiply(i->run, 1, &o, which, ta, tb, 1, o.expected);
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
            multiply(i->run, threads[k], &o, which, ta, tb, 1, o.found);
            if (memcmp(o.found, o.expected, o.c_size * sizeof *o.found))
                fail_msg("%s: other bits on %d threads", i->name, threads[k]);
        }
    }
    release(&o);
}

static void test_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int t = 0; t < 4; t++) check_threads(i, t & 1, t & 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_implementation_is_the_product),
        cmocka_unit_test(test_an_empty_sum_is_zero_and_an_empty_result_nothing),
        cmocka_unit_test(test_the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests_name("kernels/gemm", tests, NULL, NULL);
}
