/* Activations in blocks of channels: layouts, sums, factors, concatenation, shortcuts, normalisation. */
#include "kernels/kernels.h"
#include "kernels/operands.h"
#include "ops/suites.h"

#include <stdio.h>

typedef struct batch {
    size_t n;
    lince_shape shape;
} batch;

/* One sample and one pixel; channels that fill blocks, and that do not; planes longer than a segment of sums. */
static const batch batches[] = {
    {1, {1, 1, 1, 1}},   {2, {5, 3, 7, 1}},    {1, {8, 2, 3, 8}},  {3, {13, 5, 4, 8}}, {1, {16, 1, 1, 16}},
    {2, {19, 6, 5, 16}}, {4, {40, 9, 11, 16}}, {2, {3, 9, 9, 16}}, {5, {24, 4, 3, 8}}, {2, {17, 13, 12, 8}},
};
enum { BATCHES = sizeof batches / sizeof *batches };

static const batch timed_batches[] = {{64, {64, 32, 32, 8}}, {64, {64, 32, 32, 16}}};

/* The batch of that number, and what it is in words. */
static const batch *batch_at(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? sizeof timed_batches / sizeof *timed_batches : BATCHES)) return NULL;
    const batch *b = timed ? &timed_batches[index] : &batches[index];
    lince_shape s = b->shape;
    snprintf(c->what, sizeof c->what, "%zu x %dx%dx%d, block %d", b->n, s.channels, s.height, s.width,
             s.block);
    return b;
}

/* One value of each channel. */
static lince_shape of_channels(lince_shape s)
{
    s.height = s.width = 1;
    return s;
}

static double pixels(const batch *b)
{
    return (double)b->n * b->shape.height * b->shape.width;
}

/* --- layouts, sums ---------------------------------------------------------------------------------------- */

static const lince_layout_args *layout_of(const op_case *c)
{
    return (const lince_layout_args *)c->args;
}

static bool make_layout(op_case *c, size_t index, bool timed, lince_op op)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    size_t plain = b->n * lince_shape_elements(b->shape), x = offsetof(lince_layout_args, x),
           y = offsetof(lince_layout_args, y);
    *(lince_layout_args *)c->args = (lince_layout_args){.shape = b->shape, .n = b->n};
    if (op == LINCE_OP_FROM_PLAIN)
        op_flat(c, "plain", x, GIVEN, SIGNED, plain)->learns = true;
    else
        op_blocked(c, "x", x, GIVEN, b->shape, b->n)->learns = true;
    if (op == LINCE_OP_TO_PLAIN)
        op_flat(c, "plain", y, RESULT, SIGNED, plain);
    else if (op == LINCE_OP_FROM_PLAIN)
        op_blocked(c, "y", y, RESULT, b->shape, b->n);
    else
        op_blocked(c, "sum", y, RESULT, of_channels(b->shape), 1);
    if (op == LINCE_OP_SUM_CHANNELS) c->terms = pixels(b);
    return true;
}

static bool make_to_plain(op_case *c, size_t index, bool timed)
{
    return make_layout(c, index, timed, LINCE_OP_TO_PLAIN);
}

static bool make_from_plain(op_case *c, size_t index, bool timed)
{
    return make_layout(c, index, timed, LINCE_OP_FROM_PLAIN);
}

static bool make_sum_channels(op_case *c, size_t index, bool timed)
{
    return make_layout(c, index, timed, LINCE_OP_SUM_CHANNELS);
}

static void to_plain_gradient(const op_case *c, const float *dy, float *const *d)
{
    lince_from_plain(op_truth(), layout_of(c)->shape, layout_of(c)->n, dy, d[0]);
}

static void from_plain_gradient(const op_case *c, const float *dy, float *const *d)
{
    lince_to_plain(op_truth(), layout_of(c)->shape, layout_of(c)->n, dy, d[0]);
}

/* What lies in the padding is no number. */
static bool make_clear(op_case *c, size_t index, bool timed)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    *(lince_layout_args *)c->args = (lince_layout_args){.shape = b->shape, .n = b->n};
    op_blocked(c, "y", offsetof(lince_layout_args, y), ADDED_TO, b->shape, b->n)->values = SIGNED;
    return true;
}

static void fill_padding(op_case *c)
{
    op_operand *o = &c->operand[0];
    size_t block = (size_t)o->shape.block, area = (size_t)o->shape.height * (size_t)o->shape.width;
    for (size_t i = 0; i < o->n; i++)
        if (i % lince_shape_size(o->shape) / (area * block) * block + i % block >= (size_t)o->shape.channels)
            ((float *)o->memory)[i] = 7;
}

/* --- factors ---------------------------------------------------------------------------------------------- */

static bool make_scale(op_case *c, size_t index, bool timed)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    *(lince_scale_channels_args *)c->args = (lince_scale_channels_args){.shape = b->shape, .n = b->n};
    op_blocked(c, "x", offsetof(lince_scale_channels_args, x), GIVEN, b->shape, b->n)->learns = true;
    op_blocked(c, "s", offsetof(lince_scale_channels_args, s), GIVEN, of_channels(b->shape), b->n)->learns =
        true;
    op_blocked(c, "y", offsetof(lince_scale_channels_args, y), RESULT, b->shape, b->n);
    return true;
}

static bool make_scale_backward(op_case *c, size_t index, bool timed)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    *(lince_scale_channels_args *)c->args = (lince_scale_channels_args){.shape = b->shape, .n = b->n};
    op_blocked(c, "x", offsetof(lince_scale_channels_args, x), GIVEN, b->shape, b->n);
    op_blocked(c, "s", offsetof(lince_scale_channels_args, s), GIVEN, of_channels(b->shape), b->n);
    op_blocked(c, "dy", offsetof(lince_scale_channels_args, dy), GIVEN, b->shape, b->n);
    op_blocked(c, "dx", offsetof(lince_scale_channels_args, dx), RESULT, b->shape, b->n);
    op_blocked(c, "ds", offsetof(lince_scale_channels_args, ds), RESULT, of_channels(b->shape), b->n);
    c->terms = pixels(b);
    return true;
}

static void scale_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_scale_channels_args *a = (const lince_scale_channels_args *)c->args;
    lince_scale_channels_backward(op_truth(), a->shape, a->n, a->x, a->s, dy, d[0], d[1]);
}

/* --- concatenation, shortcuts ------------------------------------------------------------------------------- */

static lince_join join_of(const batch *b, size_t index)
{
    lince_join j = {.a = b->shape, .b = b->shape, .out = b->shape};
    j.b.channels = 1 + (int)(index * 7) % 29;
    j.out.channels += j.b.channels;
    return j;
}

static bool make_concat(op_case *c, size_t index, bool timed)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    lince_join j = join_of(b, index);
    *(lince_concat_args *)c->args = (lince_concat_args){.join = j, .n = b->n};
    op_blocked(c, "x", offsetof(lince_concat_args, x), GIVEN, j.a, b->n)->learns = true;
    op_blocked(c, "x2", offsetof(lince_concat_args, x) + sizeof(float *), GIVEN, j.b, b->n)->learns = true;
    op_blocked(c, "y", offsetof(lince_concat_args, y), RESULT, j.out, b->n);
    return true;
}

static bool make_concat_backward(op_case *c, size_t index, bool timed)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    lince_join j = join_of(b, index);
    *(lince_concat_args *)c->args = (lince_concat_args){.join = j, .n = b->n};
    op_blocked(c, "dy", offsetof(lince_concat_args, dy), GIVEN, j.out, b->n);
    op_blocked(c, "dx", offsetof(lince_concat_args, dx), RESULT, j.a, b->n);
    op_blocked(c, "dx2", offsetof(lince_concat_args, dx) + sizeof(float *), RESULT, j.b, b->n);
    return true;
}

static void concat_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_concat_args *a = (const lince_concat_args *)c->args;
    lince_concat_backward(op_truth(), &a->join, a->n, dy, d[0], d[1]);
}

static bool make_shortcut(op_case *c, size_t index, bool timed, bool backward)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    int stride = 1 + (int)index % 2;
    lince_shape in = b->shape, out = in;
    out.channels += 2 * (int)(index % 7);
    out.height = (in.height - 1) / stride + 1, out.width = (in.width - 1) / stride + 1;
    *(lince_pad_shortcut_args *)c->args =
        (lince_pad_shortcut_args){.in = in, .out = out, .stride = stride, .n = b->n};
    op_blocked(c, backward ? "dy" : "x", offsetof(lince_pad_shortcut_args, from), GIVEN, backward ? out : in,
               b->n)
        ->learns = !backward;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_pad_shortcut_args, to), RESULT, backward ? in : out,
               b->n);
    return true;
}

static bool make_shortcut_forward(op_case *c, size_t index, bool timed)
{
    return make_shortcut(c, index, timed, false);
}

static bool make_shortcut_backward(op_case *c, size_t index, bool timed)
{
    return make_shortcut(c, index, timed, true);
}

static void shortcut_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_pad_shortcut_args *a = (const lince_pad_shortcut_args *)c->args;
    lince_pad_shortcut_backward(op_truth(), a->in, a->out, a->stride, a->n, dy, d[0]);
}

/* Whole blocks and parts of them, in one group and in several. */
static lince_pick_args pick_of(const batch *b, size_t index)
{
    lince_pick_args a = {.in = b->shape, .out = b->shape, .pick = {.groups = 1 + (int)index % 3}, .n = b->n};
    a.pick.begin = index % 2 ? 0 : a.in.channels / 3;
    a.out.channels = (a.in.channels - a.pick.begin) / a.pick.groups * a.pick.groups;
    if (!a.out.channels) a.pick.groups = 1, a.out.channels = a.in.channels - a.pick.begin;
    return a;
}

static bool make_pick(op_case *c, size_t index, bool timed, bool backward)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    lince_pick_args a = pick_of(b, index);
    *(lince_pick_args *)c->args = a;
    op_blocked(c, backward ? "dy" : "x", offsetof(lince_pick_args, from), GIVEN, backward ? a.out : a.in, a.n)
        ->learns = !backward;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_pick_args, to), RESULT, backward ? a.in : a.out, a.n);
    return true;
}

static bool make_pick_forward(op_case *c, size_t index, bool timed)
{
    return make_pick(c, index, timed, false);
}

static bool make_pick_backward(op_case *c, size_t index, bool timed)
{
    return make_pick(c, index, timed, true);
}

static void pick_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_pick_args *a = (const lince_pick_args *)c->args;
    lince_pick_channels_backward(op_truth(), a->in, a->out, a->pick, a->n, dy, d[0]);
}

/* --- normalisation ------------------------------------------------------------------------------------------ */

#define IN_BN(field) (offsetof(lince_batch_norm_args, bn) + offsetof(lince_batch_norm, field))

/* Every third by given statistics; every other one rectified. */
static bool make_norm(op_case *c, size_t index, bool timed, bool backward)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    bool train = timed || index % 3 != 1;
    lince_shape s = b->shape, one = of_channels(s);
    bool relu = !backward && index % 2, learns = !backward && !relu; /* a kink makes differences inexact */
    bool add = backward && index % 2;                                /* to what is there */
    op_role statistic = backward ? GIVEN : train ? ADDED_TO : GIVEN, saved = backward ? GIVEN : RESULT;
    *(lince_batch_norm_args *)c->args =
        (lince_batch_norm_args){.bn = {.eps = 1e-5f, .momentum = 0.1f, .train = train},
                                .shape = s,
                                .n = b->n,
                                .relu = relu,
                                .add = add};
    op_blocked(c, "x", offsetof(lince_batch_norm_args, x), GIVEN, s, b->n)->learns = learns;
    if (backward) op_blocked(c, "dy", offsetof(lince_batch_norm_args, dy), GIVEN, s, b->n);
    op_blocked(c, "gamma", IN_BN(gamma), GIVEN, one, 1)->learns = learns;
    op_blocked(c, "beta", IN_BN(beta), GIVEN, one, 1)->learns = learns;
    op_flat(c, "running mean", IN_BN(running_mean), statistic, SIGNED, lince_shape_size(one));
    op_flat(c, "running variance", IN_BN(running_var), statistic, POSITIVE_1, lince_shape_size(one));
    op_flat(c, "mean", IN_BN(mean), saved, SIGNED, lince_shape_size(one));
    op_flat(c, "1/deviation", IN_BN(inv_std), saved, POSITIVE_1, lince_shape_size(one));
    c->answer = c->operands;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_batch_norm_args, y), add ? ADDED_TO : RESULT, s,
               b->n);
    if (backward) {
        op_blocked(c, "dgamma", offsetof(lince_batch_norm_args, dgamma), RESULT, one, 1);
        op_blocked(c, "dbeta", offsetof(lince_batch_norm_args, dbeta), RESULT, one, 1);
    }
    c->terms = pixels(b);
    return true;
}

static bool make_norm_forward(op_case *c, size_t index, bool timed)
{
    return make_norm(c, index, timed, false);
}

static bool make_norm_backward(op_case *c, size_t index, bool timed)
{
    return make_norm(c, index, timed, true);
}

static void norm_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_batch_norm_args *a = (const lince_batch_norm_args *)c->args;
    lince_batch_norm_backward(op_truth(), &a->bn, a->shape, a->n, a->x, dy, false, d[0], d[1], d[2]);
}

#define IN_LN(field) (offsetof(lince_layer_norm_args, ln) + offsetof(lince_layer_norm, field))

static bool make_layer_norm(op_case *c, size_t index, bool timed, bool backward)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    lince_shape s = b->shape, one = of_channels(s);
    *(lince_layer_norm_args *)c->args = (lince_layer_norm_args){.ln = {.eps = 0.1f}, .shape = s, .n = b->n};
    op_blocked(c, "x", offsetof(lince_layer_norm_args, x), GIVEN, s, b->n)->learns = !backward;
    if (backward) op_blocked(c, "dy", offsetof(lince_layer_norm_args, dy), GIVEN, s, b->n);
    op_blocked(c, "gamma", IN_LN(gamma), GIVEN, one, 1)->learns = !backward;
    op_blocked(c, "beta", IN_LN(beta), GIVEN, one, 1)->learns = !backward;
    op_flat(c, "moments", IN_LN(moments), backward ? GIVEN : RESULT, POSITIVE_1, 2 * (size_t)pixels(b));
    c->answer = c->operands;
    if (!backward) op_blocked(c, "y", offsetof(lince_layer_norm_args, y), RESULT, s, b->n);
    if (backward) {
        op_blocked(c, "dx", offsetof(lince_layer_norm_args, dx), RESULT, s, b->n);
        op_blocked(c, "dgamma", offsetof(lince_layer_norm_args, dgamma), RESULT, one, 1);
        op_blocked(c, "dbeta", offsetof(lince_layer_norm_args, dbeta), RESULT, one, 1);
    }
    c->terms = pixels(b);
    return true;
}

static bool make_layer_norm_forward(op_case *c, size_t index, bool timed)
{
    return make_layer_norm(c, index, timed, false);
}

static bool make_layer_norm_backward(op_case *c, size_t index, bool timed)
{
    return make_layer_norm(c, index, timed, true);
}

static void layer_norm_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_layer_norm_args *a = (const lince_layer_norm_args *)c->args;
    lince_layer_norm_backward(op_truth(), &a->ln, a->shape, a->n, a->x, dy, d[0], d[1], d[2]);
}

/* --- zeros around ------------------------------------------------------------------------------------------- */

static bool make_pad(op_case *c, size_t index, bool timed, bool backward)
{
    const batch *b = batch_at(c, index, timed);
    if (!b) return false;
    int top = (int)index % 3, left = (int)(index / 2) % 3;
    lince_shape in = b->shape, out = in;
    out.height += top + (int)index % 2, out.width += left + 1;
    *(lince_pad_args *)c->args = (lince_pad_args){.in = in, .out = out, .top = top, .left = left, .n = b->n};
    op_blocked(c, backward ? "dy" : "x", offsetof(lince_pad_args, from), GIVEN, backward ? out : in, b->n)
        ->learns = !backward;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_pad_args, to), RESULT, backward ? in : out, b->n);
    return true;
}

static bool make_pad_forward(op_case *c, size_t index, bool timed)
{
    return make_pad(c, index, timed, false);
}

static bool make_pad_backward(op_case *c, size_t index, bool timed)
{
    return make_pad(c, index, timed, true);
}

static void pad_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_pad_args *a = (const lince_pad_args *)c->args;
    lince_pad_backward(op_truth(), a->in, a->out, a->top, a->left, a->n, dy, d[0]);
}

const op_suite channel_suites[] = {
    {.op = LINCE_OP_TO_PLAIN, .make = make_to_plain, .exact = true, .gradient = to_plain_gradient},
    {.op = LINCE_OP_FROM_PLAIN, .make = make_from_plain, .exact = true, .gradient = from_plain_gradient},
    {.op = LINCE_OP_CLEAR_PADDING, .make = make_clear, .fill = fill_padding, .exact = true},
    {.op = LINCE_OP_SUM_CHANNELS, .make = make_sum_channels, .linear = true},
    {.op = LINCE_OP_SCALE_CHANNELS, .make = make_scale, .exact = true, .gradient = scale_gradient},
    {.op = LINCE_OP_SCALE_CHANNELS_BACKWARD, .make = make_scale_backward, .linear = true},
    {.op = LINCE_OP_CONCAT, .make = make_concat, .exact = true, .gradient = concat_gradient},
    {.op = LINCE_OP_CONCAT_BACKWARD, .make = make_concat_backward, .exact = true},
    {.op = LINCE_OP_PICK_CHANNELS,
     .make = make_pick_forward,
     .exact = true,
     .hides_nan = true,
     .gradient = pick_gradient},
    {.op = LINCE_OP_PICK_CHANNELS_BACKWARD, .make = make_pick_backward, .exact = true},
    {.op = LINCE_OP_PAD_SHORTCUT,
     .make = make_shortcut_forward,
     .exact = true,
     .hides_nan = true,
     .gradient = shortcut_gradient},
    {.op = LINCE_OP_PAD_SHORTCUT_BACKWARD, .make = make_shortcut_backward, .exact = true},
    {.op = LINCE_OP_LAYER_NORM,
     .make = make_layer_norm_forward,
     .slack = 64,
     .gradient = layer_norm_gradient},
    {.op = LINCE_OP_LAYER_NORM_BACKWARD, .make = make_layer_norm_backward, .slack = 64},
    {.op = LINCE_OP_PAD, .make = make_pad_forward, .exact = true, .gradient = pad_gradient},
    {.op = LINCE_OP_PAD_BACKWARD, .make = make_pad_backward, .exact = true, .hides_nan = true},
    {.op = LINCE_OP_BATCH_NORM, .make = make_norm_forward, .slack = 64, .gradient = norm_gradient},
    {.op = LINCE_OP_BATCH_NORM_BACKWARD, .make = make_norm_backward, .slack = 64},
    {.make = NULL},
};
