/* Fast 3x3 convolution of bytes for processors without products of bytes summed by fours: what the driver (int8_winograd.c) and
 * the vector code (int8_winograd_avx2.c) say to each other.
 *
 * Winograd's F(2x2, 3x3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016) in whole numbers. With
 *         | 1  0 -1  0 |        | 2  0  0 |         | 1  1  1  0 |
 *     B = | 0  1  1  0 |,   G = | 1  1  1 |,    A = | 0  1 -1 -1 |
 *         | 0 -1  1  0 |        | 1 -1  1 |
 *         | 0  1  0 -1 |        | 0  0  2 |
 * a tile of 2 x 2 sums, of an input tile x of 4 x 4 pixels, is
 *     y = A [ sum over c of (G w_c G') .* (B x_c B') ] A' / 4
 * G is twice the usual one, so that nothing is rounded: |G w G'| <= 9 * 127 and |B x B'| <= 4 * 255 fit into 16 bits, of which
 * AVX2 multiplies 16 and adds neighbours in one instruction; their sums may wrap, as 4 y fits into 32 bits, and the
 * division leaves no rest. The sums are those of the other rows, with 16 products in place of 36.
 *
 * Operands, of which each point's lie `stride` apart from the next one's:
 *     V [16][tile][C]               transformed input
 *     U [16][2][C/4][8][4]          transformed weights of a panel of 16 outputs, by eights
 *     M [16][tile][16]              products */
#ifndef LINCE_KERNELS_X86_INT8_WINOGRAD_H
#define LINCE_KERNELS_X86_INT8_WINOGRAD_H

#include "kernels/x86/int8.h"

enum {
    LINCE_INT8_POINTS = 16,
    LINCE_INT8_TILES_IN_RESULTS = 16,
    LINCE_INT8_WINOGRAD_CHANNELS =
        1 << 10, /* of an input, at most: 4 * 255 * 127 * 9 times as much is below 2^31 */
};

/* v[point][channel] of one tile; pixel[4 y + x]: the channels' bytes. `channels` is a multiple of 16. */
void lince_int8_winograd_input(const uint8_t *const pixel[16], size_t channels, int16_t *v, size_t stride);

/* Of a panel of weights as kernels/bytes.h lays them out; fours: of the input's channels. */
void lince_int8_winograd_weights(const int8_t *w, size_t fours, int16_t *u, size_t stride);

/* M of one point. */
void lince_int8_winograd_multiply(const int16_t *u, const int16_t *v, size_t fours, size_t tiles, int32_t *m);

/* Up to LINCE_INT8_TILES_IN_RESULTS neighbouring tiles of a line: upper and lower are the lines of results, so many pixels of
 * each; lower may be NULL. */
void lince_int8_winograd_results(const int32_t *m, size_t stride, size_t tiles, size_t pixels,
                                 const lince_int8_row *upper, const lince_int8_row *lower);

#endif
