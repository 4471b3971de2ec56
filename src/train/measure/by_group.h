/* Results by group, where groups are known: a speaker, a patient, a field. */
#ifndef LINCE_TRAIN_BY_GROUP_H
#define LINCE_TRAIN_BY_GROUP_H

#include "train/measure/evaluate.h"

enum { LINCE_GROUPS_TOLD = 2000 };

/* {"n": groups, "of": [{"name", "n", "accuracy", "interval": [low, high], "per_class": {class: {"recall", "support"}},
 * "mistakes": [{"true", "predicted", "n"}, ...]}, ...]}, the least accurate first and LINCE_GROUPS_TOLD at most; of several
 * labels without mistakes. *json is NULL where no groups were chosen. LINCE_ENOMEM. */
int lince_by_group(const lince_evaluation *evaluation, const lince_dataset *dataset, lince_part part,
                   json_t **json);

#endif
