/* y = factor x,  dx = factor dy */
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <stdio.h>
#include <string.h>

static void scale(const lince_layer *l, const lince_pass *p, const float *from, float *to)
{
    size_t n = lince_layer_floats(l, p);
    if (to != from) memcpy(to, from, n * sizeof *to);
    lince_scale(l->exec->threads, to, l->args.factor, n);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    scale(l, p, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) scale(l, p, p->dout, p->din[0]);
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
