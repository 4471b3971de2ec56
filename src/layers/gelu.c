/* GELU (Hendrycks & Gimpel 2016), exact as torch.nn.GELU() computes it:
 *     y = x P(x),  dx = dy (P(x) + x p(x)),
 * P and p: the standard normal distribution function and density */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_gelu(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_gelu_backward(l->exec, p->in[0], p->dout, p->din[0], lince_layer_floats(l, p));
}

/* Opset 17 has no Gelu:  2 P(x) = 1 + erf(x / sqrt(2)) */
static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    lince_onnx_value e = LINCE_ONNX(g, "Erf", LINCE_ONNX(g, "Mul", in[0], lince_onnx_scalar(g, 0.70710678f)));
    lince_onnx_value twice = LINCE_ONNX(g, "Mul", in[0], LINCE_ONNX(g, "Add", e, lince_onnx_scalar(g, 1)));
    return LINCE_ONNX(g, "Mul", twice, lince_onnx_scalar(g, 0.5f));
}

const lince_layer_type lince_gelu_layer = {.name = "gelu",
                                           .inputs = 1,
                                           .activation = LINCE_GELU,
                                           .needs_input = true,
                                           .infer = lince_layer_same_shape,
                                           .forward = forward,
                                           .backward = backward,
                                           .express = express};
