/* A table of vectors, one a token: y_t = W[token_t]     W [vocabulary, channels]
 * torch.nn.Embedding with padding_idx=0: row 0 is zero and stays so. The gradient has rows only for the
 * tokens of the batch, each the sum over where the token stands.
 * https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html */
#include "layers/embedding.h"
#include "core/error.h"
#include "kernels/kernels.h"
#include "kernels/sequence.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_embedding_layer_args *a = l->own;
    lince_shape in = l->in[0];
    if (!l->in_rows[0] || in.channels != 1)
        return lince_fail(LINCE_ESHAPE, "%s: expects tokens, found %dx%dx%d", l->name, in.channels, in.height,
                          in.width);
    l->out = (lince_shape){a->channels, in.height, 1, 1};
    l->out_rows = LINCE_TOKENS;
    lince_param *w = lince_layer_param(l, "weight", 2, (int[]){a->vocabulary, a->channels});
    w->init = LINCE_INIT_NORMAL;
    w->init_scale = 1;
    w->init_zeros = (size_t)a->channels;
    w->sparse_rows = (size_t)l->batch * (size_t)in.height;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_gather_rows(l->exec, l->params[0].value, p->text->vocabulary, (size_t)p->text->distinct,
                      (size_t)l->out.channels, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_param *w = &l->params[0];
    size_t n = (size_t)l->out.channels, count = (size_t)p->text->distinct;
    if (!w->grad) return;
    lince_copy(l->exec, p->dout, w->grad, count * n);
    for (size_t i = 0; i < count; i++)
        if (w->touched[i] == 0) lince_fill(l->exec, w->grad + i * n, 0, n);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_embedding_layer_args *a = l->own;
    snprintf(out, size, "%d × %d", a->vocabulary, a->channels);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return LINCE_ONNX(g, "Gather", l->params[0].name, lince_onnx_transpose(g, in[0], 2, (int64_t[]){1, 0}));
}

const lince_layer_type lince_embedding_layer = {.name = "embedding",
                                                .args_size = sizeof(lince_embedding_layer_args),
                                                .inputs = 1,
                                                .infer = infer,
                                                .forward = forward,
                                                .backward = backward,
                                                .describe = describe,
                                                .express = express};
