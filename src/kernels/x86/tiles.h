/* Convolution by matrix tiles (Intel's AMX): what the driver (tiles.c) and the vector code (tiles_amx.c) say to each
 * other.
 *
 * A tile register holds 16 rows of 64 bytes. One instruction adds to a tile C of 16 x 16 floats the product of a tile A,
 * 16 rows of 32 bfloat16, and a tile B, 16 rows of 16 pairs of them:
 *     C[m][n] += sum over k < 16 and h < 2 of A[m][2k + h] B[k][n][h]
 * Products h = 0 and h = 1 are added up by themselves, one k after the other, then both sums, then that and C; each sum is
 * rounded to the nearest float. */
#ifndef LINCE_KERNELS_X86_TILES_H
#define LINCE_KERNELS_X86_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TILE = 16,            /* rows of a tile, and channels of a block */
    PAIRED = 2 * TILE,    /* bfloat16 in a row */
    TILE_SIZE = 16 * 32,  /* bfloat16 in a tile */
    POSITIONS = 2 * TILE, /* of results that are computed at a time */
};

/* Before products of a thread, and after them. */
void lince_tiles_begin(void);
void lince_tiles_end(void);

/* --- packing: floats to the nearest bfloat16 ---------------------------------------------------------------
 * `pixel` tells what stands at each position: a pixel of the block, or -1 for zeros. */

/* to[position][32]: of two blocks' channels; `second` may be NULL: zeros. */
void lince_tiles_pack_positions(const float *first, const float *second, const int32_t *pixel,
                                size_t positions, uint16_t *to);

/* to[position / 2][16][2]: neighbouring positions side by side. `positions` is even. */
void lince_tiles_pack_pairs(const float *block, const int32_t *pixel, size_t positions, uint16_t *to);

/* to[channel * pitch + position]; `positions` is even. */
void lince_tiles_pack_channels(const float *block, const int32_t *pixel, size_t positions, uint16_t *to,
                               size_t pitch);

/* A tile B of weights [16 inputs][16 outputs]. Forward: of two blocks of inputs; backward: of two blocks of outputs, to be
 * multiplied with gradients. `second` may be NULL: zeros. */
void lince_tiles_pack_weights(const float *first, const float *second, uint16_t *to);
void lince_tiles_pack_weights_back(const float *first, const float *second, uint16_t *to);

/* --- products ---------------------------------------------------------------------------------------------- */

/* c[output block][position][16] = the sum over pairs of blocks and taps of a[block][position + tap][32] b[block][tap], of
 * POSITIONS neighbouring positions and two blocks of outputs. */
typedef struct lince_tiles_product {
    size_t blocks, taps;
    const uint16_t *a;
    size_t a_block;
    const ptrdiff_t *tap; /* [taps] distances in a */
    const uint16_t *b[2]; /* [block][tap] tiles */
} lince_tiles_product;

void lince_tiles_multiply(const lince_tiles_product *product, float c[2][POSITIONS][TILE]);

/* What becomes of a block's POSITIONS sums: y[pixel][16] = sums + bias, rectified, or zero where the gate is not positive. */
typedef struct lince_tiles_result {
    const float *bias, *gate; /* may be NULL; gate as y */
    bool relu;
    float *y;
} lince_tiles_result;

void lince_tiles_store(const lince_tiles_result *result, const float c[POSITIONS][TILE], const int32_t *pixel,
                       size_t positions);

/* c[i][o][16][16] (+)= the sum over positions, a multiple of 32, of x[i] (channels' rows, a distance of `pitch`) times
 * dy[o] (pairs); NULL where nothing is wanted. */
typedef struct lince_tiles_outer {
    const uint16_t *x[2], *dy[2];
    size_t pitch, positions;
    float *c[2][2];
    bool add;
} lince_tiles_outer;

void lince_tiles_add_outer(const lince_tiles_outer *outer);

#endif
