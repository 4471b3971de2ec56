/* A net over a part of a data set. */
#ifndef LINCE_TRAIN_EVALUATE_H
#define LINCE_TRAIN_EVALUATE_H

#include "data/loader/loader.h"
#include "metrics/curves.h"
#include "metrics/label_metrics.h"
#include "metrics/metrics.h"
#include "metrics/temperature.h"
#include "net/net.h"
#include "picture/views.h"
#include "train/blueprint/blueprint.h"
#include "train/measure/labelling.h"

#include <lince/observer.h>

enum { LINCE_CONTENT_TEXT = 17 }; /* 16 hexadecimal digits */

/* What was predicted for one sample. */
typedef struct lince_outcome {
    uint32_t index;
    int32_t label;     /* lince_dataset_target: the class, or of several labels their set */
    int32_t predicted; /* the most probable class */
    bool right;
    float probability; /* of the predicted class */
    uint32_t row;      /* of the evaluation's scores */
    uint64_t content;  /* what the sample held (lince_loader_holds) */
} lince_outcome;

typedef struct lince_evaluation {
    const lince_labelling *labelling;
    size_t n;
    int classes;
    char *const *names;            /* [classes] the measures' */
    double loss, accuracy;         /* of several labels: all of a sample's are right */
    lince_metrics metrics;         /* of one label */
    lince_label_metrics of_labels; /* of several, */
    bool *there,
        *answered; /* [n][classes] which of them samples have, and which are answered, in the batches' order, */
    float *threshold; /* [classes] from this probability on */
    lince_curves curves;
    lince_outcome *outcomes;  /* [n], in the part's order */
    float *scores;            /* [n][classes], in the order of the batches: probabilities */
    int32_t *labels;          /* [n] targets, likewise */
    bool raw;                 /* scores are what probabilities come from, and there are no curves */
    const lince_views *views; /* that were averaged; NULL or of none: the samples as they are. Not owned */
    lince_loss loss_of;       /* the blueprint's */
    double temperature;       /* likewise; 0: none */
    char content
        [LINCE_CONTENT_TEXT]; /* of all samples: name, class and what they held, in whatever order they come */
    json_t *groups;           /* results by group (by_group.h); NULL: none were chosen */
    lince_reliability before, after; /* with a temperature: at 1, and at it */
} lince_evaluation;

typedef struct lince_evaluate_options {
    const lince_views *views; /* NULL: none */
    bool raw;                 /* as the evaluation's; the blueprint's temperature is left out */
} lince_evaluate_options;

/* Members of the loader's group have the same results. The loader must not shuffle, and its pictures are as
 * large as the views want them. LINCE_EINTERRUPTED when the observer's stop is set. */
int lince_evaluate(lince_net *net, lince_loader *loader, const lince_blueprint *blueprint,
                   const lince_evaluate_options *options, lince_phase phase, const lince_observer *observer,
                   lince_evaluation *evaluation);
void lince_evaluation_release(lince_evaluation *evaluation);

/* What `lince eval --json` prints: the metrics, and the areas under each class's curves. A new reference;
 * NULL when out of memory. */
json_t *lince_evaluation_json(const lince_evaluation *evaluation);

/* path,true,predicted,probability, or of several labels the probability of each class; `all`: the part's samples that were left out follow, if there are any,
 * with the reason in a column left_out. */
int lince_evaluation_write_csv(const lince_evaluation *evaluation, const lince_dataset *dataset,
                               lince_part part, bool all, const char *path);

/* path,content: of each sample the 16 hexadecimal digits of what it held. */
int lince_evaluation_write_contents(const lince_evaluation *evaluation, const lince_dataset *dataset,
                                    lince_part part, const char *path);

/* path, then the probability of each class by its name, a row a sample; the numbers are the exact ones. */
int lince_evaluation_write_probabilities(const lince_evaluation *evaluation, const lince_dataset *dataset,
                                         lince_part part, const char *path);

/* Mean loss and accuracy only, for validation while training. */
int lince_validate(lince_net *net, lince_loader *loader, const lince_blueprint *blueprint,
                   const lince_observer *observer, lince_progress progress, double *mean_loss,
                   double *accuracy);

#endif
