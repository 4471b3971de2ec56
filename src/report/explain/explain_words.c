/* What a prediction hangs on: how much of the predicted class's probability goes when a word is left out.
 * First right answers, then the worst errors; and the texts of more errors. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/texts/texts.h"
#include "report/explain/ask.h"
#include "report/explain/explain.h"

#include <math.h>
#include <string.h>

enum { RIGHT = 4, WRONG = 4, ERRORS = 12 };

typedef struct telling {
    lince_explainer *e;
    const lince_case *at;
    double whole, difference; /* the probability of this text; the largest, to predictions.csv */
    size_t asked;             /* of this text */
    json_t *lost;             /* by each word of this text */
} telling;

static const char *text_of(const lince_explainer *e, size_t outcome)
{
    return lince_dataset_text(e->dataset, LINCE_TEST, e->index[outcome]);
}

static void take(void *context, size_t number, const float *probability)
{
    telling *t = context;
    (void)number;
    double p = (double)probability[t->at->class];
    if (t->asked++ == 0) {
        t->whole = p;
        t->difference = fmax(t->difference, fabs(p - lince_explain_probability(t->e, t->at)));
    } else
        lince_json_add(&t->lost, lince_json_measure(t->whole - p));
}

/* The words as they were split, whether each is known, and what is lost without it. */
static json_t *words_json(const lince_encoder *encoder, const int32_t *tokens, size_t length,
                          const json_t *lost)
{
    json_t *words = json_array();
    for (size_t i = 0; i < length; i++)
        lince_json_add(&words,
                       lince_json_pack("{s:s, s:b, s:O}", "word",
                                       encoder->words.count ? lince_word_at(&encoder->words, i) : "", "known",
                                       tokens[i] != LINCE_UNK, "lost", json_array_get(lost, i)));
    return words;
}

static int tell(telling *t, lince_ask *ask, const lince_case *at, int32_t *tokens, json_t **list)
{
    lince_explainer *e = t->e;
    lince_encoder *encoder = &lince_text_encoder_of(e->blueprint.encoder)->words;
    int length = lince_encode(encoder, text_of(e, at->outcome), tokens, NULL);
    if (length < 0) return length;
    t->at = at, t->asked = 0;
    t->lost = json_array();
    lince_ask_erased(ask, tokens, (size_t)length, tokens + encoder->options.max_tokens);
    lince_ask_flush(ask);
    json_t *sample = lince_explain_case(e, at);
    lince_json_put(&sample, "words", words_json(encoder, tokens, (size_t)length, t->lost));
    lince_json_add(list, sample);
    json_decref(t->lost);
    return 0;
}

/* More than a few letters. */
static bool is_long(const lince_explainer *e, size_t outcome)
{
    enum { LETTERS = 40 };
    return strlen(text_of(e, outcome)) >= LETTERS;
}

int lince_explain_words(lince_explainer *e)
{
    lince_case chosen[RIGHT + WRONG];
    size_t count = lince_explain_right(e, chosen, RIGHT, is_long), wrong;
    LINCE_TRY(lince_explain_worst(e, chosen + count, WRONG, &wrong));
    count += wrong;
    if (!count) return 0;
    lince_ask ask;
    telling t = {.e = e};
    json_t *list = json_array();
    int32_t *tokens =
        lince_alloc(2 * (size_t)lince_text_encoder_of(e->blueprint.encoder)->words.options.max_tokens,
                    sizeof *tokens);
    int code = lince_ask_init(&ask, e->net, &e->blueprint.loss, take, &t);
    ask.temperature = e->blueprint.temperature;
    if (!tokens) code = LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++) code = tell(&t, &ask, &chosen[i], tokens, &list);
    lince_ask_release(&ask);
    lince_free(tokens);
    lince_json_put(&e->told, "words", list);
    lince_json_put(&e->told, "again",
                   lince_json_pack("{s:I, s:f}", "samples", (json_int_t)count, "difference", t.difference));
    return code;
}

int lince_explain_mistaken(lince_explainer *e)
{
    lince_case worst[ERRORS];
    size_t count;
    LINCE_TRY(lince_explain_worst(e, worst, ERRORS, &count));
    json_t *errors = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *error = lince_explain_case(e, &worst[i]);
        lince_json_put(&error, "text", lince_json_string(text_of(e, worst[i].outcome)));
        lince_json_add(&errors, error);
    }
    lince_json_put(&e->told, "errors", errors);
    return 0;
}
