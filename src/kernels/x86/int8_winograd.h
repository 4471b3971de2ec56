/* Fast 3x3 convolution of bytes: what the driver (int8_winograd.c) and the vector code (int8_winograd_simd.h, compiled once for
 * each instruction set) say to each other.
 *
 * Winograd's F(4x4, 3x3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016) in whole numbers. With
 *         | 4  0 -5  0  1  0 |        |  6  0  0 |
 *         | 0 -4 -4  1  1  0 |        | -4 -4 -4 |         | 1  1  1  1  1  0 |
 *     B = | 0  4 -4 -1  1  0 |,   G = | -4  4 -4 |,    A = | 0  1 -1  2 -2  0 |
 *         | 0 -2 -1  2  1  0 |        |  1  2  4 |         | 0  1  1  4  4  0 |
 *         | 0  2 -1 -2  1  0 |        |  1 -2  4 |         | 0  1 -1  8 -8  2 |
 *         | 0  4  0 -5  0  1 |        |  0  0 12 |
 * a tile of 4 x 4 sums, of an input tile x of 6 x 6 pixels, is
 *     y = A [ sum over c of (G w_c G') .* (B x_c B') ] A' / 576
 * G is 24 times the usual one, but for its last row, of which A has the other half: so nothing is rounded, and |G w G'| <= 144 * 127 and
 * |B x B'| <= 68 * 255 fit into 16 bits, of which processors multiply as many as a vector holds and add neighbours in one
 * instruction. The sums are those of the other rows, with 36 products in place of 144.
 *
 * Sums are kept modulo 2^32, which is enough: 576 = 64 * 9, 9 has an inverse, and of 64 y the lower 32 bits are y where it
 * fits into 26. It does for as many channels as
 *     |y| <= 255 * 9 * (C / 2) * 128 < 2^25
 * by the weights' pairs (kernels/bytes.h); of more channels there are several such sums, which are added.
 *
 * Operands, of which each point's lie `stride` apart from the next one's, P panels of 16 outputs being computed together:
 *     V [36][tile][C]               transformed input
 *     U [36][C/2][P][16][2]         transformed weights
 *     M [36][tile][P][16]           products
 *     S [4][tile][4][P][16]         sums: lines of pixels, as neighbouring tiles make them together */
#ifndef LINCE_KERNELS_X86_INT8_WINOGRAD_H
#define LINCE_KERNELS_X86_INT8_WINOGRAD_H

#include "kernels/x86/int8.h"

enum {
    LINCE_INT8_SIDE = 4, /* pixels of a tile of results, and of what it reads */
    LINCE_INT8_SEEN = 6,
    LINCE_INT8_POINTS = LINCE_INT8_SEEN * LINCE_INT8_SEEN,
    LINCE_INT8_INVERSE_OF_9 = 0x38E38E39, /* modulo 2^32 */
    LINCE_INT8_EXACT_CHANNELS = 224,
    LINCE_INT8_WINOGRAD_CHANNELS = 1 << 11, /* of an input, at most */
};

/* For 16 outputs and two channels, in the time of one instruction, as measured: what a pixel takes without all this, what a tile does, and
 * the weights. */
typedef struct lince_int8_winograd_costs {
    double pixel, tile, weights;
} lince_int8_winograd_costs;

typedef struct lince_int8_winograd_simd {
    size_t channels; /* the input's must be a multiple of it */
    size_t panels;   /* P */
    lince_int8_winograd_costs costs;
    /* Of one tile: v[point][channel], from pixel[6 y + x], the channels' bytes. */
    void (*input)(const uint8_t *const *pixel, size_t channels, int16_t *v, size_t stride);
    /* Of one panel, as kernels/bytes.h lays it out: its part of U; fours: of the input's channels. */
    void (*weights)(const int8_t *w, size_t fours, int16_t *u, size_t stride);
    /* M of one point, of `pairs` of channels; a tile's channels lie `pixel` numbers behind those before it. */
    void (*multiply)(const int16_t *u, const int16_t *v, size_t pixel, size_t pairs, size_t tiles,
                     int32_t *m);
    /* S of one tile, of which each line lies `line` numbers behind the one before; added to what is there, if `more`. */
    void (*sums)(const int32_t *m, size_t stride, bool more, int32_t *s, size_t line);
    void (*finish)(const lince_int8_row *row, const int32_t *s, size_t pixels);
} lince_int8_winograd_simd;

extern const lince_int8_winograd_simd lince_int8_winograd_avx512vnni, lince_int8_winograd_avx512,
    lince_int8_winograd_avxvnni, lince_int8_winograd_avx2;

#endif
