/* The product of squeeze and excitation (Hu et al. 2018):  y[c, i, j] = x[c, i, j] s[c]
 * where s has one value a channel; where it has x's shape each value has its own, y = x s.
 *     dx = dy s,  ds[c] = sum over i, j of dy x */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <string.h>

static int infer(lince_layer *l)
{
    lince_shape x = l->in[0], s = l->in[1];
    bool same = !memcmp(&x, &s, sizeof x);
    if (same) {
        l->out = x;
        return 0;
    }
    if (s.channels != x.channels || s.height != 1 || s.width != 1 || s.block != x.block)
        return lince_fail(LINCE_ESHAPE, "%s: %dx%dx%d cannot be scaled by %dx%dx%d", l->name, x.channels,
                          x.height, x.width, s.channels, s.height, s.width);
    l->out = x;
    return 0;
}

/* As channels of one pixel each, where every value is scaled by its own. */
static lince_shape channels_of(const lince_layer *l)
{
    bool each = l->in[1].height == l->out.height && l->in[1].width == l->out.width;
    return each ? (lince_shape){(int)lince_shape_size(l->out), 1, 1, 1} : l->out;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_scale_channels(l->exec, channels_of(l), (size_t)p->n, p->in[0], p->in[1], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_scale_channels_backward(l->exec, channels_of(l), (size_t)p->n, p->in[0], p->in[1], p->dout,
                                  p->din[0], p->din[1]);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Mul", in[0], in[1]);
}

const lince_layer_type lince_scale_channels_layer = {.name = "scale_channels",
                                                     .inputs = 2,
                                                     .needs_input = true,
                                                     .infer = infer,
                                                     .forward = forward,
                                                     .backward = backward,
                                                     .express = express};
