/* What is found out of a run's best weights once they are written stands in their own metadata. */
#ifndef LINCE_TRAIN_ANNOTATE_H
#define LINCE_TRAIN_ANNOTATE_H

#include "weights/weights.h"

/* Gives weights/best.safetensors of a run's folder other values by these keys, all at once. */
int lince_annotate_best(const char *folder, const lince_metadata *pairs, size_t count);

#endif
