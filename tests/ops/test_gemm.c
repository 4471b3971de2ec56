/* Every implementation of the matrix product against its definition: all transposes, shapes that do not fill
 * a tile, a panel or a block, rows that are not next to each other, beta; and the same bits on any number of
 * threads. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/kernels.h"
#include "kernels/operands.h"
#include "kernels/x86/gemm.h"
#include "ops/rows.h"
#include "ops/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct shape {
    size_t m, n, k;
    bool ta, tb;
    float beta;
} shape;

static const size_t shapes[][3] = {
    {1, 1, 1},      {1, 10, 500},   {3, 7, 5},       {4, 6, 16},     {5, 13, 33},     {8, 48, 128},
    {9, 49, 129},   {16, 512, 64},  {10, 512, 130},  {128, 10, 300}, {130, 96, 17},   {64, 70, 2},
    {16, 10, 2100}, {2, 300, 1030}, {140, 200, 150}, {257, 60, 140}, {2048, 2048, 3}, /* the last: large
                                                                                         enough to stream */
};
static const float betas[] = {0, 1, 0.7f};

enum { GAP = 16 }; /* floats between rows that belong to nobody */

typedef struct operands {
    float *a, *b, *c, *found;
    size_t a_columns, b_columns, c_size;
} operands;

static float *floats(size_t n)
{
    float *x = lince_alloc(n, sizeof *x);
    assert_non_null(x);
    return x;
}

/* Between the rows stand NaNs, which would show. */
static operands make(const shape *s, value_kind kind, uint64_t key)
{
    lince_random r = lince_random_at(key);
    operands o = {.a_columns = (s->ta ? s->m : s->k) + GAP,
                  .b_columns = (s->tb ? s->k : s->n) + GAP,
                  .c_size = s->m * (s->n + GAP)};
    size_t a_rows = s->ta ? s->k : s->m, b_rows = s->tb ? s->n : s->k;
    o.a = floats(a_rows * o.a_columns), o.b = floats(b_rows * o.b_columns);
    o.c = floats(o.c_size), o.found = floats(o.c_size);
    for (size_t i = 0; i < a_rows * o.a_columns; i++)
        o.a[i] = i % o.a_columns < o.a_columns - GAP ? draw_value(kind, &r) : NAN;
    for (size_t i = 0; i < b_rows * o.b_columns; i++) {
        size_t l = s->tb ? i % o.b_columns : i / o.b_columns;
        o.b[i] = i % o.b_columns < o.b_columns - GAP ? draw_weight(kind, l >= s->k / 2, &r) : NAN;
    }
    for (size_t i = 0; i < o.c_size; i++) o.c[i] = draw_weight(kind, false, &r);
    return o;
}

static void release(operands *o)
{
    lince_free(o->a), lince_free(o->b), lince_free(o->c), lince_free(o->found);
}

/* False where the row declines. */
static bool multiply(const lince_op_row *row, int threads, const operands *o, const shape *s)
{
    memcpy(o->found, o->c, o->c_size * sizeof *o->found);
    return run_row(row, threads,
                   &(lince_gemm_args){s->ta, s->tb, s->m, s->n, s->k, o->a, o->a_columns, o->b, o->b_columns,
                                      s->beta, o->found, s->n + GAP});
}

/* --- the truth ---------------------------------------------------------------------------------------- */

/* How an element's sum is divided, and what is rounded in it. */
typedef enum algorithm {
    IN_DOUBLE, /* in double precision, rounded in the end */
    IN_PANELS, /* the sums of PANEL terms are added up */
    IN_LANES,  /* each lane of a vector by itself, their sums in pairs (kernels/x86/gemm.h: dot) */
    FROM_C, /* oneDNN: the same, but that beta C may be the first's first term, and vectors have no panels */
    BY_PRODUCT, /* the same, and products are rounded before they are added: machines without FMA */
    ALGORITHMS
} algorithm;

enum { MOST_LANES = 16 };
#ifdef __x86_64__
enum { PANEL = 256 };
#else
enum { PANEL = 1 << 30 }; /* oneDNN's portable product adds up in one chain */
#endif

static algorithm algorithm_of(const lince_op_row *way, const shape *s)
{
    if (is_ref(way)) return IN_DOUBLE;
#ifdef __x86_64__
    const lince_gemm_simd *simd =
        way->needs == LINCE_AVX512 ? &lince_gemm_simd_avx512 : &lince_gemm_simd_avx2;
    if (way->needs > LINCE_PLAIN && lince_gemm_x86_dots(simd, s->ta, s->tb, s->m, s->n, s->k))
        return IN_LANES;
#else
    (void)s;
#endif
    if (way->needs > LINCE_PLAIN) return IN_PANELS;
    return lince_cpu_level() > LINCE_PLAIN ? FROM_C : BY_PRODUCT;
}

typedef struct truth {
    const operands *o;
    const shape *s;
    algorithm algorithm;
    order order;
    size_t lanes;
    estimate *element;
} truth;

static estimate product_at(const truth *t, size_t i, size_t j, size_t l)
{
    const operands *o = t->o;
    double a = (double)o->a[t->s->ta ? l * o->a_columns + i : i * o->a_columns + l];
    double b = (double)o->b[t->s->tb ? j * o->b_columns + l : l * o->b_columns + j];
    return t->algorithm == BY_PRODUCT ? rounded(exactly(a * b)) : exactly(a * b);
}

static estimate lanes_total(const truth *t, size_t i, size_t j)
{
    sum lane[MOST_LANES] = {{0}};
    estimate total[MOST_LANES];
    for (size_t l = 0; l < t->s->k; l++) add_term(&lane[l % t->lanes], product_at(t, i, j, l));
    for (size_t l = 0; l < t->lanes; l++) total[l] = total_of(&lane[l], t->order, lane[l].terms);
    for (size_t width = t->lanes / 2; width; width /= 2)
        for (size_t l = 0; l < width; l++) total[l] = rounded(sum_of(total[l], total[l + width]));
    return total[0];
}

static estimate element_at(const truth *t, size_t i, size_t j)
{
    float beta = t->s->beta;
    bool from_c = t->algorithm == FROM_C || t->algorithm == BY_PRODUCT;
    size_t depth = from_c && (t->s->m == 1 || t->s->n == 1) ? t->s->k : PANEL;
    sum whole = {0}, panel = {0};
    if (beta != 0) {
        estimate c = exactly((double)beta * (double)t->o->c[i * (t->s->n + GAP) + j]);
        add_term(from_c ? &panel : &whole, beta == 1 ? c : rounded(c));
    }
    if (t->algorithm == IN_LANES) {
        add_term(&whole, lanes_total(t, i, j));
        return total_of(&whole, t->order, whole.terms - 1);
    }
    for (size_t l = 0; l < t->s->k; l++) {
        add_term(t->algorithm == IN_DOUBLE ? &whole : &panel, product_at(t, i, j, l));
        if (l % depth == depth - 1) carry_up(t->order, &panel, panel.terms, &whole);
    }
    if (t->algorithm == IN_DOUBLE) return total_in_double(&whole);
    carry_up(t->order, &panel, panel.terms, &whole);
    return total_of(&whole, t->order, whole.terms - 1);
}

static void row_of_truth(void *context, size_t i)
{
    const truth *t = context;
    for (size_t j = 0; j < t->s->n; j++) t->element[i * t->s->n + j] = element_at(t, i, j);
}

static estimate *truth_of(const operands *o, const shape *s, algorithm a, value_kind kind, size_t lanes)
{
    truth t = {o, s, a, order_of(kind), lanes, lince_alloc(s->m * s->n, sizeof(estimate))};
    assert_non_null(t.element);
    lince_parallel(2, s->m, row_of_truth, &t);
    return t.element;
}

/* --- against it ----------------------------------------------------------------------------------------- */

static tally tallies[MOST_ROWS][ALGORITHMS];

/* What lies between the rows stays as it was. */
static void check_elements(const lince_op_row *way, const shape *s, value_kind kind, const operands *o,
                           const estimate *expected, tally *t)
{
    size_t row = s->n + GAP;
    for (size_t e = 0; e < o->c_size; e++) {
        if (e % row >= s->n) {
            assert_true(o->found[e] == o->c[e]);
            continue;
        }
        estimate wanted = expected[e / row * s->n + e % row];
        double ratio = error_ratio(wanted, o->found[e]);
        if (!(ratio <= 1))
            fail_msg(
                "%s, %s values: %zu x %zu x %zu, transposed %d %d, beta %g: element %zu is %.9g, expected "
                "%.9g: %.3g times the bound",
                way->name, value_kind_names[kind], s->m, s->n, s->k, s->ta, s->tb, (double)s->beta, e,
                (double)o->found[e], wanted.value, ratio);
        record(t, kind, (double)s->k, ratio);
    }
}

static void compare(shape s, value_kind kind, uint64_t key)
{
    operands o = make(&s, kind, key);
    EACH_ROW(row, LINCE_OP_GEMM)
    {
        algorithm a = algorithm_of(row, &s);
        if (!multiply(row, 2, &o, &s)) fail_msg("%s declines", row->name);
        estimate *expected = truth_of(&o, &s, a, kind, row->needs == LINCE_AVX512 ? 16 : 8);
        check_elements(row, &s, kind, &o, expected, &tallies[number_of(row)][a]);
        lince_free(expected);
    }
    release(&o);
}

static shape shape_at(size_t which, int transposes, float beta)
{
    return (shape){shapes[which][0], shapes[which][1], shapes[which][2],
                   transposes & 1,   transposes & 2,   beta};
}

static void test_every_implementation_is_the_product(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int t = 0; t < 4; t++)
            compare(shape_at(i, t, betas[(i + (size_t)t) % 3]), (value_kind)((i + (size_t)t) % VALUE_KINDS),
                    i);
}

static void test_random_shapes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(12, LINCE_STREAM_SYNTH, 0, i));
        shape s = {0};
        do {
            s.m = (size_t)draw_size(&r, 1, 150), s.n = (size_t)draw_size(&r, 1, 150);
            s.k = (size_t)draw_size(&r, 1, 5000);
        } while (s.m * s.n * s.k > 1000000);
        s.ta = lince_random_below(&r, 2), s.tb = lince_random_below(&r, 2);
        s.beta = betas[lince_random_below(&r, 3)];
        compare(s, (value_kind)(i % VALUE_KINDS), i);
    }
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    static const char *const names[] = {"in double", "in panels", "in lanes", "from c", "by product"};
    EACH_ROW(row, LINCE_OP_GEMM)
    for (int a = 0; a < ALGORITHMS; a++) {
        char name[64];
        snprintf(name, sizeof name, "%s, %s", row->name, names[a]);
        check_tally(name, &tallies[number_of(row)][a]);
    }
}

static void test_an_empty_sum_is_zero_and_an_empty_result_nothing(void **state)
{
    (void)state;
    float c[4] = {1, 2, 3, 4};
    lince_gemm(ON(2), false, false, 2, 2, 0, c, 1, c, 2, 1, c, 2);
    assert_true(c[0] == 1 && c[3] == 4);
    lince_gemm(ON(2), false, false, 0, 2, 1, c, 1, c, 2, 0, c, 2);
    assert_true(c[0] == 1 && c[3] == 4);
    lince_gemm(ON(2), false, true, 2, 2, 0, c, 1, c, 2, 0, c, 2);
    assert_true(c[0] == 0 && c[3] == 0);
}

static void check_threads(size_t which, int transposes)
{
    static const int threads[] = {2, 3, 64};
    shape s = shape_at(which, transposes, 1);
    operands o = make(&s, NORMAL, which), other = make(&s, NORMAL, which);
    EACH_ROW(row, LINCE_OP_GEMM)
    {
        if (is_ref(row)) continue;
        multiply(row, 1, &o, &s);
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
            multiply(row, threads[k], &other, &s);
            if (memcmp(o.found, other.found, o.c_size * sizeof *o.found))
                fail_msg("%s: other bits on %d threads", row->name, threads[k]);
        }
    }
    release(&o);
    release(&other);
}

static void test_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int t = 0; t < 4; t++) check_threads(i, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_implementation_is_the_product),
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_bounds_are_not_wide),
        cmocka_unit_test(test_an_empty_sum_is_zero_and_an_empty_result_nothing),
        cmocka_unit_test(test_the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests_name("ops/gemm", tests, NULL, NULL);
}
