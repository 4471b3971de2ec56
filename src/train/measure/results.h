/* What a run's folder says of its test: test.json, curves.json, contents.csv and predictions.csv (docs/formats.md). */
#ifndef LINCE_TRAIN_RESULTS_H
#define LINCE_TRAIN_RESULTS_H

#include "train/measure/evaluate.h"

/* Writes an object, which it takes, as a file of a folder; `layout`: jansson's flags. */
int lince_write_json(const char *folder, const char *name, json_t *json, size_t layout);

/* All four; `probabilities`: of a fold, from which lince_cv finds label errors, probabilities.csv, too.
 * `seen` (taken): what test.json says of samples that the training part has too; JSON's null: nothing. */
int lince_results_write(const char *folder, const lince_evaluation *evaluation, const lince_dataset *dataset,
                        bool probabilities, json_t *seen);

/* What they say of themselves. Release in any case. */
typedef struct lince_results {
    bool exist;
    char content
        [LINCE_CONTENT_TEXT]; /* of the samples that were tested; "": not known, as of earlier versions */
    json_t *seen;             /* of samples that the training part has too; NULL: nothing */
} lince_results;

int lince_results_read(lince_results *results, const char *folder);
/* The same, but for a test.json that is damaged: nothing is known then. */
int lince_results_known(lince_results *results, const char *folder);
void lince_results_release(lince_results *results);

/* Whether the samples of the part are others now than those that the results are of: by name, by class, or by what they
 * hold. */
bool lince_results_changed(const lince_results *results, const lince_evaluation *evaluation);

/* Takes away all that was measured with weights that are no longer the best: the test, what the validation
 * part has said of them, and their calibration. */
int lince_results_forget(const char *folder);

#endif
