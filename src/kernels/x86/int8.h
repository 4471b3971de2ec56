/* Convolution of bytes: what the driver (int8.c) and the vector code (int8_simd.h, compiled once for each instruction set)
 * say to each other.
 *
 * In a row of a picture of bytes a window's pixels are neighbours, and so are their channels: what a window sees of a row is one
 * run of bytes. Four of them are multiplied with four weights of each of 16 outputs. */
#ifndef LINCE_KERNELS_X86_INT8_H
#define LINCE_KERNELS_X86_INT8_H

#include "kernels/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Neighbouring results, and some panels of 16 outputs:
 *     sum[pixel][output] = the sum over runs, fours and bytes k < 4 of
 *                          x[run x_run + pixel x_pixel + four 4 + k] w[panel][run][four][output][k]
 * Distances are in bytes, those of `floats` in floats. */
typedef struct lince_int8_row {
    size_t runs, fours;
    const uint8_t *x;
    size_t x_run, x_pixel;
    const int8_t *w;
    size_t w_panel;
    const float *factor, *offset;
    const uint8_t *other; /* NULL: none */
    float other_factor;
    uint8_t *y;    /* and `other`: y_pixel from pixel to pixel */
    float *floats; /* likewise; where y is NULL */
    size_t y_pixel;
    size_t channels; /* that are written: up to 16 a panel */
} lince_int8_row;

/* Where so many panels of results go from a pixel of the batch on, and what finishes them. */
lince_int8_row lince_int8_results(const lince_conv_int8_args *args, lince_shape out, size_t panel,
                                  size_t panels, size_t pixel);

enum { LINCE_INT8_MOST_PANELS = 4, LINCE_INT8_SIZES = 6 };

typedef void lince_int8_row_function(const lince_int8_row *row);

/* By matrix tiles: blocks of one size, `pixels` results each, of which two are computed together (`second` NULL: one) for one panel
 * or two; fours are multiplied so many at a time, which divides their number. begin and end: of a thread. Sums are best finished
 * when those of the next blocks have been begun. */
typedef struct lince_int8_tile {
    size_t pixels, fours; /* 16 at most */
} lince_int8_tile;

enum { LINCE_INT8_TILE_SUMS = 2 * 16 * 2 * 16 };

typedef struct lince_int8_tiles {
    void (*begin)(lince_int8_tile tile);
    void (*sum)(lince_int8_tile tile, size_t panels, const lince_int8_row *first,
                const lince_int8_row *second, int32_t *sums);
    void (*finish)(lince_int8_tile tile, size_t panels, const lince_int8_row *first,
                   const lince_int8_row *second, const int32_t *sums);
    void (*end)(void);
} lince_int8_tiles;

/* For p panels: sizes in pixels of one call, falling; 1 last. */
typedef struct lince_int8_simd {
    size_t
        panels[LINCE_INT8_MOST_PANELS]; /* numbers of panels that there are functions for, falling; 1 last */
    size_t usual; /* the first so many of these fill the registers; the others are for fewer outputs */
    struct {
        size_t size[LINCE_INT8_SIZES];
        lince_int8_row_function *row[LINCE_INT8_SIZES];
    } of[LINCE_INT8_MOST_PANELS];  /* by the number's place in `panels` */
    const lince_int8_tiles *tiles; /* in their place */
} lince_int8_simd;

extern const lince_int8_simd lince_int8_simd_amx, lince_int8_simd_avx512vnni, lince_int8_simd_avx512,
    lince_int8_simd_avxvnni, lince_int8_simd_avx2;

#endif
