/* Pooling. */
#include "kernels/kernels.h"
#include "kernels/operands.h"
#include "ops/suites.h"

#include <stdio.h>

typedef struct pooling {
    size_t n;
    lince_shape in;
    lince_window w; /* kernel 0: adaptive, to `to` x `to` */
    int to;
} pooling;

/* Halves, which vector code does, with rows and columns left over; windows that overlap, leave gaps, or hang over
 * the edge. */
static const pooling largest[] = {
    {1, {1, 2, 2, 1}, {{2, 2}, {2, 2}, {0, 0}}, 0},       {2, {13, 6, 8, 8}, {{2, 2}, {2, 2}, {0, 0}}, 0},
    {3, {16, 7, 5, 16}, {{2, 2}, {2, 2}, {0, 0}}, 0},     {2, {19, 8, 8, 16}, {{2, 2}, {2, 2}, {0, 0}}, 0},
    {1, {8, 9, 9, 8}, {{3, 3}, {2, 2}, {1, 1}}, 0},       {2, {5, 7, 9, 1}, {{2, 3}, {3, 1}, {0, 1}}, 0},
    {1, {20, 15, 15, 16}, {{15, 15}, {1, 1}, {7, 7}}, 0},
};
static const pooling means[] = {
    {1, {1, 2, 2, 1}, {{2, 2}, {2, 2}, {0, 0}}, 0},   {2, {13, 6, 8, 8}, {{2, 2}, {2, 2}, {0, 0}}, 0},
    {3, {19, 7, 5, 16}, {{3, 2}, {1, 3}, {0, 0}}, 0}, {2, {5, 1, 1, 16}, {{0, 0}, {0, 0}, {0, 0}}, 7},
    {1, {24, 9, 5, 8}, {{0, 0}, {0, 0}, {0, 0}}, 3},  {2, {3, 8, 8, 1}, {{0, 0}, {0, 0}, {0, 0}}, 1},
};
static const pooling timed_largest[] = {{64, {64, 32, 32, 8}, {{2, 2}, {2, 2}, {0, 0}}, 0},
                                        {64, {64, 32, 32, 16}, {{2, 2}, {2, 2}, {0, 0}}, 0},
                                        {64, {64, 32, 32, 8}, {{3, 3}, {2, 2}, {1, 1}}, 0}};
static const pooling timed_means[] = {{64, {64, 32, 32, 8}, {{2, 2}, {2, 2}, {0, 0}}, 0},
                                      {64, {512, 7, 7, 8}, {{0, 0}, {0, 0}, {0, 0}}, 1}};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static lince_pool_args *pool_of(const op_case *c)
{
    return (lince_pool_args *)c->args;
}

static int windows(int in, int kernel, int stride, int padding)
{
    return (in + 2 * padding - kernel) / stride + 1;
}

static void describe(op_case *c, const pooling *p)
{
    lince_shape out = p->in;
    out.height = out.width = p->to;
    if (!p->to) {
        out.height = windows(p->in.height, p->w.kernel[0], p->w.stride[0], p->w.padding[0]);
        out.width = windows(p->in.width, p->w.kernel[1], p->w.stride[1], p->w.padding[1]);
    }
    *pool_of(c) = (lince_pool_args){.w = p->w, .in = p->in, .out = out, .n = p->n};
    snprintf(c->what, sizeof c->what, "%zu x %dx%dx%d to %dx%d, block %d, kernel %dx%d, stride %dx%d", p->n,
             p->in.channels, p->in.height, p->in.width, out.height, out.width, p->in.block, p->w.kernel[0],
             p->w.kernel[1], p->w.stride[0], p->w.stride[1]);
    c->terms = p->to ? p->in.height * p->in.width + 1 : p->w.kernel[0] * p->w.kernel[1] + 1;
}

/* --- the largest ------------------------------------------------------------------------------------------ */

/* With the gate the gradient is that by what x was before it was rectified. */
static bool make_max(op_case *c, size_t index, bool timed, bool backward)
{
    if (index >= (timed ? COUNT(timed_largest) : COUNT(largest))) return false;
    describe(c, timed ? &timed_largest[index] : &largest[index]);
    lince_pool_args *a = pool_of(c);
    a->gate = !backward && index % 2;
    op_blocked(c, backward ? "dy" : "x", offsetof(lince_pool_args, from), GIVEN, backward ? a->out : a->in,
               a->n)
        ->learns = !backward && !a->gate;
    if (!backward) c->operand[0].values = DISTINCT;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_pool_args, to), RESULT, backward ? a->in : a->out,
               a->n);
    op_flat(c, "taken", offsetof(lince_pool_args, taken), backward ? GIVEN : RESULT, BYTES,
            a->n * lince_shape_size(a->out));
    return true;
}

static bool make_max_forward(op_case *c, size_t index, bool timed)
{
    return make_max(c, index, timed, false);
}

static bool make_max_backward(op_case *c, size_t index, bool timed)
{
    return make_max(c, index, timed, true);
}

/* Positions that exist, and here and there none: the middle of a window always lies inside. */
static void take_middles(op_case *c)
{
    lince_pool_args *a = pool_of(c);
    for (size_t i = 0; i < c->operand[2].n; i++) {
        size_t position = (size_t)a->w.kernel[0] / 2 * (size_t)a->w.kernel[1] + (size_t)a->w.kernel[1] / 2;
        if (!a->w.padding[0] && !a->w.padding[1])
            position = i * 7 % (size_t)(a->w.kernel[0] * a->w.kernel[1]);
        a->taken[i] = i % 5 ? (uint8_t)position : LINCE_TAKEN_NONE;
    }
}

static void max_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_pool_args *a = pool_of(c);
    lince_max_pool_backward(op_truth(), a->w, a->in, a->out, a->n, dy, a->taken, d[0]);
}

/* --- means ------------------------------------------------------------------------------------------------ */

static bool make_mean(op_case *c, size_t index, bool timed, bool backward)
{
    if (index >= (timed ? COUNT(timed_means) : COUNT(means))) return false;
    describe(c, timed ? &timed_means[index] : &means[index]);
    lince_pool_args *a = pool_of(c);
    op_blocked(c, backward ? "dy" : "x", offsetof(lince_pool_args, from), GIVEN, backward ? a->out : a->in,
               a->n)
        ->learns = !backward;
    op_blocked(c, backward ? "dx" : "y", offsetof(lince_pool_args, to), RESULT, backward ? a->in : a->out,
               a->n);
    return true;
}

static bool make_mean_forward(op_case *c, size_t index, bool timed)
{
    return make_mean(c, index, timed, false);
}

static bool make_mean_backward(op_case *c, size_t index, bool timed)
{
    return make_mean(c, index, timed, true);
}

static void mean_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_pool_args *a = pool_of(c);
    lince_avg_pool_backward(op_truth(), a->w, a->in, a->out, a->n, dy, d[0]);
}

const op_suite pool_suites[] = {
    {.op = LINCE_OP_MAX_POOL, .make = make_max_forward, .exact = true, .gradient = max_gradient},
    {.op = LINCE_OP_MAX_POOL_BACKWARD,
     .make = make_max_backward,
     .fill = take_middles,
     .linear = true,
     .hides_nan = true},
    {.op = LINCE_OP_AVG_POOL, .make = make_mean_forward, .linear = true, .gradient = mean_gradient},
    {.op = LINCE_OP_AVG_POOL_BACKWARD, .make = make_mean_backward, .linear = true},
    {.make = NULL},
};
