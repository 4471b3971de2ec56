/* Stochastic depth (Huang et al. 2016): in training a sample's branch is left out with probability p, and
 * scaled by 1 / (1 - p) where it stays. */
#include "kernels/kernels.h"
#include "layers/dropout.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_layer_drop(l, p, lince_drop_samples, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_layer_drop(l, p, lince_drop_samples, p->dout, p->din[0]);
}

const lince_layer_type lince_stochastic_depth_layer = {.name = "stochastic_depth",
                                                       .args_size = sizeof(lince_stochastic_depth_layer_args),
                                                       .homogeneous = true,
                                                       .inputs = 1,
                                                       .idle = true,
                                                       .in_place = true,
                                                       .infer = lince_layer_drop_infer,
                                                       .forward = forward,
                                                       .backward = backward,
                                                       .describe = lince_layer_drop_describe,
                                                       .express = lince_layer_pass_on};
