/* Tokens: attention, a token before others, pixels that become one. */
#include "core/cpu.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/operands.h"
#include "ops/suites.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- attention ---------------------------------------------------------------------------------------------- */

typedef struct shape {
    int n, heads, d, height, width, window[2], shift[2];
    bool table;
} shape;

/* One token; heads that do not fill blocks; rows longer than a block of keys; windows of the whole map, that go round
 * one edge or both, and that are no squares. */
static const shape shapes[] = {
    {.n = 1, .heads = 1, .d = 1, .height = 1, .width = 1},
    {.n = 2, .heads = 3, .d = 5, .height = 1, .width = 7},
    {.n = 2, .heads = 2, .d = 16, .height = 1, .width = 17},
    {.n = 2, .heads = 1, .d = 32, .height = 9, .width = 11},
    {.n = 1, .heads = 1, .d = 16, .height = 1, .width = 217},
    {.n = 1, .heads = 1, .d = 96, .height = 1, .width = 65},
    {.n = 2, .heads = 3, .d = 4, .height = 4, .width = 6, .window = {2, 3}, .shift = {1, 1}, .table = true},
    {.n = 2, .heads = 2, .d = 16, .height = 6, .width = 6, .window = {3, 3}, .table = true},
    {.n = 2, .heads = 3, .d = 16, .height = 14, .width = 7, .window = {7, 7}, .shift = {3, 0}, .table = true},
    {.n = 1,
     .heads = 2,
     .d = 32,
     .height = 14,
     .width = 21,
     .window = {7, 7},
     .shift = {3, 3},
     .table = true},
    {.n = 1,
     .heads = 2,
     .d = 16,
     .height = 4,
     .width = 10,
     .window = {4, 5},
     .shift = {0, 2},
     .table = false},
    {.n = 1, .heads = 1, .d = 16, .height = 10, .width = 9, .window = {10, 9}, .table = true},
};
/* vit_b_16's, and swin_t's first and last. */
static const shape timed_shapes[] = {
    {.n = 1, .heads = 12, .d = 64, .height = 1, .width = 197},
    {.n = 1,
     .heads = 3,
     .d = 32,
     .height = 56,
     .width = 56,
     .window = {7, 7},
     .shift = {3, 3},
     .table = true},
    {.n = 1, .heads = 24, .d = 32, .height = 7, .width = 7, .window = {7, 7}, .table = true},
};

static const int blocks[] = {1, 8, 16};

#define IN_A(field) (offsetof(lince_attention_args, a) + offsetof(lince_attention, field))

static const lince_attention_args *attention_of(const op_case *c)
{
    return (const lince_attention_args *)c->args;
}

static double tokens_of(const shape *s)
{
    return s->window[0] ? (double)s->window[0] * s->window[1] : (double)s->height * s->width;
}

static bool make_attention(op_case *c, size_t index, bool timed, bool backward)
{
    if (index >= (timed ? COUNT(timed_shapes) : COUNT(blocks) * COUNT(shapes))) return false;
    const shape *s = timed ? &timed_shapes[index] : &shapes[index / COUNT(blocks)];
    int block = timed ? lince_cpu_lanes() : blocks[index % COUNT(blocks)], channels = s->heads * s->d;
    lince_shape y = {channels, s->height, s->width, block}, qkv = {3 * channels, s->height, s->width, block};
    size_t n = (size_t)s->n, area = (size_t)s->height * (size_t)s->width;
    *(lince_attention_args *)c->args = (lince_attention_args){
        .a = {.heads = s->heads, .window = {s->window[0], s->window[1]}, .shift = {s->shift[0], s->shift[1]}},
        .shape = y,
        .n = n};
    size_t table = s->table ? lince_attention_differences(&attention_of(c)->a) * (size_t)s->heads : 0;
    snprintf(c->what, sizeof c->what, "%d x %dx%d, %d heads of %d, windows of %dx%d by %d, %d, %s, block %d",
             s->n, s->height, s->width, s->heads, s->d, s->window[0], s->window[1], s->shift[0], s->shift[1],
             s->table ? "biased" : "no bias", block);
    op_blocked(c, "qkv", offsetof(lince_attention_args, qkv), GIVEN, qkv, n)->learns = !backward;
    if (table) op_flat(c, "table", IN_A(table), GIVEN, SIGNED, table)->learns = !backward;
    if (!backward) c->answer = c->operands;
    op_blocked(c, "y", offsetof(lince_attention_args, y), backward ? GIVEN : RESULT, y, n);
    op_flat(c, "log sum", IN_A(log_sum), backward ? GIVEN : RESULT, SIGNED, n * (size_t)s->heads * area);
    if (backward) {
        op_blocked(c, "dy", offsetof(lince_attention_args, dy), GIVEN, y, n);
        bool alone = table && index % 7 == 4; /* what lies below does not learn */
        if (!alone) op_blocked(c, "dqkv", offsetof(lince_attention_args, dqkv), RESULT, qkv, n);
        if (table) op_flat(c, "dtable", offsetof(lince_attention_args, dtable), RESULT, SIGNED, n * table);
    }
    c->terms = tokens_of(s) * s->d;
    c->flops = (backward ? 10.0 : 4.0) * s->n * (double)area * tokens_of(s) * channels;
    return true;
}

static bool make_attention_forward(op_case *c, size_t index, bool timed)
{
    return make_attention(c, index, timed, false);
}

static bool make_attention_backward(op_case *c, size_t index, bool timed)
{
    return make_attention(c, index, timed, true);
}

/* What backward is given is what forward has found. */
static void fill_backward(op_case *c)
{
    const lince_attention_args *a = attention_of(c);
    lince_attention_forward(op_truth(), &a->a, a->shape, a->n, a->qkv, a->y);
}

static void attention_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_attention_args *a = attention_of(c);
    size_t table = a->a.table ? lince_attention_differences(&a->a) * (size_t)a->a.heads : 0;
    float *each = lince_alloc(a->n * table + 1, sizeof *each);
    lince_attention_backward(op_truth(), &a->a, a->shape, a->n, a->qkv, a->y, dy, d[0], table ? each : NULL);
    if (table) lince_sum_rows(op_truth(), each, d[1], a->n, table);
    lince_free(each);
}

/* --- a token before others, pixels that become one ------------------------------------------------------------ */

typedef struct map {
    size_t n;
    lince_shape shape;
} map;

static const map maps[] = {{1, {1, 1, 1, 1}}, {2, {5, 3, 7, 1}},   {3, {13, 5, 4, 8}},
                           {2, {8, 2, 6, 8}}, {2, {19, 6, 5, 16}}, {2, {32, 4, 4, 16}}};
static const map timed_maps[] = {{8, {768, 14, 14, 16}}, {8, {96, 56, 56, 16}}};

static const map *map_at(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? COUNT(timed_maps) : COUNT(maps))) return NULL;
    const map *m = timed ? &timed_maps[index] : &maps[index];
    snprintf(c->what, sizeof c->what, "%zu x %dx%dx%d, block %d", m->n, m->shape.channels, m->shape.height,
             m->shape.width, m->shape.block);
    return m;
}

static bool make_prepend(op_case *c, size_t index, bool timed, bool backward)
{
    const map *m = map_at(c, index, timed);
    if (!m) return false;
    lince_shape in = m->shape, out = in, one = in;
    out.height = 1, out.width = in.height * in.width + 1;
    one.height = one.width = 1;
    *(lince_prepend_args *)c->args = (lince_prepend_args){.in = in, .n = m->n};
    if (!backward) {
        op_blocked(c, "x", offsetof(lince_prepend_args, from), GIVEN, in, m->n)->learns = true;
        op_blocked(c, "token", offsetof(lince_prepend_args, token), GIVEN, one, 1)->learns = true;
        op_blocked(c, "y", offsetof(lince_prepend_args, to), RESULT, out, m->n);
    } else {
        op_blocked(c, "dy", offsetof(lince_prepend_args, from), GIVEN, out, m->n);
        op_blocked(c, "dx", offsetof(lince_prepend_args, to), RESULT, in, m->n);
        op_blocked(c, "dtoken", offsetof(lince_prepend_args, dtoken), RESULT, one, 1);
    }
    return true;
}

static bool make_prepend_forward(op_case *c, size_t index, bool timed)
{
    return make_prepend(c, index, timed, false);
}

static bool make_prepend_backward(op_case *c, size_t index, bool timed)
{
    return make_prepend(c, index, timed, true);
}

static void prepend_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_prepend_args *a = (const lince_prepend_args *)c->args;
    lince_prepend_backward(op_truth(), a->in, a->n, dy, d[0], d[1]);
}

static bool make_merge(op_case *c, size_t index, bool timed, bool backward)
{
    const map *m = map_at(c, index, timed);
    if (!m) return false;
    lince_shape in = m->shape, out = {4 * in.channels, (in.height + 1) / 2, (in.width + 1) / 2, in.block};
    *(lince_merge_args *)c->args = (lince_merge_args){.in = in, .out = out, .n = m->n};
    op_blocked(c, backward ? "dy" : "x", offsetof(lince_merge_args, from), GIVEN, backward ? out : in, m->n)
        ->learns = !backward;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_merge_args, to), RESULT, backward ? in : out, m->n);
    return true;
}

static bool make_merge_forward(op_case *c, size_t index, bool timed)
{
    return make_merge(c, index, timed, false);
}

static bool make_merge_backward(op_case *c, size_t index, bool timed)
{
    return make_merge(c, index, timed, true);
}

static void merge_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_merge_args *a = (const lince_merge_args *)c->args;
    lince_merge_pixels_backward(op_truth(), a->in, a->out, a->n, dy, d[0]);
}

const op_suite attention_suites[] = {
    {.op = LINCE_OP_ATTENTION,
     .make = make_attention_forward,
     .slack = 128,
     .hides_nan = true, /* of another head or window */
     .gradient = attention_gradient},
    {.op = LINCE_OP_ATTENTION_BACKWARD,
     .make = make_attention_backward,
     .fill = fill_backward,
     .slack = 256,
     .hides_nan = true},
    {.op = LINCE_OP_PREPEND, .make = make_prepend_forward, .exact = true, .gradient = prepend_gradient},
    {.op = LINCE_OP_PREPEND_BACKWARD, .make = make_prepend_backward, .exact = true, .hides_nan = true},
    {.op = LINCE_OP_MERGE_PIXELS, .make = make_merge_forward, .exact = true, .gradient = merge_gradient},
    {.op = LINCE_OP_MERGE_PIXELS_BACKWARD, .make = make_merge_backward, .exact = true, .hides_nan = true},
    {.make = NULL},
};
