#include "modality/many.h"
#include "core/error.h"
#include "core/memory.h"

void lince_given_fail(lince_given_answer *o, int code)
{
    o->code = code;
    if (code) o->why = lince_strdup(lince_error());
}

lince_given lince_given_text(const char *text, size_t size)
{
    return (lince_given){.name = text, .bytes = text, .size = size, .voice = lince_voice_now()};
}

int lince_given_failure(const lince_given_answer *o)
{
    if (o->code) lince_error_set(o->code, o->why ? o->why : _("out of memory"));
    return o->code;
}

void lince_given_answer_release(lince_given_answer *o)
{
    lince_free(o->why);
    lince_prediction_release(&o->prediction);
    *o = (lince_given_answer)LINCE_GIVEN_ANSWER_INIT;
}

void lince_given_settle(lince_given_answer *outcomes, int n, int code, lince_prediction *predictions)
{
    for (int i = 0, k = 0; i < n; i++) {
        if (outcomes[i].code) continue;
        if (predictions) outcomes[i].prediction = predictions[k++];
        lince_given_fail(&outcomes[i], code);
    }
}
