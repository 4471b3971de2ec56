/* Depthwise convolution: each channel by itself, so that a vector of channels (one block of nChw{b}c) goes
 * through all taps together. The driver (depthwise.c) walks over rows; the vector code (depthwise_simd.h,
 * compiled once for each instruction set) computes one row.
 *
 * Weights lie as [C/b][kh][kw][b]. */
#ifndef LINCE_KERNELS_X86_DEPTHWISE_H
#define LINCE_KERNELS_X86_DEPTHWISE_H

#include "kernels/x86/finish.h"

#include <stdbool.h>
#include <stddef.h>

/* A row of `width` pixels of the source and the taps it meets: output t is the sum over i of w[i w_step] .*
 * x[t from_step + shift + i], pixels outside of the row being zero; w [L], w_step in floats. */
typedef struct lince_tap_row {
    const float *x, *w;
    ptrdiff_t w_step;
} lince_tap_row;

typedef struct lince_depthwise_row {
    const lince_tap_row *rows;
    size_t row_count, taps; /* taps: 1, 2, 3 or 5 in each row */
    size_t from_step;       /* 1 or 2 */
    ptrdiff_t shift, width;
    const float *bias;   /* [L]; NULL: none */
    lince_finish finish; /* without one */
    float *y;
    size_t to_step, count; /* in pixels */
} lince_depthwise_row;

typedef struct lince_depthwise_simd {
    int lanes;
    /* y[t to_step] = finish(bias + the sums of all rows),  t < count. */
    void (*row)(const lince_depthwise_row *row);
    /* dw[kx] += sum over t < count of dy[t] .* x[t step + shift + kx],  kx < kernel (3 or 5), step 1 or 2;
     * pixels outside of the row's `width` are zero. */
    void (*weights)(const float *dy, size_t count, const float *x, ptrdiff_t shift, ptrdiff_t width,
                    size_t kernel, size_t step, float *dw);
    /* sum += sum over t < count of dy[t] */
    void (*sum)(const float *dy, size_t count, float *sum);
} lince_depthwise_simd;

extern const lince_depthwise_simd lince_depthwise_simd_avx512, lince_depthwise_simd_avx2;

#endif
