/* Convolution by matrix tiles (tiles.h): where pixels lie, and who computes what.
 *
 * The maps of a group of samples lie one behind the other, with zeros behind each row and each map, as many as windows
 * reach beyond them: so results, too, lie at neighbouring positions, whatever a map's width, and what a tap reads is a fixed
 * distance away. At the few positions where no result belongs, what is computed is dropped.
 *
 *     forward        sums over pairs of blocks of inputs and taps. With stride s the s x s pixels between neighbouring
 *                    results lie in planes of their own, each with neighbours side by side
 *     backward data  the same over dy; with stride s the pixels of dx that lie s apart are reached by the same taps, and
 *                    are s x s grids of results
 *     backward weights   for each tap the product of x, channels in rows, and dy over all positions; zeros in dy where no
 *                    result belongs
 *
 * Groups of backward weights follow from the geometry alone, and each sum is made by one task in one order: the result has the
 * same bits on any number of threads. */
#include "kernels/x86/tiles.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/kernels.h"

#include <string.h>

enum {
    MAX_STEP = 2,
    MAX_PLANES = MAX_STEP * MAX_STEP,
    POSITIONS_IN_GROUP = 4096, /* backward weights: of two blocks of x and of dy half a megabyte, ... */
    POSITIONS_IN_PIECE = 256,  /* ... and 32 KiB */
};

/* A tap reads plane `plane`, `distance` positions away; `weight` is its number. */
typedef struct tap {
    size_t plane, weight;
    ptrdiff_t distance;
} tap;

/* Results that the same taps reach. */
typedef struct grid {
    tap *tap;
    size_t taps, first; /* of all before it */
    int32_t *pixel;     /* [sample] of the result at a position; -1: none */
    ptrdiff_t *offset;  /* [taps] in packed positions */
} grid;

typedef struct plan {
    lince_conv conv;
    lince_direction direction;
    lince_shape from, to; /* read and written; backward weights: x, dy */
    size_t taps, planes, grids, from_blocks, to_blocks;
    int pitch;                   /* positions from row to row of a map, with its zeros */
    size_t sample, front, back;  /* positions of a sample (even), and of zeros before and behind a group */
    size_t group, groups;        /* samples of a group */
    size_t plane;                /* positions of a plane of a group */
    int32_t *source[MAX_PLANES]; /* [sample] the pixel at a position; -1: none */
    grid grid[MAX_PLANES];
    size_t shared, task; /* bytes of scratch: for all, and for each thread */
} plan;

static int floor_divide(int a, int b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* --- geometry ------------------------------------------------------------------------------------------------ */

/* What window position k of an axis reads for results of phase `phase` (backward data): false: nothing. */
static bool reach(const plan *p, int axis, int phase, int k, int *plane, int *distance)
{
    int s = p->conv.stride[axis], padding = p->conv.padding[axis];
    int at = p->direction == LINCE_BACKWARD_DATA ? phase + padding - k : k - padding;
    *distance = floor_divide(at, s);
    *plane = at - *distance * s;
    if (p->direction != LINCE_BACKWARD_DATA) return true;
    bool divides = *plane == 0;
    *plane = 0;
    return divides;
}

/* Positions of an axis: the larger of what is read and what results need, and zeros for what lies beyond. */
static int extent(const plan *p, int axis)
{
    int s = p->conv.stride[axis], phases = p->direction == LINCE_BACKWARD_DATA ? s : 1;
    int read = axis ? p->from.width : p->from.height, written = axis ? p->to.width : p->to.height;
    int least = 0, most = 0, plane, distance;
    if (phases > 1)
        written = (written + s - 1) / s;
    else
        read = (read + s - 1) / s;
    for (int phase = 0; phase < phases; phase++)
        for (int k = 0; k < p->conv.kernel[axis]; k++)
            if (reach(p, axis, phase, k, &plane, &distance)) {
                least = distance < least ? distance : least;
                most = larger(most, distance);
            }
    return larger(read - least, written + most);
}

/* The pixel of a map at each position: those at top + i step, left + j step. */
static int32_t *pixels_of(const plan *p, lince_shape map, int top, int left, int step)
{
    int32_t *pixel = lince_alloc(p->sample, sizeof *pixel);
    if (!pixel) return NULL;
    for (size_t i = 0; i < p->sample; i++) {
        int y = top + (int)(i / (size_t)p->pitch) * step, x = left + (int)(i % (size_t)p->pitch) * step;
        pixel[i] = y < map.height && x < map.width ? y * map.width + x : -1;
    }
    return pixel;
}

static int make_taps(plan *p, grid *g, int top, int left)
{
    const int *kernel = p->conv.kernel;
    int plane[2], distance[2];
    g->tap = lince_alloc(p->taps, sizeof *g->tap);
    g->offset = lince_alloc(p->taps, sizeof *g->offset);
    if (!g->tap || !g->offset) return LINCE_ENOMEM;
    for (int ky = 0; ky < kernel[0]; ky++)
        for (int kx = 0; kx < kernel[1]; kx++)
            if (reach(p, 0, top, ky, &plane[0], &distance[0]) &&
                reach(p, 1, left, kx, &plane[1], &distance[1]))
                g->tap[g->taps++] = (tap){.plane = (size_t)(plane[0] * p->conv.stride[1] + plane[1]),
                                          .weight = (size_t)(ky * kernel[1] + kx),
                                          .distance = (ptrdiff_t)distance[0] * p->pitch + distance[1]};
    return 0;
}

static int make_grids(plan *p)
{
    bool back = p->direction == LINCE_BACKWARD_DATA;
    int rows = back ? p->conv.stride[0] : 1, columns = back ? p->conv.stride[1] : 1;
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++) {
            grid *g = &p->grid[p->grids++];
            g->first = p->grids > 1 ? g[-1].first + g[-1].taps : 0;
            LINCE_TRY(make_taps(p, g, y, x));
            if (!(g->pixel = pixels_of(p, p->to, y, x, back ? rows : 1))) return LINCE_ENOMEM;
        }
    return 0;
}

static int make_sources(plan *p)
{
    int s = p->direction == LINCE_BACKWARD_DATA ? 1 : p->conv.stride[0];
    p->planes = (size_t)(s * s);
    for (int y = 0; y < s; y++)
        for (int x = 0; x < s; x++)
            if (!(p->source[y * s + x] = pixels_of(p, p->from, y, x, s))) return LINCE_ENOMEM;
    return 0;
}

/* How far taps reach before the first sample and behind the last one. */
static void find_margins(plan *p)
{
    ptrdiff_t least = 0, most = 0;
    for (size_t g = 0; g < p->grids; g++)
        for (size_t t = 0; t < p->grid[g].taps; t++) {
            ptrdiff_t distance = p->grid[g].tap[t].distance;
            least = distance < least ? distance : least;
            most = distance > most ? distance : most;
        }
    p->front = lince_divide_up((size_t)-least, PAIRED) * PAIRED;
    p->back = (size_t)most + POSITIONS;
}

/* --- forward, backward data ------------------------------------------------------------------------------------ */

/* Bytes of a thread's positions: of so many samples. */
static size_t positions_size(const plan *p, size_t samples)
{
    return lince_divide_up(p->from_blocks, 2) * p->planes * (p->front + samples * p->sample + p->back) *
           PAIRED * sizeof(uint16_t);
}

static size_t weights_size(const plan *p)
{
    return lince_divide_up(p->to_blocks, 2) * 2 * p->taps * lince_divide_up(p->from_blocks, 2) * TILE_SIZE *
           sizeof(uint16_t);
}

/* Tiles of weights of a grid for one block of results. */
static size_t panel_at(const plan *p, const grid *g, size_t block)
{
    size_t pairs = lince_divide_up(p->from_blocks, 2), blocks = lince_divide_up(p->to_blocks, 2) * 2;
    return (g->first * blocks + block * g->taps) * pairs * TILE_SIZE;
}

/* A group's positions, which all blocks of results read again, stay in the core's own cache, where that holds those of a
 * sample. */
static void plan_data(plan *p, int threads)
{
    size_t batch = (size_t)p->conv.batch, most = lince_cpu_cache(2) / 4, workers = (size_t)threads;
    p->group = 1;
    while (p->group < batch && positions_size(p, p->group + 1) <= most) p->group++;
    p->groups = lince_divide_up(lince_divide_up(batch, p->group), workers) * workers; /* as many for each */
    p->group = lince_divide_up(batch, p->groups);
    p->groups = lince_divide_up(batch, p->group);
    p->plane = p->front + p->group * p->sample + p->back;
    p->shared = lince_align(weights_size(p));
    p->task = lince_align(positions_size(p, p->group));
    for (size_t g = 0; g < p->grids; g++)
        for (size_t t = 0; t < p->grid[g].taps; t++) {
            const tap *at = &p->grid[g].tap[t];
            p->grid[g].offset[t] = ((ptrdiff_t)(at->plane * p->plane + p->front) + at->distance) * PAIRED;
        }
}

typedef struct work {
    const plan *p;
    const lince_conv_args *args;
    unsigned char *scratch;
    size_t workers, first, count; /* samples of this group */
} work;

/* The weights that lead from a block of inputs to one of outputs at a tap, [16][16]. */
static float *weights_at(const work *w, size_t out, size_t in, size_t weight)
{
    size_t ins = lince_divide_up((size_t)w->p->conv.in.channels, TILE);
    return w->args->w + ((out * ins + in) * w->p->taps + weight) * TILE * TILE;
}

/* Those of one block of results, behind the last one zeros. */
static void pack_panel(void *context, size_t block)
{
    const work *w = context;
    const plan *p = w->p;
    bool back = p->direction == LINCE_BACKWARD_DATA;
    for (size_t i = 0; i < p->grids; i++) {
        const grid *g = &p->grid[i];
        uint16_t *to = (uint16_t *)w->scratch + panel_at(p, g, block);
        for (size_t c = 0; c < p->from_blocks; c += 2)
            for (size_t t = 0; t < g->taps; t++, to += TILE_SIZE) {
                size_t weight = g->tap[t].weight;
                if (block >= p->to_blocks)
                    memset(to, 0, TILE_SIZE * sizeof *to);
                else if (back)
                    lince_tiles_pack_weights_back(weights_at(w, c, block, weight),
                                                  c + 1 < p->from_blocks ? weights_at(w, c + 1, block, weight)
                                                                         : NULL,
                                                  to);
                else
                    lince_tiles_pack_weights(weights_at(w, block, c, weight),
                                             c + 1 < p->from_blocks ? weights_at(w, block, c + 1, weight)
                                                                    : NULL,
                                             to);
            }
    }
}

/* One block's map of a sample. */
static float *map_of(float *activation, lince_shape s, size_t blocks, size_t sample, size_t block)
{
    return activation + (sample * blocks + block) * (size_t)s.height * (size_t)s.width * TILE;
}

static void pack_group(const plan *p, float *source, size_t first, size_t count, uint16_t *to)
{
    for (size_t c = 0; c < p->from_blocks; c += 2)
        for (size_t k = 0; k < p->planes; k++, to += p->plane * PAIRED) {
            memset(to, 0, p->front * PAIRED * sizeof *to);
            for (size_t n = 0; n < count; n++)
                lince_tiles_pack_positions(map_of(source, p->from, p->from_blocks, first + n, c),
                                           c + 1 < p->from_blocks
                                               ? map_of(source, p->from, p->from_blocks, first + n, c + 1)
                                               : NULL,
                                           p->source[k], p->sample, to + (p->front + n * p->sample) * PAIRED);
            size_t end = p->front + count * p->sample;
            memset(to + end * PAIRED, 0, (p->plane - end) * PAIRED * sizeof *to);
        }
}

/* Sums of POSITIONS positions from `at` on, of which a range may lie in several samples. */
static void store(const work *w, const grid *g, size_t first, size_t count, size_t block, size_t at,
                  const float c[POSITIONS][TILE])
{
    const plan *p = w->p;
    const lince_conv_args *a = w->args;
    bool back = p->direction == LINCE_BACKWARD_DATA;
    for (size_t done = 0, n = at / p->sample, i = at % p->sample; done < POSITIONS && n < count; n++, i = 0) {
        size_t positions = p->sample - i < POSITIONS - done ? p->sample - i : POSITIONS - done;
        lince_tiles_result r = {.bias = !back && a->b ? a->b + block * TILE : NULL,
                                .relu = !back && a->relu,
                                .gate = back && a->gate
                                            ? map_of((float *)a->gate, p->to, p->to_blocks, first + n, block)
                                            : NULL,
                                .y = map_of(back ? a->x : a->y, p->to, p->to_blocks, first + n, block)};
        lince_tiles_store(&r, c + done, g->pixel + i, positions);
        done += positions;
    }
}

static void compute_grid(const work *w, const grid *g, const uint16_t *positions, size_t first, size_t count)
{
    const plan *p = w->p;
    const uint16_t *weights = (const uint16_t *)w->scratch;
    float c[2][POSITIONS][TILE];
    for (size_t block = 0; block < p->to_blocks; block += 2)
        for (size_t at = 0; at < count * p->sample; at += POSITIONS) {
            lince_tiles_multiply(&(lince_tiles_product){.blocks = lince_divide_up(p->from_blocks, 2),
                                                        .taps = g->taps,
                                                        .a = positions + at * PAIRED,
                                                        .a_block = p->planes * p->plane * PAIRED,
                                                        .tap = g->offset,
                                                        .b = {weights + panel_at(p, g, block),
                                                              weights + panel_at(p, g, block + 1)}},
                                 c);
            store(w, g, first, count, block, at, (const float(*)[TILE])c[0]);
            if (block + 1 < p->to_blocks)
                store(w, g, first, count, block + 1, at, (const float(*)[TILE])c[1]);
        }
}

/* Thread `index`: its share of the groups, with scratch of its own. */
static void worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->p;
    uint16_t *positions = (uint16_t *)(w->scratch + p->shared + index * p->task);
    size_t batch = (size_t)p->conv.batch;
    lince_tiles_begin();
    for (size_t i = index * p->groups / w->workers; i < (index + 1) * p->groups / w->workers; i++) {
        size_t first = i * p->group, count = batch - first < p->group ? batch - first : p->group;
        pack_group(p, p->direction == LINCE_FORWARD ? w->args->x : w->args->y, first, count, positions);
        for (size_t g = 0; g < p->grids; g++) compute_grid(w, &p->grid[g], positions, first, count);
    }
    lince_tiles_end();
}

static void run_data(work *w, int threads)
{
    lince_parallel(threads, lince_divide_up(w->p->to_blocks, 2) * 2, pack_panel, w);
    lince_parallel(threads, w->workers, worker, w);
}

/* --- backward weights -------------------------------------------------------------------------------------------- */

/* A channel's row: an odd number of cache lines, as powers of two would crowd into few sets of the cache. */
static size_t row_pitch(const plan *p)
{
    return (lince_divide_up(p->plane, PAIRED) | 1) * PAIRED;
}

static size_t dy_positions(const plan *p)
{
    return lince_divide_up(p->group * p->sample, PAIRED) * PAIRED;
}

static uint16_t *x_rows(const work *w, size_t block, size_t plane)
{
    return (uint16_t *)w->scratch + (block * w->p->planes + plane) * TILE * row_pitch(w->p);
}

static uint16_t *dy_pairs(const work *w, size_t block)
{
    return (uint16_t *)(w->scratch + w->p->task) + block * dy_positions(w->p) * TILE;
}

static void plan_weights(plan *p)
{
    size_t batch = (size_t)p->conv.batch;
    p->group = POSITIONS_IN_GROUP / p->sample;
    p->group = p->group < 1 ? 1 : p->group < batch ? p->group : batch;
    p->groups = lince_divide_up(batch, p->group);
    p->plane = p->front + p->group * p->sample + p->back;
    p->task = lince_align(p->from_blocks * p->planes * TILE * row_pitch(p) * sizeof(uint16_t));
    p->shared = p->task + p->to_blocks * dy_positions(p) * TILE * sizeof(uint16_t);
}

/* A sample's map of one block, x's first, dy's behind them. */
static void pack_map(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->p;
    size_t blocks = p->from_blocks + p->to_blocks, n = index / blocks, block = index % blocks;
    if (block < p->from_blocks) {
        for (size_t k = 0; k < p->planes; k++)
            lince_tiles_pack_channels(map_of(w->args->x, p->from, p->from_blocks, w->first + n, block),
                                      p->source[k], p->sample, x_rows(w, block, k) + p->front + n * p->sample,
                                      row_pitch(p));
        return;
    }
    block -= p->from_blocks;
    lince_tiles_pack_pairs(map_of(w->args->y, p->to, p->to_blocks, w->first + n, block), p->grid[0].pixel,
                           p->sample, dy_pairs(w, block) + n * p->sample * TILE);
}

/* Zeros before and behind the samples. */
static void clear_margins(void *context, size_t block)
{
    const work *w = context;
    const plan *p = w->p;
    size_t end = w->count * p->sample;
    if (block >= p->from_blocks) {
        uint16_t *dy = dy_pairs(w, block - p->from_blocks);
        memset(dy + end * TILE, 0, (dy_positions(p) - end) * TILE * sizeof *dy);
        return;
    }
    for (size_t k = 0; k < p->planes; k++)
        for (size_t c = 0; c < TILE; c++) {
            uint16_t *row = x_rows(w, block, k) + c * row_pitch(p);
            memset(row, 0, p->front * sizeof *row);
            memset(row + p->front + end, 0, (row_pitch(p) - p->front - end) * sizeof *row);
        }
}

/* Two blocks of inputs and two of outputs, one tap, positions from `begin` on. */
static void outer_piece(const work *w, const tap *t, size_t i, size_t o, size_t begin, size_t count)
{
    const plan *p = w->p;
    lince_tiles_outer outer = {.pitch = row_pitch(p), .positions = count, .add = w->first > 0 || begin > 0};
    for (size_t k = 0; k < 2; k++) {
        bool in = i + k < p->from_blocks, out = o + k < p->to_blocks; /* the last ones may be alone */
        outer.x[k] = x_rows(w, in ? i + k : i, t->plane) + (ptrdiff_t)(p->front + begin) + t->distance;
        outer.dy[k] = dy_pairs(w, out ? o + k : o) + begin * TILE;
        for (size_t l = 0; l < 2; l++)
            if (in && o + l < p->to_blocks) outer.c[k][l] = weights_at(w, o + l, i + k, t->weight);
    }
    lince_tiles_add_outer(&outer);
}

/* All taps read a piece of positions while it lies in the first-level cache. */
static void outer_task(const work *w, size_t index)
{
    const plan *p = w->p;
    const grid *g = p->grid;
    size_t across = lince_divide_up(p->from_blocks, 2), i = index % across * 2, o = index / across * 2;
    size_t positions = lince_divide_up(w->count * p->sample, PAIRED) * PAIRED;
    size_t piece = g->taps > 1 ? POSITIONS_IN_PIECE : positions;
    for (size_t begin = 0; begin < positions; begin += piece)
        for (size_t t = 0; t < g->taps; t++)
            outer_piece(w, &g->tap[t], i, o, begin, positions - begin < piece ? positions - begin : piece);
}

static void outer_worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->p;
    size_t tasks = lince_divide_up(p->from_blocks, 2) * lince_divide_up(p->to_blocks, 2);
    lince_tiles_begin();
    for (size_t i = index * tasks / w->workers; i < (index + 1) * tasks / w->workers; i++) outer_task(w, i);
    lince_tiles_end();
}

static void run_weights(work *w, const lince_exec *exec)
{
    const plan *p = w->p;
    size_t blocks = p->from_blocks + p->to_blocks, batch = (size_t)p->conv.batch;
    for (w->first = 0; w->first < batch; w->first += p->group) {
        w->count = batch - w->first < p->group ? batch - w->first : p->group;
        if (w->first == 0 || w->count < p->group) lince_parallel(exec->threads, blocks, clear_margins, w);
        lince_parallel(exec->threads, w->count * blocks, pack_map, w);
        lince_parallel(exec->threads, w->workers, outer_worker, w);
    }
    if (w->args->b) lince_sum_channels(exec, p->to, batch, w->args->y, w->args->b);
}

/* --- the row ------------------------------------------------------------------------------------------------------ */

static bool supports(const void *geometry)
{
    const lince_conv *c = &((const lince_conv_task *)geometry)->conv;
    bool same = c->stride[0] == c->stride[1] && c->stride[0] <= MAX_STEP;
    return same && c->groups == 1 && c->in.block == TILE && c->out.block == TILE;
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (!p) return;
    for (size_t i = 0; i < MAX_PLANES; i++) {
        lince_free(p->source[i]);
        lince_free(p->grid[i].tap);
        lince_free(p->grid[i].pixel);
        lince_free(p->grid[i].offset);
    }
    lince_free(p);
    k->plan = NULL;
}

static int make(lince_kernel *k, plan *p)
{
    const lince_conv_task *t = k->geometry;
    bool back = t->direction == LINCE_BACKWARD_DATA;
    p->conv = t->conv;
    p->direction = t->direction;
    p->from = back ? t->conv.out : t->conv.in;
    p->to = back ? t->conv.in : t->conv.out;
    p->from_blocks = lince_divide_up((size_t)p->from.channels, TILE);
    p->to_blocks = lince_divide_up((size_t)p->to.channels, TILE);
    p->taps = (size_t)t->conv.kernel[0] * (size_t)t->conv.kernel[1];
    p->pitch = extent(p, 1);
    p->sample = ((size_t)extent(p, 0) * (size_t)p->pitch + 1) / 2 * 2;
    LINCE_TRY(make_grids(p));
    LINCE_TRY(make_sources(p));
    find_margins(p);
    if (t->direction == LINCE_BACKWARD_WEIGHTS)
        plan_weights(p);
    else
        plan_data(p, k->exec.threads);
    bool each = t->direction != LINCE_BACKWARD_WEIGHTS; /* thread has scratch of its own */
    k->scratch = p->shared + (each ? (size_t)k->exec.threads * p->task : 0);
    return 0;
}

static int create(lince_kernel *k)
{
    k->plan = lince_alloc(1, sizeof(plan));
    int code = k->plan ? make(k, k->plan) : LINCE_ENOMEM;
    if (code) release(k);
    return code;
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_args *a = args;
    work w = {.p = k->plan, .args = a, .scratch = a->scratch, .workers = (size_t)k->exec.threads};
    if (w.p->direction == LINCE_BACKWARD_WEIGHTS)
        run_weights(&w, &k->exec);
    else
        run_data(&w, k->exec.threads);
}

const lince_op_row lince_conv_tiles_amx = {.op = LINCE_OP_CONV_BF16,
                                           .name = "tiles-amx",
                                           .needs = LINCE_AMX,
                                           .same_bits = true,
                                           .products = LINCE_PRODUCTS_TILES,
                                           .supports = supports,
                                           .create = create,
                                           .run = run,
                                           .release = release};
