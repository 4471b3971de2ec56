/* Logistic functions and their derivatives against their definitions and bounds. */
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/sample.h"

enum { SIGMOID, SIGMOID_BACK, SILU, SILU_BACK, WHATS };
static const char *const names[WHATS] = {"sigmoid", "sigmoid backward", "silu", "silu backward"};
static tally tallies[WHATS];

/* Of the logistic function, relative, in units u, as kernels.h states it. */
#define LOGISTIC_ERROR (3e-7 / UNIT_ROUNDOFF)

static estimate logistic(double x)
{
    double s = 1 / (1 + exp(-x));
    return function_of(exactly(x), s, s * (1 - s), LOGISTIC_ERROR * s);
}

static estimate one_minus(estimate e)
{
    return rounded(difference_of(exactly(1), e));
}

static estimate times(estimate a, estimate b)
{
    return rounded(product_of(a, b));
}

/* dy s (1 + x (1 - s)) */
static estimate silu_gradient(estimate x, estimate dy)
{
    estimate s = logistic(x.value), slope = rounded(sum_of(exactly(1), times(x, one_minus(s))));
    return times(times(dy, s), slope);
}

static void check(int what, value_kind kind, double x, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s of %.9g is %.9g, expected %.9g: %.3g times the bound", names[what], x, (double)found,
                 expected.value, ratio);
    record(&tallies[what], kind, 1, ratio);
}

typedef void forward(int threads, const float *x, float *y, size_t n);
typedef void backward(int threads, const float *x, const float *dy, float *dx, size_t n);

static void check_range(const float *x, const float *dy, float *y, size_t n, value_kind kind)
{
    forward *const ways[] = {lince_sigmoid, lince_silu};
    for (int silu = 0; silu < 2; silu++) {
        ways[silu](2, x, y, n);
        for (size_t i = 0; i < n; i++) {
            estimate s = logistic((double)x[i]);
            check(silu ? SILU : SIGMOID, kind, (double)x[i], silu ? times(exactly((double)x[i]), s) : s,
                  y[i]);
        }
    }
    lince_silu_backward(2, x, dy, y, n);
    for (size_t i = 0; i < n; i++)
        check(SILU_BACK, kind, (double)x[i], silu_gradient(exactly((double)x[i]), exactly((double)dy[i])),
              y[i]);
    float *s = lince_alloc(n, sizeof *s);
    assert_non_null(s);
    lince_sigmoid(2, x, s, n);
    lince_sigmoid_backward(2, s, dy, y, n);
    for (size_t i = 0; i < n; i++) {
        estimate e = exactly((double)s[i]), d = exactly((double)dy[i]);
        check(SIGMOID_BACK, kind, (double)x[i], times(times(d, e), one_minus(e)), y[i]);
    }
    lince_free(s);
}

/* Arguments up to 80 in size: beyond 87 the exponential function stays where it is. */
static void test_random_values(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(24, LINCE_STREAM_SYNTH, 0, i));
        value_kind kind = (value_kind)(i % VALUE_KINDS);
        size_t n = (size_t)draw_size(&r, 1, i % 100 ? 3000 : 50000);
        float *x = lince_alloc(3 * n, sizeof *x), scale = powf(2, (float)lince_random_below(&r, 5) - 2);
        assert_non_null(x);
        for (size_t k = 0; k < n; k++) {
            float value = scale * draw_value(kind, &r);
            x[k] = fminf(fmaxf(k & 1 ? -value : value, -80), 80);
            x[n + k] = draw_weight(kind, k & 1, &r);
        }
        check_range(x, x + n, x + 2 * n, n, kind);
        lince_free(x);
    }
}

static void test_extremes(void **state)
{
    (void)state;
    float x[] = {0, -INFINITY, INFINITY, -1000, 1000}, y[5];
    lince_sigmoid(1, x, y, 5);
    assert_true(y[0] == 0.5f && y[1] >= 0 && y[1] < 1e-37f && y[2] == 1 && y[3] < 1e-37f && y[4] == 1);
    lince_silu(1, x, y, 1);
    assert_true(y[0] == 0);
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    check_tallies(names, tallies, WHATS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_values),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("kernels/activation", tests, NULL, NULL);
}
