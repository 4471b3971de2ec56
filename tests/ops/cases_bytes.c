/* What is computed with bytes (kernels/bytes.h): each row gives the truth's bits. */
#include "core/cpu.h"
#include "core/random.h"
#include "kernels/bytes.h"
#include "ops/conv_shape.h"
#include "ops/suites.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static lince_random random_of(const op_case *c)
{
    return lince_random_at(lince_key(72, LINCE_STREAM_SYNTH, (uint64_t)c->suite->op, (uint64_t)c->terms));
}

/* Any bytes; in one case of three nothing but the largest, by which sums that are too narrow overflow. */
static void draw_bytes(uint8_t *to, lince_shape s, size_t n, lince_random *r)
{
    size_t pixel = lince_bytes_pixel(s);
    bool largest = lince_random_below(r, 3) == 0;
    for (size_t i = 0; i < n * lince_bytes_size(s); i++) {
        uint8_t drawn = largest ? 255 : (uint8_t)lince_random_below(r, 256);
        to[i] = i % pixel < (size_t)s.channels ? drawn : 0;
    }
}

/* --- floats and bytes ----------------------------------------------------------------------------------- */

typedef struct conversion {
    size_t n;
    lince_shape shape;
    lince_byte_scale scale;
} conversion;

static const conversion conversions[] = {{1, {3, 5, 7, 1}, {0.01f, 0}},   {2, {16, 3, 3, 16}, {0.02f, 128}},
                                         {3, {20, 2, 5, 8}, {0.007f, 7}}, {2, {5, 4, 4, 8}, {0.004f, 255}},
                                         {7, {301, 1, 1, 1}, {0.01f, 3}}, {2, {24, 9, 4, 16}, {0.01f, 99}}};
static const conversion timed_conversions[] = {{8, {3, 224, 224, 1}, {0.02f, 114}},
                                               {8, {512, 7, 7, 16}, {0.02f, 0}}};

static bool make_conversion(op_case *c, size_t index, bool timed, bool to)
{
    if (index >= (timed ? COUNT(timed_conversions) : COUNT(conversions))) return false;
    const conversion *k = timed ? &timed_conversions[index] : &conversions[index];
    *(lince_bytes_args *)c->args = (lince_bytes_args){.shape = k->shape, .n = k->n, .scale = k->scale};
    snprintf(c->what, sizeof c->what, "%zu x %dx%dx%d, block %d", k->n, k->shape.channels, k->shape.height,
             k->shape.width, k->shape.block);
    op_blocked(c, "x", offsetof(lince_bytes_args, x), to ? GIVEN : RESULT, k->shape, k->n);
    op_flat(c, "bytes", offsetof(lince_bytes_args, bytes), to ? RESULT : GIVEN, BYTES,
            k->n * lince_bytes_size(k->shape));
    return true;
}

static bool make_to(op_case *c, size_t index, bool timed)
{
    return make_conversion(c, index, timed, true);
}

static bool make_from(op_case *c, size_t index, bool timed)
{
    return make_conversion(c, index, timed, false);
}

static void fill_from(op_case *c)
{
    const lince_bytes_args *a = (const lince_bytes_args *)c->args;
    lince_random r = random_of(c);
    draw_bytes(a->bytes, a->shape, a->n, &r);
}

/* --- max pooling ------------------------------------------------------------------------------------------ */

static const shape pools[] = {{2, 5, 7, 9, 0, 3, 2, 1, 1},
                              {1, 64, 6, 6, 0, 2, 2, 0, 1},
                              {3, 33, 5, 4, 0, 3, 1, 1, 1}};
static const shape timed_pools[] = {{8, 64, 112, 112, 0, 3, 2, 1, 1}};

static bool make_pool(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? COUNT(timed_pools) : COUNT(pools))) return false;
    shape s = timed ? timed_pools[index] : pools[index];
    lince_shape in = {s.in, s.height, s.width, 1}, out = in;
    out.height = (s.height + 2 * s.padding - s.kernel) / s.stride + 1;
    out.width = (s.width + 2 * s.padding - s.kernel) / s.stride + 1;
    *(lince_max_pool_bytes_args *)c->args = (lince_max_pool_bytes_args){
        .window = {{s.kernel, s.kernel}, {s.stride, s.stride}, {s.padding, s.padding}},
        .in = in,
        .out = out,
        .n = (size_t)s.n};
    snprintf(c->what, sizeof c->what, "%d x %dx%dx%d, kernel %d, stride %d", s.n, s.in, s.height, s.width,
             s.kernel, s.stride);
    op_flat(c, "x", offsetof(lince_max_pool_bytes_args, x), GIVEN, BYTES, (size_t)s.n * lince_bytes_size(in));
    op_flat(c, "y", offsetof(lince_max_pool_bytes_args, y), RESULT, BYTES,
            (size_t)s.n * lince_bytes_size(out));
    return true;
}

static void fill_pool(op_case *c)
{
    const lince_max_pool_bytes_args *a = (const lince_max_pool_bytes_args *)c->args;
    lince_random r = random_of(c);
    draw_bytes((uint8_t *)a->x, a->in, a->n, &r);
}

/* --- concatenation ------------------------------------------------------------------------------------------ */

static bool make_concat(op_case *c, size_t index, bool timed)
{
    static const lince_shape pairs[][2] = {{{3, 4, 5, 1}, {6, 4, 5, 1}}, {{64, 55, 55, 1}, {64, 55, 55, 1}}};
    const lince_shape *in = pairs[timed ? 1 : 0],
                      out = {in[0].channels + in[1].channels, in->height, in->width, 1};
    if (index > 0) return false;
    *(lince_concat_bytes_args *)c->args = (lince_concat_bytes_args){.in = {in[0], in[1]}, .n = 2};
    snprintf(c->what, sizeof c->what, "%d + %d channels of %dx%d", in[0].channels, in[1].channels, in->height,
             in->width);
    op_flat(c, "a", offsetof(lince_concat_bytes_args, x), GIVEN, BYTES, 2 * lince_bytes_size(in[0]));
    op_flat(c, "b", offsetof(lince_concat_bytes_args, x[1]), GIVEN, BYTES, 2 * lince_bytes_size(in[1]));
    op_flat(c, "y", offsetof(lince_concat_bytes_args, y), RESULT, BYTES, 2 * lince_bytes_size(out));
    return true;
}

static void fill_concat(op_case *c)
{
    const lince_concat_bytes_args *a = (const lince_concat_bytes_args *)c->args;
    lince_random r = random_of(c);
    for (int i = 0; i < 2; i++) draw_bytes((uint8_t *)a->x[i], a->in[i], a->n, &r);
}

/* --- tables ------------------------------------------------------------------------------------------------- */

static bool make_look_up(op_case *c, size_t index, bool timed)
{
    static const size_t sizes[] = {1, 63, 64, 1000, 100003};
    if (index >= (timed ? 1 : sizeof sizes / sizeof *sizes)) return false;
    size_t n = timed ? 1 << 20 : sizes[index];
    *(lince_look_up_args *)c->args = (lince_look_up_args){.n = n};
    snprintf(c->what, sizeof c->what, "%zu bytes", n);
    op_flat(c, "table", offsetof(lince_look_up_args, table), GIVEN, BYTES, 256);
    op_flat(c, "x", offsetof(lince_look_up_args, x), GIVEN, BYTES, n);
    op_flat(c, "y", offsetof(lince_look_up_args, y), RESULT, BYTES, n);
    return true;
}

static void fill_look_up(op_case *c)
{
    const lince_look_up_args *a = (const lince_look_up_args *)c->args;
    lince_random r = random_of(c);
    for (size_t i = 0; i < 256; i++) ((uint8_t *)a->table)[i] = (uint8_t)lince_random_below(&r, 256);
    for (size_t i = 0; i < a->n; i++) ((uint8_t *)a->x)[i] = (uint8_t)lince_random_below(&r, 256);
}

/* --- convolution ------------------------------------------------------------------------------------------- */

/* Channels that do not fill a four or a panel, lines that calls do not divide, windows larger than what they look at, vectors of
 * features, more panels than are computed together, depthwise ones, more channels than Winograd's sums are exact for. */
static const shape convs[] = {
    {2, 3, 9, 11, 20, 3, 1, 1, 1},   {1, 16, 8, 8, 16, 3, 1, 1, 1},   {3, 40, 7, 5, 33, 3, 1, 1, 1},
    {2, 32, 7, 7, 16, 1, 2, 0, 1},   {1, 32, 13, 13, 24, 5, 2, 2, 1}, {1, 3, 23, 29, 64, 7, 2, 3, 1},
    {5, 24, 1, 1, 48, 1, 1, 0, 1},   {1, 130, 1, 1, 70, 1, 1, 0, 1},  {2, 24, 9, 9, 40, 1, 1, 0, 1},
    {1, 16, 3, 3, 16, 3, 1, 0, 1},   {5, 24, 1, 1, 48, 3, 1, 1, 1},   {1, 8, 6, 28, 130, 3, 1, 1, 1},
    {1, 64, 3, 17, 66, 3, 2, 1, 1},  {2, 8, 14, 14, 32, 1, 1, 0, 1},  {1, 6, 5, 57, 7, 3, 1, 1, 1},
    {2, 32, 6, 6, 32, 3, 1, 1, 32},  {2, 25, 7, 9, 25, 3, 2, 1, 25},  {1, 16, 5, 6, 16, 5, 1, 2, 16},
    {3, 8, 14, 14, 32, 1, 2, 1, 1},  {2, 64, 13, 10, 48, 3, 1, 1, 1}, {1, 480, 6, 9, 33, 3, 1, 1, 1},
    {3, 32, 28, 17, 30, 3, 1, 0, 1}, {2, 72, 9, 7, 72, 5, 2, 2, 72},  {1, 20, 6, 5, 20, 3, 1, 1, 20},
    {1, 68, 4, 9, 68, 3, 2, 1, 68},  {1, 12, 5, 4, 12, 3, 1, 1, 12},
};
/* Of resnet18 and resnet50 at 224 pixels, a classifier, a depthwise one. */
static const shape timed_convs[] = {
    {1, 3, 224, 224, 64, 7, 2, 3, 1},  {1, 64, 56, 56, 64, 3, 1, 1, 1},    {1, 128, 28, 28, 128, 3, 1, 1, 1},
    {1, 256, 14, 14, 256, 3, 1, 1, 1}, {1, 512, 7, 7, 512, 3, 1, 1, 1},    {1, 64, 56, 56, 128, 3, 2, 1, 1},
    {1, 64, 56, 56, 256, 1, 1, 0, 1},  {1, 1024, 14, 14, 256, 1, 1, 0, 1}, {1, 512, 7, 7, 2048, 1, 1, 0, 1},
    {1, 2048, 1, 1, 1000, 1, 1, 0, 1}, {8, 256, 14, 14, 256, 3, 1, 1, 1},  {8, 512, 7, 7, 512, 3, 1, 1, 1},
    {1, 96, 56, 56, 96, 3, 1, 1, 96},
};

static const lince_conv *conv_of(const op_case *c)
{
    return (const lince_conv *)c->geometry;
}

/* Each with bytes as results, with another picture added, and as floats. */
static bool make_conv(op_case *c, size_t index, bool timed)
{
    size_t which = timed ? index : index / 3, form = timed ? 0 : index % 3;
    if (which >= (timed ? COUNT(timed_convs) : COUNT(convs))) return false;
    shape s = timed ? timed_convs[which] : convs[which];
    if (s.groups > 1 && form == 2) form = 0;
    lince_conv g = conv_of_shape(s, 1);
    *(lince_conv *)c->geometry = g;
    lince_conv_int8_args *a = (lince_conv_int8_args *)c->args;
    a->pad = (uint8_t)(which % 2 * 77);
    a->other_factor = 0.37f;
    c->terms = (double)index + 1;
    snprintf(c->what, sizeof c->what,
             "%d x %dx%dx%d -> %d, kernel %d, stride %d, padding %d, groups %d, form %zu", s.n, s.in,
             s.height, s.width, s.out, s.kernel, s.stride, s.padding, s.groups, form);
    size_t n = (size_t)s.n, out = lince_bytes_size(g.out),
           panels = (size_t)lince_round_up(s.out, LINCE_INT8_PANEL);
    op_flat(c, "x", offsetof(lince_conv_int8_args, x), GIVEN, BYTES, n * lince_bytes_size(g.in));
    op_flat(c, "w", offsetof(lince_conv_int8_args, w), GIVEN, BYTES, lince_conv_int8_weights_size(&g));
    op_flat(c, "factor", offsetof(lince_conv_int8_args, factor), GIVEN, POSITIVE_1, panels);
    op_flat(c, "offset", offsetof(lince_conv_int8_args, offset), GIVEN, SIGNED, panels);
    if (form == 1) op_flat(c, "other", offsetof(lince_conv_int8_args, other), GIVEN, BYTES, n * out);
    if (form == 2)
        op_flat(c, "floats", offsetof(lince_conv_int8_args, floats), RESULT, SIGNED,
                n * lince_shape_elements(g.out));
    else
        op_flat(c, "y", offsetof(lince_conv_int8_args, y), RESULT, BYTES, n * out);
    c->flops = 2.0 * s.in / s.groups * s.kernel * s.kernel * (double)lince_shape_elements(g.out) * s.n;
    return true;
}

/* Pairs whose sum is as large as it may be, too. */
static int8_t drawn_weight(int first, bool even, lince_random *r)
{
    int w = (int)lince_random_below(r, 255) - 127;
    if (even || (first + w <= LINCE_INT8_PAIR && first + w >= -LINCE_INT8_PAIR)) return (int8_t)w;
    return (int8_t)(w > 0 ? LINCE_INT8_PAIR - first : -LINCE_INT8_PAIR - first);
}

static void fill_conv(op_case *c)
{
    const lince_conv *g = conv_of(c);
    lince_conv_int8_args *a = (lince_conv_int8_args *)c->args;
    lince_random r = random_of(c);
    int8_t *w = (int8_t *)a->w, *last = NULL;
    draw_bytes((uint8_t *)a->x, g->in, (size_t)g->batch, &r);
    if (a->other) draw_bytes((uint8_t *)a->other, g->out, (size_t)g->batch, &r);
    for (size_t i = 0; i < lince_conv_int8_weights_size(g); i++) w[i] = 0;
    for (int o = 0; o < g->out.channels; o++)
        for (int tap = 0; tap < g->kernel[0] * g->kernel[1]; tap++)
            for (int i = 0; i < g->in.channels / g->groups; i++) {
                int8_t *at = w + lince_conv_int8_weight_at(g, o, i, tap / g->kernel[1], tap % g->kernel[1]);
                *at = drawn_weight(i % 2 ? *last : 0, i % 2 == 0, &r);
                last = at;
            }
    double typical = 40 * sqrt((double)(g->in.channels / g->groups * g->kernel[0] * g->kernel[1])) * 128;
    for (int o = 0; o < lince_round_up(g->out.channels, LINCE_INT8_PANEL); o++) {
        float *factor = (float *)a->factor + o, *offset = (float *)a->offset + o;
        *factor = o < g->out.channels ? *factor * (float)(80 / typical) : 0;
        *offset = o < g->out.channels ? 100 * *offset : 0;
    }
}

const op_suite byte_suites[] = {
    {.op = LINCE_OP_TO_BYTES, .make = make_to, .exact = true},
    {.op = LINCE_OP_FROM_BYTES, .make = make_from, .fill = fill_from, .exact = true},
    {.op = LINCE_OP_MAX_POOL_BYTES, .make = make_pool, .fill = fill_pool, .exact = true},
    {.op = LINCE_OP_CONCAT_BYTES, .make = make_concat, .fill = fill_concat, .exact = true},
    {.op = LINCE_OP_LOOK_UP_BYTES, .make = make_look_up, .fill = fill_look_up, .exact = true},
    {.op = LINCE_OP_CONV_INT8, .has_geometry = true, .make = make_conv, .fill = fill_conv, .exact = true},
    {0}};
