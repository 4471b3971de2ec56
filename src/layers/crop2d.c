/* Some rows and columns of a map:  y[c, i, j] = x[c, i + top, j + left];  the others' gradient is zero */
#include "layers/crop2d.h"
#include "core/error.h"
#include "kernels/kernels.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_crop2d_layer_args *a = l->own;
    lince_shape in = l->in[0];
    if (a->top < 0 || a->left < 0 || a->height > in.height - a->top || a->width > in.width - a->left)
        return lince_fail(LINCE_ESHAPE, "%s: a map of %dx%d has no part of %dx%d at %d, %d", l->name,
                          in.height, in.width, a->height, a->width, a->top, a->left);
    l->out = (lince_shape){in.channels, a->height, a->width, in.block};
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_crop2d_layer_args *a = l->own;
    lince_pad_backward(l->exec, l->out, l->in[0], a->top, a->left, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    const lince_crop2d_layer_args *a = l->own;
    if (p->din[0]) lince_pad(l->exec, l->out, l->in[0], a->top, a->left, (size_t)p->n, p->dout, p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_crop2d_layer_args *a = l->own;
    snprintf(out, size, "%d×%d", a->height, a->width);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_crop2d_layer_args *a = l->own;
    lince_onnx_value rows = lince_onnx_slice(g, in[0], 2, a->top, a->top + a->height, 1);
    return lince_onnx_slice(g, rows, 3, a->left, a->left + a->width, 1);
}

const lince_layer_type lince_crop2d_layer = {.name = "crop2d",
                                             .args_size = sizeof(lince_crop2d_layer_args),
                                             .homogeneous = true,
                                             .inputs = 1,
                                             .infer = infer,
                                             .forward = forward,
                                             .backward = backward,
                                             .describe = describe,
                                             .express = express};
