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
    size_t outcome;
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
    double p = (double)probability[t->e->outcomes.rows[t->outcome].predicted];
    if (t->asked++ == 0) {
        t->whole = p;
        t->difference = fmax(t->difference, fabs(p - t->e->outcomes.rows[t->outcome].probability));
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

static int tell(telling *t, lince_ask *ask, size_t outcome, int32_t *tokens, json_t **list)
{
    lince_explainer *e = t->e;
    lince_encoder *encoder = &lince_text_encoder_of(e->blueprint.encoder)->words;
    int length = lince_encode(encoder, text_of(e, outcome), tokens, NULL);
    if (length < 0) return length;
    t->outcome = outcome, t->asked = 0;
    t->lost = json_array();
    lince_ask_erased(ask, tokens, (size_t)length, tokens + encoder->options.max_tokens);
    lince_ask_flush(ask);
    json_t *sample = lince_explain_outcome(e, outcome);
    lince_json_put(&sample, "words", words_json(encoder, tokens, (size_t)length, t->lost));
    lince_json_add(list, sample);
    json_decref(t->lost);
    return 0;
}

/* Of each class the first right one in the part's order that has more than a few letters. */
static size_t choose_right(const lince_explainer *e, size_t *chosen)
{
    enum { LETTERS = 40 };
    size_t found = 0;
    for (int c = 0; c < e->facts->test.classes && found < RIGHT; c++)
        for (size_t i = 0; i < e->outcomes.count; i++) {
            const lince_outcome_row *row = &e->outcomes.rows[i];
            if (row->label != c || row->predicted != c || strlen(text_of(e, i)) < LETTERS) continue;
            chosen[found++] = i;
            break;
        }
    return found;
}

int lince_explain_words(lince_explainer *e)
{
    size_t chosen[RIGHT + WRONG], count = choose_right(e, chosen), wrong;
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
    for (size_t i = 0; i < count && !code; i++) code = tell(&t, &ask, chosen[i], tokens, &list);
    lince_ask_release(&ask);
    lince_free(tokens);
    lince_json_put(&e->told, "words", list);
    lince_json_put(&e->told, "again",
                   lince_json_pack("{s:I, s:f}", "samples", (json_int_t)count, "difference", t.difference));
    return code;
}

int lince_explain_mistaken(lince_explainer *e)
{
    size_t worst[ERRORS], count;
    LINCE_TRY(lince_explain_worst(e, worst, ERRORS, &count));
    json_t *errors = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *error = lince_explain_outcome(e, worst[i]);
        lince_json_put(&error, "text", lince_json_string(text_of(e, worst[i])));
        lince_json_add(&errors, error);
    }
    lince_json_put(&e->told, "errors", errors);
    return 0;
}
