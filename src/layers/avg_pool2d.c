/* Average pooling without padding:  y[c, i, j] = mean over the window of x[c, .., ..] */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/pool.h"

#include <assert.h>
#include <stdio.h>

static int infer(lince_layer *l)
{
    lince_avg_pool2d_layer_args *a = l->own;
    assert(a->kernel > 0);
    if (!a->stride) a->stride = a->kernel;
    lince_shape in = l->in[0];
    if (in.height < a->kernel || in.width < a->kernel)
        return lince_fail(LINCE_ESHAPE,
                          "%s: a %dx%d input is too small for pooling by %d; use a larger --image-size",
                          l->name, in.height, in.width, a->kernel);
    l->out = in;
    l->out.height = (in.height - a->kernel) / a->stride + 1;
    l->out.width = (in.width - a->kernel) / a->stride + 1;
    return 0;
}

static lince_window window(const lince_layer *l)
{
    const lince_avg_pool2d_layer_args *a = l->own;
    return (lince_window){{a->kernel, a->kernel}, {a->stride, a->stride}, {0, 0}};
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_avg_pool(l->exec, window(l), l->in[0], l->out, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0])
        lince_avg_pool_backward(l->exec, window(l), l->in[0], l->out, (size_t)p->n, p->dout, p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_avg_pool2d_layer_args *a = l->own;
    snprintf(out, size, "%dx%d, stride %d", a->kernel, a->kernel, a->stride);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_avg_pool2d_layer_args *a = l->own;
    lince_onnx_value y = LINCE_ONNX(g, "AveragePool", in[0]);
    lince_onnx_ints(g, "kernel_shape", 2, (int64_t[]){a->kernel, a->kernel});
    lince_onnx_ints(g, "strides", 2, (int64_t[]){a->stride, a->stride});
    return y;
}

const lince_layer_type lince_avg_pool2d_layer = {.name = "avg_pool2d",
                                                 .args_size = sizeof(lince_avg_pool2d_layer_args),
                                                 .homogeneous = true,
                                                 .inputs = 1,
                                                 .infer = infer,
                                                 .forward = forward,
                                                 .backward = backward,
                                                 .describe = describe,
                                                 .express = express};
