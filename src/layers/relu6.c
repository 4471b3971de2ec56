/* ReLU6 (Sandler et al. 2018):  y = min(max(x, 0), 6);  dx = dy where 0 < y < 6, else 0 */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_relu6(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_relu6_backward(l->exec, p->out, p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Clip", in[0], lince_onnx_scalar(g, 0), lince_onnx_scalar(g, 6));
}

const lince_layer_type lince_relu6_layer = {.name = "relu6",
                                            .inputs = 1,
                                            .activation = LINCE_RELU6,
                                            .in_place = true,
                                            .needs_output = true,
                                            .infer = lince_layer_same_shape,
                                            .forward = forward,
                                            .backward = backward,
                                            .express = express};
