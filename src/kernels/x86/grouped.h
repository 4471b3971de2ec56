/* Grouped convolution whose groups are no whole blocks: a vector of outputs (one block of nChw{b}c) meets one input of each of its
 * channels' groups at a time, with all taps; a depthwise one has but one, the channel itself. The driver (grouped.c) walks over rows
 * and inputs; the vector code (grouped_simd.h, compiled once for each instruction set) computes one row.
 *
 * Weights lie as [C/b][inputs of a group][kh][kw][b]. */
#ifndef LINCE_KERNELS_X86_GROUPED_H
#define LINCE_KERNELS_X86_GROUPED_H

#include "kernels/x86/finish.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which channel of a pixel each lane of a vector of outputs sees: */
typedef enum lince_spread {
    LINCE_SPREAD_OWN,   /* its own */
    LINCE_SPREAD_BLOCK, /* lane[i] of its block */
    LINCE_SPREAD_TWO    /* lane[i] of two blocks, x's and other's behind it */
} lince_spread;

/* A row of `width` pixels of the source and the taps it meets: output t is the sum over i of w[i w_step] .*
 * x[t from_step + shift + i], pixels outside of the row being zero; w [L], w_step in floats. */
typedef struct lince_tap_row {
    const float *x, *other, *w;
    ptrdiff_t w_step;
    const int32_t *lane; /* [L] */
} lince_tap_row;

typedef struct lince_grouped_row {
    const lince_tap_row *rows;
    size_t row_count, taps; /* taps: 1, 2 or 3 in each row, or to 5 and 7 of LINCE_SPREAD_OWN */
    lince_spread spread;
    size_t from_step; /* 1 or 2 */
    ptrdiff_t shift, width;
    const float *bias;   /* [L]; NULL: none */
    lince_finish finish; /* without one */
    float *y;
    size_t to_step, count; /* in pixels */
} lince_grouped_row;

/* dw[kx] += sum over t < count of dy[t] .* x[t step + shift + kx],  kx < kernel (3, or 5 and 7 of LINCE_SPREAD_OWN), step 1 or 2; pixels
 * outside of the row's `width` are zero. */
typedef struct lince_grouped_gradient {
    const float *dy, *x, *other;
    lince_spread spread;
    const int32_t *lane; /* [L] */
    size_t count, kernel, step;
    ptrdiff_t shift, width;
    float *dw;
} lince_grouped_gradient;

typedef struct lince_grouped_simd {
    int lanes;
    /* y[t to_step] = finish(bias + the sums of all rows),  t < count. */
    void (*row)(const lince_grouped_row *row);
    void (*weights)(const lince_grouped_gradient *gradient);
    /* sum += sum over t < count of dy[t] */
    void (*sum)(const float *dy, size_t count, float *sum);
} lince_grouped_simd;

extern const lince_grouped_simd lince_grouped_simd_avx512, lince_grouped_simd_avx2;

#endif
