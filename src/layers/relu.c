/* Rectifier:  y = max(x, 0);  dx = dy where y > 0, else 0 */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_relu(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_relu_backward(l->exec, p->out, p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Relu", in[0]);
}

const lince_layer_type lince_relu_layer = {.name = "relu",
                                           .activation = LINCE_RELU,
                                           .homogeneous = true,
                                           .inputs = 1,
                                           .in_place = true,
                                           .needs_output = true,
                                           .infer = lince_layer_same_shape,
                                           .forward = forward,
                                           .backward = backward,
                                           .express = express};
