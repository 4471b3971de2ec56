/* Direct convolution, by the definition: what the driver (direct.c) and the vector code (direct_simd.h,
 * compiled once for each instruction set) say to each other.
 *
 * The source lies in memory with its padding around it, so that no tap needs a test. It is in blocks of L
 * channels (L: lanes) or plain, that is in blocks of one channel; results are in blocks of L. */
#ifndef LINCE_KERNELS_X86_DIRECT_H
#define LINCE_KERNELS_X86_DIRECT_H

#include "kernels/conv.h"
#include "kernels/x86/finish.h"

#include <stdbool.h>
#include <stddef.h>

/* Distances, in floats, between the source's pixels that neighbouring results begin at. */
typedef enum lince_direct_step {
    LINCE_DIRECT_PIXEL,      /* L: stride 1, of one tap */
    LINCE_DIRECT_BLOCK,      /* likewise, of several */
    LINCE_DIRECT_TWO_BLOCKS, /* 2 L: stride 2 */
    LINCE_DIRECT_ONE,        /* 1, 2 and 4: plain, strides 1, 2 and 4 */
    LINCE_DIRECT_TWO,
    LINCE_DIRECT_FOUR,
    LINCE_DIRECT_STEPS
} lince_direct_step;

/* Results of one row for one or two vectors of channels:
 *     y[pixel][vector] = finish(the sum over blocks, taps and channels c of a block of
 *                        w[block][tap][c][vector] x[block][tap + pixel step][c])
 * Distances are in floats. */
typedef struct lince_direct_row {
    size_t blocks, taps;
    int last;         /* channels of the last block; behind them are zeros */
    bool begun, open; /* y has the sums over blocks before these; others follow, and finish it */
    const ptrdiff_t *x_tap, *w_tap; /* [taps] */
    const float *x;
    size_t x_block;
    const float *w;
    size_t w_block, w_vector;
    lince_finish finish;
    float *y;
    size_t y_pixel, y_vector;
    const float *ahead;   /* weights that are needed next, laid out as w; NULL: none are fetched */
    size_t ahead_vectors; /* of each vector, fetched for each block */
} lince_direct_row;

/* dw[row][vector] += sum over the pixels of a map of x[row + pixel] dy[pixel][vector] */
typedef struct lince_direct_outer {
    const float *x;
    size_t x_line, x_pixel;
    const float *dy;
    size_t dy_line, dy_vector;
    size_t lines, pixels;
    float *dw; /* rows are L apart */
    size_t w_vector;
    const float
        *ahead[2]; /* what is needed next, a vector a pixel, fetched by each half of a block; may be NULL */
} lince_direct_outer;

enum { LINCE_DIRECT_VECTORS = 2, LINCE_DIRECT_SIZES = 6, LINCE_DIRECT_ROWS = 14 };

typedef void lince_direct_row_function(const lince_direct_row *row);
typedef void lince_direct_outer_function(const lince_direct_outer *outer);
typedef void lince_direct_taps_function(const lince_direct_outer *outer, const ptrdiff_t *row);

typedef struct lince_direct_simd {
    int lanes;
    int rows;                        /* of the largest outer product with taps */
    size_t size[LINCE_DIRECT_SIZES]; /* pixels of one call, falling; 1 last */
    lince_direct_row_function *row[LINCE_DIRECT_STEPS][LINCE_DIRECT_VECTORS][LINCE_DIRECT_SIZES];
    /* The rows are the L channels of a block; or 1 to `rows` taps, at x + row[i]. */
    lince_direct_outer_function *channels[LINCE_DIRECT_VECTORS];
    lince_direct_taps_function *taps[LINCE_DIRECT_VECTORS][LINCE_DIRECT_ROWS];
    /* Where the sums' activation is not done in registers: of the results written, `vectors` one after the other. */
    void (*activate)(const lince_finish *finish, float *y, size_t vectors);
    /* sum[L] += the sum of `pixels` pixels */
    void (*sum)(const float *dy, size_t pixels, float *sum);
    /* L x L matrices, `count` of them, each transposed. */
    void (*transpose)(const float *from, size_t count, float *to);
} lince_direct_simd;

extern const lince_direct_simd lince_direct_simd_avx512, lince_direct_simd_avx2;

/* direct_data.c: `pixels` results of one row, in calls of the sizes that there are; x_pixel: floats between those that neighbours
 * begin at, as the step says. d ends behind them. */
void lince_direct_run(const lince_direct_simd *simd, lince_direct_step step, size_t x_pixel, size_t vectors,
                      size_t pixels, lince_direct_row *d);

/* What becomes of the sums of the results that lie at `at`, of channels from `channel` on. */
lince_finish lince_direct_finish(const lince_conv_args *args, lince_direction direction, size_t channel,
                                 size_t at);

/* Backward data sums over output channels, so that blocks of weights are turned: [O/L][I/L][taps][i][o] of each group becomes
 * [I/L][O/L][taps][o][i]. A task is a block, of groups * inputs * outputs. */
typedef struct lince_direct_turning {
    const lince_direct_simd *simd;
    size_t taps, inputs, outputs; /* blocks of a group */
    const float *weights;
    float *turned;
} lince_direct_turning;

void lince_direct_turn(void *turning, size_t index);

#endif
