/* Logistic function:  y = 1 / (1 + exp(-x));  dx = dy y (1 - y) */
#include "kernels/kernels.h"
#include "layers/layer.h"

/* s(0) is not 0: the padding channels are cleared (core/tensor.h). */
static void forward(lince_layer *l, const lince_pass *p)
{
    lince_sigmoid(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
    lince_clear_padding(l->exec, l->out, (size_t)p->n, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_sigmoid_backward(l->exec, p->out, p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "Sigmoid", in[0]);
}

const lince_layer_type lince_sigmoid_layer = {.name = "sigmoid",
                                              .inputs = 1,
                                              .activation = LINCE_SIGMOID,
                                              .in_place = true,
                                              .needs_output = true,
                                              .infer = lince_layer_same_shape,
                                              .forward = forward,
                                              .backward = backward,
                                              .express = express};
