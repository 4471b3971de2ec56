/* Layer normalisation (Ba, Kiros & Hinton 2016) of each pixel over its channels:
 *     y = gamma (x - mean) / sqrt(var + eps) + beta
 * Other samples and other pixels have no part in it, so that training and inference are the same. */
#include "layers/layer_norm2d.h"
#include "kernels/kernels.h"

enum { GAMMA, BETA };

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    int channels = l->out.channels;
    for (int i = GAMMA; i <= BETA; i++) {
        lince_param *p = lince_layer_param(l, i == GAMMA ? "weight" : "bias", 1, &channels);
        p->size = (size_t)lince_round_up(channels, l->out.block);
        p->trainable = true;
        p->init = i == GAMMA ? LINCE_INIT_ONES : LINCE_INIT_ZEROS;
    }
    l->saved = (size_t)l->batch * 2 * (size_t)l->out.height * (size_t)l->out.width * sizeof(float);
    l->macs = 2 * (double)lince_shape_elements(l->out);
    return 0;
}

static float eps(const lince_layer *l)
{
    const lince_layer_norm2d_layer_args *a = l->own;
    return a->eps > 0 ? a->eps : 1e-5f;
}

static lince_layer_norm norm(const lince_layer *l, const lince_pass *p)
{
    return (lince_layer_norm){
        .gamma = l->params[GAMMA].value, .beta = l->params[BETA].value, .moments = p->saved, .eps = eps(l)};
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_layer_norm ln = norm(l, p);
    lince_layer_norm_forward(l->exec, &ln, l->out, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_layer_norm ln = norm(l, p);
    lince_layer_norm_backward(l->exec, &ln, l->out, (size_t)p->n, p->in[0], p->dout, p->din[0],
                              l->params[GAMMA].grad, l->params[BETA].grad);
}

/* ONNX normalises over the last axes: channels go there and back. */
static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_layer_norm2d_layer_args *a = l->own;
    lince_onnx_value x = in[0];
    if (!a->vector) x = lince_onnx_transpose(g, x, 4, (int64_t[]){0, 2, 3, 1});
    lince_onnx_value y = LINCE_ONNX(g, "LayerNormalization", x, l->params[GAMMA].name, l->params[BETA].name);
    lince_onnx_int(g, "axis", -1);
    lince_onnx_real(g, "epsilon", eps(l));
    return a->vector ? y : lince_onnx_transpose(g, y, 4, (int64_t[]){0, 3, 1, 2});
}

const lince_layer_type lince_layer_norm2d_layer = {.name = "layer_norm2d",
                                                   .args_size = sizeof(lince_layer_norm2d_layer_args),
                                                   .norm = true,
                                                   .inputs = 1,
                                                   .needs_input = true,
                                                   .infer = infer,
                                                   .forward = forward,
                                                   .backward = backward,
                                                   .express = express};
