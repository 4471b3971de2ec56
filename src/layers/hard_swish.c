/* h-swish (Howard et al. 2019), as torch.nn.Hardswish:
 *     y = x min(max(x + 3, 0), 6) / 6;  dx = dy times 0 below -3, x / 3 + 1 / 2 up to 3, 1 above */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_hard_swish(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_hard_swish_backward(l->exec, p->in[0], p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return LINCE_ONNX(g, "HardSwish", in[0]);
}

const lince_layer_type lince_hard_swish_layer = {.name = "hard_swish",
                                                 .inputs = 1,
                                                 .activation = LINCE_HARD_SWISH,
                                                 .needs_input = true,
                                                 .infer = lince_layer_same_shape,
                                                 .forward = forward,
                                                 .backward = backward,
                                                 .express = express};
