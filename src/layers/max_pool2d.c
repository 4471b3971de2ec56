/* Max pooling:  y[c, i, j] = max over the window of x[c, .., ..];  the gradient goes to the element that was
 * taken. */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/pool.h"

#include <assert.h>

/* Windows along an axis; with ceil_mode also one that ends outside, but none that begins outside (PyTorch's
 * rule). */
static int windows(const lince_max_pool2d_layer_args *a, int axis, int in)
{
    const lince_window *w = &a->window;
    if (!a->ceil_mode) return lince_window_places(w, axis, in);
    int count = lince_window_places(w, axis, in + w->stride[axis] - 1);
    return (count - 1) * w->stride[axis] >= in + w->padding[axis] ? count - 1 : count;
}

static int infer(lince_layer *l)
{
    lince_max_pool2d_layer_args *a = l->own;
    lince_shape in = l->in[0];
    lince_window w = a->window =
        lince_window_of(a->window, a->kernel, a->stride ? a->stride : a->kernel, a->padding);
    assert(w.kernel[0] > 0 && w.kernel[1] > 0);
    if (w.kernel[0] > LINCE_TAKEN_NONE / w.kernel[1]) /* the position of what was taken is a byte */
        return lince_fail(LINCE_EUNSUPPORTED, "%s: max pooling by %dx%d: %d pixels at most", l->name,
                          w.kernel[0], w.kernel[1], LINCE_TAKEN_NONE);
    LINCE_TRY(lince_window_check(l, &w));
    l->out = in;
    l->out.height = windows(a, 0, in.height);
    l->out.width = windows(a, 1, in.width);
    l->saved = l->inference ? 0 : (size_t)l->batch * lince_shape_size(l->out);
    return 0;
}

static lince_window window(const lince_layer *l)
{
    return ((const lince_max_pool2d_layer_args *)l->own)->window;
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
    lince_window w = window(l);
    size_t n = lince_window_print(&w, out, size);
    lince_window_put(out + n, size - n, "stride", w.stride);
}

/* So that the last window just fits: which windows ONNX's own ceil_mode counts depends on who computes it. */
static int padding_behind(const lince_window *w, int axis, int in, int out)
{
    int missing = (out - 1) * w->stride[axis] + w->kernel[axis] - in - w->padding[axis];
    return missing > 0 ? missing : 0;
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    lince_window w = window(l);
    lince_onnx_value y = LINCE_ONNX(g, "MaxPool", in[0]);
    lince_window_express(&w, g);
    lince_onnx_ints(g, "pads", 4,
                    (int64_t[]){w.padding[0], w.padding[1],
                                padding_behind(&w, 0, l->in[0].height, l->out.height),
                                padding_behind(&w, 1, l->in[0].width, l->out.width)});
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
