/* Channels of two inputs one behind the other:  y = [a; b];  da, db: the parts of dy */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    lince_shape a = l->in[0], b = l->in[1];
    if (a.height != b.height || a.width != b.width || a.block != b.block)
        return lince_fail(LINCE_ESHAPE, "%s: cannot join %dx%dx%d and %dx%dx%d", l->name, a.channels,
                          a.height, a.width, b.channels, b.height, b.width);
    l->out = a;
    l->out.channels += b.channels;
    return 0;
}

static lince_join join_of(const lince_layer *l, const lince_pass *p)
{
    return (lince_join){l->in[0], l->in[1], l->out, p->in_pitch, p->out_pitch};
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_join join = join_of(l, p);
    lince_concat(l->exec, &join, (size_t)p->n, p->in[0], p->in[1], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_join join = join_of(l, p);
    lince_concat_backward(l->exec, &join, (size_t)p->n, p->dout, p->din[0], p->din[1]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "%d + %d", l->in[0].channels, l->in[1].channels);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    lince_onnx_value y = LINCE_ONNX(g, "Concat", in[0], in[1]);
    lince_onnx_int(g, "axis", 1);
    return y;
}

const lince_layer_type lince_concat_layer = {.name = "concat",
                                             .homogeneous = true,
                                             .pitched = true,
                                             .appends = true,
                                             .inputs = 2,
                                             .infer = infer,
                                             .forward = forward,
                                             .backward = backward,
                                             .describe = describe,
                                             .express = express};
