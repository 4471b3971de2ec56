/* What layers share that compute each value by itself. */
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <stdio.h>

int lince_layer_same_shape(lince_layer *l)
{
    l->out = l->in[0];
    return 0;
}

size_t lince_layer_floats(const lince_layer *l, const lince_pass *p)
{
    return (size_t)p->n * lince_shape_size(l->out);
}

void lince_layer_drop(const lince_layer *l, const lince_pass *p, lince_drop_kernel *drop, const float *from,
                      float *to)
{
    size_t size = lince_shape_size(l->out);
    if (p->train && l->args.p > 0)
        drop(l->exec, from, to, (size_t)p->n, size, l->args.p, p->key, (uint64_t)l->index);
    else if (to != from)
        lince_copy(l->exec, from, to, (size_t)p->n * size);
}

void lince_layer_describe_p(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "p = %g", (double)l->args.p);
}
