/* Quotient of two branches:  y = a / b;  da = dy / b,  db = -dy y / b */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <string.h>

static int infer(lince_layer *l)
{
    lince_shape a = l->in[0], b = l->in[1];
    if (memcmp(&a, &b, sizeof a) != 0)
        return lince_fail(LINCE_ESHAPE, "%s: cannot divide %dx%dx%d by %dx%dx%d", l->name, a.channels,
                          a.height, a.width, b.channels, b.height, b.width);
    l->out = a;
    return 0;
}

/* 0 / 0 is no number: the padding channels are cleared (core/tensor.h). */
static void quotient(const lince_layer *l, const lince_pass *p, const float *a, float *y)
{
    lince_quotient(l->exec, a, p->in[1], y, lince_layer_floats(l, p));
    lince_clear_padding(l->exec, l->out, (size_t)p->n, y);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    quotient(l, p, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_shape each = {(int)lince_shape_size(l->out), 1, 1, 1};
    if (p->din[0]) quotient(l, p, p->dout, p->din[0]);
    if (!p->din[1]) return;
    lince_scale_channels(l->exec, each, (size_t)p->n, p->dout, p->out, p->dout);
    lince_scale(l->exec, p->dout, p->dout, -1, lince_layer_floats(l, p));
    quotient(l, p, p->dout, p->din[1]);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Div", in[0], in[1]);
}

const lince_layer_type lince_divide_layer = {.name = "divide",
                                             .inputs = 2,
                                             .needs_input = true,
                                             .needs_output = true,
                                             .infer = infer,
                                             .forward = forward,
                                             .backward = backward,
                                             .express = express};
