/* Convolution:  y[n,o] = b[o] + sum_i x[n,i] (*) w[o,i]
 * x [n, in, h, w] -> y [n, out, h', w'],  h' = (h + 2 padding - kernel) / stride + 1, of each axis by itself
 * https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html */
#include "layers/conv2d.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/conv.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>

typedef struct plan {
    lince_conv conv;
    lince_conv_task task[3]; /* by direction */
    lince_kernel kernel[3];
} plan;

static size_t place(const void *layout, const int *dims, size_t element)
{
    const lince_conv *c = layout; /* a linear layer's weight has no more than two dimensions */
    size_t height = (size_t)c->kernel[0], width = (size_t)c->kernel[1], pair = element / width / height;
    int x = (int)(element % width), y = (int)(element / width % height);
    return lince_conv_weight_at(layout, (int)(pair / (size_t)dims[1]), (int)(pair % (size_t)dims[1]), y, x);
}

static size_t place_linear(const void *layout, const int *dims, size_t element)
{
    return lince_conv_weight_at(layout, (int)(element / (size_t)dims[1]), (int)(element % (size_t)dims[1]), 0,
                                0);
}

static void put_rows(const void *layout, const float *rows, float *memory, size_t begin, size_t end)
{
    lince_conv_weights_put(layout, rows, memory, begin, end);
}

static lince_param *add_weight(lince_layer *l, const lince_conv *c)
{
    const lince_conv2d_layer_args *a = l->own;
    int dims[] = {a->channels, c->in.channels / c->groups, c->kernel[0], c->kernel[1]};
    lince_param *w = lince_layer_param(l, "weight", a->linear ? 2 : 4, dims);
    w->size = lince_conv_weights_size(c);
    w->place = a->linear ? place_linear : place;
    w->put_rows = put_rows;
    w->layout = c;
    w->init_identity = a->identity;
    w->fixed = a->fixed_weight;
    w->trainable = !w->fixed;
    return w;
}

static int infer(lince_layer *l)
{
    lince_conv2d_layer_args *a = l->own;
    if (a->linear) a->kernel = 1;
    lince_shape in = l->in[0];
    lince_window w = a->window = lince_window_of(a->window, a->kernel, a->stride, a->padding);
    if (!a->groups) a->groups = 1;
    if (in.channels % a->groups || a->channels % a->groups)
        return lince_fail(LINCE_ESHAPE, "%s: %d and %d channels do not divide into %d groups", l->name,
                          in.channels, a->channels, a->groups);
    LINCE_TRY(lince_window_check(l, &w));
    l->out = (lince_shape){a->channels, lince_window_places(&w, 0, in.height),
                           lince_window_places(&w, 1, in.width), l->block};

    plan *p = l->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->conv = (lince_conv){.batch = l->batch,
                           .in = in,
                           .out = l->out,
                           .kernel = {w.kernel[0], w.kernel[1]},
                           .stride = {w.stride[0], w.stride[1]},
                           .padding = {w.padding[0], w.padding[1]},
                           .groups = a->groups};
    lince_param *weight = add_weight(l, &p->conv),
                *bias = a->no_bias ? NULL : lince_layer_param(l, "bias", 1, &a->channels);
    if (bias) bias->size = (size_t)lince_round_up(a->channels, l->block);
    int pixels = w.kernel[0] * w.kernel[1];
    lince_layer_init(weight, bias, a->init,
                     a->init_std > 0 ? a->init_std : sqrtf(2.0f / (float)(a->channels * pixels)));
    l->macs = (double)a->channels * l->out.height * l->out.width * (in.channels / a->groups) * pixels;
    return 0;
}

static bool has_bias(const lince_layer *l)
{
    return l->param_count > 1;
}

/* A first layer's few channels are what the pictures are; groups leave little to multiply. */
static lince_op operation_of(const lince_layer *l, const lince_conv *c)
{
    enum { FEW = 16 };
    return l->exec->bf16 && c->groups == 1 && c->in.channels >= FEW ? LINCE_OP_CONV_BF16 : LINCE_OP_CONV;
}

static int prepare(lince_layer *l)
{
    plan *p = l->plan;
    lince_op op = operation_of(l, &p->conv);
    p->conv.batch = l->batch;
    bool wanted[] = {true, !l->inference && l->wants_din, !l->inference && l->params[0].trainable};
    for (int d = 0; d < 3; d++) {
        if (!wanted[d]) continue;
        bool bias = has_bias(l) && d != LINCE_BACKWARD_DATA;
        p->task[d] = (lince_conv_task){p->conv, (lince_direction)d, bias};
        LINCE_TRY(lince_kernel_init(&p->kernel[d], l->exec, op, &p->task[d]));
        if (p->kernel[d].scratch > l->scratch) l->scratch = p->kernel[d].scratch;
    }
    l->finishes = p->kernel[LINCE_FORWARD].row->finishes;
    l->accumulates = wanted[LINCE_BACKWARD_DATA] && p->kernel[LINCE_BACKWARD_DATA].row->adds;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *pass)
{
    plan *p = l->plan;
    lince_kernel_run(&p->kernel[LINCE_FORWARD],
                     &(lince_conv_args){.x = (float *)pass->in[0],
                                        .w = l->params[0].value,
                                        .b = has_bias(l) ? l->params[1].value : NULL,
                                        .y = pass->out,
                                        .scratch = pass->scratch,
                                        .relu = l->relu,
                                        .epilogue = pass->epilogue});
}

static void backward(lince_layer *l, const lince_pass *pass)
{
    plan *p = l->plan;
    if (l->params[0].fixed && has_bias(l) && l->params[1].trainable)
        lince_sum_channels(l->exec, l->out, (size_t)pass->n, pass->dout, l->params[1].grad);
    if (l->params[0].trainable)
        lince_kernel_run(&p->kernel[LINCE_BACKWARD_WEIGHTS],
                         &(lince_conv_args){.x = (float *)pass->in[0],
                                            .w = l->params[0].grad,
                                            .b = has_bias(l) ? l->params[1].grad : NULL,
                                            .y = pass->dout,
                                            .scratch = pass->scratch});
    if (pass->din[0])
        lince_kernel_run(&p->kernel[LINCE_BACKWARD_DATA],
                         &(lince_conv_args){.x = pass->din[0],
                                            .w = l->params[0].value,
                                            .y = pass->dout,
                                            .scratch = pass->scratch,
                                            .add = pass->add,
                                            .gate = l->gate ? pass->in[0] : NULL});
}

static void release(lince_layer *l)
{
    plan *p = l->plan;
    for (int d = 0; p && d < 3; d++) lince_kernel_release(&p->kernel[d]);
    lince_free(p);
}

static lince_products products(const lince_layer *l, bool backward)
{
    const plan *p = l->plan;
    lince_products found = LINCE_PRODUCTS_DEFINED;
    for (int d = backward; d < (backward ? 3 : 1); d++)
        if (p->kernel[d].products != LINCE_PRODUCTS_DEFINED) found = p->kernel[d].products;
    return found;
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_conv2d_layer_args *a = l->own;
    size_t n = a->linear ? 0 : lince_window_print(&a->window, out, size);
    int more = snprintf(out + n, size - n, "%s%d → %d", n ? ", " : "", l->in[0].channels, a->channels);
    n += (size_t)more < size - n ? (size_t)more : size - n;
    const struct {
        const char *name;
        int value[2], usual;
    } rest[] = {{"stride", {a->window.stride[0], a->window.stride[1]}, 1},
                {"padding", {a->window.padding[0], a->window.padding[1]}, 0},
                {"groups", {a->groups, a->groups}, 1}};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (rest[i].value[0] != rest[i].usual || rest[i].value[1] != rest[i].usual)
            n += lince_window_put(out + n, size - n, rest[i].name, rest[i].value);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_conv2d_layer_args *a = l->own;
    const int *pad = a->window.padding;
    lince_onnx_value w = l->params[0].name;
    if (a->linear) w = LINCE_ONNX(g, "Unsqueeze", w, lince_onnx_longs(g, 2, (int64_t[]){2, 3}));
    lince_onnx_value inputs[] = {in[0], w, has_bias(l) ? l->params[1].name : NULL},
                     y = lince_onnx_node(g, "Conv", inputs, has_bias(l) ? 3 : 2);
    lince_window_express(&a->window, g);
    lince_onnx_ints(g, "pads", 4, (int64_t[]){pad[0], pad[1], pad[0], pad[1]});
    lince_onnx_int(g, "group", a->groups);
    return y;
}

const lince_layer_type lince_conv2d_layer = {.name = "conv2d",
                                             .args_size = sizeof(lince_conv2d_layer_args),
                                             .filters = true,
                                             .homogeneous = true,
                                             .inputs = 1,
                                             .needs_input = true,
                                             .rectifies = true,
                                             .finishes = true,
                                             .gates = true,
                                             .infer = infer,
                                             .prepare = prepare,
                                             .forward = forward,
                                             .backward = backward,
                                             .release = release,
                                             .products = products,
                                             .describe = describe,
                                             .express = express};
