/* Rectifier:  y = max(x, 0);  dx = dy where y > 0, else 0 */
#include "kernels/kernels.h"
#include "layers/layer.h"

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    return 0;
}

static size_t floats(const lince_layer *l, const lince_pass *p)
{
    return (size_t)p->n * lince_shape_size(l->out);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_relu(l->threads, p->in[0], p->out, floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_relu_backward(l->threads, p->out, p->dout, p->din[0], floats(l, p));
}

const lince_layer_type lince_relu_layer = {.name = "relu",
                                           .inputs = 1,
                                           .in_place = true,
                                           .needs_output = true,
                                           .infer = infer,
                                           .forward = forward,
                                           .backward = backward};
