/* Batch normalisation by the loops over n pixels of one block of channels, [n][b]: in plain C for any b up to 16
 * (ref/batch_norm.c), and in vectors where b is their number of lanes (x86/batch_norm.c). Sums are taken in float
 * over segments of pixels and in double over segments: short enough that the float part loses nothing that
 * matters. */
#ifndef LINCE_KERNELS_PIXELS_H
#define LINCE_KERNELS_PIXELS_H

#include "kernels/op.h"
#include "kernels/operands.h"

enum { LINCE_PIXELS_SEGMENT = 64 };

typedef struct lince_pixels {
    /* sum[b] += the sum of x - origin, squares[b] += the sum of (x - origin)^2 */
    void (*moments)(const float *x, size_t n, size_t b, const float *origin, double *sum, double *squares);
    /* y = scale x + shift, rectified or not */
    void (*affine)(const float *x, size_t n, size_t b, const float *scale, const float *shift, bool relu,
                   float *y);
    /* sum[b] += the sum of dy, products[b] += the sum of (x - mean) dy */
    void (*products)(const float *x, const float *dy, size_t n, size_t b, const float *mean, double *sum,
                     double *products);
    /* dx = k0 dy + k1 (x - mean) + k2,  k: [3][b] */
    void (*combine)(const float *x, const float *dy, size_t n, size_t b, const float *mean, const float *k,
                    float *dx);
} lince_pixels;

extern const lince_pixels lince_pixels_avx512, lince_pixels_avx2;

/* BATCH_NORM and BATCH_NORM_BACKWARD by these loops: a task is one block of channels over all samples, plane by
 * plane, so that sums do not depend on threads. */
void lince_pixels_forward(const lince_pixels *loops, const lince_kernel *kernel,
                          const lince_batch_norm_args *args);
void lince_pixels_backward(const lince_pixels *loops, const lince_kernel *kernel,
                           const lince_batch_norm_args *args);

#endif
