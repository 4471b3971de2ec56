/* From which probability on a label is answered, where samples have several: --threshold. */
#ifndef LINCE_TRAIN_THRESHOLD_H
#define LINCE_TRAIN_THRESHOLD_H

#include "settings/settings.h"
#include "train/measure/evaluate.h"

/* A number between 0 and 1, or "auto"; else LINCE_EUSAGE. And the number; 0: "auto"; -1: it is none. */
int lince_threshold_check(const char *text);
double lince_threshold_of(const char *text);

/* Of each class the one of the best F1 in an evaluation, into the blueprint; and into the metadata of the run's
 * weights/best.safetensors. */
int lince_threshold_choose(lince_blueprint *blueprint, const lince_evaluation *evaluation);
int lince_threshold_keep(const lince_blueprint *blueprint, const char *folder);

#endif
