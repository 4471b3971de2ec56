/* What --class-weights says: the weights of the classes in the loss. */
#ifndef LINCE_TRAIN_CLASS_WEIGHTS_H
#define LINCE_TRAIN_CLASS_WEIGHTS_H

#include "data/dataset.h"
#include "settings/settings.h"

/* "none", "balanced" (n / (classes n_c) by the training part's samples, as scikit-learn), "cat=2,dog=0.5", or
 * a file of them, CSV or JSON (docs/formats.md), into weight[classes]; a class that is not named has 1.
 * Whether there are any; checked before there are data; and read. LINCE_EUSAGE, and of a file LINCE_EIO,
 * LINCE_EFORMAT and LINCE_EDATA. */
bool lince_weighs_classes(const lince_settings *settings);
int lince_class_weights_check(const char *option, const char *how);
int lince_class_weights(const char *how, const lince_dataset *dataset, float *weight);

/* What --positive-weights says likewise, of several labels: "balanced" is negatives / positives. */
bool lince_weighs_positives(const lince_settings *settings);
int lince_positive_weights(const char *how, const lince_dataset *dataset, float *weight);

/* Those that a run was begun with, by their name in data.json, whatever has become of a file since; 1: it has none. */
int lince_class_weights_kept(const char *folder, const char *name, float *weight, int classes);

#endif
