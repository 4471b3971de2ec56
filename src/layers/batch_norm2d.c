/* Batch normalisation (Ioffe & Szegedy 2015):  y = gamma (x - mean) / sqrt(var + eps) + beta,  per channel.
 * Training uses the batch's statistics and moves the running ones; otherwise, and where the layer is frozen,
 * the running ones are used. Where the model says nothing eps is 1e-5 and the momentum 0.1, as PyTorch's
 * BatchNorm2d. */
#include "layers/batch_norm2d.h"
#include "kernels/kernels.h"

enum { GAMMA, BETA, MEAN, VAR, COUNT };

static int infer(lince_layer *l)
{
    const lince_batch_norm2d_layer_args *a = l->own;
    l->out = l->in[0];
    int channels = l->out.channels;
    size_t size = (size_t)lince_round_up(channels, l->out.block);
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var",
                                        "num_batches_tracked"};
    for (int i = GAMMA; i <= COUNT; i++) {
        lince_param *p = lince_layer_param(l, names[i], i == COUNT ? 0 : 1, &channels);
        p->size = i == COUNT ? 1 : size;
        p->buffer = i >= MEAN;
        p->counter = i == COUNT;
        p->fixed = i == GAMMA && a->fixed_weight;
        p->trainable = i < MEAN && !p->fixed;
        p->init = i == GAMMA || i == VAR ? LINCE_INIT_ONES : LINCE_INIT_ZEROS;
    }
    /* the batch's means and variances, its mean and 1/std as they are used, or `affine`'s */
    l->saved = 2 * size * (sizeof(double) + sizeof(float));
    l->macs = (double)lince_shape_elements(l->out);
    l->sums = lince_batch_norm_sums(l->out);
    l->accumulates = true;
    return 0;
}

static float momentum(const lince_layer *l, const lince_pass *p)
{
    const lince_batch_norm2d_layer_args *a = l->own;
    float own = a->momentum > 0 ? a->momentum : 0.1f;
    return p->momentum > 0 ? p->momentum : own;
}

static float eps(const lince_layer *l)
{
    const lince_batch_norm2d_layer_args *a = l->own;
    return a->eps > 0 ? a->eps : 1e-5f;
}

static lince_batch_norm norm(const lince_layer *l, const lince_pass *p)
{
    double *moments = p->saved;
    float *saved = (float *)(void *)(moments + 2 * l->params[MEAN].size);
    return (lince_batch_norm){.gamma = l->params[GAMMA].value,
                              .beta = l->params[BETA].value,
                              .running_mean = l->params[MEAN].value,
                              .running_var = l->params[VAR].value,
                              .mean = saved,
                              .inv_std = saved + l->params[MEAN].size,
                              .eps = eps(l),
                              .momentum = momentum(l, p),
                              .train = p->train && !l->frozen,
                              .pitch = p->in_pitch,
                              .moments = moments,
                              .known = p->known,
                              .known_channels = p->known_channels,
                              .whole = l->frozen ? NULL : p->whole,
                              .weight = p->weight};
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_batch_norm bn = norm(l, p);
    if (bn.train && !bn.whole) lince_shift(l->exec, l->params[COUNT].value, l->params[COUNT].value, 1, 1);
    lince_batch_norm_forward(l->exec, &bn, l->out, (size_t)p->n, l->relu, p->in[0], p->out);
}

static void affine(const lince_layer *l, const lince_pass *p, const float **scale, const float **shift)
{
    lince_batch_norm bn = norm(l, p);
    lince_batch_norm_affine(l->exec, &bn, l->out, bn.mean, bn.inv_std);
    *scale = bn.mean, *shift = bn.inv_std;
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_batch_norm bn = norm(l, p);
    lince_batch_norm_backward(l->exec, &bn, l->out, (size_t)p->n, p->in[0], p->dout, p->add, p->din[0],
                              l->params[GAMMA].grad, l->params[BETA].grad);
}

static void look(const lince_layer *l, const lince_pass *p, double *sums)
{
    lince_batch_norm bn = norm(l, p);
    lince_batch_norm_look(l->exec, &bn, l->out, (size_t)p->n, p->in[0], sums);
}

static void look_back(const lince_layer *l, const lince_pass *p, double *sums)
{
    lince_batch_norm bn = norm(l, p);
    lince_batch_norm_look_back(l->exec, &bn, l->out, (size_t)p->n, p->in[0], p->dout, sums);
}

/* Of no samples: the running statistics alone. */
static void follow(lince_layer *l, const lince_pass *p)
{
    lince_batch_norm bn = norm(l, p);
    bn.moves = true;
    lince_shift(l->exec, l->params[COUNT].value, l->params[COUNT].value, 1, 1);
    lince_batch_norm_forward(l->exec, &bn, l->out, 0, false, NULL, NULL);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    lince_onnx_value y = LINCE_ONNX(g, "BatchNormalization", in[0], l->params[GAMMA].name,
                                    l->params[BETA].name, l->params[MEAN].name, l->params[VAR].name);
    lince_onnx_real(g, "epsilon", eps(l));
    return y;
}

const lince_layer_type lince_batch_norm2d_layer = {.name = "batch_norm2d",
                                                   .args_size = sizeof(lince_batch_norm2d_layer_args),
                                                   .norm = true,
                                                   .inputs = 1,
                                                   .needs_input = true,
                                                   .rectifies = true,
                                                   .pitched = true,
                                                   .infer = infer,
                                                   .forward = forward,
                                                   .backward = backward,
                                                   .look = look,
                                                   .look_back = look_back,
                                                   .follow = follow,
                                                   .affine = affine,
                                                   .express = express};
