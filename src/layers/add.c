/* Sum of two branches:  y = a + b;  da = db = dy */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <string.h>

static int infer(lince_layer *l)
{
    lince_shape a = l->in[0], b = l->in[1];
    if (memcmp(&a, &b, sizeof a) != 0)
        return lince_fail(LINCE_ESHAPE, "%s: cannot add %dx%dx%d and %dx%dx%d", l->name, a.channels, a.height,
                          a.width, b.channels, b.height, b.width);
    l->out = a;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_sum(l->exec, p->in[0], p->in[1], l->relu, p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    for (int i = 0; i < 2; i++)
        if (p->din[i] && p->din[i] != p->dout)
            lince_copy(l->exec, p->dout, p->din[i], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Add", in[0], in[1]);
}

const lince_layer_type lince_add_layer = {.name = "add",
                                          .homogeneous = true,
                                          .inputs = 2,
                                          .adds = true,
                                          .in_place = true,
                                          .rectifies = true,
                                          .infer = infer,
                                          .forward = forward,
                                          .backward = backward,
                                          .express = express};
