/* A learned vector for each token's place:  y[n, c, i] = x[n, c, i] + e[i, c];  dx = dy,  de = sum over n of dy
 * The parameter is the layer's name alone, [1][tokens][c]; in memory it is as a sample. */
#include "kernels/kernels.h"
#include "layers/layer.h"

/* Channels lie behind each other in PyTorch's, in blocks in memory. */
static size_t place(const void *layout, const int *dims, size_t element)
{
    const lince_shape *s = layout;
    size_t channels = (size_t)dims[2], token = element / channels, c = element % channels,
           b = (size_t)s->block;
    return (c / b * (size_t)dims[1] + token) * b + c % b;
}

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    int tokens = l->out.height * l->out.width;
    lince_param *e = lince_layer_param(l, "", 3, (int[]){1, tokens, l->out.channels});
    e->size = lince_shape_size(l->out);
    e->place = place;
    e->layout = &l->out;
    e->init = LINCE_INIT_NORMAL;
    e->init_scale = 0.02f;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    if (p->out != p->in[0]) lince_copy(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
    lince_add_bias(l->exec, p->out, l->params[0].value, (size_t)p->n, l->params[0].size);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (l->params[0].trainable)
        lince_sum_rows(l->exec, p->dout, l->params[0].grad, (size_t)p->n, l->params[0].size);
    if (p->din[0] && p->din[0] != p->dout) lince_copy(l->exec, p->dout, p->din[0], lince_layer_floats(l, p));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    lince_onnx_value e = lince_onnx_transpose(g, l->params[0].name, 3, (int64_t[]){0, 2, 1});
    int64_t shape[] = {1, l->out.channels, l->out.height, l->out.width};
    return LINCE_ONNX(g, "Add", in[0], LINCE_ONNX(g, "Reshape", e, lince_onnx_longs(g, 4, shape)));
}

const lince_layer_type lince_position_embedding_layer = {.name = "position_embedding",
                                                         .inputs = 1,
                                                         .in_place = true,
                                                         .infer = infer,
                                                         .forward = forward,
                                                         .backward = backward,
                                                         .express = express};
