/* Direct convolution of small maps. Of a map of 2x2 or 1x1 pixels a row of results is one or two, which leave the registers empty,
 * and all weights are read for each sample. Here a row is the results of one place of many samples:
 *
 *     y[sample][place] = the sum over the place's taps that lie in the map, and channels c, of w[tap][c] x[sample][place + tap][c]
 *
 * by the vector code of direct.h, for which a group of samples is packed, [block][pixel][sample][L]: what neighbouring results begin
 * at are neighbours. Taps that would meet padding alone are left out. Weights are read once for a group, of as many samples as
 * half of the second-level cache holds.
 *
 * Forward, and backward data, whose places are those of dx:
 *     dx[i] = sum over taps k, where stride divides i + padding - k, of dy[(i + padding - k) / stride] w[k]
 *
 * A task is a panel of results of a group. Each sum is one chain over blocks, taps and channels, as direct_data.c's is: the bits are the
 * same, on any number of threads, and whether samples come alone or many at a time. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/x86/direct.h"

#include <lince/error.h>
#include <stdint.h>
#include <string.h>

enum { MOST_PIXELS = 9, LEAST_SAMPLES = 8 };

typedef struct place {
    size_t taps;
    ptrdiff_t *x_tap, *w_tap;
} place;

typedef struct plan {
    const lince_direct_simd *simd;
    lince_conv conv;
    lince_direction direction;
    lince_shape from, to; /* what is read and written */
    size_t lanes, taps, from_blocks, to_blocks, panels;
    size_t from_pixels, places;
    place *place;
    ptrdiff_t *offsets;   /* memory of all x_tap and w_tap */
    size_t group, groups; /* samples packed at a time, at most; the batch's groups */
    size_t shared, own;   /* floats of scratch: turned weights; each thread's packed group */
} plan;

typedef struct work {
    const plan *plan;
    const lince_conv_args *args;
    const float *source, *weights;
    float *result, *own;
    size_t workers;
} work;

/* Samples begin..end, and a panel of their results. */
typedef struct task {
    size_t begin, end, panel;
} task;

static size_t pixels_of(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width;
}

/* --- running ---------------------------------------------------------------------------------------------- */

static void pack(const work *w, const task *t, float *own)
{
    const plan *p = w->plan;
    size_t planes = p->from_blocks * p->from_pixels, pixel = p->lanes * sizeof *own;
    for (size_t s = t->begin; s < t->end; s++)
        for (size_t i = 0; i < planes; i++)
            memcpy(own + (i * p->group + s - t->begin) * p->lanes, w->source + (s * planes + i) * p->lanes,
                   pixel);
}

/* Floats from a task's first vector of results to a place of a vector of a sample. */
static size_t result_at(const plan *p, const task *t, size_t sample, size_t vector, size_t at)
{
    size_t block = sample * p->to_blocks + t->panel * LINCE_DIRECT_VECTORS + vector;
    return (block * p->places + at) * p->lanes;
}

static void run_place(const work *w, const task *t, size_t index, const float *own, size_t vectors)
{
    const plan *p = w->plan;
    const place *here = &p->place[index];
    size_t block = p->lanes * p->lanes, first = t->panel * LINCE_DIRECT_VECTORS,
           row = p->from_blocks * p->taps, at = result_at(p, t, t->begin, 0, index);
    lince_direct_row d = {
        .blocks = p->from_blocks,
        .last = p->from.channels - (int)((p->from_blocks - 1) * p->lanes),
        .taps = here->taps,
        .x_tap = here->x_tap,
        .w_tap = here->w_tap,
        .x = own,
        .x_block = p->from_pixels * p->group * p->lanes,
        .w = w->weights + first * row * block,
        .w_block = p->taps * block,
        .w_vector = row * block,
        .finish = lince_direct_finish(w->args, p->direction, first * p->lanes, at),
        .y = w->result + at,
        .y_pixel = p->to_blocks * p->places * p->lanes,
        .y_vector = p->places * p->lanes,
    };
    lince_direct_run(p->simd, LINCE_DIRECT_BLOCK, p->lanes, vectors, t->end - t->begin, &d);
}

/* Of a task's results, where sums in registers could not be. */
static void activate(const work *w, const task *t, size_t vectors)
{
    const plan *p = w->plan;
    lince_finish finish =
        lince_direct_finish(w->args, p->direction, t->panel * LINCE_DIRECT_VECTORS * p->lanes, 0);
    if (lince_finish_holds(&finish)) return;
    for (size_t s = t->begin; s < t->end; s++)
        p->simd->activate(&finish, w->result + result_at(p, t, s, 0, 0), vectors * p->places);
}

/* A thread's share of the tasks, group by group. */
static void worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    size_t count = p->groups * p->panels, batch = (size_t)p->conv.batch, packed = SIZE_MAX;
    float *own = w->own + index * p->own;
    for (size_t i = index * count / w->workers; i < (index + 1) * count / w->workers; i++) {
        size_t group = i / p->panels, begin = group * p->group;
        task t = {begin, lince_smaller(begin + p->group, batch), i % p->panels};
        size_t vectors = lince_smaller(LINCE_DIRECT_VECTORS, p->to_blocks - t.panel * LINCE_DIRECT_VECTORS);
        if (packed != group) pack(w, &t, own);
        packed = group;
        for (size_t j = 0; j < p->places; j++) run_place(w, &t, j, own, vectors);
        activate(w, &t, vectors);
    }
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_args *a = args;
    const plan *p = k->plan;
    bool backward = p->direction == LINCE_BACKWARD_DATA;
    float *turned = a->scratch;
    lince_direct_turning turning = {p->simd, p->taps, p->to_blocks, p->from_blocks, a->w, turned};
    work w = {.plan = p,
              .args = a,
              .source = backward ? a->y : a->x,
              .weights = backward ? turned : a->w,
              .result = backward ? a->x : a->y,
              .own = turned + p->shared,
              .workers = (size_t)k->exec.threads};
    if (backward) lince_parallel(k->exec.threads, p->from_blocks * p->to_blocks, lince_direct_turn, &turning);
    lince_parallel(k->exec.threads, w.workers, worker, &w);
}

/* --- plan -------------------------------------------------------------------------------------------------- */

/* Where, along an axis, a result at `at` has the pixel that it reads through tap `k`; -1: nowhere. */
static int reach(const plan *p, int axis, int at, int k)
{
    const lince_conv *c = &p->conv;
    int size = axis ? p->from.width : p->from.height, stride = c->stride[axis],
        back = at + c->padding[axis] - k;
    int pixel = p->direction == LINCE_FORWARD ? at * stride - c->padding[axis] + k
                : back % stride == 0          ? back / stride
                                              : -1;
    return pixel < size ? pixel : -1;
}

static void add_tap(const plan *p, place *to, int ky, int kx, int y, int x)
{
    to->x_tap[to->taps] = (ptrdiff_t)((size_t)(y * p->from.width + x) * p->group * p->lanes);
    to->w_tap[to->taps++] = (ptrdiff_t)((size_t)(ky * p->conv.kernel[1] + kx) * p->lanes * p->lanes);
}

static void plan_place(plan *p, size_t index)
{
    place *to = &p->place[index];
    int row = (int)index / p->to.width, column = (int)index % p->to.width;
    to->x_tap = p->offsets + 2 * index * p->taps;
    to->w_tap = to->x_tap + p->taps;
    for (int ky = 0; ky < p->conv.kernel[0]; ky++)
        for (int kx = 0; kx < p->conv.kernel[1]; kx++) {
            int y = reach(p, 0, row, ky), x = reach(p, 1, column, kx);
            if (y >= 0 && x >= 0) add_tap(p, to, ky, kx, y, x);
        }
}

/* Groups of whole rows, nearly equal. */
static void divide(plan *p)
{
    size_t sample = p->from_blocks * p->from_pixels * p->lanes * sizeof(float), row = p->simd->size[0];
    size_t rows = ((size_t)p->conv.batch + row - 1) / row, most = lince_cpu_cache(2) / 2 / sample / row;
    p->groups = (rows + (most ? most : 1) - 1) / (most ? most : 1);
    p->group = (rows + p->groups - 1) / p->groups * row;
    p->groups = ((size_t)p->conv.batch + p->group - 1) / p->group;
}

static plan plan_of(const lince_conv_task *t, const lince_direct_simd *simd)
{
    const lince_conv *c = &t->conv;
    bool backward = t->direction == LINCE_BACKWARD_DATA;
    plan p = {.simd = simd, .conv = *c, .direction = t->direction, .lanes = (size_t)simd->lanes};
    p.from = backward ? c->out : c->in;
    p.to = backward ? c->in : c->out;
    p.taps = (size_t)c->kernel[0] * (size_t)c->kernel[1];
    p.from_blocks = (size_t)lince_round_up(p.from.channels, simd->lanes) / p.lanes;
    p.to_blocks = (size_t)lince_round_up(p.to.channels, simd->lanes) / p.lanes;
    p.panels = (p.to_blocks + LINCE_DIRECT_VECTORS - 1) / LINCE_DIRECT_VECTORS;
    p.from_pixels = pixels_of(p.from);
    p.places = pixels_of(p.to);
    divide(&p);
    p.own = p.from_blocks * p.from_pixels * p.group * p.lanes;
    p.shared = backward ? lince_conv_weights_size(c) : 0;
    return p;
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (p) lince_free(p->place), lince_free(p->offsets);
    lince_free(p);
    k->plan = NULL;
}

static int create(lince_kernel *k, const lince_direct_simd *simd)
{
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    *p = plan_of(k->geometry, simd);
    p->place = lince_alloc(p->places, sizeof *p->place);
    p->offsets = lince_alloc(2 * p->places * p->taps, sizeof *p->offsets);
    if (!p->place || !p->offsets) {
        release(k);
        return LINCE_ENOMEM;
    }
    for (size_t i = 0; i < p->places; i++) plan_place(p, i);
    k->scratch = (p->shared + (size_t)k->exec.threads * p->own) * sizeof(float);
    return 0;
}

/* Weights' gradients sum over samples anyway. */
static bool supported(const lince_conv_task *t, int lanes)
{
    const lince_conv *c = &t->conv;
    size_t pixels = lince_smaller(pixels_of(c->in), pixels_of(c->out));
    return t->direction != LINCE_BACKWARD_WEIGHTS && c->groups == 1 && c->in.block == lanes &&
           c->out.block == lanes && pixels <= MOST_PIXELS && c->batch >= LEAST_SAMPLES;
}

static bool supports_avx512(const void *geometry)
{
    return supported(geometry, lince_direct_simd_avx512.lanes);
}

static bool supports_avx2(const void *geometry)
{
    return supported(geometry, lince_direct_simd_avx2.lanes);
}

static int create_avx512(lince_kernel *k)
{
    return create(k, &lince_direct_simd_avx512);
}

static int create_avx2(lince_kernel *k)
{
    return create(k, &lince_direct_simd_avx2);
}

const lince_op_row lince_conv_samples_avx512 = {.op = LINCE_OP_CONV,
                                                .name = "samples-avx512",
                                                .needs = LINCE_AVX512,
                                                .same_bits = true,
                                                .finishes = true,
                                                .adds = true,
                                                .supports = supports_avx512,
                                                .favoured = supports_avx512,
                                                .create = create_avx512,
                                                .run = run,
                                                .release = release};
const lince_op_row lince_conv_samples_avx2 = {.op = LINCE_OP_CONV,
                                              .name = "samples-avx2",
                                              .needs = LINCE_AVX2,
                                              .same_bits = true,
                                              .finishes = true,
                                              .adds = true,
                                              .supports = supports_avx2,
                                              .favoured = supports_avx2,
                                              .create = create_avx2,
                                              .run = run,
                                              .release = release};
