/* Inverted dropout on sequences: each feature of each step by itself, as torch.nn.Dropout on [n, steps,
 * channels]. A text's mask is a function of its key, the step and the feature, so that it depends on no other
 * text. */
#include "core/error.h"
#include "kernels/sequence.h"
#include "layers/dropout.h"

static int infer(lince_layer *l)
{
    if (!l->in_rows[0]) return lince_fail(LINCE_ESHAPE, "%s: expects a sequence", l->name);
    LINCE_TRY(lince_layer_drop_infer(l));
    l->out_rows = LINCE_STEPS; /* equal tokens are no longer equal */
    if (l->in_rows[0] == LINCE_TOKENS)
        l->scratch = (size_t)l->batch * (size_t)l->in[0].height * (size_t)l->in[0].channels * sizeof(float);
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const int32_t *slot = l->in_rows[0] == LINCE_TOKENS ? p->text->slot : NULL;
    lince_drop_steps(l->exec, p->text, p->in[0], slot, (size_t)l->out.channels, lince_layer_drop_p(l, p),
                     p->key, (uint64_t)l->index, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    size_t n = (size_t)l->out.channels;
    if (!p->din[0]) return;
    float *dropped = l->in_rows[0] == LINCE_TOKENS ? p->scratch : p->din[0];
    lince_drop_steps(l->exec, p->text, p->dout, NULL, n, lince_layer_drop_p(l, p), p->key, (uint64_t)l->index,
                     dropped);
    if (dropped != p->din[0]) lince_sum_uses(l->exec, p->text, dropped, n, n, p->din[0]);
}

const lince_layer_type lince_sequence_dropout_layer = {.name = "sequence_dropout",
                                                       .args_size = sizeof(lince_sequence_dropout_layer_args),
                                                       .inputs = 1,
                                                       .infer = infer,
                                                       .forward = forward,
                                                       .backward = backward,
                                                       .describe = lince_layer_drop_describe,
                                                       .express = lince_layer_pass_on};
