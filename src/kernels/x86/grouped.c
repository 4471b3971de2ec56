/* Grouped convolution (grouped.h): the walk over planes (one sample's block of channels), rows and the inputs of a group.
 *
 * Backward data is the same walk over dy with the taps that meet an input pixel: with stride s these are those of its phase, pixel
 * modulo s; and the outputs of a group take its inputs' place, by weights that are turned first. */
#include "kernels/x86/grouped.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/conv.h"

#include <string.h>

enum { MAX_KERNEL = 7, MAX_LANES = 16, MAX_INPUTS = 64, MAX_ROWS = 3 * MAX_INPUTS, SAMPLE_GROUPS = 8 };

/* Where a block's channels find one input of their groups: in one or two blocks. */
typedef struct source {
    size_t block[2];
    int32_t lane[MAX_LANES];
} source;

typedef struct plan {
    const lince_grouped_simd *simd;
    size_t lanes, blocks, kernel, stride, padding;
    size_t inputs; /* of a group, which has as many outputs */
    lince_spread spread;
    source *sources;      /* [blocks][inputs] */
    lince_shape from, to; /* read, and written (backward weights: x, and dy's shape) */
    size_t groups;        /* backward weights: parts of the batch, each with sums of its own in scratch */
} plan;

typedef struct work {
    const plan *plan;
    const lince_conv_args *args;
    const lince_conv_task *task;
    const float *w;
} work;

static size_t plane_floats(const plan *p, lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * p->lanes;
}

static size_t row_floats(const plan *p, lince_shape s)
{
    return (size_t)s.width * p->lanes;
}

static size_t taps_floats(const plan *p)
{
    return p->kernel * p->kernel * p->lanes;
}

/* Adds to `rows` a line of the sample at x once for each input of a group, with its taps, which begin at w. */
static size_t add_rows(const plan *p, const float *x, size_t block, size_t line, const float *w,
                       ptrdiff_t w_step, lince_tap_row *rows, size_t count)
{
    size_t plane = plane_floats(p, p->from);
    x += line * row_floats(p, p->from);
    for (size_t i = 0; i < p->inputs; i++) {
        const source *s = &p->sources[block * p->inputs + i];
        rows[count++] = (lince_tap_row){x + s->block[0] * plane, x + s->block[1] * plane,
                                        w + i * taps_floats(p), w_step, s->lane};
    }
    return count;
}

/* y[oy, :] = sum over i, ky, kx of w[i, ky, kx] x_i[oy s - p + ky, ox s - p + kx] */
static void forward_row(const work *k, const float *x, size_t block, size_t oy, const float *w,
                        const float *bias, const lince_finish *finish, float *y)
{
    const plan *p = k->plan;
    lince_tap_row rows[MAX_ROWS];
    size_t count = 0;
    for (size_t ky = 0; ky < p->kernel; ky++) {
        size_t iy = oy * p->stride + ky;
        if (iy < p->padding || iy - p->padding >= (size_t)p->from.height) continue;
        count = add_rows(p, x, block, iy - p->padding, w + ky * p->kernel * p->lanes, (ptrdiff_t)p->lanes,
                         rows, count);
    }
    p->simd->row(&(lince_grouped_row){.rows = rows,
                                      .row_count = count,
                                      .taps = p->kernel,
                                      .spread = p->spread,
                                      .from_step = p->stride,
                                      .shift = -(ptrdiff_t)p->padding,
                                      .width = p->from.width,
                                      .bias = bias,
                                      .finish = *finish,
                                      .y = y,
                                      .to_step = 1,
                                      .count = (size_t)p->to.width});
}

/* dx[iy, ix] = sum over the taps with iy + p - ky = oy s, ix + p - kx = ox s of w[ky, kx] dy[oy, ox].
 * The pixels ix = phase + s j see the taps kx = r + s i, r = (phase + p) mod s, i < m, at
 *     ox = j + (phase + p - r) / s - i:
 * in ascending order of ox, from the last tap to the first. */
static void backward_phase(const work *k, const float *dy, size_t block, size_t iy, size_t phase,
                           const float *w, const float *gate, float *dx)
{
    const plan *p = k->plan;
    lince_tap_row rows[MAX_ROWS];
    size_t s = p->stride, count = 0, r = (phase + p->padding) % s, m = (p->kernel - r + s - 1) / s;
    for (size_t ky = 0; ky < p->kernel; ky++) {
        if (iy + p->padding < ky || (iy + p->padding - ky) % s) continue;
        size_t oy = (iy + p->padding - ky) / s;
        if (oy >= (size_t)p->from.height) continue;
        count = add_rows(p, dy, block, oy, w + (ky * p->kernel + r + s * (m - 1)) * p->lanes,
                         -(ptrdiff_t)(s * p->lanes), rows, count);
    }
    p->simd->row(&(lince_grouped_row){.rows = rows,
                                      .row_count = count,
                                      .taps = m,
                                      .spread = p->spread,
                                      .from_step = 1,
                                      .shift = (ptrdiff_t)((phase + p->padding - r) / s) - (ptrdiff_t)(m - 1),
                                      .width = p->from.width,
                                      .finish.gate = gate ? gate + phase * p->lanes : NULL,
                                      .y = dx + phase * p->lanes,
                                      .to_step = s,
                                      .count = ((size_t)p->to.width - phase + s - 1) / s});
}

static void data_plane(void *context, size_t index)
{
    const work *k = context;
    const plan *p = k->plan;
    const lince_conv_args *a = k->args;
    bool back = k->task->direction == LINCE_BACKWARD_DATA;
    size_t block = index % p->blocks, row = row_floats(p, p->to), plane = plane_floats(p, p->to);
    const float *w = k->w + block * p->inputs * taps_floats(p),
                *from = (back ? a->y : a->x) + index / p->blocks * p->blocks * plane_floats(p, p->from);
    float *to = (back ? a->x : a->y) + index * plane;
    const float *bias = a->b ? a->b + block * p->lanes : NULL;
    lince_finish finish =
        back ? (lince_finish){.gate = a->gate ? a->gate + index * plane : NULL}
             : lince_finish_forward(a->epilogue, a->relu, NULL, block * p->lanes, index * plane);
    for (size_t i = 0; i < (size_t)p->to.height; i++, to += row, lince_finish_advance(&finish, row))
        if (!back)
            forward_row(k, from, block, i, w, bias, &finish, to);
        else
            for (size_t phase = 0; phase < p->stride && phase < (size_t)p->to.width; phase++)
                backward_phase(k, from, block, i, phase, w, finish.gate, to);
}

/* A block's weights with inputs and outputs of each group exchanged; of channels that are padding zeros. */
static void turn_block(void *context, size_t block)
{
    const work *k = context;
    const plan *p = k->plan;
    const lince_conv *c = &k->task->conv;
    size_t taps = p->kernel * p->kernel;
    float *to = (float *)k->args->scratch + block * p->inputs * taps_floats(p);
    memset(to, 0, p->inputs * taps_floats(p) * sizeof *to);
    for (size_t j = 0; j < p->inputs; j++, to += taps_floats(p))
        for (size_t lane = 0; lane < p->lanes && block * p->lanes + lane < (size_t)c->in.channels; lane++) {
            size_t i = block * p->lanes + lane, o = i / p->inputs * p->inputs + j;
            const float *from = k->args->w + lince_conv_weight_at(c, (int)o, (int)(i % p->inputs), 0, 0);
            for (size_t t = 0; t < taps; t++) to[t * p->lanes + lane] = from[t * p->lanes];
        }
}

/* dw[i, ky, kx] += sum over pixels of dy[oy, ox] x_i[oy s - p + ky, ox s - p + kx] */
static void weights_row(const plan *p, const float *x, const float *dy, size_t block, size_t oy, float *dw)
{
    lince_grouped_gradient g = {.dy = dy,
                                .spread = p->spread,
                                .count = (size_t)p->to.width,
                                .kernel = p->kernel,
                                .step = p->stride,
                                .shift = -(ptrdiff_t)p->padding,
                                .width = p->from.width};
    for (size_t ky = 0; ky < p->kernel; ky++) {
        size_t iy = oy * p->stride + ky;
        if (iy < p->padding || iy - p->padding >= (size_t)p->from.height) continue;
        const float *line = x + (iy - p->padding) * row_floats(p, p->from);
        for (size_t i = 0; i < p->inputs; i++) {
            const source *s = &p->sources[block * p->inputs + i];
            g.x = line + s->block[0] * plane_floats(p, p->from);
            g.other = line + s->block[1] * plane_floats(p, p->from);
            g.lane = s->lane;
            g.dw = dw + i * taps_floats(p) + ky * p->kernel * p->lanes;
            p->simd->weights(&g);
        }
    }
}

static void weights_plane(const work *k, size_t index, float *dw)
{
    const plan *p = k->plan;
    size_t block = index % p->blocks;
    const float *x = k->args->x + index / p->blocks * p->blocks * plane_floats(p, p->from),
                *dy = k->args->y + index * plane_floats(p, p->to);
    for (size_t oy = 0; oy < (size_t)p->to.height; oy++, dy += row_floats(p, p->to)) {
        weights_row(p, x, dy, block, oy, dw);
        if (k->args->b) p->simd->sum(dy, (size_t)p->to.width, dw + p->inputs * taps_floats(p));
    }
}

/* Of a block: its weights' and its biases'. */
static size_t sums_floats(const plan *p)
{
    return p->inputs * taps_floats(p) + p->lanes;
}

/* One block of channels over one part of the batch, its sums in scratch. */
static void weights_unit(void *context, size_t unit)
{
    const work *k = context;
    const plan *p = k->plan;
    size_t block = unit / p->groups, group = unit % p->groups, batch = (size_t)k->task->conv.batch;
    float *sums = (float *)k->args->scratch + unit * sums_floats(p);
    memset(sums, 0, sums_floats(p) * sizeof *sums);
    for (size_t n = group * batch / p->groups; n < (group + 1) * batch / p->groups; n++)
        weights_plane(k, n * p->blocks + block, sums);
}

static void add_groups(const work *k)
{
    const plan *p = k->plan;
    size_t taps = p->inputs * taps_floats(p);
    for (size_t block = 0; block < p->blocks; block++) {
        const float *sums = (const float *)k->args->scratch + block * p->groups * sums_floats(p);
        float *to = k->args->w + block * taps, *bias = k->args->b ? k->args->b + block * p->lanes : NULL;
        memcpy(to, sums, taps * sizeof *to);
        if (bias) memcpy(bias, sums + taps, p->lanes * sizeof *bias);
        for (size_t g = 1; g < p->groups; g++) {
            sums += sums_floats(p);
            for (size_t i = 0; i < taps; i++) to[i] += sums[i];
            for (size_t i = 0; bias && i < p->lanes; i++) bias[i] += sums[taps + i];
        }
    }
}

static void run(const lince_kernel *kernel, const void *args)
{
    const lince_conv_task *t = kernel->geometry;
    const plan *p = kernel->plan;
    work k = {p, args, t, ((const lince_conv_args *)args)->w};
    if (t->direction == LINCE_BACKWARD_DATA && p->inputs > 1) {
        lince_parallel(kernel->exec.threads, p->blocks, turn_block, &k);
        k.w = k.args->scratch;
    }
    if (t->direction != LINCE_BACKWARD_WEIGHTS) {
        lince_parallel(kernel->exec.threads, p->blocks * (size_t)t->conv.batch, data_plane, &k);
        return;
    }
    lince_parallel(kernel->exec.threads, p->blocks * p->groups, weights_unit, &k);
    add_groups(&k);
}

/* --- planning ------------------------------------------------------------------------------------- */

/* Of the block that begins with channel `first`: whether each input of its channels' groups lies in two blocks at most. */
static bool finds_inputs(size_t first, size_t end, size_t inputs, size_t lanes)
{
    size_t from = first / inputs * inputs, last = (end - 1) / inputs * inputs;
    for (size_t i = 0; i < inputs; i++) {
        size_t block = (from + i) / lanes, other = (last + i) / lanes;
        for (size_t c = from + i; c <= last + i; c += inputs)
            if (c / lanes != block && c / lanes != other) return false;
    }
    return true;
}

static bool finds_all(const lince_conv *c, size_t lanes)
{
    size_t channels = (size_t)c->in.channels, inputs = channels / (size_t)c->groups;
    for (size_t first = 0; first < channels; first += lanes) {
        size_t end = first + lanes < channels ? first + lanes : channels;
        if (!finds_inputs(first, end, inputs, lanes)) return false;
    }
    return true;
}

static bool supported(const lince_conv *c, int lanes)
{
    int inputs = c->in.channels / c->groups;
    return c->groups > 1 && c->in.channels == c->out.channels && c->in.block == lanes &&
           c->out.block == lanes && inputs <= MAX_INPUTS && inputs % lanes != 0 &&
           c->kernel[0] == c->kernel[1] &&
           (c->kernel[0] == 3 || (inputs == 1 && (c->kernel[0] == 5 || c->kernel[0] == MAX_KERNEL))) &&
           c->stride[0] == c->stride[1] && c->stride[0] <= 2 && c->padding[0] == c->padding[1] &&
           c->padding[0] < c->kernel[0] && finds_all(c, (size_t)lanes);
}

static bool supports(const void *geometry, const lince_grouped_simd *simd, bool depthwise)
{
    const lince_conv *c = &((const lince_conv_task *)geometry)->conv;
    return supported(c, simd->lanes) && depthwise == lince_conv_is_depthwise(c);
}

/* Channels that are padding see what the last one does. */
static void find_source(const plan *p, size_t block, size_t i, source *s)
{
    size_t last = (size_t)p->from.channels - 1, first = block * p->lanes, end = first + p->lanes - 1;
    if (end > last) end = last;
    s->block[0] = (first / p->inputs * p->inputs + i) / p->lanes;
    s->block[1] = (end / p->inputs * p->inputs + i) / p->lanes;
    for (size_t lane = 0; lane < p->lanes; lane++) {
        size_t channel = first + lane < end ? first + lane : end, sees = channel / p->inputs * p->inputs + i;
        bool other = sees / p->lanes != s->block[0];
        s->lane[lane] = (int32_t)(sees % p->lanes + (other ? p->lanes : 0));
    }
}

static int plan_sources(plan *p)
{
    if (!(p->sources = lince_alloc(p->blocks * p->inputs, sizeof *p->sources))) return LINCE_ENOMEM;
    p->spread = p->inputs == 1 ? LINCE_SPREAD_OWN : LINCE_SPREAD_BLOCK;
    for (size_t k = 0; k < p->blocks * p->inputs; k++) {
        source *s = &p->sources[k];
        find_source(p, k / p->inputs, k % p->inputs, s);
        if (s->block[0] != s->block[1] || s->block[0] != k / p->inputs) p->spread = LINCE_SPREAD_TWO;
    }
    return 0;
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (p) lince_free(p->sources);
    lince_free(p);
    k->plan = NULL;
}

static int create(lince_kernel *k, const lince_grouped_simd *simd)
{
    const lince_conv_task *t = k->geometry;
    const lince_conv *c = &t->conv;
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    bool back = t->direction == LINCE_BACKWARD_DATA;
    *p = (plan){.simd = simd,
                .lanes = (size_t)simd->lanes,
                .blocks = (size_t)(lince_round_up(c->in.channels, simd->lanes) / simd->lanes),
                .inputs = (size_t)(c->in.channels / c->groups),
                .kernel = (size_t)c->kernel[0],
                .stride = (size_t)c->stride[0],
                .padding = (size_t)c->padding[0],
                .from = back ? c->out : c->in,
                .to = back ? c->in : c->out,
                .groups = (size_t)(c->batch < SAMPLE_GROUPS ? c->batch : SAMPLE_GROUPS)};
    if (plan_sources(p)) {
        release(k);
        return LINCE_ENOMEM;
    }
    if (back && p->inputs > 1) k->scratch = lince_conv_weights_size(c) * sizeof(float);
    if (t->direction == LINCE_BACKWARD_WEIGHTS)
        k->scratch = p->blocks * p->groups * sums_floats(p) * sizeof(float);
    return 0;
}

#define ROW(kind, depthwise, level, LEVEL)                                                   \
    static bool supports_##kind##_##level(const void *geometry)                              \
    {                                                                                        \
        return supports(geometry, &lince_grouped_simd_##level, depthwise);                   \
    }                                                                                        \
    static int create_##kind##_##level(lince_kernel *k)                                      \
    {                                                                                        \
        return create(k, &lince_grouped_simd_##level);                                       \
    }                                                                                        \
    const lince_op_row lince_conv_##kind##_##level = {.op = LINCE_OP_CONV,                   \
                                                      .name = #kind "-" #level,              \
                                                      .needs = LINCE_##LEVEL,                \
                                                      .same_bits = true,                     \
                                                      .finishes = true,                      \
                                                      .supports = supports_##kind##_##level, \
                                                      .favoured = supports_##kind##_##level, \
                                                      .create = create_##kind##_##level,     \
                                                      .run = run,                            \
                                                      .release = release}
ROW(depthwise, true, avx512, AVX512);
ROW(depthwise, true, avx2, AVX2);
ROW(grouped, false, avx512, AVX512);
ROW(grouped, false, avx2, AVX2);
