/* ELU with alpha 1 (Clevert, Unterthiner & Hochreiter 2016), as torch.nn.ELU():
 *     y = x where x > 0, else exp(x) - 1;  dx = dy where y > 0, else dy (y + 1) */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_elu(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_elu_backward(l->exec, p->out, p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Elu", in[0]);
}

const lince_layer_type lince_elu_layer = {.name = "elu",
                                          .inputs = 1,
                                          .in_place = true,
                                          .needs_output = true,
                                          .infer = lince_layer_same_shape,
                                          .forward = forward,
                                          .backward = backward,
                                          .express = express};
