/* The logistic and normal distribution functions of many numbers, by polynomials that compilers turn into
 * vectors. */
#include "kernels/ref/map.h"

#include <math.h>
#include <string.h>

enum { GRAIN = 1 << 14 };

/* exp(x) = 2^n exp(r), n = round(x / log 2), |r| <= log(2) / 2, by its Taylor polynomial of degree 7, without its 1;
 * relative error below 3e-7. Arguments beyond +-87 give exp(+-87). 2^n goes to *power. */
static inline float exp_part(float x, float *power)
{
    const float to_integer = 12582912.0f; /* 1.5 * 2^23: adding it leaves no digits behind the point */
    x = x < -87 ? -87 : x;
    x = x > 87 ? 87 : x;
    float n = (x * 1.44269504f + to_integer) - to_integer;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;          /* log 2 in two parts */
    int32_t bits = ((int32_t)(isnan(n) ? 0 : n) + 127) * (1 << 23); /* what is no number is in the rest */
    memcpy(power, &bits, sizeof *power);
    return r * (1 + r * (1.0f / 2 +
                         r * (1.0f / 6 +
                              r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720 + r * (1.0f / 5040)))))));
}

static inline float exp_of(float x)
{
    float power, p = exp_part(x, &power);
    return (1 + p) * power;
}

/* exp(x) - 1, also where that is small. */
static inline float expm1_of(float x)
{
    float power, p = exp_part(x, &power);
    return p * power + (power - 1);
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

LINCE_EACH_LEVEL(elu_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) {
        float below = expm1_of(x[i]);
        y[i] = x[i] > 0 ? x[i] : below;
    }
}

LINCE_PLAIN_MAP(sigmoid, SIGMOID, portable, GRAIN, sigmoid_range(o->a + at, o->y + at, count));
LINCE_PLAIN_MAP(sigmoid_backward, SIGMOID_BACKWARD, portable, GRAIN,
                sigmoid_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_PLAIN_MAP(silu, SILU, portable, GRAIN, silu_range(o->a + at, o->y + at, count));
LINCE_PLAIN_MAP(silu_backward, SILU_BACKWARD, portable, GRAIN,
                silu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_PLAIN_MAP(gelu, GELU, portable, GRAIN, gelu_range(o->a + at, o->y + at, count));
LINCE_PLAIN_MAP(gelu_backward, GELU_BACKWARD, portable, GRAIN,
                gelu_back_range(o->a + at, o->b + at, o->y + at, count));
LINCE_PLAIN_MAP(elu, ELU, portable, GRAIN, elu_range(o->a + at, o->y + at, count));
