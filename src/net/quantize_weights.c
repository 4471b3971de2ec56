/* A net's weights as bytes (Jacob et al. 2018; Krishnamoorthi 2018: a scale an output, none of them with a zero of its own).
 *
 * Batch norm is a factor and an offset a channel, which go into the weights and the bias of the convolution before it:
 *     g = gamma / sqrt(var + eps),   w' = g w,   b' = g (b - mean) + beta
 *
 * An output's scale makes the largest of its weights 127, or of its neighbouring inputs' sums, as AVX2 has sums of two products
 * in 16 bits alone (kernels/bytes.h): rounded, two of them make 128 at most. */
#include "core/error.h"
#include "core/memory.h"
#include "layers/batch_norm2d.h"
#include "layers/bytes.h"
#include "net/net_internal.h"
#include "net/quantize.h"

#include <math.h>
#include <string.h>

/* Weights [outs][ins][places] and biases [outs] as floats. */
typedef struct folded {
    size_t outs, ins, places;
    bool pairs; /* inputs are summed by twos */
    float *w, *b;
} folded;

static void release(folded *f)
{
    lince_free(f->w);
    lince_free(f->b);
}

static int read(folded *f, const lince_layer *old)
{
    const lince_param *w = &old->params[0], *bias = old->param_count > 1 ? &old->params[1] : NULL;
    bool copies = w->copies > 1;
    *f = (folded){.outs = (size_t)w->dims[0], .ins = (size_t)(copies ? old->in[0].channels : w->dims[1])};
    f->places = w->ndim > 2 ? (size_t)w->dims[2] * (size_t)w->dims[3] : 1;
    f->pairs = f->ins > 1;
    f->w = lince_alloc(f->outs * f->ins * f->places, sizeof *f->w);
    f->b = lince_alloc(f->outs, sizeof *f->b);
    if (!f->w || !f->b) return LINCE_ENOMEM;
    if (bias) LINCE_TRY(lince_param_read(bias, f->b));
    if (!copies) return lince_param_read(w, f->w);
    for (size_t i = 0; i < f->outs * f->ins; i++) f->w[i] = (float)w->copies * w->value[i]; /* their mean */
    return 0;
}

static void fold_norm(folded *f, const lince_layer *norm)
{
    const lince_batch_norm2d_layer_args *a = norm->own;
    const float *gamma = norm->params[0].value, *beta = norm->params[1].value, *mean = norm->params[2].value,
                *var = norm->params[3].value;
    double eps = a->eps > 0 ? (double)a->eps : 1e-5;
    size_t row = f->ins * f->places;
    for (size_t o = 0; o < f->outs; o++) {
        double g = (double)gamma[o] / sqrt((double)var[o] + eps);
        for (size_t i = 0; i < row; i++) f->w[o * row + i] = (float)(g * (double)f->w[o * row + i]);
        f->b[o] = (float)(g * ((double)f->b[o] - (double)mean[o]) + (double)beta[o]);
    }
}

static float scale_of(const folded *f, const float *w)
{
    float most = 0;
    for (size_t i = 0; i < f->ins; i++)
        for (size_t p = 0; p < f->places; p++) {
            float own = w[i * f->places + p], next = i + 1 < f->ins ? w[(i + 1) * f->places + p] : 0;
            most = fmaxf(most, fabsf(own));
            if (f->pairs && i % 2 == 0) most = fmaxf(most, fabsf(own + next));
        }
    return most > 0 ? most / 127 : 1;
}

static void round_weights(folded *f, float *scale)
{
    size_t row = f->ins * f->places;
    for (size_t o = 0; o < f->outs; o++) {
        float *w = f->w + o * row;
        scale[o] = scale_of(f, w);
        for (size_t i = 0; i < row; i++) w[i] = fminf(fmaxf(rintf(w[i] / scale[o]), -127), 127);
    }
}

static int put_part(const lince_net *net, lince_quantized *q, const lince_quantized_part *part)
{
    folded f;
    lince_param *to = q->net->nodes[part->node].layer.params;
    int code = read(&f, &net->nodes[part->layer].layer);
    if (!code) {
        if (part->norm) fold_norm(&f, &net->nodes[part->norm].layer);
        round_weights(&f, to[LINCE_INT8_WEIGHT_SCALE].value);
        code = lince_param_write(&to[LINCE_INT8_WEIGHT], f.w);
    }
    if (!code) code = lince_param_write(&to[LINCE_INT8_BIAS], f.b);
    release(&f);
    return code;
}

static bool is_part(const lince_quantized *q, size_t node)
{
    for (size_t i = 0; i < q->part_count; i++)
        if (q->parts[i].node == (int)node) return true;
    return false;
}

/* Of layers that stay as they are: the same parameters in the same order of memory. */
static void copy_floats(const lince_net *net, lince_quantized *q)
{
    for (size_t i = 1; i < q->net->count; i++) {
        lince_layer *l = &q->net->nodes[i].layer;
        for (int k = 0; k < l->param_count && !is_part(q, i); k++) {
            const lince_param *from = lince_net_param_named(net, l->params[k].name);
            if (from) memcpy(l->params[k].value, from->value, l->params[k].size * sizeof(float));
        }
    }
}

int lince_quantized_weights(const lince_net *net, lince_quantized *q)
{
    for (size_t i = 0; i < q->part_count; i++) LINCE_TRY(put_part(net, q, &q->parts[i]));
    copy_floats(net, q);
    return 0;
}
