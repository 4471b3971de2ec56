/* Average pooling without padding:  y[c, i, j] = mean over the window of x[c, .., ..] */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/pool.h"

#include <assert.h>

static int infer(lince_layer *l)
{
    lince_avg_pool2d_layer_args *a = l->own;
    lince_window w = a->window = lince_window_of(a->window, a->kernel, a->stride ? a->stride : a->kernel, 0);
    assert(!w.padding[0] && !w.padding[1]);
    LINCE_TRY(lince_window_check(l, &w));
    l->out = l->in[0];
    l->out.height = lince_window_places(&w, 0, l->in[0].height);
    l->out.width = lince_window_places(&w, 1, l->in[0].width);
    return 0;
}

static lince_window window(const lince_layer *l)
{
    return ((const lince_avg_pool2d_layer_args *)l->own)->window;
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
    lince_window w = window(l);
    size_t n = lince_window_print(&w, out, size);
    lince_window_put(out + n, size - n, "stride", w.stride);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    lince_window w = window(l);
    lince_onnx_value y = LINCE_ONNX(g, "AveragePool", in[0]);
    lince_window_express(&w, g);
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
