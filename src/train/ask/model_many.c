/* Inputs in memory, several at a time (many.h). */
#include "core/error.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "modality/modality.h"
#include "train/ask/many.h"
#include "train/ask/model_internal.h"

#include <stdio.h>
#include <string.h>

int lince_model_get_ready(lince_model *m, int batch)
{
    LINCE_PLAIN_LOCALE;
    m->keeps_both = batch > 1;
    if (batch > 1 && m->blueprint.modality->answer_many) LINCE_TRY(lince_model_use(m, batch));
    return lince_model_use(m, 1);
}

static int answer_one(const lince_asking *a, const lince_modality *its, const lince_given *given)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    lince_voice usual = lince_voice_now();
    lince_voice_use(given->voice);
    int code = its->answer_text ? its->answer_text(a, given->bytes, given->size, &p)
                                : its->answer_bytes(a, given->bytes, given->size, given->name, &p);
    code = lince_answer(a, given->name, code, &p);
    lince_voice_use(usual);
    return code;
}

static int tell(const lince_asking *a, const lince_given *given, lince_given_answer *o)
{
    lince_voice usual = lince_voice_now();
    lince_voice_use(given->voice);
    int code = a->tell(a->context, given->name, lince_given_failure(o), &o->prediction);
    lince_voice_use(usual);
    return code;
}

static int answer_together(const lince_asking *a, const lince_modality *its, const lince_given *given, int n,
                           int batch)
{
    lince_given_answer *outcomes = lince_alloc((size_t)n, sizeof *outcomes);
    if (!outcomes) return LINCE_ENOMEM;
    for (int i = 0; i < n; i++) outcomes[i] = (lince_given_answer)LINCE_GIVEN_ANSWER_INIT;
    its->answer_many(a, given, n, batch, outcomes);
    int code = 0;
    for (int i = 0; i < n; i++) {
        if (!code) code = tell(a, &given[i], &outcomes[i]);
        lince_given_answer_release(&outcomes[i]);
    }
    lince_free(outcomes);
    return code;
}

int lince_model_predict_many(lince_model *m, const lince_given *given, size_t n, int batch,
                             lince_answer_fn heard, void *context)
{
    LINCE_PLAIN_LOCALE;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    int code = 0;
    asking.tell = heard;
    asking.context = context;
    for (size_t i = 0, some; !code && i < n; i += some) {
        some = n - i < (size_t)batch ? n - i : (size_t)batch;
        bool together = its->answer_many && some > 1 && 2 * some >= (size_t)batch;
        if (!together) some = 1;
        code = together ? answer_together(&asking, its, &given[i], (int)some, batch)
                        : answer_one(&asking, its, &given[i]);
    }
    return code;
}

/* --- the caller's texts --------------------------------------------------------------------------- */

enum { TEXTS_TOGETHER = 32 };

/* Texts first .. first + n - 1, TEXTS_TOGETHER at most. */
static int answer_texts(const lince_asking *a, const lince_modality *its, const char *const *texts,
                        size_t first, int n, lince_prediction *predictions)
{
    lince_given given[TEXTS_TOGETHER] = {{.size = 0}};
    lince_given_answer outcomes[TEXTS_TOGETHER];
    char place[64];
    int code = 0;
    for (int i = 0; i < n; i++) {
        const char *text = texts[first + (size_t)i];
        given[i] = lince_given_text(text, strlen(text));
        outcomes[i] = (lince_given_answer)LINCE_GIVEN_ANSWER_INIT;
    }
    its->answer_many(a, given, n, TEXTS_TOGETHER, outcomes);
    for (int i = 0; i < n; i++) {
        lince_given_answer *o = &outcomes[i];
        if (!code && (code = lince_given_failure(o))) {
            snprintf(place, sizeof place, _("text %zu"), first + (size_t)i);
            lince_fail_in(code, place);
        }
        if (!code) {
            lince_sized_write(lince_sized_at(predictions, first + (size_t)i), &o->prediction);
            o->prediction = (lince_prediction)LINCE_PREDICTION_INIT;
        }
        lince_given_answer_release(o);
    }
    return code;
}

int lince_model_predict_texts(lince_model *m, const char *const *texts, size_t n,
                              lince_prediction *predictions)
{
    LINCE_NEED(m);
    LINCE_NEED(texts);
    LINCE_NEED(predictions);
    LINCE_PLAIN_LOCALE;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(lince_model_check_predictions(predictions, n));
    LINCE_TRY(lince_model_check_form(m, its->answer_text, _("texts")));
    for (size_t i = 0; i < n; i++) LINCE_NEED(texts[i]);
    for (size_t i = 0; i < n; i += TEXTS_TOGETHER) {
        size_t some = n - i < TEXTS_TOGETHER ? n - i : TEXTS_TOGETHER;
        LINCE_TRY(answer_texts(&asking, its, texts, i, (int)some, predictions));
    }
    return 0;
}
