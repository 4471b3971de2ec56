/* A model that answers several inputs in memory together: for who has requests that wait (serve/). */
#ifndef LINCE_TRAIN_ASK_MANY_H
#define LINCE_TRAIN_ASK_MANY_H

#include "modality/many.h"

#include <lince/model.h>

/* Makes ready, for one input and for `batch` at a time, before the first is asked about. */
int lince_model_get_ready(lince_model *model, int batch);

/* Answers n inputs of the form that the model takes, each told in its order, until it has heard enough (not 0, which is
 * returned): together, by the net for `batch`, where they are at least half as many, one by one else. */
int lince_model_predict_many(lince_model *model, const lince_given *given, size_t n, int batch,
                             lince_answer_fn tell, void *context);

#endif
