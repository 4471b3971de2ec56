/* Direct convolution: what its plan (direct.c) and what it computes by it (direct_data.c, direct_weights.c) say to each other. */
#ifndef LINCE_KERNELS_X86_DIRECT_PLAN_H
#define LINCE_KERNELS_X86_DIRECT_PLAN_H

#include "core/minmax.h"
#include "kernels/conv.h"
#include "kernels/x86/direct.h"

enum { MAX_GRIDS = 4 }; /* backward data: stride 1 or 2 */

/* A tap reads the pixel `y`, `x` behind the one that a result begins at. */
typedef struct reach {
    int y, x;
} reach;

/* Results at (top + i step, left + j step), of which each is a sum over taps. */
typedef struct grid {
    int top, left, step;
    size_t taps;
    reach *reach;
    ptrdiff_t *x_tap, *w_tap; /* the same as distances in floats */
} grid;

typedef struct plan {
    const lince_direct_simd *simd;
    lince_conv conv;            /* of one group; flattened, where it may be */
    size_t conv_groups, panels; /* a group's panels of results */
    lince_direction direction;
    lince_direct_step row_step;
    lince_shape from, to;          /* what is read and written; backward weights: x, dy */
    size_t channels;               /* in a block of `from` */
    size_t from_blocks, to_blocks; /* `to` always in blocks of lanes */
    int source_step;               /* pixels of `from` between neighbours of a grid */
    int margin[2], line[2];        /* of the padded source: pixels before; lines and their pixels */
    bool padded;                   /* the source is copied, with its padding, or gathered */
    lince_shape origin;            /* `from`, before it is gathered */
    size_t gathered,
        gathered_lines; /* 0, or 1x1 windows' stride: of `origin` only the pixels that they read */
    int grids;
    grid grid[MAX_GRIDS];
    ptrdiff_t *offsets; /* memory of all x_tap and w_tap */
    reach *positions;   /* memory of all reach */
    size_t
        tiles; /* parts of a map, all of whose results are computed while it is in the second-level cache */
    size_t
        chunk, /* blocks of `from` that are summed up at a time: a panel's weights of these stay in the first-level cache */
        stretch; /* and those of which all panels' sums are made before the next: the map's stay in the second-level one */
    /* Of backward weights: */
    bool flat;                   /* a map is so many pixels, one after the other, which may be gathered */
    size_t parts, group, pieces; /* of a map; samples of a piece; of the batch */
    size_t shared, own;          /* floats of scratch: turned weights; each thread's padded source */
} plan;

typedef struct work {
    int threads;
    const plan *plan;
    const lince_conv_args *args;
    const float *source, *weights;
    float *result, *turned, *own;
    size_t workers;
    size_t chunk, stretch; /* the plan's, or all blocks */
} work;

typedef struct range {
    size_t begin, end;
} range;

static inline size_t lanes(const plan *p)
{
    return (size_t)p->simd->lanes;
}

static inline size_t taps_of(const lince_conv *c)
{
    return (size_t)c->kernel[0] * (size_t)c->kernel[1];
}

static inline size_t vectors_of(const plan *p, size_t panel)
{
    return lince_smaller(LINCE_DIRECT_VECTORS, p->to_blocks - panel % p->panels * LINCE_DIRECT_VECTORS);
}

static inline size_t pixels_of(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width;
}

/* Floats of one block of the padded source. */
static inline size_t padded_block(const plan *p)
{
    return (size_t)p->line[0] * (size_t)p->line[1] * p->channels;
}

/* Floats of a group's weights. */
static inline size_t weights_of_group(const plan *p)
{
    return p->from_blocks * p->to_blocks * taps_of(&p->conv) * p->channels * lanes(p);
}

static inline const float *origin_block(const plan *p, const float *activation, size_t sample, size_t block)
{
    return activation + (sample * p->from_blocks + block) * pixels_of(p->origin) * p->channels;
}

/* Of every other pixel of every other line those from `begin` to `end`, one after the other. */
void lince_direct_gather(const plan *p, const float *from, size_t begin, size_t end, float *to);

/* One block of a sample, as it is or, padded or gathered, in `own`. */
const float *lince_direct_source(const plan *p, const float *activation, size_t sample, size_t block,
                                 float *own);

void lince_direct_data(work *w);    /* forward and backward data */
void lince_direct_weights(work *w); /* backward weights */

#endif
