/* What a run's folder says of its test: test.json, curves.json and predictions.csv (docs/formats.md). */
#ifndef LINCE_TRAIN_RESULTS_H
#define LINCE_TRAIN_RESULTS_H

#include "train/measure/evaluate.h"

/* Writes an object, which it takes, as a file of a folder; `layout`: jansson's flags. */
int lince_write_json(const char *folder, const char *name, json_t *json, size_t layout);

/* All three; `probabilities`: of a fold, from which lince_cv finds label errors, probabilities.csv, too.
 * `seen` (taken): what test.json says of samples that the training part has too; JSON's null: nothing. */
int lince_results_write(const char *folder, const lince_evaluation *evaluation, const lince_dataset *dataset,
                        bool probabilities, json_t *seen);

/* Whether there are any; and what they say of samples that the training part has too (a new reference; JSON's
 * null: nothing). */
bool lince_results_exist(const char *folder);
int lince_results_seen(const char *folder, json_t **seen);

/* Takes away all that was measured with weights that are no longer the best: the test, what the validation
 * part has said of them, and their calibration. */
int lince_results_forget(const char *folder);

#endif
