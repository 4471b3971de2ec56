/* Rectifiers, and the logistic and normal distribution functions by their definitions, in double precision. */
#include "kernels/ref/map.h"

#include <math.h>

enum { GRAIN = 1 << 16, LONG_GRAIN = 1 << 12 /* where a value takes longer */ };

/* What is no number is compared so that it is handed on: rectified to zero, it would hide what went wrong. */
LINCE_EACH_LEVEL(relu_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] <= 0 ? 0 : x[i];
}

LINCE_EACH_LEVEL(relu_back_range, (const float *y, const float *dy, float *dx, size_t n), (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

LINCE_EACH_LEVEL(relu6_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) {
        float positive = x[i] <= 0 ? 0 : x[i];
        y[i] = positive > 6 ? 6 : positive;
    }
}

LINCE_EACH_LEVEL(relu6_back_range, (const float *y, const float *dy, float *dx, size_t n), (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) {
        float below = y[i] < 6 ? dy[i] : 0;
        dx[i] = y[i] > 0 ? below : 0;
    }
}

/* max(0, min(x + 3, 6)) / 6 */
static inline float hard_logistic(float x)
{
    float positive = x + 3 <= 0 ? 0 : x + 3;
    return (positive > 6 ? 6 : positive) * (1.0f / 6);
}

LINCE_EACH_LEVEL(hard_sigmoid_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = hard_logistic(x[i]);
}

LINCE_EACH_LEVEL(hard_sigmoid_back_range, (const float *y, const float *dy, float *dx, size_t n),
                 (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) {
        float below = y[i] < 1 ? dy[i] * (1.0f / 6) : 0;
        dx[i] = y[i] > 0 ? below : 0;
    }
}

LINCE_EACH_LEVEL(hard_swish_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] * hard_logistic(x[i]);
}

LINCE_EACH_LEVEL(hard_swish_back_range, (const float *x, const float *dy, float *dx, size_t n),
                 (x, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) {
        float slope = x[i] * (1.0f / 3) + 0.5f, above = x[i] > 3 ? 1 : slope;
        dx[i] = dy[i] * (x[i] < -3 ? 0 : above);
    }
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static void sigmoid_range(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (float)logistic((double)x[i]);
}

static void sigmoid_back_range(const float *y, const float *dy, float *dx, size_t n)
{
    for (size_t i = 0; i < n; i++) dx[i] = (float)((double)dy[i] * (double)y[i] * (1 - (double)y[i]));
}

static void silu_range(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (float)((double)x[i] * logistic((double)x[i]));
}

static void silu_back_range(const float *x, const float *dy, float *dx, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = (double)x[i], s = logistic(v);
        dx[i] = (float)((double)dy[i] * s * (1 + v * (1 - s)));
    }
}

/* P(x) and its derivative, of the standard normal distribution. */
static double normal(double x)
{
    return erfc(-x * sqrt(0.5)) / 2;
}

static double density(double x)
{
    return exp(-x * x / 2) / sqrt(2 * acos(-1));
}

static void gelu_range(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (float)((double)x[i] * normal((double)x[i]));
}

static void gelu_back_range(const float *x, const float *dy, float *dx, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = (double)x[i];
        dx[i] = (float)((double)dy[i] * (normal(v) + v * density(v)));
    }
}

static void erf_range(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (float)erf((double)x[i]);
}

static void erf_back_range(const float *x, const float *dy, float *dx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = (float)((double)dy[i] * 2 * density((double)x[i] * sqrt(2)) * sqrt(2));
}

static void elu_range(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : (float)expm1((double)x[i]);
}

LINCE_EACH_LEVEL(elu_back_range, (const float *y, const float *dy, float *dx, size_t n), (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + 1);
}

LINCE_REF_MAP(relu, RELU, GRAIN, relu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(relu_backward, RELU_BACKWARD, GRAIN, relu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(relu6, RELU6, GRAIN, relu6_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(relu6_backward, RELU6_BACKWARD, GRAIN,
              relu6_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(hard_sigmoid, HARD_SIGMOID, GRAIN, hard_sigmoid_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(hard_sigmoid_backward, HARD_SIGMOID_BACKWARD, GRAIN,
              hard_sigmoid_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(hard_swish, HARD_SWISH, GRAIN, hard_swish_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(hard_swish_backward, HARD_SWISH_BACKWARD, GRAIN,
              hard_swish_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(sigmoid, SIGMOID, LONG_GRAIN, sigmoid_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(sigmoid_backward, SIGMOID_BACKWARD, LONG_GRAIN,
              sigmoid_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(silu, SILU, LONG_GRAIN, silu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(silu_backward, SILU_BACKWARD, LONG_GRAIN,
              silu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(gelu, GELU, LONG_GRAIN, gelu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(gelu_backward, GELU_BACKWARD, LONG_GRAIN,
              gelu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(error_function, ERROR_FUNCTION, LONG_GRAIN, erf_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(error_function_backward, ERROR_FUNCTION_BACKWARD, LONG_GRAIN,
              erf_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(elu, ELU, LONG_GRAIN, elu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(elu_backward, ELU_BACKWARD, GRAIN, elu_back_range(o->a + at, o->b + at, o->y + at, count));
