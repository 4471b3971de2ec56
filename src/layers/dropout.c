/* Inverted dropout (Srivastava et al. 2014): training keeps each value with probability 1 - p, scaled by
 * 1 / (1 - p). */
#include "layers/dropout.h"
#include "kernels/kernels.h"

#include <stdio.h>

static float p_of(const lince_layer *l)
{
    return ((const lince_dropout_layer_args *)l->own)->p;
}

float lince_layer_drop_p(const lince_layer *l, const lince_pass *pass)
{
    return pass->train ? p_of(l) : 0;
}

int lince_layer_drop_infer(lince_layer *l)
{
    l->out = l->in[0];
    l->random = p_of(l) > 0;
    return 0;
}

void lince_layer_drop_describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "p = %g", (double)p_of(l));
}

void lince_layer_drop(const lince_layer *l, const lince_pass *pass, lince_drop_kernel *drop,
                      const float *from, float *to)
{
    size_t size = lince_shape_size(l->out);
    float p = lince_layer_drop_p(l, pass);
    if (p > 0)
        drop(l->exec, from, to, (size_t)pass->n, size, p, pass->key, (uint64_t)l->index);
    else if (to != from)
        lince_copy(l->exec, from, to, (size_t)pass->n * size);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_layer_drop(l, p, lince_dropout, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_layer_drop(l, p, lince_dropout, p->dout, p->din[0]);
}

const lince_layer_type lince_dropout_layer = {.name = "dropout",
                                              .args_size = sizeof(lince_dropout_layer_args),
                                              .homogeneous = true,
                                              .inputs = 1,
                                              .idle = true,
                                              .in_place = true,
                                              .infer = lince_layer_drop_infer,
                                              .forward = forward,
                                              .backward = backward,
                                              .describe = lince_layer_drop_describe,
                                              .express = lince_layer_pass_on};
