/* Products of floats by matrix tiles (Intel's AMX), which multiply bfloat16 alone: a float is the sum of three of these,
 *
 *     x = h + m + l      h the bfloat16 nearest to x, m to x - h, l what is left: 24 bits are three times 8
 *
 * and of the nine products of two such sums six are made. What is left out, m l, l m and l l, is 2^-24 of x y at the most,
 * as much as rounding x y to a float may take, and typically a quarter of that. The five small products are added up before
 * h h is, so that rounding their sums takes next to nothing; and a tile adds up 32 terms apart from what was there (tiles.h),
 * which loses less than adding one after the other. In all, results are as exact as those of other kernels, and more so where
 * sums are long (tests/ops/conv_bound.h). A tile instruction makes 16 times as many products a cycle as those of AVX-512: six
 * of them leave 2.6 times as many.
 *
 * What is infinite, or above 3.39e38 (the largest bfloat16), makes results that are no numbers; of what is below 1e-33 the last
 * bits are lost, because tiles take bfloat16 below 1.2e-38 for zero. The technique: G. Henry, P. Tang, A. Heinecke, "Leveraging
 * the bfloat16 artificial intelligence datatype for higher-precision computations", 2019.
 *
 * A product, between lince_tiles_begin and lince_tiles_end, is of 32 rows and 32 columns, and sums over steps of 32. Operands are packed, in the order in which they are read:
 *     rows      [step][part][2 x 16 rows][32]
 *     columns   [step][part][2 x 16 columns][16 pairs of the sum][column][2] */
#ifndef LINCE_KERNELS_X86_SPLIT_H
#define LINCE_KERNELS_X86_SPLIT_H

#include "kernels/x86/finish.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPLIT_BLOCK = 16,             /* channels of a block of activations */
    SPLIT_SIDE = 2 * SPLIT_BLOCK, /* rows, columns, and terms of a step */
    SPLIT_PARTS = 3,
    SPLIT_STEP = SPLIT_PARTS * SPLIT_SIDE * SPLIT_SIDE, /* bfloat16 of a packed step */
    SPLIT_STEPS =
        3, /* that are summed up at a time: rows and columns of these, 36 KiB, stay in the first-level cache */
    SPLIT_SUMS = SPLIT_SIDE * SPLIT_SIDE,
};

/* --- packing --------------------------------------------------------------------------------------------
 * at [32]: how many floats behind a block's beginning the 16 channels of each position lie; -1: zeros. */

/* Two blocks of 16 channels; `second` may be NULL: zeros. */
typedef struct lince_split_pair {
    const float *first, *second;
} lince_split_pair;

/* A step of rows: of positions; terms are channels. */
void lince_split_positions(lince_split_pair blocks, const ptrdiff_t *at, uint16_t *to);
/* A step of rows: of channels; terms are positions. */
void lince_split_channels(lince_split_pair blocks, const ptrdiff_t *at, uint16_t *to);
/* A step of columns: of channels; terms are positions. */
void lince_split_columns(lince_split_pair blocks, const ptrdiff_t *at, uint16_t *to);

/* A step of columns: of weights [16 inputs][16 outputs], blocks[input][output]. The columns are outputs; or, `back`, inputs.
 * Those that do not exist are NULL. */
void lince_split_weights(const float *const blocks[2][2], bool back, uint16_t *to);

/* --- products ------------------------------------------------------------------------------------------- */

/* c[2 blocks of columns][32 rows][16] = the sum over steps, SPLIT_STEPS at the most. */
void lince_split_multiply(const uint16_t *rows, const uint16_t *columns, size_t steps, float *c);

/* c = sums, or c + sums; `count` is a multiple of 16. */
void lince_split_add(const float *sums, bool first, size_t count, float *c);

/* One block's columns c[row][16] of `count` rows: y[at[row]] = finish(c + sums); sums may be NULL. The finish is that of y from
 * its first float on. */
void lince_split_finish(const lince_finish *finish, const float *sums, const float *c, const ptrdiff_t *at,
                        size_t count, float *y);

#endif
