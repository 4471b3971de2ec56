/* The error function, as torch.erf:  y = erf(x),  dx = dy 2 exp(-x^2) / sqrt(pi) */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_error_function(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0])
        lince_error_function_backward(l->exec, p->in[0], p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Erf", in[0]);
}

const lince_layer_type lince_erf_layer = {.name = "erf",
                                          .inputs = 1,
                                          .needs_input = true,
                                          .infer = lince_layer_same_shape,
                                          .forward = forward,
                                          .backward = backward,
                                          .express = express};
