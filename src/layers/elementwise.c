/* What layers share that compute each value by itself. */
#include "layers/layer.h"

int lince_layer_same_shape(lince_layer *l)
{
    l->out = l->in[0];
    return 0;
}

size_t lince_layer_floats(const lince_layer *l, const lince_pass *p)
{
    return (size_t)p->n * lince_shape_size(l->out);
}

lince_onnx_value lince_layer_pass_on(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l, (void)g;
    return in[0];
}
