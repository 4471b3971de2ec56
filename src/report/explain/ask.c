#include "report/explain/ask.h"
#include "core/error.h"
#include "core/memory.h"
#include "text/vocabulary.h"
#include "train/measure/scoring.h"

#include <assert.h>
#include <string.h>

int lince_ask_init(lince_ask *a, lince_net *net, const lince_loss *loss,
                   void (*answer)(void *context, size_t number, const float *probability), void *context)
{
    *a = (lince_ask){.net = net, .loss = loss, .answer = answer, .context = context};
    a->batch = lince_net_layer(net, 1)->batch;
    a->steps = lince_net_input_shape(net).height;
    a->token = lince_alloc((size_t)a->batch * (size_t)a->steps, sizeof *a->token);
    a->length = lince_alloc((size_t)a->batch, sizeof *a->length);
    a->probability = lince_alloc((size_t)a->batch * (size_t)lince_net_classes(net), sizeof *a->probability);
    return a->token && a->length && a->probability ? 0 : LINCE_ENOMEM;
}

void lince_ask_release(lince_ask *a)
{
    lince_free(a->token);
    lince_free(a->length);
    lince_free(a->probability);
    *a = (lince_ask){0};
}

void lince_ask_flush(lince_ask *a)
{
    int classes = a->waiting ? lince_net_classes(a->net) : 0;
    if (!a->waiting) return;
    lince_net_set_tokens(a->net, a->waiting, a->token, a->length, a->steps);
    lince_net_forward(a->net, a->waiting, false, NULL);
    lince_net_scores(a->net, a->probability);
    lince_score_probabilities(a->loss, a->probability, (size_t)a->waiting, classes, a->temperature,
                              a->probability);
    for (int i = 0; i < a->waiting; i++)
        a->answer(a->context, a->answered++, a->probability + (ptrdiff_t)i * classes);
    a->waiting = 0;
}

void lince_ask_add(lince_ask *a, const int32_t *tokens, size_t length)
{
    assert(length > 0 && length <= (size_t)a->steps);
    int32_t *place = a->token + (ptrdiff_t)a->waiting * a->steps;
    memset(place, 0, (size_t)a->steps * sizeof *place);
    memcpy(place, tokens, length * sizeof *place);
    a->length[a->waiting++] = (int32_t)length;
    if (a->waiting == a->batch) lince_ask_flush(a);
}

void lince_ask_erased(lince_ask *a, const int32_t *tokens, size_t length, int32_t *scratch)
{
    const int32_t unknown = LINCE_UNK;
    lince_ask_add(a, tokens, length);
    if (length == 1) lince_ask_add(a, &unknown, 1);
    for (size_t i = 0; i < length && length > 1; i++) {
        memcpy(scratch, tokens, i * sizeof *scratch);
        memcpy(scratch + i, tokens + i + 1, (length - i - 1) * sizeof *scratch);
        lince_ask_add(a, scratch, length - 1);
    }
}
