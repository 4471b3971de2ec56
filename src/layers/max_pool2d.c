/* Max pooling:  y[c, i, j] = max over the window of x[c, .., ..];  the gradient goes to the element that was
 * taken. */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/pool.h"

#include <assert.h>
#include <stdio.h>

/* Windows along an axis; with ceil_mode also one that ends outside, but none that begins outside (PyTorch's
 * rule). */
static int windows(const lince_max_pool2d_layer_args *a, int in)
{
    int room = in + 2 * a->padding - a->kernel,
        count = (room + (a->ceil_mode ? a->stride - 1 : 0)) / a->stride + 1;
    return a->ceil_mode && (count - 1) * a->stride >= in + a->padding ? count - 1 : count;
}

static int infer(lince_layer *l)
{
    lince_max_pool2d_layer_args *a = l->own;
    assert(a->kernel > 0);
    if (!a->stride) a->stride = a->kernel;
    lince_shape in = l->in[0];
    if (a->kernel * a->kernel > LINCE_TAKEN_NONE) /* the position of what was taken is a byte */
        return lince_fail(LINCE_EUNSUPPORTED, "%s: max pooling by %d: 15 at most", l->name, a->kernel);
    if (in.height + 2 * a->padding < a->kernel || in.width + 2 * a->padding < a->kernel)
        return lince_fail(LINCE_ESHAPE,
                          "%s: a %dx%d input is too small for pooling by %d; use a larger --image-size",
                          l->name, in.height, in.width, a->kernel);
    l->out = in;
    l->out.height = windows(a, in.height);
    l->out.width = windows(a, in.width);
    l->saved = l->inference ? 0 : (size_t)l->batch * lince_shape_size(l->out);
    return 0;
}

static lince_window window(const lince_layer *l)
{
    const lince_max_pool2d_layer_args *a = l->own;
    return (lince_window){{a->kernel, a->kernel}, {a->stride, a->stride}, {a->padding, a->padding}};
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_max_pool(l->exec, window(l), l->in[0], l->out, (size_t)p->n, l->gate, p->in[0], p->out,
                   l->saved ? p->saved : NULL);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0])
        lince_max_pool_backward(l->exec, window(l), l->in[0], l->out, (size_t)p->n, p->dout, p->saved,
                                p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_max_pool2d_layer_args *a = l->own;
    snprintf(out, size, "%d×%d, stride=%d", a->kernel, a->kernel, a->stride);
}

/* So that the last window just fits: which windows ONNX's own ceil_mode counts depends on who computes it. */
static int padding_behind(const lince_max_pool2d_layer_args *a, int in, int out)
{
    int missing = (out - 1) * a->stride + a->kernel - in - a->padding;
    return missing > 0 ? missing : 0;
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_max_pool2d_layer_args *a = l->own;
    lince_onnx_value y = LINCE_ONNX(g, "MaxPool", in[0]);
    lince_onnx_ints(g, "kernel_shape", 2, (int64_t[]){a->kernel, a->kernel});
    lince_onnx_ints(g, "strides", 2, (int64_t[]){a->stride, a->stride});
    lince_onnx_ints(g, "pads", 4,
                    (int64_t[]){a->padding, a->padding, padding_behind(a, l->in[0].height, l->out.height),
                                padding_behind(a, l->in[0].width, l->out.width)});
    return y;
}

const lince_layer_type lince_max_pool2d_layer = {.name = "max_pool2d",
                                                 .args_size = sizeof(lince_max_pool2d_layer_args),
                                                 .homogeneous = true,
                                                 .inputs = 1,
                                                 .gates = true,
                                                 .infer = infer,
                                                 .forward = forward,
                                                 .backward = backward,
                                                 .describe = describe,
                                                 .express = express};
