/* What a model's own files share. */
#ifndef LINCE_TRAIN_MODEL_INTERNAL_H
#define LINCE_TRAIN_MODEL_INTERNAL_H

#include <lince/model.h>

/* lince_model_predict_bytes, with the name that messages give the picture. */
int lince_model_predict_named(lince_model *model, const void *bytes, size_t size, const char *name,
                              lince_prediction *prediction);

#endif
