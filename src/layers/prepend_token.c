/* A learned token before those of a map, which becomes a row of tokens (Dosovitskiy et al. 2021, equation 1):
 *     x [n, c, h, w] -> y [n, c, 1, 1 + h w],  y_0 = token;  the parameter is the layer's name alone, [1][1][c] */
#include "kernels/kernels.h"
#include "layers/layer.h"

static int infer(lince_layer *l)
{
    lince_shape in = l->in[0];
    l->out = (lince_shape){in.channels, 1, 1 + in.height * in.width, in.block};
    lince_param *token = lince_layer_param(l, "", 3, (int[]){1, 1, in.channels});
    token->size = (size_t)lince_round_up(in.channels, in.block);
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_prepend(l->exec, l->in[0], (size_t)p->n, p->in[0], l->params[0].value, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    float *gradient = l->params[0].trainable ? l->params[0].grad : NULL;
    lince_prepend_backward(l->exec, l->in[0], (size_t)p->n, p->dout, p->din[0], gradient);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    int64_t c = l->in[0].channels, pixels = l->out.width - 1;
    lince_onnx_value samples = LINCE_ONNX(g, "Shape", in[0]);
    lince_onnx_int(g, "start", 0);
    lince_onnx_int(g, "end", 1);
    lince_onnx_value shape = LINCE_ONNX(g, "Concat", samples, lince_onnx_longs(g, 3, (int64_t[]){c, 1, 1}));
    lince_onnx_int(g, "axis", 0);
    lince_onnx_value one = LINCE_ONNX(g, "Reshape", l->params[0].name,
                                      lince_onnx_longs(g, 4, (int64_t[]){1, c, 1, 1})),
                     row = LINCE_ONNX(g, "Reshape", in[0],
                                      lince_onnx_longs(g, 4, (int64_t[]){0, c, 1, pixels})),
                     y = LINCE_ONNX(g, "Concat", LINCE_ONNX(g, "Expand", one, shape), row);
    lince_onnx_int(g, "axis", 3);
    return y;
}

const lince_layer_type lince_prepend_token_layer = {.name = "prepend_token",
                                                    .adds_token = true,
                                                    .inputs = 1,
                                                    .infer = infer,
                                                    .forward = forward,
                                                    .backward = backward,
                                                    .express = express};
