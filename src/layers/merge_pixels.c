/* Squares of 2 x 2 pixels become one of four times the channels: torchvision's _patch_merging_pad, whose order is
 * upper left, lower left, upper right, lower right; zeros where the map ends in the middle of a square. */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <limits.h>

static int infer(lince_layer *l)
{
    lince_shape in = l->in[0];
    if (in.channels > INT_MAX / 8)
        return lince_fail(LINCE_ESHAPE, "%s: %d channels are too many", l->name, in.channels);
    l->out = (lince_shape){4 * in.channels, (in.height + 1) / 2, (in.width + 1) / 2, in.block};
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_merge_pixels(l->exec, l->in[0], l->out, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_merge_pixels_backward(l->exec, l->in[0], l->out, (size_t)p->n, p->dout, p->din[0]);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    lince_shape s = l->in[0];
    int64_t height = 2 * l->out.height, width = 2 * l->out.width,
            pads[] = {0, 0, 0, 0, 0, 0, height - s.height, width - s.width};
    lince_onnx_value x = in[0], corner[4];
    if (height > s.height || width > s.width) x = LINCE_ONNX(g, "Pad", x, lince_onnx_longs(g, 8, pads));
    for (int k = 0; k < 4; k++)
        corner[k] = lince_onnx_slice(g, lince_onnx_slice(g, x, 2, k % 2, height, 2), 3, k / 2, width, 2);
    lince_onnx_value y = lince_onnx_node(g, "Concat", corner, 4);
    lince_onnx_int(g, "axis", 1);
    return y;
}

const lince_layer_type lince_merge_pixels_layer = {.name = "merge_pixels",
                                                   .homogeneous = true,
                                                   .inputs = 1,
                                                   .infer = infer,
                                                   .forward = forward,
                                                   .backward = backward,
                                                   .express = express};
