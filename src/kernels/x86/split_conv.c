/* Convolution by matrix tiles (split.h): a product of two matrices, of which one has a row for each result's pixel, over the
 * whole batch, and the other a column for each channel; terms are the channels of each tap, two blocks a step.
 *
 *     forward, backward data   a thread's group of pixels, some steps at a time: what a tap reads for them is packed into the
 *                              second-level cache, and read again by each pair of blocks of results, whose weights stay in
 *                              the first-level one
 *     backward weights         a thread has its share of dw; pieces of some steps of pixels, of which x, for each tap, and dy
 *                              are packed, are summed up by themselves, and added to it
 *
 * How sums are cut follows from windows and channels alone: the same bits on any number of threads, and forward and backward
 * data whether samples come alone or many at a time. */
#include "core/error.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/far.h"
#include "kernels/kernels.h"
#include "kernels/x86/share.h"
#include "kernels/x86/split.h"
#include "kernels/x86/tiles.h"

#include <xmmintrin.h>

enum {
    MAX_STRIDE = 2,
    MAX_GRIDS = MAX_STRIDE * MAX_STRIDE,
    GROUP = 128, /* pixels: forward, backward data */
    WEIGHTS_OF_BLOCK = SPLIT_BLOCK * SPLIT_BLOCK,
    ROWS_BYTES =
        GROUP / SPLIT_SIDE * SPLIT_STEPS * SPLIT_STEP * sizeof(uint16_t), /* packed rows of a group */
};

/* A tap reads the pixel y, x behind where a result's window begins; `weight` is its number. */
typedef struct tap {
    int y, x;
    size_t weight;
} tap;

/* Results (top + i step, left + j step), which the same taps reach. Backward data with stride s has s x s of these, forward one. */
typedef struct grid {
    int top, left, step, rows, columns;
    size_t pixels, groups; /* over the batch */
    size_t taps, steps;    /* steps: of terms */
    size_t first;          /* steps of the grids before it */
    tap *tap;
} grid;

typedef struct plan {
    lince_direction direction;
    lince_shape from, to; /* read and written; backward weights: x, dy */
    size_t batch;
    int stride; /* pixels of `from` between those that neighbours of a grid begin at */
    size_t taps, grids;
    grid grid[MAX_GRIDS];
    tap *tap;                    /* memory of all */
    size_t from_pairs, to_pairs; /* of blocks, the last of which may be alone */
    size_t in_blocks;            /* of the weights' layout */
    size_t
        parts; /* of the results' pairs, each with a group of pixels a task; backward weights: of the rows */
    size_t shared, task; /* bytes of scratch: for all, and for each thread */
} plan;

typedef struct work {
    const plan *plan;
    const lince_conv_args *args;
    unsigned char *scratch;
    size_t workers;
    bool far; /* far.h: results */
} work;

static size_t blocks_of(lince_shape s)
{
    return lince_divide_up((size_t)s.channels, SPLIT_BLOCK);
}

static size_t plane_of(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * SPLIT_BLOCK;
}

static lince_split_pair pair_of(const float *activation, lince_shape s, size_t pair)
{
    const float *first = activation + 2 * pair * plane_of(s);
    return (lince_split_pair){first, 2 * pair + 1 < blocks_of(s) ? first + plane_of(s) : NULL};
}

static const float *source_of(const work *w)
{
    return w->plan->direction == LINCE_BACKWARD_DATA ? w->args->y : w->args->x;
}

/* Those that lead from block `in` of the inputs to `out` of the outputs; NULL: there are none. */
static float *weights_at(const work *w, size_t in, size_t out, size_t weight)
{
    const plan *p = w->plan;
    bool back = p->direction == LINCE_BACKWARD_DATA;
    if (in >= p->in_blocks || out >= blocks_of(back ? p->from : p->to)) return NULL;
    return w->args->w + ((out * p->in_blocks + in) * p->taps + weight) * WEIGHTS_OF_BLOCK;
}

/* --- where pixels lie ----------------------------------------------------------------------------------- */

/* A walk along the pixels of a grid, over the batch. */
typedef struct walk {
    const grid *grid;
    size_t left, sample;
    int row, column;
} walk;

static walk walk_from(const grid *g, size_t first)
{
    size_t columns = (size_t)g->columns, map = (size_t)g->rows * columns, pixel = first % map;
    return (walk){g, g->pixels > first ? g->pixels - first : 0, first / map, (int)(pixel / columns),
                  (int)(pixel % columns)};
}

static void advance(walk *w)
{
    w->left--;
    if (++w->column < w->grid->columns) return;
    w->column = 0;
    if (++w->row < w->grid->rows) return;
    w->row = 0, w->sample++;
}

static ptrdiff_t place_in(lince_shape map, size_t sample, int y, int x)
{
    if (y < 0 || x < 0 || y >= map.height || x >= map.width) return -1;
    return (ptrdiff_t)(sample * blocks_of(map) * plane_of(map) +
                       ((size_t)y * (size_t)map.width + (size_t)x) * SPLIT_BLOCK);
}

/* Of a step's results from `first` on the pixels (top + row step, left + column step). */
static void find_pixels(lince_shape map, const grid *g, size_t first, int step, int top, int left,
                        ptrdiff_t at[SPLIT_SIDE])
{
    walk w = walk_from(g, first);
    for (size_t i = 0; i < SPLIT_SIDE; i++) {
        at[i] = w.left ? place_in(map, w.sample, top + w.row * step, left + w.column * step) : -1;
        if (w.left) advance(&w);
    }
}

/* Those that a tap reads. */
static void find_sources(const plan *p, const grid *g, const tap *t, size_t first, ptrdiff_t at[SPLIT_SIDE])
{
    find_pixels(p->from, g, first, p->stride, t->y, t->x, at);
}

static void find_results(const plan *p, const grid *g, size_t first, ptrdiff_t at[SPLIT_SIDE])
{
    find_pixels(p->to, g, first, g->step, g->top, g->left, at);
}

/* --- forward, backward data ----------------------------------------------------------------------------- */

/* The weights of one pair of blocks of results, of one step of a grid. */
static void pack_step_of_columns(const work *w, const grid *g, size_t columns, size_t step, uint16_t *to)
{
    const plan *p = w->plan;
    bool back = p->direction == LINCE_BACKWARD_DATA;
    size_t terms = step % p->from_pairs, weight = g->tap[step / p->from_pairs].weight;
    size_t in = 2 * (back ? columns : terms), out = 2 * (back ? terms : columns);
    const float *const blocks[2][2] = {{weights_at(w, in, out, weight), weights_at(w, in, out + 1, weight)},
                                       {weights_at(w, in + 1, out, weight),
                                        weights_at(w, in + 1, out + 1, weight)}};
    lince_split_weights(blocks, back, to);
}

static uint16_t *columns_at(const work *w, const grid *g, size_t pair, size_t step)
{
    return (uint16_t *)w->scratch + (g->first * w->plan->to_pairs + pair * g->steps + step) * SPLIT_STEP;
}

static void pack_columns(void *context, size_t pair)
{
    const work *w = context;
    for (size_t i = 0; i < w->plan->grids; i++) {
        const grid *g = &w->plan->grid[i];
        for (size_t step = 0; step < g->steps; step++)
            pack_step_of_columns(w, g, pair, step, columns_at(w, g, pair, step));
    }
}

/* A group of pixels, and pairs of blocks of results [begin, end). */
typedef struct task {
    const grid *grid;
    size_t first, tiles; /* pixel; of SPLIT_SIDE pixels */
    size_t begin, end;
    uint16_t *rows; /* [tile][SPLIT_STEPS] */
    float *sums;    /* [pair][tile][SPLIT_SUMS] */
    ptrdiff_t result[GROUP];
} task;

static lince_finish finish_of(const work *w, size_t block)
{
    const lince_conv_args *a = w->args;
    size_t channel = block * SPLIT_BLOCK, behind = block * plane_of(w->plan->to);
    lince_finish f = {.addend = a->add ? a->x : NULL, .gate = a->gate};
    if (w->plan->direction == LINCE_FORWARD) f = lince_finish_forward(a->epilogue, a->relu, a->b, 0, 0);
    if (f.bias) f.bias += channel;
    if (f.scale) f.scale += channel, f.shift += channel;
    f.far = w->far;
    lince_finish_advance(&f, behind);
    return f;
}

/* before: the sums of the steps before; NULL: there are none. */
static void write_tile(const work *w, const task *t, size_t pair, size_t tile, const float *before,
                       const float *c)
{
    const plan *p = w->plan;
    float *result = p->direction == LINCE_FORWARD ? w->args->y : w->args->x;
    size_t count = lince_smaller(SPLIT_SIDE, t->grid->pixels - t->first - tile * SPLIT_SIDE);
    for (size_t k = 0; k < 2 && 2 * pair + k < blocks_of(p->to); k++) {
        size_t block = 2 * pair + k, half = k * SPLIT_SUMS / 2;
        lince_finish f = finish_of(w, block);
        lince_split_finish(&f, before ? before + half : NULL, c + half, t->result + tile * SPLIT_SIDE, count,
                           result + block * plane_of(p->to));
    }
}

/* The n-th product of a task is of pair n / tiles and tile n % tiles. Here its sums gather where steps are many. */
static float *sums_of(const task *t, size_t n)
{
    return t->sums + n * SPLIT_SUMS;
}

static void conclude(const work *w, const task *t, size_t n, const float *c, bool first, bool last)
{
    size_t pair = t->begin + n / t->tiles, tile = n % t->tiles;
    if (last)
        write_tile(w, t, pair, tile, first ? NULL : sums_of(t, n), c);
    else if (!first)
        lince_split_add(c, false, SPLIT_SUMS, sums_of(t, n));
}

/* Steps [step, step + steps). What becomes of a product waits until the next one is made: sums that tiles have just written
 * would be waited for, behind all that was written before them. */
static void multiply(const work *w, const task *t, size_t step, size_t steps)
{
    bool first = step == 0, last = step + steps == t->grid->steps;
    size_t count = (t->end - t->begin) * t->tiles;
    float c[2][SPLIT_SUMS];
    for (size_t n = 0; n <= count; n++) {
        if (n < count)
            lince_split_multiply(t->rows + n % t->tiles * SPLIT_STEPS * SPLIT_STEP,
                                 columns_at(w, t->grid, t->begin + n / t->tiles, step), steps,
                                 first && !last ? sums_of(t, n) : c[n % 2]);
        if (n > 0) conclude(w, t, n - 1, c[(n - 1) % 2], first, last);
    }
}

/* Steps [step, step + steps) of one tile's rows; neighbours mostly read by the same tap. */
static void pack_rows(const work *w, const task *t, size_t tile, size_t step, size_t steps)
{
    const plan *p = w->plan;
    uint16_t *to = t->rows + tile * SPLIT_STEPS * SPLIT_STEP;
    ptrdiff_t at[SPLIT_SIDE];
    for (size_t s = step; s < step + steps; s++, to += SPLIT_STEP) {
        if (s == step || s % p->from_pairs == 0)
            find_sources(p, t->grid, &t->grid->tap[s / p->from_pairs], t->first + tile * SPLIT_SIDE, at);
        lince_split_positions(pair_of(source_of(w), p->from, s % p->from_pairs), at, to);
    }
}

static void run_task(const work *w, task *t)
{
    size_t all = t->grid->steps;
    for (size_t i = 0; i < t->tiles; i++)
        find_results(w->plan, t->grid, t->first + i * SPLIT_SIDE, t->result + i * SPLIT_SIDE);
    size_t pieces =
        lince_larger(lince_divide_up(all, SPLIT_STEPS), 1); /* without taps, too: their sums are zero */
    for (size_t k = 0; k < pieces; k++) {
        size_t step = k * all / pieces, steps = (k + 1) * all / pieces - step;
        for (size_t i = 0; i < t->tiles; i++) pack_rows(w, t, i, step, steps);
        multiply(w, t, step, steps);
    }
}

/* The index-th of all groups of all grids. */
static const grid *grid_of(const plan *p, size_t *index)
{
    const grid *g = p->grid;
    for (; *index >= g->groups; g++) *index -= g->groups;
    return g;
}

static size_t groups_of(const plan *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->grids; i++) count += p->grid[i].groups;
    return count;
}

static void data_worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    unsigned char *own = w->scratch + p->shared + index * p->task;
    task t = {.rows = (uint16_t *)own, .sums = (float *)(own + ROWS_BYTES)};
    size_t tasks = groups_of(p) * p->parts;
    lince_tiles_begin();
    for (size_t i = index * tasks / w->workers; i < (index + 1) * tasks / w->workers; i++) {
        size_t part = i % p->parts, group = i / p->parts;
        t.grid = grid_of(p, &group);
        t.first = group * GROUP;
        t.tiles = lince_divide_up(lince_smaller(GROUP, t.grid->pixels - t.first), SPLIT_SIDE);
        t.begin = part * p->to_pairs / p->parts, t.end = (part + 1) * p->to_pairs / p->parts;
        run_task(w, &t);
    }
    if (w->far) _mm_sfence();
    lince_tiles_end();
}

/* Few groups would leave threads without work: then each thread has some of the results' blocks of all pixels. */
static void plan_data(plan *p, size_t threads)
{
    enum { FEW = 4 };
    const grid *last = &p->grid[p->grids - 1];
    size_t groups = 0, steps = last->first + last->steps, most = 0;
    for (size_t i = 0; i < p->grids; i++) {
        grid *g = &p->grid[i];
        groups += g->groups = lince_divide_up(g->pixels, GROUP);
        most = lince_larger(most, g->steps);
    }
    p->parts = groups % threads && groups < FEW * threads ? lince_smaller(threads, p->to_pairs) : 1;
    p->shared = lince_align(p->to_pairs * steps * SPLIT_STEP * sizeof(uint16_t));
    p->task = ROWS_BYTES;
    if (most > SPLIT_STEPS) p->task += lince_align(p->to_pairs * GROUP * SPLIT_SIDE * sizeof(float));
}

/* --- backward weights ----------------------------------------------------------------------------------- */

/* A thread's share of dw (share.h): a row is a tap and a pair of blocks of inputs, a column a pair of blocks of outputs. */
typedef struct share {
    lince_share of;
    uint16_t *packed; /* [rows, then columns][SPLIT_STEPS] */
} share;

static size_t rows_of(const plan *p)
{
    return p->taps * p->from_pairs;
}

static uint16_t *packed_at(const share *s, size_t operand, size_t step)
{
    return s->packed + (operand * SPLIT_STEPS + step) * SPLIT_STEP;
}

/* Step `step` of a piece: SPLIT_SIDE pixels from `first` on. */
static void pack_step(const work *w, const share *s, size_t first, size_t step)
{
    const plan *p = w->plan;
    const lince_share *of = &s->of;
    ptrdiff_t at[SPLIT_SIDE];
    for (size_t i = 0; i < of->rows; i++) {
        size_t row = of->row + i, pair = row % p->from_pairs;
        if (i == 0 || pair == 0) find_sources(p, p->grid, &p->tap[row / p->from_pairs], first, at);
        lince_split_channels(pair_of(w->args->x, p->from, pair), at, packed_at(s, i, step));
    }
    find_results(p, p->grid, first, at);
    for (size_t i = 0; i < of->columns; i++)
        lince_split_columns(pair_of(w->args->y, p->to, of->column + i), at, packed_at(s, of->rows + i, step));
}

static void add_product(const work *w, size_t row, size_t pair, const float *c, bool first)
{
    const plan *p = w->plan;
    size_t in = 2 * (row % p->from_pairs), out = 2 * pair;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < 2; i++, c += WEIGHTS_OF_BLOCK) {
            float *dw = weights_at(w, in + i, out + k, row / p->from_pairs);
            if (dw) lince_split_add(c, first, WEIGHTS_OF_BLOCK, dw);
        }
}

/* As above, each product is added while the next one is made. */
static void add_piece(const work *w, const share *s, size_t steps, bool first)
{
    size_t columns = s->of.columns, count = s->of.rows * columns;
    float c[2][SPLIT_SUMS];
    for (size_t n = 0; n <= count; n++) {
        if (n < count)
            lince_split_multiply(packed_at(s, n / columns, 0), packed_at(s, s->of.rows + n % columns, 0),
                                 steps, c[n % 2]);
        if (n > 0)
            add_product(w, s->of.row + (n - 1) / columns, s->of.column + (n - 1) % columns, c[(n - 1) % 2],
                        first);
    }
}

static void weights_worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    share s = {.of = lince_share_of(index, w->workers, p->parts, rows_of(p), p->to_pairs),
               .packed = (uint16_t *)(w->scratch + index * p->task)};
    if (!s.of.rows || !s.of.columns) return;
    lince_tiles_begin();
    for (size_t first = 0; first < p->grid->pixels; first += SPLIT_STEPS * SPLIT_SIDE) {
        size_t steps = lince_divide_up(p->grid->pixels - first, SPLIT_SIDE);
        steps = lince_smaller(steps, SPLIT_STEPS);
        for (size_t step = 0; step < steps; step++) pack_step(w, &s, first + step * SPLIT_SIDE, step);
        add_piece(w, &s, steps, first == 0);
    }
    lince_tiles_end();
}

/* A product is made in two thirds of the time that packing an operand takes. */
static void plan_weights(plan *p, size_t threads)
{
    lince_share most;
    p->parts = lince_share_parts(threads, rows_of(p), p->to_pairs, 2, 3, &most);
    p->task = lince_align((most.rows + most.columns) * SPLIT_STEPS * SPLIT_STEP * sizeof(uint16_t));
}

/* --- the plan ------------------------------------------------------------------------------------------- */

/* What window position k of an axis reads for results from `phase` on; false: nothing. Forward y[o] reads o s + k - padding,
 * backward data x[i] reads (i + padding - k) / s, where s divides that. */
static bool reach(const lince_conv *c, lince_direction direction, int axis, int phase, int k, int *distance)
{
    int s = c->stride[axis], at = phase + c->padding[axis] - k;
    *distance = direction == LINCE_BACKWARD_DATA ? at / s : k - c->padding[axis];
    return direction != LINCE_BACKWARD_DATA || at % s == 0;
}

static void add_taps(plan *p, grid *g, const lince_conv *c)
{
    tap t;
    for (int ky = 0; ky < c->kernel[0]; ky++)
        for (int kx = 0; kx < c->kernel[1]; kx++) {
            if (!reach(c, p->direction, 0, g->top, ky, &t.y) || !reach(c, p->direction, 1, g->left, kx, &t.x))
                continue;
            t.weight = (size_t)(ky * c->kernel[1] + kx);
            g->tap[g->taps++] = t;
        }
    g->steps = g->taps * p->from_pairs;
}

static int along(int size, int begin, int step)
{
    return begin < size ? (size - begin + step - 1) / step : 0;
}

static void add_grids(plan *p, const lince_conv *c)
{
    int s = p->direction == LINCE_BACKWARD_DATA ? c->stride[0] : 1;
    p->stride = p->direction == LINCE_BACKWARD_DATA ? 1 : c->stride[0];
    for (int i = 0; i < s * s; i++) {
        grid *g = &p->grid[p->grids];
        *g = (grid){.top = i / s, .left = i % s, .step = s, .tap = p->tap};
        if (i > 0) g->first = g[-1].first + g[-1].steps, g->tap = g[-1].tap + g[-1].taps;
        g->rows = along(p->to.height, g->top, s), g->columns = along(p->to.width, g->left, s);
        g->pixels = p->batch * (size_t)g->rows * (size_t)g->columns;
        add_taps(p, g, c);
        p->grids++;
    }
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (p) lince_free(p->tap);
    lince_free(p);
    k->plan = NULL;
}

static int create(lince_kernel *k)
{
    const lince_conv_task *t = k->geometry;
    bool back = t->direction == LINCE_BACKWARD_DATA;
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    *p = (plan){.direction = t->direction,
                .from = back ? t->conv.out : t->conv.in,
                .to = back ? t->conv.in : t->conv.out,
                .batch = (size_t)t->conv.batch,
                .taps = (size_t)t->conv.kernel[0] * (size_t)t->conv.kernel[1],
                .in_blocks = blocks_of(t->conv.in)};
    p->from_pairs = lince_divide_up(blocks_of(p->from), 2);
    p->to_pairs = lince_divide_up(blocks_of(p->to), 2);
    if (!(p->tap = lince_alloc(p->taps, sizeof *p->tap))) {
        release(k);
        return LINCE_ENOMEM;
    }
    add_grids(p, &t->conv);
    if (t->direction == LINCE_BACKWARD_WEIGHTS)
        plan_weights(p, (size_t)k->exec.threads);
    else
        plan_data(p, (size_t)k->exec.threads);
    k->scratch = p->shared + (size_t)k->exec.threads * p->task;
    return 0;
}

/* --- the row -------------------------------------------------------------------------------------------- */

static bool supports(const void *geometry)
{
    const lince_conv *c = &((const lince_conv_task *)geometry)->conv;
    bool same = c->stride[0] == c->stride[1] && c->stride[0] <= MAX_STRIDE;
    return same && c->groups == 1 && c->in.block == SPLIT_BLOCK && c->out.block == SPLIT_BLOCK;
}

/* Where it has won (docs/performance.md): products must pay for packing x and the weights, and pixels for the latter. Forward it
 * depends on a sample alone, so that its bits do. */
static bool is_favoured(const void *geometry)
{
    enum { BLOCKS = 2, PIXELS = 128 };
    static const size_t least[] = {48, 16, 60}; /* by direction: products for each number that is packed */
    const lince_conv_task *t = geometry;
    const lince_conv *c = &t->conv;
    size_t in = (size_t)c->in.channels * (size_t)c->kernel[0] * (size_t)c->kernel[1],
           out = (size_t)c->out.channels, pixels = (size_t)c->out.height * (size_t)c->out.width;
    if (t->direction != LINCE_FORWARD) pixels *= (size_t)c->batch;
    return supports(t) && blocks_of(c->in) >= BLOCKS && blocks_of(c->out) >= BLOCKS && pixels >= PIXELS &&
           in * out / (in + out) >= least[t->direction];
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_args *a = args;
    const plan *p = k->plan;
    work w = {.plan = p, .args = a, .scratch = a->scratch, .workers = (size_t)k->exec.threads};
    if (p->direction == LINCE_BACKWARD_WEIGHTS) {
        lince_parallel(k->exec.threads, w.workers, weights_worker, &w);
        if (a->b) lince_sum_channels(&k->exec, p->to, p->batch, a->y, a->b);
        return;
    }
    const float *result = p->direction == LINCE_FORWARD ? a->y : a->x;
    w.far = finish_of(&w, 0).addend != result && lince_is_far(result, p->batch * lince_shape_size(p->to));
    lince_parallel(k->exec.threads, p->to_pairs, pack_columns, &w);
    lince_parallel(k->exec.threads, w.workers, data_worker, &w);
}

const lince_op_row lince_conv_split_amx = {.op = LINCE_OP_CONV,
                                           .name = "split-amx",
                                           .needs = LINCE_AMX,
                                           .same_bits = true,
                                           .finishes = true,
                                           .adds = true,
                                           .products = LINCE_PRODUCTS_TILES,
                                           .supports = supports,
                                           .favoured = is_favoured,
                                           .create = create,
                                           .run = run,
                                           .release = release};
