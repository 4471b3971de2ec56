/* SiLU, or swish (Elfwing et al. 2017; Ramachandran et al. 2017):
 *     y = x s(x),  dx = dy s(x) (1 + x (1 - s(x))),  s(x) = 1 / (1 + exp(-x)) */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_silu(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_silu_backward(l->exec, p->in[0], p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Mul", in[0], LINCE_ONNX(g, "Sigmoid", in[0]));
}

const lince_layer_type lince_silu_layer = {.name = "silu",
                                           .inputs = 1,
                                           .activation = LINCE_SILU,
                                           .needs_input = true,
                                           .infer = lince_layer_same_shape,
                                           .forward = forward,
                                           .backward = backward,
                                           .express = express};
