/* Convolutions; test_conv.c holds each row to the bound of its algorithm. */
#include "core/cpu.h"
#include "kernels/conv.h"
#include "ops/conv_shape.h"
#include "ops/suites.h"

#include <stdio.h>

static const shape shapes[] = {
    {2, 3, 9, 11, 20, 3, 1, 1, 1},
    {1, 16, 8, 8, 16, 3, 1, 1, 1},
    {3, 40, 7, 5, 33, 3, 1, 1, 1},
    {2, 32, 7, 7, 16, 1, 2, 0, 1},
    {1, 32, 13, 13, 24, 5, 2, 2, 1},
    {2, 32, 6, 6, 32, 3, 1, 1, 32},
    {2, 24, 7, 9, 24, 3, 2, 1, 24},
    {2, 32, 6, 6, 64, 3, 2, 1, 2},
    {5, 24, 1, 1, 48, 3, 1, 1, 1},
    {2, 24, 9, 9, 40, 1, 1, 0, 1},
    {1, 16, 3, 3, 16, 3, 1, 0, 1},
    {2, 16, 5, 6, 16, 5, 1, 2, 16},
    {2, 32, 6, 6, 32, 3, 1, 1, 8},
    {1, 24, 9, 8, 24, 3, 2, 1, 3},
    {2, 64, 5, 6, 64, 3, 1, 1, 2},
    {1, 32, 9, 10, 32, 7, 1, 3, 32},
    {2, 24, 9, 8, 40, BY(1, 7), 1, BY(0, 3), 1},
    {2, 24, 9, 8, 40, BY(7, 1), BY(2, 1), BY(3, 0), 1},
    {1, 16, 7, 9, 16, BY(3, 5), 1, BY(1, 2), 16},
    {2, 3, 32, 48, 40, 16, 16, 0, 1},
    {1, 3, 23, 22, 16, 7, 5, 2, 1},
    {9, 24, 2, 2, 40, 1, 1, 0, 1},
    {8, 24, 3, 4, 16, 3, 2, 1, 1},
};
/* Of vgg16 on 32x32, a stem, depthwise, pointwise and grouped convolutions. */
static const shape timed_shapes[] = {
    {16, 3, 32, 32, 64, 3, 1, 1, 1},     {16, 64, 32, 32, 64, 3, 1, 1, 1},
    {16, 128, 16, 16, 128, 3, 1, 1, 1},  {16, 256, 8, 8, 256, 3, 1, 1, 1},
    {16, 512, 4, 4, 512, 3, 1, 1, 1},    {16, 512, 2, 2, 512, 3, 1, 1, 1},
    {16, 96, 16, 16, 96, 3, 1, 1, 96},   {16, 96, 16, 16, 24, 1, 1, 0, 1},
    {16, 64, 16, 16, 128, 3, 2, 1, 1},   {4, 128, 56, 56, 128, 3, 1, 1, 32},
    {4, 512, 14, 14, 512, 3, 1, 1, 32},  {4, 1024, 7, 7, 1024, 3, 1, 1, 32},
    {4, 192, 28, 28, 192, 7, 1, 3, 192}, {128, 256, 2, 2, 1024, 1, 1, 0, 1},
    {128, 2048, 1, 1, 512, 1, 1, 0, 1},  {128, 512, 2, 2, 512, 3, 2, 1, 1},
    {128, 256, 4, 4, 256, 3, 2, 1, 1},   {128, 512, 4, 4, 1024, 1, 2, 0, 1},
    {128, 128, 4, 4, 512, 1, 1, 0, 1},   {128, 256, 3, 3, 256, 1, 1, 0, 1},
};
#define COUNT(array) (sizeof(array) / sizeof *(array))
static const int blocks[] = {1, 8, 16};

static const lince_conv_task *task_of(const op_case *c)
{
    return (const lince_conv_task *)c->geometry;
}

/* Each shape in each direction, in blocks of each size; timed in blocks of this level's lanes. */
static bool make(op_case *c, size_t index, bool timed)
{
    static const char *const directions[] = {"forward", "input's gradient", "weights' gradient"};
    size_t which = index / 3 / (timed ? 1 : COUNT(blocks));
    if (which >= (timed ? COUNT(timed_shapes) : COUNT(shapes))) return false;
    shape s = timed ? timed_shapes[which] : shapes[which];
    int block = timed ? lince_cpu_lanes() : blocks[index / 3 % COUNT(blocks)];
    lince_conv_task t = {conv_of_shape(s, block), (lince_direction)(index % 3),
                         index % 3 != LINCE_BACKWARD_DATA};
    *(lince_conv_task *)c->geometry = t;
    snprintf(c->what, sizeof c->what,
             "%s, %d x %dx%dx%d -> %d, kernel %dx%d, stride %dx%d, padding %dx%d, groups %d, block %d",
             directions[t.direction], s.n, s.in, s.height, s.width, s.out, t.conv.kernel[0], t.conv.kernel[1],
             t.conv.stride[0], t.conv.stride[1], t.conv.padding[0], t.conv.padding[1], s.groups, block);
    bool data = t.direction == LINCE_BACKWARD_DATA, weights = t.direction == LINCE_BACKWARD_WEIGHTS;
    size_t batch = (size_t)s.n;
    op_operand *w = op_flat(c, weights ? "dw" : "w", offsetof(lince_conv_args, w), weights ? RESULT : GIVEN,
                            weights ? ZERO : SIGNED, lince_conv_weights_size(&t.conv));
    op_operand *x = op_blocked(c, data ? "dx" : "x", offsetof(lince_conv_args, x), data ? RESULT : GIVEN,
                               t.conv.in, batch);
    op_blocked(c, t.direction ? "dy" : "y", offsetof(lince_conv_args, y), t.direction ? GIVEN : RESULT,
               t.conv.out, batch);
    w->learns = x->learns = t.direction == LINCE_FORWARD;
    if (t.has_bias) {
        op_operand *b = op_blocked(c, weights ? "db" : "b", offsetof(lince_conv_args, b),
                                   weights ? RESULT : GIVEN, (lince_shape){s.out, 1, 1, block}, 1);
        b->values = weights ? ZERO : SIGNED;
        b->learns = t.direction == LINCE_FORWARD;
    }
    double per_output = (double)s.in / s.groups * shape_taps(s),
           pixels = t.conv.out.height * t.conv.out.width;
    c->terms = weights ? s.n * pixels : data ? (double)s.out / s.groups * shape_taps(s) : per_output + 1;
    c->flops = 2 * per_output * s.out * pixels * s.n;
    return true;
}

/* The padding of the weights is zero (conv.h). */
static void clear_weights(op_case *c)
{
    const lince_conv *g = &task_of(c)->conv;
    op_operand *w = &c->operand[0];
    if (w->role == RESULT) return;
    size_t inputs = (size_t)(g->in.channels / g->groups), taps = (size_t)(g->kernel[0] * g->kernel[1]),
           next = 0;
    const float *drawn = w->begin;
    float *to = w->memory;
    for (size_t i = 0; i < w->n; i++) to[i] = 0;
    for (size_t o = 0; o < (size_t)g->out.channels; o++)
        for (size_t i = 0; i < inputs; i++)
            for (size_t tap = 0; tap < taps; tap++)
                to[lince_conv_weight_at(g, (int)o, (int)i, (int)tap / g->kernel[1],
                                        (int)tap % g->kernel[1])] = drawn[next++];
}

static void backward(const op_case *c, lince_direction direction, lince_conv_args args)
{
    lince_conv_task t = {task_of(c)->conv, direction, args.b != NULL};
    lince_kernel kernel;
    lince_kernel_init_as(&kernel, op_truth(), op_truth_of(LINCE_OP_CONV), &t);
    lince_kernel_run(&kernel, &args);
    lince_kernel_release(&kernel);
}

static void gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_conv_args *a = (const lince_conv_args *)c->args;
    if (task_of(c)->direction != LINCE_FORWARD) return;
    backward(c, LINCE_BACKWARD_WEIGHTS, (lince_conv_args){.x = a->x, .y = (float *)dy, .w = d[0], .b = d[3]});
    backward(c, LINCE_BACKWARD_DATA, (lince_conv_args){.x = d[1], .y = (float *)dy, .w = a->w});
}

const op_suite conv_suites[] = {
    {.op = LINCE_OP_CONV,
     .has_geometry = true,
     .make = make,
     .fill = clear_weights,
     .linear = true,
     .gradient = gradient},
    {.op = LINCE_OP_CONV_BF16, .has_geometry = true, .make = make, .fill = clear_weights, .linear = true},
    {.make = NULL},
};
