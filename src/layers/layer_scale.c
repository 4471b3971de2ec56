/* LayerScale (Touvron et al. 2021):  y[c, i, j] = gamma[c] x[c, i, j];  dx = gamma dy,  dgamma[c] = sum of dy x
 * As scale_channels, of factors that every sample has: they are copied for each, and their gradients added up. */
#include "layers/layer_scale.h"
#include "kernels/kernels.h"

static int infer(lince_layer *l)
{
    const lince_layer_scale_layer_args *a = l->own;
    l->out = l->in[0];
    lince_param *gamma = lince_layer_param(l, "layer_scale", 3, (int[]){l->out.channels, 1, 1});
    gamma->size = (size_t)lince_round_up(l->out.channels, l->out.block);
    gamma->init = LINCE_INIT_CONSTANT;
    gamma->init_scale = a->init != 0 ? a->init : 1e-6f;
    return 0;
}

/* Factors of a batch, and their gradients. */
static int prepare(lince_layer *l)
{
    l->scratch = 2 * (size_t)l->batch * l->params[0].size * sizeof(float);
    return 0;
}

static float *factors(const lince_layer *l, const lince_pass *p)
{
    size_t size = l->params[0].size;
    float *s = p->scratch;
    lince_fill(l->exec, s, 0, (size_t)p->n * size);
    lince_add_bias(l->exec, s, l->params[0].value, (size_t)p->n, size);
    return s;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_scale_channels(l->exec, l->out, (size_t)p->n, p->in[0], factors(l, p), p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    const lince_param *gamma = &l->params[0];
    float *s = factors(l, p), *ds = gamma->trainable ? s + (size_t)l->batch * gamma->size : NULL;
    lince_scale_channels_backward(l->exec, l->out, (size_t)p->n, p->in[0], s, p->dout, p->din[0], ds);
    if (ds) lince_sum_rows(l->exec, ds, gamma->grad, (size_t)p->n, gamma->size);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return LINCE_ONNX(g, "Mul", in[0], l->params[0].name);
}

const lince_layer_type lince_layer_scale_layer = {.name = "layer_scale",
                                                  .args_size = sizeof(lince_layer_scale_layer_args),
                                                  .inputs = 1,
                                                  .needs_input = true,
                                                  .infer = infer,
                                                  .prepare = prepare,
                                                  .forward = forward,
                                                  .backward = backward,
                                                  .express = express};
