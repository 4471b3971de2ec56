/* Fast 3x3 convolution (winograd.h): which transforms in which order, in which pieces, on which threads.
 *
 * Transformed operands are up to four times as large as plain ones, and would cost more to write and read
 * than their products save. So of inputs and weights only the smaller is transformed as a whole, into
 * scratch; the other one, block by block, stays in the core's own cache (L2) between its transform and its
 * products, and so do the products before theirs:
 *     few tiles (deep layers, small batches)   tiles in scratch; a task makes the weights of one panel
 *     many tiles (first layers)                weights in scratch; a task makes the tiles of one block
 * Backward weights needs both transformed operands of all tiles for each product, and walks through the tiles
 * in chunks, adding up the transformed gradient: point by point, whose operands are read by many products and
 * stay in L2. Each thread transforms what its share of the gradient needs, and in the end that share back.
 *
 * Tasks and chunks follow from the geometry alone, and each sum is made by one task in one order: the result
 * has the same bits on any number of threads. */
#include "kernels/x86/winograd.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/far.h"
#include "kernels/x86/share.h"

#include <xmmintrin.h>

/* Sizes of blocks. Measured on a Zen 4 core (L1 32 KiB, L2 1 MiB, 16 MiB of L3 a core) and a Zen 3 one (L2
 * 512 KiB) over the shapes of VGG and ResNet; they are flat around these values. Channels are summed over in
 * pieces, of which U of a point lies in L1, and of all points, where it is made by the task, in L2. */
enum {
    TILE_BLOCKS = 2,         /* a task that makes tiles: at least so many register blocks, ... */
    TILES_IN_BLOCK = 64,     /* ... at most so many tiles, and between them what L2 holds of V and M */
    TILES_IN_TASK = 128,     /* tiles of a task that makes weights: M in L2 */
    CHANNELS_IN_PIECE = 64,  /* summed over at a time */
    TILES_IN_TRANSFORM = 32, /* tiles of a task that only transforms */
    CHUNK_BYTES = 3 << 19,   /* backward weights: tiles and gradients of a chunk, in L2 */
    CHUNK_TILES = 64,        /* but at least so many */
};

enum { LINE = 16 }; /* floats of a cache line */

typedef struct plan {
    const lince_winograd_simd *simd;
    const lince_winograd_transforms *transforms;
    size_t lanes, points;
    lince_tiling from, to; /* tiles read (with their rims), tiles written (or dy's) */
    size_t tiles;          /* over the batch */
    size_t c_blocks, k_blocks,
        panels;          /* blocks of channels that are summed over, of results; panels of results */
    size_t in_blocks;    /* of the weights' layout */
    bool rotated;        /* backward data */
    bool weights_first;  /* weights in scratch, tiles made by tasks */
    size_t block;        /* tiles of a task that makes them */
    size_t chunk, parts; /* backward weights: tiles of a chunk; parts of the inputs' blocks (share.h) */
    lince_share most;    /* the largest share */
    size_t shared, task; /* floats of scratch: for all, and for each thread */
} plan;

typedef struct work {
    const plan *plan;
    const lince_conv_args *args;
    float *shared, *own; /* scratch */
    const float *source;
    float *result;
    lince_finish finish; /* of all channels and all of the result */
    int threads;
    size_t workers;
} work;

/* Odd numbers of cache lines from point to point: powers of two would crowd into few sets of the caches. */
static size_t point_stride(size_t floats)
{
    return ((floats + 15) / 16 | 1) * 16;
}

/* The first block of result channels of a panel: blocks are dealt out evenly. */
static size_t panel_begin(const plan *p, size_t panel)
{
    return panel * p->k_blocks / p->panels;
}

/* Vectors of result channels in a panel. */
static size_t vectors_of(const plan *p, size_t panel)
{
    return panel_begin(p, panel + 1) - panel_begin(p, panel);
}

/* --- pieces of scratch ----------------------------------------------------------------------------------
 * Floats from point to point. */

static size_t tiles_stride(const plan *p, size_t blocks, size_t tiles)
{
    return point_stride(blocks * tiles * p->lanes);
}

static size_t panel_stride(const plan *p, size_t channels)
{
    return point_stride(channels * (size_t)p->simd->vectors * p->lanes);
}

static size_t products_stride(const plan *p, size_t tiles)
{
    return point_stride(tiles * (size_t)p->simd->vectors * p->lanes);
}

/* Tiles of a task that makes tiles. Sums do not depend on it, so that it may follow the machine's caches. */
static size_t choose_tile_block(const plan *p)
{
    size_t rows = (size_t)p->simd->rows, budget = lince_cpu_cache(2) / 8 * 5;
    size_t tile = p->points * (p->c_blocks + (size_t)p->simd->vectors) * p->lanes * sizeof(float);
    size_t count = lince_smaller(budget / tile, TILES_IN_BLOCK) / rows * rows;
    return lince_smaller(p->tiles, count > TILE_BLOCKS * rows ? count : TILE_BLOCKS * rows);
}

/* --- fetching ahead --------------------------------------------------------------------------------------
 */

/* A function that only fetches ahead has no effect that the compiler sees: not inlined, it would be
 * dropped. */
#define FETCH static inline __attribute__((always_inline))

/* Tiles of some blocks of channels that will be wanted soon: they come from memory while products are made.
 * Counted in rows of tiles, which are contiguous in memory; of those cut by the range, the ones that begin in
 * it. */
typedef struct ahead {
    const lince_tiling *tiling;
    const float *activation;
    size_t row, block, blocks; /* of tiles, over the batch; the channels' */
    size_t per_row, lines;     /* cache lines of a row of tiles of one block, and of all */
} ahead;

static ahead ahead_of(const plan *p, const lince_tiling *t, const float *activation, size_t first,
                      size_t count, size_t block, size_t blocks)
{
    size_t columns = (size_t)t->columns, row = lince_divide_up(first, columns);
    size_t rows = activation ? lince_divide_up(first + count, columns) - row : 0;
    size_t per_row = lince_divide_up((size_t)t->step * (size_t)t->shape.width * p->lanes, LINE);
    return (ahead){t, activation, row, block, blocks, per_row, rows * blocks * per_row};
}

/* Where a row of tiles begins, and the lines of it that exist. */
static const float *row_of_tiles(const plan *p, const ahead *a, size_t index, size_t *lines)
{
    const lince_tiling *t = a->tiling;
    size_t row = a->row + index / a->blocks, sample = row / (size_t)t->rows,
           block = a->block + index % a->blocks;
    size_t y = row % (size_t)t->rows * (size_t)t->step, height = (size_t)t->shape.height;
    size_t width = (size_t)t->shape.width, planes = lince_divide_up((size_t)t->shape.channels, p->lanes);
    *lines = lince_divide_up(lince_smaller((size_t)t->step, height - y) * width * p->lanes, LINE);
    return a->activation + ((sample * planes + block) * height + y) * width * p->lanes;
}

/* Part `part` of `parts`. */
FETCH void fetch(const plan *p, const ahead *a, size_t part, size_t parts)
{
    size_t line = part * a->lines / parts, end = (part + 1) * a->lines / parts;
    while (line < end) {
        size_t exist, from = line % a->per_row, to = lince_smaller(a->per_row, from + end - line);
        const float *begin = row_of_tiles(p, a, line / a->per_row, &exist);
        line += to - from;
        for (size_t i = from; i < lince_smaller(to, exist); i++) __builtin_prefetch(begin + i * LINE, 0, 2);
    }
}

/* Lines of a block [3][3][L][L] of the weights: part `part` of `parts`. */
FETCH void fetch_block(const plan *p, const float *block, size_t part, size_t parts)
{
    size_t lines = 9 * p->lanes * p->lanes / LINE;
    for (size_t i = part * lines / parts; i < (part + 1) * lines / parts; i++)
        __builtin_prefetch(block + i * LINE, 0, 2);
}

/* --- forward, backward data ------------------------------------------------------------------------------
 */

/* The block of weights that leads from block c of what is summed over to block k of the results. Their layout
 * is [O/L][I/L][3][3][L][L]: forward sums over I, backward data over O. */
static const float *weights_at(const work *w, size_t c, size_t k)
{
    const plan *p = w->plan;
    size_t block = p->rotated ? c * p->in_blocks + k : k * p->in_blocks + c;
    return w->args->w + block * 9 * p->lanes * p->lanes;
}

/* U of blocks [first, first + count) of channels for one panel. */
static void make_weights(const work *w, size_t panel, size_t first, size_t count, float *u, size_t stride)
{
    const plan *p = w->plan;
    size_t vectors = vectors_of(p, panel), pitch = vectors * p->lanes;
    for (size_t c = first; c < first + count; c++, u += p->lanes * pitch)
        for (size_t k = 0; k < vectors; k++)
            p->transforms->weights(weights_at(w, c, panel_begin(p, panel) + k), p->rotated, u + k * p->lanes,
                                   stride, pitch);
}

/* M (+)= U V at one point, for all tiles of v, as evenly cut into register blocks as they allow. */
static void multiply(const plan *p, size_t vectors, const float *u, const float *v, size_t tiles,
                     size_t v_stride, size_t blocks, bool accumulate, float *m)
{
    size_t pieces = lince_divide_up(tiles, (size_t)p->simd->rows);
    for (size_t i = 0; i < pieces; i++) {
        size_t begin = i * tiles / pieces, end = (i + 1) * tiles / pieces;
        p->simd->multiply[vectors - 1][end - begin - 1](u, v + begin * p->lanes, v_stride, blocks, accumulate,
                                                        m + begin * vectors * p->lanes);
    }
}

static void write_panel(const work *w, size_t panel, const float *m, size_t stride, size_t first,
                        size_t count)
{
    const plan *p = w->plan;
    size_t vectors = vectors_of(p, panel);
    for (size_t k = 0; k < vectors; k++) {
        size_t block = panel_begin(p, panel) + k, channel = block * p->lanes;
        lince_finish f = w->finish;
        if (f.bias) f.bias += channel;
        if (f.scale) f.scale += channel, f.shift += channel;
        p->transforms->output_tiles(&p->to, m + k * p->lanes, stride, vectors * p->lanes, first, count, block,
                                    &f, w->result);
    }
}

static void panel_to_scratch(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    size_t panel = index / p->c_blocks, block = index % p->c_blocks;
    size_t stride = panel_stride(p, p->c_blocks * p->lanes);
    make_weights(w, panel, block, 1,
                 w->shared + panel * p->points * stride + block * p->lanes * vectors_of(p, panel) * p->lanes,
                 stride);
}

/* M of one panel at one point: channels by pieces, so that their weights stay in L1 for all tiles. */
static void multiply_pieces(const plan *p, size_t vectors, const float *u, const float *v, size_t tiles,
                            float *m)
{
    size_t piece = CHANNELS_IN_PIECE / p->lanes, v_stride = p->block * p->lanes;
    for (size_t c = 0; c < p->c_blocks; c += piece)
        multiply(p, vectors, u + c * p->lanes * vectors * p->lanes, v + c * v_stride, tiles, v_stride,
                 lince_smaller(piece, p->c_blocks - c), c > 0, m);
}

/* One block of tiles, with weights from scratch; meanwhile the tiles that come after are fetched. */
static void tiles_task(const work *w, size_t index, float *own)
{
    const plan *p = w->plan;
    size_t block = p->block, first = index * block, count = lince_smaller(block, p->tiles - first);
    size_t v_stride = tiles_stride(p, p->c_blocks, block), m_stride = products_stride(p, block);
    size_t u_stride = panel_stride(p, p->c_blocks * p->lanes), after = first + count;
    float *v = own, *m = own + p->points * v_stride;
    ahead next =
        ahead_of(p, &p->from, w->source, after, lince_smaller(block, p->tiles - after), 0, p->c_blocks);
    for (size_t c = 0; c < p->c_blocks; c++)
        p->transforms->input_tiles(&p->from, w->source, first, count, c, v + c * block * p->lanes, v_stride);
    for (size_t panel = 0; panel < p->panels; panel++) {
        const float *u = w->shared + panel * p->points * u_stride;
        size_t vectors = vectors_of(p, panel), result = panel_begin(p, panel);
        ahead out = ahead_of(p, &p->to, w->finish.far ? NULL : w->result, first, count, result, vectors);
        ahead gate = ahead_of(p, &p->to, w->finish.gate ? w->finish.gate : w->finish.addend, first, count,
                              result, vectors);
        for (size_t i = 0; i < p->points; i++) {
            multiply_pieces(p, vectors, u + i * u_stride, v + i * v_stride, count, m + i * m_stride);
            fetch(p, &next, panel * p->points + i, p->panels * p->points);
            fetch(p, &out, i, p->points);
            fetch(p, &gate, i, p->points);
        }
        write_panel(w, panel, m, m_stride, first, count);
    }
}

static void tiles_to_scratch(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    size_t block = index % p->c_blocks, first = index / p->c_blocks * TILES_IN_TRANSFORM;
    p->transforms->input_tiles(&p->from, w->source, first,
                               lince_smaller(TILES_IN_TRANSFORM, p->tiles - first), block,
                               w->shared + (block * p->tiles + first) * p->lanes,
                               tiles_stride(p, p->c_blocks, p->tiles));
}

/* The weights of `count` blocks of channels from `first` on, for one panel. */
FETCH void fetch_weights(const work *w, size_t panel, size_t first, size_t count, size_t part, size_t parts)
{
    for (size_t c = first; c < first + count; c++)
        for (size_t k = 0; k < vectors_of(w->plan, panel); k++)
            fetch_block(w->plan, weights_at(w, c, panel_begin(w->plan, panel) + k), part, parts);
}

/* One panel of results for a range of tiles, with tiles from scratch. */
static void panel_task(const work *w, size_t index, float *own)
{
    const plan *p = w->plan;
    size_t panel = index % p->panels, first = index / p->panels * TILES_IN_TASK,
           vectors = vectors_of(p, panel);
    size_t count = lince_smaller(TILES_IN_TASK, p->tiles - first), piece = CHANNELS_IN_PIECE / p->lanes;
    size_t u_stride = panel_stride(p, CHANNELS_IN_PIECE), m_stride = products_stride(p, TILES_IN_TASK);
    size_t v_stride = tiles_stride(p, p->c_blocks, p->tiles), next_panel = (panel + 1) % p->panels;
    float *u = own, *m = own + p->points * u_stride;
    for (size_t c = 0; c < p->c_blocks; c += piece) {
        size_t blocks = lince_smaller(piece, p->c_blocks - c), next = c + piece;
        make_weights(w, panel, c, blocks, u, u_stride);
        for (size_t i = 0; i < p->points; i++) {
            multiply(p, vectors, u + i * u_stride,
                     w->shared + i * v_stride + (c * p->tiles + first) * p->lanes, count, p->tiles * p->lanes,
                     blocks, c > 0, m + i * m_stride);
            if (next < p->c_blocks)
                fetch_weights(w, panel, next, lince_smaller(piece, p->c_blocks - next), i, p->points);
            else
                fetch_weights(w, next_panel, 0, lince_smaller(piece, p->c_blocks), i, p->points);
        }
    }
    write_panel(w, panel, m, m_stride, first, count);
}

static size_t tasks(const plan *p)
{
    return p->weights_first ? lince_divide_up(p->tiles, p->block)
                            : p->panels * lince_divide_up(p->tiles, TILES_IN_TASK);
}

/* Thread `index` of w->workers: its share of the tasks, with scratch of its own. */
static void worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    size_t count = tasks(p);
    for (size_t i = index * count / w->workers; i < (index + 1) * count / w->workers; i++)
        (p->weights_first ? tiles_task : panel_task)(w, i, w->own + index * p->task);
    if (w->finish.far) _mm_sfence();
}

static void run_data(work *w)
{
    const plan *p = w->plan;
    if (p->weights_first)
        lince_parallel(w->threads, p->panels * p->c_blocks, panel_to_scratch, w);
    else
        lince_parallel(w->threads, lince_divide_up(p->tiles, TILES_IN_TRANSFORM) * p->c_blocks,
                       tiles_to_scratch, w);
    lince_parallel(w->threads, w->workers, worker, w);
}

static void plan_data(plan *p)
{
    size_t channels = p->c_blocks * p->lanes;
    p->weights_first = p->tiles >= p->k_blocks * p->lanes;
    if (p->weights_first) {
        p->block = choose_tile_block(p);
        p->shared = p->panels * p->points * panel_stride(p, channels);
        p->task = p->points * (tiles_stride(p, p->c_blocks, p->block) + products_stride(p, p->block));
    } else {
        p->shared = p->points * tiles_stride(p, p->c_blocks, p->tiles);
        p->task = p->points * (panel_stride(p, CHANNELS_IN_PIECE) + products_stride(p, TILES_IN_TASK));
    }
}

/* --- backward weights ------------------------------------------------------------------------------------
 */

/* A thread's share of dw (share.h): a row is a block of inputs, a column a panel of outputs. Of its operands and gradients it has
 * scratch of its own. */
typedef struct share {
    lince_share of;
    size_t k, k_blocks; /* blocks of outputs */
    float *v;           /* [points]: inputs' blocks, gradients' behind them, [block][tile][lanes] */
    float *sums;        /* [k_blocks][ranges][lanes] of dy, of this chunk */
    float *du;          /* [points][columns][rows] gradients of U */
} share;

static size_t chunk_stride(const plan *p)
{
    return tiles_stride(p, p->most.rows + p->most.columns * (size_t)p->simd->vectors, p->chunk);
}

/* Ranges of tiles that a chunk is transformed in. */
static size_t ranges(const plan *p)
{
    return lince_divide_up(p->chunk, TILES_IN_TRANSFORM);
}

static size_t sums_size(const plan *p)
{
    return point_stride(p->most.columns * (size_t)p->simd->vectors * ranges(p) * p->lanes);
}

/* dU of a block of input channels and a panel of output channels at a point. */
static size_t gradient_size(const plan *p)
{
    return p->lanes * (size_t)p->simd->vectors * p->lanes;
}

static size_t gradient_stride(const plan *p)
{
    return point_stride(p->most.columns * p->most.rows * gradient_size(p));
}

static share share_of(const work *w, size_t index)
{
    const plan *p = w->plan;
    share s = {.of = lince_share_of(index, w->workers, p->parts, p->c_blocks, p->panels),
               .v = w->own + index * p->task};
    s.k = panel_begin(p, s.of.column);
    s.k_blocks = panel_begin(p, s.of.column + s.of.columns) - s.k;
    s.sums = s.v + p->points * chunk_stride(p);
    s.du = s.sums + sums_size(p);
    return s;
}

/* Tiles [first, first + count) of the batch. */
typedef struct chunk {
    size_t first, count;
} chunk;

static void transform_chunk(const work *w, const share *s, const chunk *c)
{
    const plan *p = w->plan;
    for (size_t range = 0, first = 0; first < c->count; range++, first += TILES_IN_TRANSFORM) {
        size_t count = lince_smaller(TILES_IN_TRANSFORM, c->count - first);
        float *v = s->v + first * p->lanes;
        for (size_t i = 0; i < s->of.rows; i++, v += p->chunk * p->lanes)
            p->transforms->input_tiles(&p->from, w->args->x, c->first + first, count, s->of.row + i, v,
                                       chunk_stride(p));
        for (size_t i = 0; i < s->k_blocks; i++, v += p->chunk * p->lanes)
            p->transforms->gradient_tiles(&p->to, w->args->y, c->first + first, count, s->k + i, v,
                                          chunk_stride(p), s->sums + (i * ranges(p) + range) * p->lanes);
    }
}

/* db of the share's i-th block: the sums of its ranges of tiles, and of the chunks before. */
static void sum_bias(const work *w, const share *s, const chunk *c, size_t i)
{
    const plan *p = w->plan;
    float *b = w->args->b + (s->k + i) * p->lanes;
    for (size_t l = 0; l < p->lanes; l++) {
        float sum = 0;
        for (size_t r = 0; r < lince_divide_up(c->count, TILES_IN_TRANSFORM); r++)
            sum += s->sums[(i * ranges(p) + r) * p->lanes + l];
        b[l] = c->first > 0 ? b[l] + sum : sum;
    }
}

/* The block of dw that leads from input block `block` to output block o. */
static float *gradient_at(const work *w, size_t o, size_t block)
{
    return w->args->w + (o * w->plan->in_blocks + block) * 9 * w->plan->lanes * w->plan->lanes;
}

static void write_gradient(const work *w, size_t panel, size_t block, const float *du)
{
    const plan *p = w->plan;
    size_t vectors = vectors_of(p, panel);
    for (size_t k = 0; k < vectors; k++)
        p->transforms->weights_gradient(du + k * p->lanes, gradient_stride(p), vectors * p->lanes,
                                        gradient_at(w, panel_begin(p, panel) + k, block));
}

/* Where dU of the share's row and column lies at the first point. */
static float *gradient_in(const plan *p, const share *s, size_t row, size_t column)
{
    return s->du + (column * s->of.rows + row) * gradient_size(p);
}

static void multiply_point(const work *w, const share *s, const chunk *c, size_t point, size_t row,
                           size_t column)
{
    const plan *p = w->plan;
    size_t per_block = p->chunk * p->lanes, panel = s->of.column + column;
    const float *v = s->v + point * chunk_stride(p),
                *y = v + (s->of.rows + panel_begin(p, panel) - s->k) * per_block;
    p->simd->outer[vectors_of(p, panel) - 1](v + row * per_block, y, per_block, c->count, c->first > 0,
                                             gradient_in(p, s, row, column) + point * gradient_stride(p));
}

/* Point by point, of which both operands stay in the core's own cache: each product reads a part of them. Meanwhile the next
 * chunk's comes from memory. */
static void multiply_chunk(const work *w, const share *s, const chunk *c)
{
    const plan *p = w->plan;
    size_t first = c->first + c->count, tiles = lince_smaller(p->chunk, p->tiles - first);
    ahead x = ahead_of(p, &p->from, w->args->x, first, tiles, s->of.row, s->of.rows),
          dy = ahead_of(p, &p->to, w->args->y, first, tiles, s->k, s->k_blocks);
    size_t part = 0, parts = p->points * s->of.rows * s->of.columns;
    for (size_t point = 0; point < p->points; point++)
        for (size_t column = 0; column < s->of.columns; column++)
            for (size_t row = 0; row < s->of.rows; row++, part++) {
                multiply_point(w, s, c, point, row, column);
                fetch(p, &x, part, parts);
                fetch(p, &dy, part, parts);
            }
}

static void weights_worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    share s = share_of(w, index);
    if (!s.of.rows || !s.of.columns) return;
    for (size_t first = 0; first < p->tiles; first += p->chunk) {
        chunk c = {first, lince_smaller(p->chunk, p->tiles - first)};
        transform_chunk(w, &s, &c);
        multiply_chunk(w, &s, &c);
        for (size_t i = 0; i < s.k_blocks && s.of.row == 0 && w->args->b; i++) sum_bias(w, &s, &c, i);
    }
    for (size_t column = 0; column < s.of.columns; column++)
        for (size_t row = 0; row < s.of.rows; row++)
            write_gradient(w, s.of.column + column, s.of.row + row, gradient_in(p, &s, row, column));
}

/* The chunks follow from the geometry alone, as sums do. A panel's products with a block take some 800 cycles a tile, a
 * transform of a block 300. */
static void plan_weights(plan *p, size_t threads)
{
    size_t tile = p->points * (p->c_blocks + p->k_blocks) * p->lanes * sizeof(float);
    p->chunk = CHUNK_BYTES / tile < CHUNK_TILES ? CHUNK_TILES : CHUNK_BYTES / tile;
    p->chunk = lince_divide_up(p->tiles, lince_divide_up(p->tiles, p->chunk));
    p->parts = lince_share_parts(threads, p->c_blocks, p->panels, 8, 3, &p->most);
    p->task = point_stride(p->points * (chunk_stride(p) + gradient_stride(p)) + sums_size(p));
}

/* --- the implementation ----------------------------------------------------------------------------------
 */

static const lince_winograd_transforms *transforms_for(const lince_winograd_simd *simd, const lince_conv *c)
{
    bool padded = c->padding[0] == 1 && c->padding[1] == 1;
    if (padded && c->in.height == 2 && c->in.width == 2) return &simd->map2;
    if (padded && c->in.height == 1 && c->in.width == 1) return &simd->map1;
    return &simd->map4;
}

static bool supported(const lince_conv *c, size_t lanes)
{
    return lanes > 0 && c->groups == 1 && c->kernel[0] == 3 && c->kernel[1] == 3 && c->stride[0] == 1 &&
           c->stride[1] == 1 && c->padding[0] == c->padding[1] && c->padding[0] <= 2 &&
           (size_t)c->in.block == lanes && (size_t)c->out.block == lanes;
}

static bool supports_avx512(const void *geometry)
{
    return supported(&((const lince_conv_task *)geometry)->conv, (size_t)lince_winograd_simd_avx512.lanes);
}

static bool supports_avx2(const void *geometry)
{
    return supported(&((const lince_conv_task *)geometry)->conv, (size_t)lince_winograd_simd_avx2.lanes);
}

static int create(lince_kernel *k, const lince_winograd_simd *simd)
{
    const lince_conv_task *t = k->geometry;
    const lince_conv *c = &t->conv;
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->simd = simd;
    p->transforms = transforms_for(simd, c);
    p->lanes = (size_t)simd->lanes;
    p->points = (size_t)p->transforms->points;
    p->rotated = t->direction == LINCE_BACKWARD_DATA;
    lince_shape from = p->rotated ? c->out : c->in, to = p->rotated ? c->in : c->out;
    int step = p->transforms->output, rows = (to.height + step - 1) / step,
        columns = (to.width + step - 1) / step;
    int origin = step == 4 ? (p->rotated ? 2 - c->padding[0] : c->padding[0]) : 0;
    p->from = (lince_tiling){from, rows, columns, step, origin};
    p->to = (lince_tiling){to, rows, columns, step, 0};
    p->tiles = (size_t)c->batch * (size_t)rows * (size_t)columns;
    p->c_blocks = lince_divide_up((size_t)from.channels, p->lanes);
    p->k_blocks = lince_divide_up((size_t)to.channels, p->lanes);
    p->in_blocks = lince_divide_up((size_t)c->in.channels, p->lanes);
    p->panels = lince_divide_up(p->k_blocks, (size_t)simd->vectors);
    if (t->direction == LINCE_BACKWARD_WEIGHTS)
        plan_weights(p, (size_t)k->exec.threads);
    else
        plan_data(p);
    k->scratch = (p->shared + (size_t)k->exec.threads * p->task) * sizeof(float);
    return 0;
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_task *t = k->geometry;
    const lince_conv_args *a = args;
    const plan *p = k->plan;
    work w = {.plan = p,
              .args = a,
              .shared = a->scratch,
              .own = (float *)a->scratch + p->shared,
              .source = p->rotated ? a->y : a->x,
              .result = p->rotated ? a->x : a->y,
              .finish = p->rotated ? (lince_finish){.addend = a->add ? a->x : NULL, .gate = a->gate}
                                   : lince_finish_forward(a->epilogue, a->relu, a->b, 0, 0),
              .threads = k->exec.threads,
              .workers = (size_t)k->exec.threads};
    w.finish.far = w.finish.addend != w.result &&
                   lince_is_far(w.result, (size_t)t->conv.batch * lince_shape_size(p->to.shape));
    if (t->direction == LINCE_BACKWARD_WEIGHTS)
        lince_parallel(w.threads, w.workers, weights_worker, &w);
    else
        run_data(&w);
}

static void release(lince_kernel *k)
{
    lince_free(k->plan);
    k->plan = NULL;
}

static int create_avx512(lince_kernel *k)
{
    return create(k, &lince_winograd_simd_avx512);
}

static int create_avx2(lince_kernel *k)
{
    return create(k, &lince_winograd_simd_avx2);
}

const lince_op_row lince_conv_winograd_avx512 = {.op = LINCE_OP_CONV,
                                                 .name = "winograd-avx512",
                                                 .revision = 2,
                                                 .needs = LINCE_AVX512,
                                                 .same_bits = true,
                                                 .finishes = true,
                                                 .adds = true,
                                                 .products = LINCE_PRODUCTS_WINOGRAD,
                                                 .supports = supports_avx512,
                                                 .favoured = supports_avx512,
                                                 .create = create_avx512,
                                                 .run = run,
                                                 .release = release};
const lince_op_row lince_conv_winograd_avx2 = {.op = LINCE_OP_CONV,
                                               .name = "winograd-avx2",
                                               .revision = 2,
                                               .needs = LINCE_AVX2,
                                               .same_bits = true,
                                               .finishes = true,
                                               .adds = true,
                                               .products = LINCE_PRODUCTS_WINOGRAD,
                                               .supports = supports_avx2,
                                               .favoured = supports_avx2,
                                               .create = create_avx2,
                                               .run = run,
                                               .release = release};
