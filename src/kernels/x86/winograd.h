/* Fast 3x3 convolution as a bilinear algorithm: what the driver (winograd.c) and the vector code
 * (winograd_simd.h, compiled once for each instruction set) say to each other.
 *
 * A map is cut into tiles. With the small matrices A, B, G of an algorithm,
 *     forward            y  = A' [ sum_c (G w_c G') .* (B' x_c B) ] A          for each tile
 *     backward weights   dw = G' [ sum_t (B' x_t B) .* (A dy_t A') ] G         over all tiles
 * and backward data is forward with the weights rotated by 180 degrees and input and output channels
 * exchanged. The products in brackets are one matrix product for each of the P points.
 *
 * Operands between the transforms (L: lanes, the channel block; kv: 1 to 3 vectors of result channels):
 *     V [P][c / L][tiles][L]      transformed input, and transformed gradients of the output
 *     U [P][c][kv][L]             transformed weights of one panel of kv vectors, and their gradients
 *     M [P][tiles][kv][L]         products
 * Strides between points are arguments, so that each may be a part of something larger. */
#ifndef LINCE_KERNELS_X86_WINOGRAD_H
#define LINCE_KERNELS_X86_WINOGRAD_H

#include "core/tensor.h"
#include "kernels/x86/finish.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINCE_WINOGRAD_MAX_VECTORS = 3, LINCE_WINOGRAD_MAX_ROWS = 14 };

/* Where the tiles of an activation lie: tile (i, j) begins at pixel (i step - origin, j step - origin). What
 * lies outside of the map reads as zero and is not written. */
typedef struct lince_tiling {
    lince_shape shape;
    int rows, columns; /* tiles of one map */
    int step, origin;
} lince_tiling;

/* The transforms of one algorithm. `first` and `count` number tiles over the whole batch, by sample, row and
 * column; `block` is a block of channels. */
typedef struct lince_winograd_transforms {
    int points, input, output; /* P; edges of the tiles of input and output */

    /* B' x B and A dy A' of tiles: v[p][i] for the i-th tile, `stride` floats from point to point.
     * sums [L]: the sum over all pixels of dy's tiles. */
    void (*input_tiles)(const lince_tiling *tiling, const float *x, size_t first, size_t count, size_t block,
                        float *v, size_t stride);
    void (*gradient_tiles)(const lince_tiling *tiling, const float *dy, size_t first, size_t count,
                           size_t block, float *v, size_t stride, float *sums);

    /* finish(A' m A); its addend and gate are those of all of y. Tile i of the block lies at m + i * pitch. */
    void (*output_tiles)(const lince_tiling *tiling, const float *m, size_t stride, size_t pitch,
                         size_t first, size_t count, size_t block, const lince_finish *finish, float *y);

    /* G w G' of one block [3][3][L][L] of the weights. u: of the block's first channel and vector, `pitch`
     * floats from channel to channel. Transposed: of the rotated weights, with channels exchanged. */
    void (*weights)(const float *w, bool transposed, float *u, size_t stride, size_t pitch);
    /* G' u G, into one block of the weights' gradient. */
    void (*weights_gradient)(const float *u, size_t stride, size_t pitch, float *dw);
} lince_winograd_transforms;

/* m[rows][kv][L] (+)= sum over c of v[c / L][rows][c % L] u[c][kv][L]; v_stride: floats between blocks. */
typedef void lince_winograd_multiply(const float *u, const float *v, size_t v_stride, size_t blocks,
                                     bool accumulate, float *m);
/* du[L][kv][L] (+)= sum over tiles of v[tile][L] y[kv][tile][L]; y_stride: floats between vectors. */
typedef void lince_winograd_outer(const float *v, const float *y, size_t y_stride, size_t tiles,
                                  bool accumulate, float *du);

typedef struct lince_winograd_simd {
    int lanes;         /* 0: not compiled for this architecture */
    int rows, vectors; /* tiles and vectors of result channels of the largest register block */
    lince_winograd_transforms map4, map2, map1;
    lince_winograd_multiply
        *multiply[LINCE_WINOGRAD_MAX_VECTORS][LINCE_WINOGRAD_MAX_ROWS]; /* [kv - 1][rows - 1] */
    lince_winograd_outer *outer[LINCE_WINOGRAD_MAX_VECTORS];
} lince_winograd_simd;

extern const lince_winograd_simd lince_winograd_simd_avx512, lince_winograd_simd_avx2;

#endif
