/* y = s(x) and y = x s(x), s(x) = 1 / (1 + exp(-x)): what the rows (logistic.c) and the vector code (logistic_simd.h,
 * compiled once for each instruction set) say to each other. x and y may be the same memory. */
#ifndef LINCE_KERNELS_X86_LOGISTIC_H
#define LINCE_KERNELS_X86_LOGISTIC_H

#include <stddef.h>

typedef void lince_logistic_range(const float *x, float *y, size_t n);

typedef struct lince_logistic_simd {
    lince_logistic_range *sigmoid, *silu;
} lince_logistic_simd;

extern const lince_logistic_simd lince_logistic_simd_avx512, lince_logistic_simd_avx2;

#endif
