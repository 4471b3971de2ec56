/* Logistic and normal distribution functions and their derivatives against their definitions and bounds. */
#include "core/memory.h"
#include "kernels/kernels.h"
#include "ops/rows.h"
#include "ops/sample.h"

enum { SIGMOID, SIGMOID_BACK, SILU, SILU_BACK, GELU, GELU_BACK, WHATS };
static const char *const names[WHATS] = {"sigmoid", "sigmoid backward", "silu", "silu backward",
                                         "gelu",    "gelu backward"};
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

/* --- the normal distribution ---------------------------------------------------------------------------- */

/* exp(-x^2 / 2); the upper tail beyond |x|, off by a polynomial too, as kernels.h states it. */
#define BELL_ERROR (3e-7 / UNIT_ROUNDOFF)
#define TAIL_ERROR (3e-7 / UNIT_ROUNDOFF)

static estimate bell(double x)
{
    estimate half_square = product_of(exactly(0.5), times(exactly(x), exactly(x)));
    double e = exp(-half_square.value);
    return function_of(half_square, e, -e, BELL_ERROR * e);
}

static double kept_within(double z)
{
    return fmin(z, (double)12.9f);
}

/* P(x) = 1 - tail(x) or, below zero, tail(-x) */
static estimate normal_below(double x)
{
    double z = kept_within(fabs(x)), over = erfc(z / sqrt(2)) / 2 * exp(z * z / 2);
    estimate result = times(bell(z), function_of(exactly(over), over, 1, TAIL_ERROR * over));
    return x < 0 ? result : one_minus(result);
}

/* dy (P(x) + x p(x)) */
static estimate gelu_gradient(estimate x, estimate dy)
{
    estimate bell_of_x = bell(kept_within(fabs(x.value))),
             density = times(times(x, bell_of_x), exactly(1 / sqrt(2 * acos(-1))));
    return times(dy, rounded(sum_of(normal_below(x.value), density)));
}

static void check(int what, value_kind kind, double x, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s of %.9g is %.9g, expected %.9g: %.3g times the bound", names[what], x, (double)found,
                 expected.value, ratio);
    record(&tallies[what], kind, 1, ratio);
}

typedef void forward(const lince_exec *exec, const float *x, float *y, size_t n);
typedef void backward(const lince_exec *exec, const float *x, const float *dy, float *dx, size_t n);

static void check_range(const float *x, const float *dy, float *y, size_t n, value_kind kind)
{
    static const struct {
        int what;
        forward *run;
        estimate (*share)(double x); /* y = x share(x) */
    } ways[] = {{SILU, lince_silu, logistic}, {GELU, lince_gelu, normal_below}};
    static const struct {
        int what;
        backward *run;
        estimate (*gradient)(estimate x, estimate dy);
    } back[] = {{SILU_BACK, lince_silu_backward, silu_gradient},
                {GELU_BACK, lince_gelu_backward, gelu_gradient}};
    lince_sigmoid(ON(2), x, y, n);
    for (size_t i = 0; i < n; i++) check(SIGMOID, kind, (double)x[i], logistic((double)x[i]), y[i]);
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        ways[w].run(ON(2), x, y, n);
        for (size_t i = 0; i < n; i++)
            check(ways[w].what, kind, (double)x[i], times(exactly((double)x[i]), ways[w].share((double)x[i])),
                  y[i]);
    }
    for (size_t w = 0; w < sizeof back / sizeof *back; w++) {
        back[w].run(ON(2), x, dy, y, n);
        for (size_t i = 0; i < n; i++)
            check(back[w].what, kind, (double)x[i],
                  back[w].gradient(exactly((double)x[i]), exactly((double)dy[i])), y[i]);
    }
    float *s = lince_alloc(n, sizeof *s);
    assert_non_null(s);
    lince_sigmoid(ON(2), x, s, n);
    lince_sigmoid_backward(ON(2), s, dy, y, n);
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
    lince_sigmoid(ON(1), x, y, 5);
    assert_true(y[0] == 0.5f && y[1] >= 0 && y[1] < 1e-37f && y[2] == 1 && y[3] < 1e-37f && y[4] == 1);
    lince_silu(ON(1), x, y, 1);
    assert_true(y[0] == 0);
    float ends[] = {0, -0.0f, -1000, 1000}, dy[] = {1, 1, 1, 1};
    lince_gelu(ON(1), ends, y, 4);
    assert_true(y[0] == 0 && y[1] == 0 && fabsf(y[2]) < 1e-30f && y[3] == 1000);
    lince_gelu_backward(ON(1), ends, dy, y, 4);
    assert_true(fabsf(y[0] - 0.5f) < 1e-6f && fabsf(y[2]) < 1e-30f && y[3] == 1);
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
    return cmocka_run_group_tests_name("ops/activation", tests, NULL, NULL);
}
