/* Stochastic depth (Huang et al. 2016): in training a sample's branch is left out with probability p, and
 * scaled by 1 / (1 - p) where it stays. */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_layer_drop(l, p, lince_drop_samples, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_layer_drop(l, p, lince_drop_samples, p->dout, p->din[0]);
}

const lince_layer_type lince_stochastic_depth = {.name = "stochastic_depth",
                                                 .homogeneous = true,
                                                 .inputs = 1,
                                                 .in_place = true,
                                                 .random = true,
                                                 .infer = lince_layer_same_shape,
                                                 .forward = forward,
                                                 .backward = backward,
                                                 .describe = lince_layer_describe_p};
