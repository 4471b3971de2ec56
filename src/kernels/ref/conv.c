/* The truth that faster kernels are tested against: the definition, loop by loop, summed in double; of CONV_BF16 what is
 * multiplied is rounded first. */
#include "kernels/conv.h"
#include "core/bfloat.h"
#include "core/parallel.h"

static size_t at(lince_shape s, int n, int c, int y, int x)
{
    size_t blocks = (size_t)lince_round_up(s.channels, s.block) / (size_t)s.block;
    return ((((size_t)n * blocks + (size_t)(c / s.block)) * (size_t)s.height + (size_t)y) * (size_t)s.width +
            (size_t)x) *
               (size_t)s.block +
           (size_t)(c % s.block);
}

/* Input coordinate that output coordinate `o` sees through kernel position `k`; outside [0, size):
 * padding. */
static int seen(const lince_conv *c, int axis, int o, int k)
{
    return o * c->stride[axis] - c->padding[axis] + k;
}

typedef struct work {
    const lince_conv *c;
    const lince_conv_args *a;
    bool rounded;
} work;

static double product(const work *w, float a, float b)
{
    return w->rounded ? (double)lince_round_to_bfloat(a) * lince_round_to_bfloat(b) : (double)a * b;
}

static float forward_one(const work *w, int n, int o, int y, int x)
{
    const lince_conv *c = w->c;
    const lince_conv_args *a = w->a;
    int per_group = c->in.channels / c->groups, first = o / (c->out.channels / c->groups) * per_group;
    double sum = a->b ? a->b[o] : 0;
    for (int i = 0; i < per_group; i++)
        for (int ky = 0; ky < c->kernel[0]; ky++)
            for (int kx = 0; kx < c->kernel[1]; kx++) {
                int iy = seen(c, 0, y, ky), ix = seen(c, 1, x, kx);
                if (iy < 0 || iy >= c->in.height || ix < 0 || ix >= c->in.width) continue;
                sum += product(w, a->x[at(c->in, n, first + i, iy, ix)],
                               a->w[lince_conv_weight_at(c, o, i, ky, kx)]);
            }
    return (float)sum;
}

static void forward(void *context, size_t n)
{
    const work *w = context;
    lince_shape out = w->c->out;
    for (int o = 0; o < lince_round_up(out.channels, out.block); o++)
        for (int y = 0; y < out.height; y++)
            for (int x = 0; x < out.width; x++)
                w->a->y[at(out, (int)n, o, y, x)] = o < out.channels ? forward_one(w, (int)n, o, y, x) : 0;
}

static float backward_data_one(const work *w, int n, int i, int y, int x)
{
    const lince_conv *c = w->c;
    const lince_conv_args *a = w->a;
    int per_group = c->in.channels / c->groups, outs = c->out.channels / c->groups,
        first = i / per_group * outs;
    double sum = 0;
    for (int o = first; o < first + outs; o++)
        for (int ky = 0; ky < c->kernel[0]; ky++)
            for (int kx = 0; kx < c->kernel[1]; kx++) {
                int oy = y + c->padding[0] - ky, ox = x + c->padding[1] - kx;
                if (oy < 0 || ox < 0 || oy % c->stride[0] || ox % c->stride[1]) continue;
                oy /= c->stride[0], ox /= c->stride[1];
                if (oy >= c->out.height || ox >= c->out.width) continue;
                sum += product(w, a->y[at(c->out, n, o, oy, ox)],
                               a->w[lince_conv_weight_at(c, o, i % per_group, ky, kx)]);
            }
    return (float)sum;
}

static void backward_data(void *context, size_t n)
{
    const work *w = context;
    lince_shape in = w->c->in;
    for (int i = 0; i < lince_round_up(in.channels, in.block); i++)
        for (int y = 0; y < in.height; y++)
            for (int x = 0; x < in.width; x++)
                w->a->x[at(in, (int)n, i, y, x)] =
                    i < in.channels ? backward_data_one(w, (int)n, i, y, x) : 0;
}

static float backward_weight_one(const work *w, int o, int i, int ky, int kx)
{
    const lince_conv *c = w->c;
    const lince_conv_args *a = w->a;
    int per_group = c->in.channels / c->groups, first = o / (c->out.channels / c->groups) * per_group;
    double sum = 0;
    for (int n = 0; n < c->batch; n++)
        for (int y = 0; y < c->out.height; y++)
            for (int x = 0; x < c->out.width; x++) {
                int iy = seen(c, 0, y, ky), ix = seen(c, 1, x, kx);
                if (iy < 0 || iy >= c->in.height || ix < 0 || ix >= c->in.width) continue;
                sum += product(w, a->y[at(c->out, n, o, y, x)], a->x[at(c->in, n, first + i, iy, ix)]);
            }
    return (float)sum;
}

static void backward_weights(void *context, size_t index)
{
    const work *w = context;
    const lince_conv *c = w->c;
    int o = (int)index;
    for (int i = 0; i < c->in.channels / c->groups; i++)
        for (int ky = 0; ky < c->kernel[0]; ky++)
            for (int kx = 0; kx < c->kernel[1]; kx++)
                w->a->w[lince_conv_weight_at(c, o, i, ky, kx)] = backward_weight_one(w, o, i, ky, kx);
    if (!w->a->b) return;
    double sum = 0;
    for (int n = 0; n < c->batch; n++)
        for (int y = 0; y < c->out.height; y++)
            for (int x = 0; x < c->out.width; x++) sum += w->a->y[at(c->out, n, o, y, x)];
    w->a->b[o] = (float)sum;
}

static void run(const lince_kernel *kernel, const void *args)
{
    const lince_conv_task *t = kernel->geometry;
    work w = {&t->conv, args, kernel->row->op == LINCE_OP_CONV_BF16};
    size_t batch = (size_t)t->conv.batch, channels = (size_t)t->conv.out.channels;
    switch (t->direction) {
    case LINCE_FORWARD: lince_parallel(kernel->exec.threads, batch, forward, &w); break;
    case LINCE_BACKWARD_DATA: lince_parallel(kernel->exec.threads, batch, backward_data, &w); break;
    case LINCE_BACKWARD_WEIGHTS: lince_parallel(kernel->exec.threads, channels, backward_weights, &w); break;
    }
    lince_conv_finish(kernel, args);
}

const lince_op_row lince_conv_ref = {.op = LINCE_OP_CONV, .name = "ref", .same_bits = true, .run = run};
const lince_op_row lince_conv_bf16_ref = {
    .op = LINCE_OP_CONV_BF16, .name = "ref", .same_bits = true, .run = run};
