/* The vector code of logistic.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/activation.h"
#include "kernels/x86/logistic.h"

#include <string.h>

/* What is left of less than a vector is computed as one. */
#define RANGE(name, function)                                                           \
    static void name(const float *x, float *y, size_t n)                                \
    {                                                                                   \
        float rest[LANES] = {0};                                                        \
        size_t i = 0;                                                                   \
        for (; i + LANES <= n; i += LANES) vec_store(y + i, function(vec_load(x + i))); \
        if (i == n) return;                                                             \
        memcpy(rest, x + i, (n - i) * sizeof *x);                                       \
        vec_store(rest, function(vec_load(rest)));                                      \
        memcpy(y + i, rest, (n - i) * sizeof *y);                                       \
    }

INLINE vec silu_gradient(vec x, vec dy)
{
    vec s = vec_logistic(x);
    return vec_mul(vec_mul(dy, s), vec_fma(x, vec_sub(vec_all(1), s), vec_all(1)));
}

INLINE vec gelu_gradient(vec x, vec dy)
{
    vec bell, below = vec_normal(x, &bell);
    return vec_mul(dy, vec_fma(x, vec_mul(bell, vec_all(0.398942280f)), below)); /* 1 / sqrt(2 pi) */
}

#define GRADIENT(name, function)                                                                           \
    static void name(const float *x, const float *dy, float *dx, size_t n)                                 \
    {                                                                                                      \
        float rest[2 * LANES] = {0};                                                                       \
        size_t i = 0;                                                                                      \
        for (; i + LANES <= n; i += LANES) vec_store(dx + i, function(vec_load(x + i), vec_load(dy + i))); \
        if (i == n) return;                                                                                \
        memcpy(rest, x + i, (n - i) * sizeof *x);                                                          \
        memcpy(rest + LANES, dy + i, (n - i) * sizeof *dy);                                                \
        vec_store(rest, function(vec_load(rest), vec_load(rest + LANES)));                                 \
        memcpy(dx + i, rest, (n - i) * sizeof *dx);                                                        \
    }

RANGE(sigmoid, vec_logistic)
RANGE(silu, vec_silu)
RANGE(gelu, vec_gelu)
GRADIENT(silu_backward, silu_gradient)
GRADIENT(gelu_backward, gelu_gradient)

const lince_logistic_simd LOGISTIC_SIMD = {sigmoid, silu, gelu, silu_backward, gelu_backward};
