/* Direct convolution (direct.h): the plan, and the source with its padding.
 *
 * Forward and backward data are one thing: results in a grid are sums over some taps of a source, at
 * distances that do not change along a row. Forward has one grid with all taps. Backward data with stride s
 * has s x s grids, because the pixels that lie s apart in the input are reached by the same taps:
 *     dx[i] = sum over taps k, where s divides i + padding - k, of dy[(i + padding - k) / s] w[k]
 *
 * Groups of whole blocks of channels lie behind each other, as samples do: sample n's group g is sample n G + g of a batch of one
 * group's convolutions, and has weights of its own.
 *
 * A task is a part of one sample and a panel (two vectors of results); for backward weights, one panel and one block of
 * inputs, or group of taps, over the whole batch. Each sum is made by one task in one order: the result has
 * the same bits on any number of threads. */
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/x86/direct_plan.h"

#include <string.h>

/* --- the source, with its padding ------------------------------------------------------------------------
 */

static void pad_block(const plan *p, const float *from, float *to)
{
    size_t pixel = p->channels, width = (size_t)p->line[1] * pixel, left = (size_t)p->margin[1] * pixel;
    size_t row = (size_t)p->from.width * pixel, copied = lince_smaller(row, width - left);
    for (int i = 0; i < p->line[0]; i++, to += width) {
        int y = i - p->margin[0];
        if (y < 0 || y >= p->from.height) {
            memset(to, 0, width * sizeof *to);
            continue;
        }
        memset(to, 0, left * sizeof *to);
        memcpy(to + left, from + (size_t)y * row, copied * sizeof *to);
        memset(to + left + copied, 0, (width - left - copied) * sizeof *to);
    }
}

void lince_direct_gather(const plan *p, const float *from, size_t begin, size_t end, float *to)
{
    size_t width = (size_t)p->from.width * (size_t)p->from.height / p->gathered_lines, pixel = p->channels;
    for (size_t i = begin; i < end; i++, to += pixel)
        memcpy(to, from + (i / width * (size_t)p->origin.width + i % width) * p->gathered * pixel,
               pixel * sizeof *to);
}

const float *lince_direct_source(const plan *p, const float *activation, size_t sample, size_t block,
                                 float *own)
{
    const float *from = origin_block(p, activation, sample, block);
    if (!p->padded) return from;
    if (p->gathered)
        lince_direct_gather(p, from, 0, pixels_of(p->from), own);
    else
        pad_block(p, from, own);
    return own;
}

/* --- plan ------------------------------------------------------------------------------------------------
 */

/* Adds to a grid the tap (ky, kx), which reads at y, x. */
static void add_tap(plan *p, grid *g, const lince_conv *c, int ky, int kx, int y, int x)
{
    ptrdiff_t line = p->line[1];
    g->reach[g->taps] = (reach){y, x};
    g->x_tap[g->taps] = ((y + p->margin[0]) * line + x + p->margin[1]) * (ptrdiff_t)p->channels;
    g->w_tap[g->taps++] = (ptrdiff_t)((size_t)(ky * c->kernel[1] + kx) * p->channels * lanes(p));
}

static int divide_down(int a, int b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* bare: the source is read as it is, by taps that keep to it. */
static void plan_forward(plan *p, const lince_conv *c, bool bare)
{
    int in[] = {c->in.height, c->in.width}, out[] = {c->out.height, c->out.width};
    for (int axis = 0; axis < 2; axis++) {
        int needed = (out[axis] - 1) * c->stride[axis] + c->kernel[axis];
        p->margin[axis] = bare ? 0 : c->padding[axis];
        p->padded |= !bare && (c->padding[axis] > 0 || needed > in[axis]);
        p->line[axis] = needed;
    }
    if (!p->padded) p->line[0] = in[0], p->line[1] = in[1];
    p->source_step = c->stride[0];
    p->grids = 1;
    p->grid[0].step = 1;
    for (int ky = 0; ky < c->kernel[0]; ky++)
        for (int kx = 0; kx < c->kernel[1]; kx++)
            add_tap(p, &p->grid[0], c, ky, kx, ky - c->padding[0], kx - c->padding[1]);
}

static void plan_backward(plan *p, const lince_conv *c)
{
    int s = c->stride[0], in[] = {c->in.height, c->in.width}, out[] = {c->out.height, c->out.width};
    for (int axis = 0; axis < 2; axis++) {
        int first = divide_down(c->padding[axis] - c->kernel[axis] + 1, s),
            last = (in[axis] - 1 + c->padding[axis]) / s;
        p->margin[axis] = first < 0 ? -first : 0;
        p->line[axis] = p->margin[axis] + (last + 1 > out[axis] ? last + 1 : out[axis]);
        p->padded |= p->line[axis] != out[axis];
    }
    p->source_step = 1;
    p->grids = s * s;
    for (int i = 0; i < p->grids; i++) {
        grid *g = &p->grid[i];
        *g = (grid){
            .top = i / s, .left = i % s, .step = s, .reach = g->reach, .x_tap = g->x_tap, .w_tap = g->w_tap};
        for (int ky = 0; ky < c->kernel[0]; ky++)
            for (int kx = 0; kx < c->kernel[1]; kx++) {
                int y = g->top + c->padding[0] - ky, x = g->left + c->padding[1] - kx;
                if (y % s == 0 && x % s == 0) add_tap(p, g, c, ky, kx, divide_down(y, s), divide_down(x, s));
            }
    }
}

static bool supported(const lince_conv *c, lince_direction direction, int block)
{
    int s = c->stride[0];
    bool plain = c->in.block == 1 && block > 1,
         grouped = lince_conv_groups_blocks(c) && c->in.block == block && taps_of(c) > 1;
    return (c->groups == 1 || grouped) && s == c->stride[1] && c->out.block == block &&
           (plain ? direction == LINCE_BACKWARD_WEIGHTS ||
                        (direction == LINCE_FORWARD && (s == 1 || s == 2 || s == 4))
                  : c->in.block == block && (s == 1 || s == 2));
}

static bool is_pixelwise(const lince_conv *c)
{
    return taps_of(c) == 1 && c->padding[0] == 0 && c->padding[1] == 0;
}

/* 1x1 with stride 1 does not know rows: a map is one long row. With a larger stride it is that of what it reads, once that is
 * gathered. */
static lince_conv flattened(lince_conv c, lince_direction direction)
{
    bool gathered = direction != LINCE_BACKWARD_DATA && c.in.block > 1;
    if (!is_pixelwise(&c) || (c.stride[0] > 1 && !gathered)) return c;
    c.in.width = c.out.width *= c.out.height;
    c.in.height = c.out.height = 1;
    c.stride[0] = c.stride[1] = 1;
    return c;
}

static lince_conv one_group(lince_conv c)
{
    c.in.channels /= c.groups;
    c.out.channels /= c.groups;
    c.groups = 1;
    return c;
}

/* Lines of a map, or calls' worth of pixels of a flat one, that tiles are made of. */
static size_t units_of(const plan *p)
{
    return p->to.height > 1 ? (size_t)p->to.height / (size_t)p->grid[0].step
                            : (size_t)p->to.width / p->simd->size[0];
}

/* Few panels of one sample would leave threads without work: a map is several tasks then, if there is enough of it for parts
 * that are alike. */
static void share_out(plan *p, size_t threads)
{
    enum { FEW = 8, PARTS = 4 };
    size_t tasks = (size_t)p->conv.batch * p->conv_groups * p->panels * p->tiles;
    if (tasks % threads && tasks < FEW * threads && units_of(p) >= PARTS * p->tiles * threads)
        p->tiles *= threads;
}

/* Where all panels' weights stay in the cache beside it, a map is read from memory once and not for each panel. */
static void tile(plan *p)
{
    size_t part = lince_cpu_cache(2) / 4,
           map = pixels_of(p->from) * p->from_blocks * p->channels * sizeof(float);
    size_t units = units_of(p);
    p->tiles = 1;
    if (lince_conv_weights_size(&p->conv) * sizeof(float) > 2 * part || p->to_blocks <= LINCE_DIRECT_VECTORS)
        return;
    if (map > part && units > 1) p->tiles = lince_smaller(1 + map / part, units);
}

/* How many blocks of a pixelwise convolution are summed up at a time. The sums go on in their order, whatever the number. */
static void cut(plan *p)
{
    size_t block = p->channels * lanes(p) * LINCE_DIRECT_VECTORS * sizeof(float),
           map = pixels_of(p->from) / p->tiles * p->channels * sizeof(float);
    p->chunk = p->stretch = p->from_blocks;
    if (!p->flat) return;
    size_t most = lince_smaller(lince_cpu_cache(1) / 2 / block, p->from_blocks),
           chunks = (p->from_blocks + most - 1) / most;
    p->chunk = (p->from_blocks + chunks - 1) / chunks;
    p->stretch = lince_larger(lince_cpu_cache(2) / 2 / map / p->chunk, 1) * p->chunk;
}

/* The pieces that weights' gradients are summed in. Other parts would be other bits: they depend on the geometry alone. */
static void divide(plan *p)
{
    enum { PIXELS = 200 };
    size_t pixels = pixels_of(p->to), batch = (size_t)p->conv.batch;
    p->flat = is_pixelwise(&p->conv);
    p->parts = (pixels + PIXELS - 1) / PIXELS;
    if (!p->flat) p->parts = lince_smaller(p->parts, (size_t)p->to.height);
    p->group = p->parts > 1 ? 1 : lince_smaller(PIXELS / pixels, batch);
    p->pieces = p->parts * ((batch + p->group - 1) / p->group);
    if (p->gathered) p->own = p->from_blocks * p->channels * PIXELS;
}

static void describe(plan *p, const lince_conv *c, lince_direction direction, size_t threads)
{
    bool backward = direction == LINCE_BACKWARD_DATA, plain = c->in.block == 1;
    int s = backward ? 1 : c->stride[0];
    p->from = backward ? c->out : c->in;
    p->to = backward ? c->in : c->out;
    if (!p->gathered) p->origin = p->from;
    p->channels = (size_t)p->from.block;
    p->from_blocks = (size_t)(lince_round_up(p->from.channels, p->from.block) / p->from.block);
    p->to_blocks = (size_t)(lince_round_up(p->to.channels, p->to.block) / p->to.block);
    p->row_step = plain                                  ? (s == 4   ? LINCE_DIRECT_FOUR
                                                            : s == 2 ? LINCE_DIRECT_TWO
                                                                     : LINCE_DIRECT_ONE)
                  : s == 2                               ? LINCE_DIRECT_TWO_BLOCKS
                  : is_pixelwise(c) && c->in.height == 1 ? LINCE_DIRECT_PIXEL
                                                         : LINCE_DIRECT_BLOCK;
    for (int i = 0; i < MAX_GRIDS; i++) {
        p->grid[i].reach = p->positions + (size_t)i * taps_of(c);
        p->grid[i].x_tap = p->offsets + (size_t)(2 * i) * taps_of(c);
        p->grid[i].w_tap = p->offsets + (size_t)(2 * i + 1) * taps_of(c);
    }
    if (backward)
        plan_backward(p, c);
    else
        plan_forward(p, c, direction == LINCE_BACKWARD_WEIGHTS && !plain);
    p->flat = is_pixelwise(&p->conv) && p->to.height == 1;
    p->panels = (p->to_blocks + LINCE_DIRECT_VECTORS - 1) / LINCE_DIRECT_VECTORS;
    tile(p);
    share_out(p, threads);
    cut(p);
    if (direction == LINCE_BACKWARD_WEIGHTS && !plain) divide(p);
    p->padded |= p->gathered && direction == LINCE_FORWARD;
    if (p->padded) p->own = (padded_block(p) * p->from_blocks + 15) / 16 * 16;
    if (backward) p->shared = p->conv_groups * weights_of_group(p);
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (p) lince_free(p->offsets), lince_free(p->positions);
    lince_free(p);
    k->plan = NULL;
}

static bool supports_avx512(const void *geometry)
{
    const lince_conv_task *t = geometry;
    return supported(&t->conv, t->direction, lince_direct_simd_avx512.lanes);
}

static bool supports_avx2(const void *geometry)
{
    const lince_conv_task *t = geometry;
    return supported(&t->conv, t->direction, lince_direct_simd_avx2.lanes);
}

static int create(lince_kernel *k, const lince_direct_simd *simd)
{
    const lince_conv_task *t = k->geometry;
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->simd = simd;
    p->conv = flattened(one_group(t->conv), t->direction);
    p->conv_groups = (size_t)t->conv.groups;
    p->direction = t->direction;
    if (p->conv.stride[0] < t->conv.stride[0]) {
        p->gathered = (size_t)t->conv.stride[0], p->gathered_lines = (size_t)t->conv.out.height;
        p->origin = t->conv.in;
    }
    p->offsets = lince_alloc(2 * MAX_GRIDS * taps_of(&p->conv), sizeof *p->offsets);
    p->positions = lince_alloc(MAX_GRIDS * taps_of(&p->conv), sizeof *p->positions);
    if (!p->offsets || !p->positions) {
        release(k);
        return LINCE_ENOMEM;
    }
    describe(p, &p->conv, p->direction, (size_t)k->exec.threads);
    k->scratch = (p->shared + (size_t)k->exec.threads * p->own) * sizeof(float);
    return 0;
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_args *a = args;
    const plan *p = k->plan;
    bool backward = p->direction == LINCE_BACKWARD_DATA;
    work w = {.threads = k->exec.threads,
              .plan = p,
              .args = a,
              .source = backward ? a->y : a->x,
              .result = backward ? a->x : a->y,
              .weights = backward ? a->scratch : a->w,
              .turned = a->scratch,
              .own = (float *)a->scratch + p->shared,
              .workers = (size_t)k->exec.threads,
              .chunk = p->chunk,
              .stretch = p->stretch};
    if (p->direction == LINCE_BACKWARD_WEIGHTS)
        lince_direct_weights(&w);
    else
        lince_direct_data(&w);
}

static int create_avx512(lince_kernel *k)
{
    return create(k, &lince_direct_simd_avx512);
}

static int create_avx2(lince_kernel *k)
{
    return create(k, &lince_direct_simd_avx2);
}

const lince_op_row lince_conv_direct_avx512 = {.op = LINCE_OP_CONV,
                                               .name = "direct-avx512",
                                               .revision = 1,
                                               .needs = LINCE_AVX512,
                                               .same_bits = true,
                                               .finishes = true,
                                               .adds = true,
                                               .supports = supports_avx512,
                                               .favoured = supports_avx512,
                                               .create = create_avx512,
                                               .run = run,
                                               .release = release};
const lince_op_row lince_conv_direct_avx2 = {.op = LINCE_OP_CONV,
                                             .name = "direct-avx2",
                                             .revision = 1,
                                             .needs = LINCE_AVX2,
                                             .same_bits = true,
                                             .finishes = true,
                                             .adds = true,
                                             .supports = supports_avx2,
                                             .favoured = supports_avx2,
                                             .create = create_avx2,
                                             .run = run,
                                             .release = release};
