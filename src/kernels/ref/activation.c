/* Rectifiers, and the logistic and normal distribution functions of many numbers, in plain C that compilers turn
 * into vectors. */
#include "kernels/ref/map.h"

#include <math.h>
#include <string.h>

/* What is no number is compared so that it is handed on: rectified to zero, it would hide what went wrong. */
enum { GRAIN = 1 << 16, LONG_GRAIN = 1 << 14 /* where a value takes longer */ };

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

/* exp(x) = 2^n exp(r), n = round(x / log 2), |r| <= log(2) / 2, by its Taylor polynomial of degree 7;
 * relative error below 3e-7. Arguments beyond +-87 give exp(+-87). */
static inline float exp_of(float x)
{
    const float to_integer = 12582912.0f; /* 1.5 * 2^23: adding it leaves no digits behind the point */
    x = x < -87 ? -87 : x;
    x = x > 87 ? 87 : x;
    float n = (x * 1.44269504f + to_integer) - to_integer;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; /* log 2 in two parts */
    float p =
        1 + r * (1 + r * (1.0f / 2 +
                          r * (1.0f / 6 +
                               r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720 + r * (1.0f / 5040)))))));
    int32_t bits = ((int32_t)(isnan(n) ? 0 : n) + 127) * (1 << 23); /* what is no number is in p */
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

static inline float logistic(float x)
{
    return 1 / (1 + exp_of(-x));
}

LINCE_EACH_LEVEL(sigmoid_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = logistic(x[i]);
}

LINCE_EACH_LEVEL(sigmoid_back_range, (const float *y, const float *dy, float *dx, size_t n), (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) dx[i] = dy[i] * y[i] * (1 - y[i]);
}

LINCE_EACH_LEVEL(silu_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] * logistic(x[i]);
}

LINCE_EACH_LEVEL(silu_back_range, (const float *x, const float *dy, float *dx, size_t n), (x, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) {
        float s = logistic(x[i]);
        dx[i] = dy[i] * s * (1 + x[i] * (1 - s));
    }
}

/* The standard normal distribution's density without its factor 1 / sqrt(2 pi), and its upper tail over that:
 * Mills' ratio over sqrt(2 pi) as a polynomial of t = 1 / (1 + 0.232 z) (the form of Abramowitz & Stegun
 * 1964, 26.2.17), fitted to the least relative error, 1.1e-7. Both stay at z = 12.9, behind which the tail
 * would lose digits and then be zero. */
static inline float bell_argument(float x)
{
    float z = fabsf(x);
    return z > 12.9f ? 12.9f : z;
}

static inline float bell(float z)
{
    return exp_of(-0.5f * (z * z));
}

static inline float tail_over_bell(float z)
{
    float t = 1 / (1 + 0.232f * z);
    return t * (0.0926658660f +
                t * (0.0905646831f +
                     t * (0.102670401f +
                          t * (0.0142828906f +
                               t * (0.223316282f +
                                    t * (-0.198760733f + t * (0.245462075f + t * -0.0702014193f)))))));
}

LINCE_EACH_LEVEL(gelu_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) {
        float z = bell_argument(x[i]), tail = bell(z) * tail_over_bell(z);
        y[i] = x[i] * (x[i] < 0 ? tail : 1 - tail);
    }
}

LINCE_EACH_LEVEL(gelu_back_range, (const float *x, const float *dy, float *dx, size_t n), (x, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) {
        float z = bell_argument(x[i]), density = bell(z), tail = density * tail_over_bell(z);
        dx[i] = dy[i] * ((x[i] < 0 ? tail : 1 - tail) + x[i] * density * 0.398942280f);
    }
}

LINCE_REF_MAP(relu, RELU, GRAIN, relu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(relu_backward, RELU_BACKWARD, GRAIN, relu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(relu6, RELU6, GRAIN, relu6_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(relu6_backward, RELU6_BACKWARD, GRAIN,
              relu6_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(sigmoid, SIGMOID, LONG_GRAIN, sigmoid_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(sigmoid_backward, SIGMOID_BACKWARD, LONG_GRAIN,
              sigmoid_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(silu, SILU, LONG_GRAIN, silu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(silu_backward, SILU_BACKWARD, LONG_GRAIN,
              silu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_REF_MAP(gelu, GELU, LONG_GRAIN, gelu_range(o->a + at, o->y + at, count));
LINCE_REF_MAP(gelu_backward, GELU_BACKWARD, LONG_GRAIN,
              gelu_back_range(o->a + at, o->b + at, o->y + at, count));
