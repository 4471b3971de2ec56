/* Texts in memory that are answered together. */
#include "core/error.h"
#include "core/memory.h"
#include "modality/texts/texts.h"

#include <string.h>

typedef struct texts {
    lince_encoder *words;
    size_t most;     /* tokens of a text */
    int32_t *token;  /* [n][most], of those that are texts, one behind the other */
    int32_t *length; /* [n] */
    lince_encoded *seen;
    lince_prediction *predictions;
    int count; /* of those that are texts */
} texts;

static int make_room(texts *t, lince_encoder *words, int n)
{
    size_t count;
    *t = (texts){.words = words, .most = (size_t)words->options.max_tokens};
    if (!lince_mul((size_t)n, t->most, &count)) return lince_fail(LINCE_ENOMEM, "out of memory");
    t->token = lince_alloc(count, sizeof *t->token);
    t->length = lince_alloc((size_t)n, sizeof *t->length);
    t->seen = lince_alloc((size_t)n, sizeof *t->seen);
    t->predictions = lince_alloc((size_t)n, sizeof *t->predictions);
    return t->token && t->length && t->seen && t->predictions ? 0 : LINCE_ENOMEM;
}

static void release_room(texts *t)
{
    lince_free(t->token);
    lince_free(t->length);
    lince_free(t->seen);
    lince_free(t->predictions);
}

static int encode(texts *t, const lince_given *given)
{
    size_t at = (size_t)t->count;
    LINCE_TRY(lince_texts_check(given->bytes, given->size));
    int32_t length = lince_encode(t->words, given->bytes, t->token + at * t->most, &t->seen[at]);
    if (length < 0) return length;
    t->length[t->count++] = length;
    return 0;
}

/* Rows as long as the longest text, for which they move together. */
static int answer(texts *t, const lince_asking *a, int batch)
{
    size_t steps = 1;
    for (int i = 0; i < t->count; i++)
        if ((size_t)t->length[i] > steps) steps = (size_t)t->length[i];
    for (size_t i = 1; i < (size_t)t->count; i++)
        memmove(t->token + i * steps, t->token + i * t->most, steps * sizeof *t->token);
    lince_input input = {.token = t->token, .length = t->length, .steps = (int)steps};
    LINCE_TRY(a->answer(a->model, &input, t->count, batch, t->predictions));
    for (int i = 0; i < t->count; i++) lince_texts_count(t->words, &t->seen[i], &t->predictions[i]);
    return 0;
}

void lince_texts_answer_many(const lince_asking *a, const lince_given *given, int n, int batch,
                             lince_given_answer *outcomes)
{
    texts t;
    int code = make_room(&t, &lince_text_encoder_of(a->encoder)->words, n);
    lince_voice usual = lince_voice_now();
    for (int i = 0; !code && i < n; i++) {
        lince_voice_use(given[i].voice);
        lince_given_fail(&outcomes[i], encode(&t, &given[i]));
    }
    lince_voice_use(usual);
    if (!code && t.count) code = answer(&t, a, batch);
    lince_given_settle(outcomes, n, code, t.predictions);
    release_room(&t);
}
