#include "modality/asking.h"
#include "core/memory.h"
#include "core/sized.h"

int lince_answer(const lince_asking *a, const char *input, int code, lince_prediction *p)
{
    code = a->tell(a->context, input, code, p);
    if (p) lince_prediction_release(p);
    return code;
}

void lince_prediction_release(lince_prediction *prediction)
{
    lince_prediction none = LINCE_PREDICTION_INIT;
    if (!prediction) return;
    lince_free(prediction->probability);
    lince_sized_write(prediction, &none);
}
