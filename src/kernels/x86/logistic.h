/* y = s(x), y = x s(x), and the gradient of the latter, dx = dy s(x) (1 + x (1 - s(x))), s(x) = 1 / (1 + exp(-x)); likewise
 * y = x P(x) and dx = dy (P(x) + x p(x)), P and p the normal distribution function and density: what the rows (logistic.c) and the
 * vector code (logistic_simd.h, compiled once for each instruction set) say to each other. Results may lie where operands do. */
#ifndef LINCE_KERNELS_X86_LOGISTIC_H
#define LINCE_KERNELS_X86_LOGISTIC_H

#include <stddef.h>

typedef void lince_logistic_range(const float *x, float *y, size_t n);
typedef void lince_logistic_gradient(const float *x, const float *dy, float *dx, size_t n);

typedef struct lince_logistic_simd {
    lince_logistic_range *sigmoid, *silu, *gelu;
    lince_logistic_gradient *silu_backward, *gelu_backward;
} lince_logistic_simd;

extern const lince_logistic_simd lince_logistic_simd_avx512, lince_logistic_simd_avx2;

#endif
