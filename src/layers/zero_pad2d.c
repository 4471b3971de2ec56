/* Zeros around a map, on each side as many as are asked for:  y[c, i + top, j + left] = x[c, i, j] */
#include "layers/zero_pad2d.h"
#include "core/error.h"
#include "kernels/kernels.h"

#include <limits.h>
#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_zero_pad2d_layer_args *a = l->own;
    long long height = (long long)l->in[0].height + a->top + a->bottom,
              width = (long long)l->in[0].width + a->left + a->right;
    if (a->top < 0 || a->bottom < 0 || a->left < 0 || a->right < 0 || height > INT_MAX || width > INT_MAX)
        return lince_fail(LINCE_ESHAPE, "%s: rows and columns of zeros are 0 or more", l->name);
    l->out = l->in[0];
    l->out.height = (int)height, l->out.width = (int)width;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_zero_pad2d_layer_args *a = l->own;
    lince_pad(l->exec, l->in[0], l->out, a->top, a->left, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    const lince_zero_pad2d_layer_args *a = l->own;
    if (p->din[0])
        lince_pad_backward(l->exec, l->in[0], l->out, a->top, a->left, (size_t)p->n, p->dout, p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_zero_pad2d_layer_args *a = l->own;
    snprintf(out, size, "%d, %d × %d, %d", a->top, a->bottom, a->left, a->right);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_zero_pad2d_layer_args *a = l->own;
    int64_t pads[] = {0, 0, a->top, a->left, 0, 0, a->bottom, a->right};
    return LINCE_ONNX(g, "Pad", in[0], lince_onnx_longs(g, 8, pads));
}

const lince_layer_type lince_zero_pad2d_layer = {.name = "zero_pad2d",
                                                 .args_size = sizeof(lince_zero_pad2d_layer_args),
                                                 .homogeneous = true,
                                                 .inputs = 1,
                                                 .infer = infer,
                                                 .forward = forward,
                                                 .backward = backward,
                                                 .describe = describe,
                                                 .express = express};
