/* Stochastic depth (Huang et al. 2016): in training a sample's branch is left out with probability p, and
 * scaled by 1 / (1 - p) where it stays. */
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <stdio.h>
#include <string.h>

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    return 0;
}

/* Linear in x with the same draw, so that forward and backward are one function. */
static void drop(lince_layer *l, const lince_pass *p, const float *from, float *to)
{
    size_t size = lince_shape_size(l->out);
    if (p->train && l->args.p > 0)
        lince_drop_samples(l->threads, from, to, (size_t)p->n, size, l->args.p, p->key, (uint64_t)l->index);
    else if (to != from)
        memcpy(to, from, (size_t)p->n * size * sizeof *to);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    drop(l, p, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) drop(l, p, p->dout, p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "p = %g", (double)l->args.p);
}

const lince_layer_type lince_stochastic_depth = {.name = "stochastic_depth",
                                                 .inputs = 1,
                                                 .in_place = true,
                                                 .random = true,
                                                 .infer = infer,
                                                 .forward = forward,
                                                 .backward = backward,
                                                 .describe = describe};
