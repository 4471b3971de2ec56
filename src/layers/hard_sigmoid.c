/* The logistic function's straight relative (Howard et al. 2019), as torch.nn.Hardsigmoid:
 *     y = min(max(x + 3, 0), 6) / 6;  dx = dy / 6 where 0 < y < 1, else 0 */
#include "kernels/kernels.h"
#include "layers/layer.h"

/* h(0) is not 0: the padding channels are cleared (core/tensor.h). */
static void forward(lince_layer *l, const lince_pass *p)
{
    lince_hard_sigmoid(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
    lince_clear_padding(l->exec, l->out, (size_t)p->n, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_hard_sigmoid_backward(l->exec, p->out, p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    lince_onnx_value y = LINCE_ONNX(g, "HardSigmoid", in[0]);
    lince_onnx_real(g, "alpha", 1.0f / 6);
    lince_onnx_real(g, "beta", 0.5f);
    return y;
}

const lince_layer_type lince_hard_sigmoid_layer = {.name = "hard_sigmoid",
                                                   .inputs = 1,
                                                   .activation = LINCE_HARD_SIGMOID,
                                                   .in_place = true,
                                                   .needs_output = true,
                                                   .infer = lince_layer_same_shape,
                                                   .forward = forward,
                                                   .backward = backward,
                                                   .express = express};
