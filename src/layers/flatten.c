/* Channels, rows and columns into one row of features, in PyTorch's order: the edge where blocked layouts
 * end. */
#include "kernels/kernels.h"
#include "layers/layer.h"

static int infer(lince_layer *l)
{
    l->out = (lince_shape){(int)lince_shape_elements(l->in[0]), 1, 1, 1};
    l->out_copies = l->in_copies;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_to_plain(l->exec, l->in[0], (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_from_plain(l->exec, l->in[0], (size_t)p->n, p->dout, p->din[0]);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    lince_onnx_value y = LINCE_ONNX(g, "Flatten", in[0]);
    lince_onnx_int(g, "axis", 1);
    return y;
}

const lince_layer_type lince_flatten_layer = {.name = "flatten",
                                              .forgets_places = true,
                                              .homogeneous = true,
                                              .inputs = 1,
                                              .takes_copies = true,
                                              .infer = infer,
                                              .forward = forward,
                                              .backward = backward,
                                              .express = express};
