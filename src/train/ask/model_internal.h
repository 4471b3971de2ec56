/* What a model's own files share. */
#ifndef LINCE_TRAIN_MODEL_INTERNAL_H
#define LINCE_TRAIN_MODEL_INTERNAL_H

#include "core/buffer.h"
#include "core/file.h"
#include "group/group.h"
#include "modality/asking.h"
#include "net/net.h"
#include "settings/settings.h"
#include "train/blueprint/blueprint.h"
#include "train/measure/evaluate.h"
#include "weights/weights.h"

#include <jansson.h>
#include <lince/model.h>

struct lince_model {
    lince_blueprint blueprint;
    lince_weights *weights;
    char path[LINCE_PATH_MAX];
    lince_buffer notes;
    bool strict;
    int threads;
    size_t most;                 /* as lince_asking's */
    lince_confidence confidence; /* least 0: every answer is one */
    const lince_group *group;    /* who evaluates with it; NULL: nobody */
    lince_net *net;              /* for `batch` samples; built at the first use */
    int batch;
    lince_net *other; /* the one before it, for another batch; NULL: none is kept */
    int other_batch;
    bool keeps_both;         /* it is asked in turns for one sample, and for a batch */
    lince_settings settings; /* of its run; where it has none, the defaults */
    bool has_run;
    bool of_file;             /* it is one file of its run's weights/, and not what the run answers by */
    char run[LINCE_PATH_MAX]; /* its folder, where there is one */
    lince_said said;          /* what of tables lince_model_set has said anew */
    lince_observer observer;  /* of predicting */
    lince_asked_row row;      /* of a table, while an answer about it is told */
    char *chosen;             /* --classes: those to be measured; NULL: the run's */
};

/* What it is opened by once more: its run, or the file. */
static inline const char *lince_model_source(const lince_model *model)
{
    return model->of_file ? model->path : model->run;
}

/* --threshold of a model of several labels: a number for all classes; "auto": chosen by class on its run's
 * validation part. LINCE_EUSAGE. */
int lince_model_set_threshold(lince_model *model, const char *text);

/* Whether the caller's form is the one that the model takes, and his predictions [n] are begun: LINCE_EUSAGE. */
int lince_model_check_form(const lince_model *model, bool taken, const char *form);
int lince_model_check_predictions(const lince_prediction *predictions, size_t n);

/* Makes the net ready for batches of up to `batch` samples. */
int lince_model_use(lince_model *model, int batch);

/* What its kind of samples needs to answer; as long as the model. */
lince_asking lince_model_asking(lince_model *model);

/* Evaluates it on a part ("val", "test") of a data set (NULL: of its run's own); `raw`: as
 * lince_evaluate_options. Both are to be released in any case. */
int lince_model_on_part(lince_model *model, const char *data, const char *part, bool raw,
                        const lince_observer *observer, lince_dataset **dataset,
                        lince_evaluation *evaluation);

/* Its data set's part, opened as the model reads it, in batches of so many; the net is made for as many. The data set is the caller's
 * to free in any case, the loader where there is one. */
int lince_model_open_part(lince_model *model, const char *data, const char *part_name, int batch,
                          const lince_observer *observer, lince_dataset **dataset, lince_part *part,
                          bool *is_own, lince_loader **loader);

/* The net for batches of `batch` that the model would make for itself, with these options. */
int lince_model_build(const lince_model *model, const lince_net_options *options, lince_net **net);

/* Batches of lince_model_on_part. */
enum { LINCE_EVALUATION_BATCH = 64 };

/* What data.json says of the run's data; NULL where there is none. */
int lince_model_recorded(const lince_model *model, json_t **record);

#endif
