/* Batch normalisation by loops over the pixels of one block of channels, of all samples: in plain C for any block up to 16
 * (ref/batch_norm.c), and in vectors where a block is their number of lanes (x86/batch_norm.c). Sums are taken in float over
 * segments and in double over segments: short enough that the float part loses nothing that matters. A segment is a part of a
 * sample's plane, or, of small ones, as many whole planes as it holds. */
#ifndef LINCE_KERNELS_PIXELS_H
#define LINCE_KERNELS_PIXELS_H

#include "kernels/op.h"
#include "kernels/operands.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINCE_PIXELS_SEGMENT = 64 };

/* The planes of one block of channels, a sample's each: `pixels` times b floats; from one to the next `pitch_x` floats of x
 * and dx, and `pitch` of y and dy. */
typedef struct lince_planes {
    size_t count, pitch_x, pitch, pixels, b;
    bool far; /* far.h: y, or dx */
} lince_planes;

/* Planes in a segment. */
static inline size_t lince_planes_in_segment(const lince_planes *p)
{
    return p->pixels < LINCE_PIXELS_SEGMENT ? LINCE_PIXELS_SEGMENT / p->pixels : 1;
}

typedef struct lince_pixels {
    /* sum[b] += the sum of x - origin, squares[b] += the sum of (x - origin)^2 */
    void (*moments)(const lince_planes *p, const float *x, const float *origin, double *sum, double *squares);
    /* y = scale x + shift, rectified or not */
    void (*affine)(const lince_planes *p, const float *x, const float *scale, const float *shift, bool relu,
                   float *y);
    /* sum[b] += the sum of dy, products[b] += the sum of (x - mean) dy */
    void (*products)(const lince_planes *p, const float *x, const float *dy, const float *mean, double *sum,
                     double *products);
    /* dx = k0 dy + k1 (x - mean) + k2,  k: [3][b];  add: dx += that */
    void (*combine)(const lince_planes *p, const float *x, const float *dy, const float *mean, const float *k,
                    bool add, float *dx);
} lince_pixels;

extern const lince_pixels lince_pixels_avx512, lince_pixels_avx2;

/* BATCH_NORM and BATCH_NORM_BACKWARD by these loops: a task is one block of channels over all samples, plane by
 * plane, so that sums do not depend on threads. */
void lince_pixels_forward(const lince_pixels *loops, const lince_kernel *kernel,
                          const lince_batch_norm_args *args);
void lince_pixels_backward(const lince_pixels *loops, const lince_kernel *kernel,
                           const lince_batch_norm_args *args);

#endif
