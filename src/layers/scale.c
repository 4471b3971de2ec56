/* y = factor x,  dx = factor dy */
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <stdio.h>

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_scale(l->exec, p->in[0], p->out, l->args.factor, lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_scale(l->exec, p->dout, p->din[0], l->args.factor, lince_layer_floats(l, p));
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "× %.4g", (double)l->args.factor);
}

const lince_layer_type lince_scale_layer = {.name = "scale",
                                            .homogeneous = true,
                                            .inputs = 1,
                                            .in_place = true,
                                            .infer = lince_layer_same_shape,
                                            .forward = forward,
                                            .backward = backward,
                                            .describe = describe};
