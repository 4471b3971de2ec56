/* The shortcut without parameters where channels and stride change (He et al. 2016, option A):
 *     y[c, i, j] = x[c - d, s i, s j] for the channels that x has, else 0;   d = (out - in) / 2
 * so that the zeros stand before and behind x's channels in equal numbers. */
#include "layers/pad_shortcut.h"
#include "core/error.h"
#include "kernels/kernels.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_pad_shortcut_layer_args *a = l->own;
    lince_shape in = l->in[0];
    int s = a->stride;
    if (a->channels < in.channels || s < 1)
        return lince_fail(LINCE_ESHAPE, "%s: cannot pad %d channels to %d with stride %d", l->name,
                          in.channels, a->channels, s);
    l->out = (lince_shape){a->channels, (in.height + s - 1) / s, (in.width + s - 1) / s, in.block};
    return 0;
}

static int stride_of(const lince_layer *l)
{
    return ((const lince_pad_shortcut_layer_args *)l->own)->stride;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_pad_shortcut(l->exec, l->in[0], l->out, stride_of(l), (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0])
        lince_pad_shortcut_backward(l->exec, l->in[0], l->out, stride_of(l), (size_t)p->n, p->dout,
                                    p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "%d → %d, stride=%d", l->in[0].channels, l->out.channels, stride_of(l));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    int64_t more = l->out.channels - l->in[0].channels, before = more / 2;
    lince_onnx_value rows = lince_onnx_slice(g, in[0], 2, 0, l->in[0].height, stride_of(l)),
                     x = lince_onnx_slice(g, rows, 3, 0, l->in[0].width, stride_of(l));
    return LINCE_ONNX(g, "Pad", x,
                      lince_onnx_longs(g, 8, (int64_t[]){0, before, 0, 0, 0, more - before, 0, 0}));
}

const lince_layer_type lince_pad_shortcut_layer = {.name = "pad_shortcut",
                                                   .args_size = sizeof(lince_pad_shortcut_layer_args),
                                                   .homogeneous = true,
                                                   .inputs = 1,
                                                   .infer = infer,
                                                   .forward = forward,
                                                   .backward = backward,
                                                   .describe = describe,
                                                   .express = express};
