/* What takes each value by itself, sums of rows, and dropout, against their definitions and bounds. */
#include "core/memory.h"
#include "kernels/kernels.h"
#include "ops/rows.h"
#include "ops/sample.h"

#include <string.h>

enum { RELU, SUM, SCALE, BIAS, ROWS, DROP, WHATS };
static const char *const names[WHATS] = {"relu", "sum", "scale", "bias", "sum of rows", "dropout"};
static tally tallies[WHATS];

static float *floats(size_t n)
{
    float *x = lince_alloc(n + 1, sizeof *x);
    assert_non_null(x);
    return x;
}

static void check(int what, value_kind kind, double terms, size_t i, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s of %s values: number %zu is %.9g, expected %.9g: %.3g times the bound", names[what],
                 value_kind_names[kind], i, (double)found, expected.value, ratio);
    record(&tallies[what], kind, terms, ratio);
}

typedef struct operands {
    float *a, *b, *y;
    size_t n;
    value_kind kind;
} operands;

/* --- of single values --------------------------------------------------------------------------------- */

static void check_relu(const operands *o)
{
    const float *a = o->a, *b = o->b;
    float *y = o->y;
    lince_relu(ON(2), a, y, o->n);
    for (size_t i = 0; i < o->n; i++) assert_true(y[i] == (a[i] > 0 ? a[i] : 0));
    lince_relu_backward(ON(2), a, b, y, o->n);
    for (size_t i = 0; i < o->n; i++) assert_true(y[i] == (a[i] > 0 ? b[i] : 0));
    lince_relu6(ON(2), a, y, o->n);
    for (size_t i = 0; i < o->n; i++) assert_true(y[i] == fminf(fmaxf(a[i], 0), 6));
    lince_relu6_backward(ON(2), a, b, y, o->n);
    for (size_t i = 0; i < o->n; i++) assert_true(y[i] == (a[i] > 0 && a[i] < 6 ? b[i] : 0));
}

/* In double precision: some roundings away, of 1 or of the operand. */
static void check_hard(const operands *o)
{
    const float *a = o->a, *b = o->b;
    float *y = o->y, *h = floats(o->n);
    lince_hard_sigmoid(ON(2), a, h, o->n);
    lince_hard_swish(ON(2), a, y, o->n);
    for (size_t i = 0; i < o->n; i++) {
        double x = (double)a[i], expected = fmin(fmax(x + 3, 0), 6) / 6;
        assert_true(fabs((double)h[i] - expected) <= 4 * 0x1p-24);
        assert_true(fabs((double)y[i] - x * expected) <= 5 * 0x1p-24 * fabs(x));
    }
    lince_hard_sigmoid_backward(ON(2), h, b, y, o->n);
    for (size_t i = 0; i < o->n; i++) {
        double expected = h[i] > 0 && h[i] < 1 ? (double)b[i] / 6 : 0;
        assert_true(fabs((double)y[i] - expected) <= 2 * 0x1p-24 * fabs(expected));
    }
    lince_hard_swish_backward(ON(2), a, b, y, o->n);
    for (size_t i = 0; i < o->n; i++) {
        double x = (double)a[i], slope = x < -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5;
        assert_true(fabs((double)y[i] - (double)b[i] * slope) <= 8 * 0x1p-24 * fabs((double)b[i]));
    }
    lince_free(h);
}

static void check_sum(const operands *o)
{
    lince_sum(ON(2), o->a, o->b, false, o->y, o->n);
    for (size_t i = 0; i < o->n; i++)
        check(SUM, o->kind, 2, i, rounded(exactly((double)o->a[i] + (double)o->b[i])), o->y[i]);
    float *rectified = floats(o->n), *accumulated = floats(o->n);
    memcpy(accumulated, o->a, o->n * sizeof *accumulated);
    lince_sum(ON(2), o->a, o->b, true, rectified, o->n);
    lince_accumulate(ON(2), accumulated, o->b, o->n);
    for (size_t i = 0; i < o->n; i++) {
        assert_true(rectified[i] == fmaxf(o->y[i], 0));
        assert_true(accumulated[i] == o->y[i]);
    }
    lince_free(rectified), lince_free(accumulated);
}

static void check_scale(const operands *o)
{
    lince_scale(ON(2), o->a, o->y, 0.7f, o->n);
    for (size_t i = 0; i < o->n; i++)
        check(SCALE, o->kind, 1, i, rounded(exactly((double)o->a[i] * (double)0.7f)), o->y[i]);
}

static operands draw(size_t n, value_kind kind, lince_random *r)
{
    operands o = {floats(n), floats(n), floats(n), n, kind};
    for (size_t i = 0; i < n; i++) o.a[i] = draw_value(kind, r), o.b[i] = draw_weight(kind, i & 1, r);
    return o;
}

static void release(operands *o)
{
    lince_free(o->a), lince_free(o->b), lince_free(o->y);
}

static void test_single_values(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(21, LINCE_STREAM_SYNTH, 0, i));
        operands o =
            draw((size_t)draw_size(&r, 1, i % 100 ? 3000 : 200000), (value_kind)(i % VALUE_KINDS), &r);
        check_relu(&o);
        check_hard(&o);
        check_sum(&o);
        check_scale(&o);
        release(&o);
    }
}

/* --- rows --------------------------------------------------------------------------------------------- */

static void test_rows(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(22, LINCE_STREAM_SYNTH, 0, i));
        value_kind kind = (value_kind)(i % VALUE_KINDS);
        size_t rows = (size_t)draw_size(&r, 1, 1500), n = (size_t)draw_size(&r, 1, 100);
        float *x = floats(rows * n), *bias = floats(n), *y = floats(rows * n), *total = floats(n);
        for (size_t k = 0; k < n; k++) bias[k] = draw_weight(kind, false, &r);
        for (size_t k = 0; k < rows * n; k++) y[k] = x[k] = draw_weight(kind, k / n >= rows / 2, &r);
        lince_add_bias(ON(2), y, bias, rows, n);
        lince_sum_rows(ON(2), x, total, rows, n);
        for (size_t k = 0; k < rows * n; k++)
            check(BIAS, kind, 2, k, rounded(exactly((double)x[k] + (double)bias[k % n])), y[k]);
        for (size_t k = 0; k < n; k++) {
            sum s = {0};
            for (size_t row = 0; row < rows; row++) add_term(&s, exactly((double)x[row * n + k]));
            check(ROWS, kind, (double)rows, k, total_of(&s, order_of(kind), s.terms - 1), total[k]);
        }
        lince_free(x), lince_free(bias), lince_free(y), lince_free(total);
    }
}

/* --- dropout -------------------------------------------------------------------------------------------- */

/* x / (1 - p), by way of 1 / (1 - p). */
static estimate kept(float x, float p)
{
    estimate rest = rounded(exactly(1 - (double)p));
    estimate scale = function_of(rest, 1 / rest.value, -1 / (rest.value * rest.value), 0);
    return rounded(product_of(exactly((double)x), rounded(scale)));
}

/* Each sample's numbers by the blocks of its own key; each of them, or all together. */
static void check_dropout(const operands *o, size_t samples, float p)
{
    enum { LAYER = 3 };
    uint64_t keys[8];
    size_t size = o->n / samples;
    for (size_t s = 0; s < samples; s++) keys[s] = s + 5;
    for (int whole = 0; whole < 2; whole++) {
        (whole ? lince_drop_samples : lince_dropout)(ON(2), o->a, o->y, samples, size, p, keys, LAYER);
        for (size_t i = 0; i < samples * size; i++) {
            uint32_t draws[4];
            uint64_t key = lince_key(keys[i / size], LINCE_STREAM_DROPOUT, LAYER, 0);
            lince_random4(key, whole ? 0 : i % size / 4, draws);
            bool dropped = draws[whole ? 0 : i % size % 4] < (uint32_t)((double)p * 0x1p32);
            check(DROP, o->kind, 1, i, dropped ? exactly(0) : kept(o->a[i], p), o->y[i]);
        }
    }
}

static void test_dropout(void **state)
{
    (void)state;
    static const float shares[] = {0.1f, 0.5f, 0.9f};
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(23, LINCE_STREAM_SYNTH, 0, i));
        size_t samples = (size_t)draw_size(&r, 1, 8);
        operands o = draw(samples * (size_t)draw_size(&r, 1, 600), (value_kind)(i % VALUE_KINDS), &r);
        check_dropout(&o, samples, shares[i % 3]);
        release(&o);
    }
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    check_tallies(names + SUM, tallies + SUM, WHATS - SUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_values),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("ops/elementwise", tests, NULL, NULL);
}
