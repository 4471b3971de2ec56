#include "modality/many.h"
#include "core/error.h"
#include "core/memory.h"

void lince_given_fail(lince_given_answer *o, int code)
{
    o->code = code;
    if (code) o->why = lince_strdup(lince_error());
}

void lince_given_answer_release(lince_given_answer *o)
{
    lince_free(o->why);
    lince_prediction_release(&o->prediction);
    *o = (lince_given_answer){.prediction = LINCE_PREDICTION_INIT};
}

void lince_given_settle(lince_given_answer *outcomes, int n, int code, lince_prediction *predictions)
{
    for (int i = 0, k = 0; i < n; i++) {
        if (outcomes[i].code) continue;
        if (predictions) outcomes[i].prediction = predictions[k++];
        lince_given_fail(&outcomes[i], code);
    }
}
