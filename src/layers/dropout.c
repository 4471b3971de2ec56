/* Inverted dropout (Srivastava et al. 2014): training keeps each value with probability 1 - p, scaled by
 * 1 / (1 - p). */
#include "kernels/kernels.h"
#include "layers/layer.h"

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_layer_drop(l, p, lince_dropout, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_layer_drop(l, p, lince_dropout, p->dout, p->din[0]);
}

const lince_layer_type lince_dropout_layer = {.name = "dropout",
                                              .homogeneous = true,
                                              .inputs = 1,
                                              .in_place = true,
                                              .random = true,
                                              .infer = lince_layer_same_shape,
                                              .forward = forward,
                                              .backward = backward,
                                              .describe = lince_layer_describe_p};
