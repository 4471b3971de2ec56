/* What is asked of a classifier: one label a sample, or any number of them. A labelling is a row: which loss is usual, which
 * settings make no sense, what a right answer is, and what is measured and told of answers. list: labellings.def. */
#ifndef LINCE_TRAIN_LABELLING_H
#define LINCE_TRAIN_LABELLING_H

#include "core/buffer.h"
#include "data/dataset.h"
#include "loss/loss.h"
#include "settings/settings.h"

#include <jansson.h>

struct lince_evaluation;
struct lince_batch;

/* Where labels are chosen by. */
typedef struct lince_judge {
    const lince_loss *loss;
    const lince_dataset *dataset;
    const float *threshold; /* [classes] of several labels; NULL: 0.5 each */
    int classes;
    double temperature;
} lince_judge;

/* To one sample. */
typedef struct lince_answered_sample {
    uint32_t index;
    int32_t target;                   /* lince_dataset_target */
    const float *score, *probability; /* [classes] */
    float *asked;                     /* [classes] scratch: of several labels, what is there */
    int32_t predicted;                /* the most probable class */
    bool right;
    double loss;
} lince_answered_sample;

typedef struct lince_labelling {
    const char *name;   /* as data.json, test.json and weights files have it, by the key "labels" */
    const char *plural; /* what it is called in messages; untranslated */
    bool several;
    const lince_loss_type *loss; /* where none is chosen */

    /* LINCE_EUSAGE where settings ask for what has no meaning. */
    int (*refuse)(const lince_settings *settings);

    /* Of a training batch's sample i, by its scores [classes]; scratch[classes]. */
    bool (*hit)(const lince_loss *loss, const float *scores, int classes, const struct lince_batch *batch,
                size_t i, float *scratch);

    /* Fills `predicted`, `right` and `loss`. */
    void (*judge)(const lince_judge *judge, lince_answered_sample *answer);

    /* An evaluation's own part; `take` LINCE_ENOMEM. */
    int (*begin)(struct lince_evaluation *e, int classes, const char *const *names);
    int (*take)(struct lince_evaluation *e, const lince_answered_sample *answer);
    int (*finish)(struct lince_evaluation *e); /* e->raw: without curves */
    json_t *(*json)(const struct lince_evaluation *e);
    void (*report)(const struct lince_evaluation *e, lince_buffer *out);
    /* predictions.csv: behind "path,true,predicted", and of one sample. */
    void (*csv_header)(const struct lince_evaluation *e, lince_buffer *out);
    void (*csv_row)(const struct lince_evaluation *e, const lince_dataset *dataset, lince_part part, size_t i,
                    lince_buffer *out);
    int csv_columns; /* behind `predicted`; 0: one a class */
} lince_labelling;

#define LABELLING(row) extern const lince_labelling row;
#include "train/measure/labellings.def"

/* Of a data set's samples; of a model that answers several labels, or one. */
const lince_labelling *lince_labelling_of(const lince_dataset *dataset);
const lince_labelling *lince_labelling_for(bool several);

#endif
