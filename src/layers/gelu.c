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

const lince_layer_type lince_gelu_layer = {.name = "gelu",
                                           .inputs = 1,
                                           .needs_input = true,
                                           .infer = lince_layer_same_shape,
                                           .forward = forward,
                                           .backward = backward};
