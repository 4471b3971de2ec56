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

RANGE(sigmoid, vec_logistic)
RANGE(silu, vec_silu)

const lince_logistic_simd LOGISTIC_SIMD = {sigmoid, silu};
