/* The training loop and what it owns. lince_train (include/lince/train.h) is its front. */
#ifndef LINCE_TRAIN_TRAINER_H
#define LINCE_TRAIN_TRAINER_H

#include "data/likeness/leak.h"
#include "data/loader/loader.h"
#include "group/group.h"
#include "kernels/kept.h"
#include "log/logger.h"
#include "net/net.h"
#include "optim/schedule/schedule.h"
#include "settings/settings.h"
#include "train/blueprint/blueprint.h"
#include "train/loop/features.h"
#include "train/loop/freezing.h"
#include "train/loop/pieces.h"
#include "train/loop/profile.h"
#include "train/loop/update.h"
#include "train/measure/evaluate.h"
#include "train/measure/results.h"
#include "train/run/position.h"
#include "train/run/progress.h"
#include "train/run/run.h"
#include "train/run/saved.h"
#include "weights/state_dict.h"

#include <lince/train.h>

typedef struct lince_trainer {
    const lince_settings *settings; /* `own` */
    const lince_settings *given;    /* while the run is opened */
    lince_settings own;             /* as given, and where that left a choice to the data, as chosen */
    bool by_recipe;                 /* its optimizer, rate and schedule are the architecture's recipe */
    const lince_observer *observer;
    const lince_group *group; /* who trains with it, each with a share of every batch */
    lince_observer silent;    /* the observer of members but the first: it only stops */
    lince_progress_file told; /* and of the first: what it hears, others may read */
    lince_run run;
    lince_dataset *dataset;
    lince_blueprint blueprint;
    lince_architecture brought; /* the network that --weights brings, where blueprint.described is set */
    lince_load_result loaded;   /* of --weights */
    lince_loader *train, *val;  /* val NULL: no validation */
    lince_leaks leaks;          /* what its parts share; of --find-duplicates no none */
    bool val_held_out;          /* the validation part was taken from the training part */
    lince_kept kernels;         /* that it computes with, and that it was begun with */
    lince_net *net;
    lince_update update;
    lince_schedule schedule;
    lince_freezing freezing;
    bool staged;                /* `frozen` is set */
    int frozen;                 /* the last node that is, in this stage */
    lince_features features[2]; /* of train and val, where they are kept */
    float *class_weight;        /* [classes]; NULL: none */
    float *positive_weight;     /* [classes] of several labels; NULL: none */
    float *label_scratch;       /* [classes] */
    float *loss_each;           /* [batch] */
    lince_pieces pieces;        /* that each batch is cut into */
    bool together;              /* they pass the net side by side, and norms look at the whole batch */
    char content[64];           /* digests of train, val and class_weight; "": not taken yet */
    lince_results tested;       /* of the run that is gone on with: what it was tested on before */
    lince_history history;
    lince_position at;
    lince_profile profile;
    double last_checkpoint;     /* seconds, as position */
    const lince_logger *logger; /* of --log; NULL: nobody is told (any more) */
    void *log;
    int threads;
} lince_trainer;

/* Opens the data, splits, builds and initialises: all that training needs, without a run's folder. */
int lince_trainer_prepare(lince_trainer *trainer, const lince_settings *settings,
                          const lince_observer *observer);

/* The same, by the members of a group, with the run's folder, which is made last, when nothing else can be
 * wrong, or opened where the run is resumed; before it, the rate, where the settings leave it to be found.
 * 1: the run to go on with is finished, and no more epochs are asked for: nothing was opened. */
int lince_trainer_open(lince_trainer *trainer, const lince_group *group, const lince_settings *settings,
                       const lince_observer *observer, const char *command);
/* trainer_members.c: LINCE_EDATA where another member has another lince, instruction set, setting or data; and how many
 * threads one computes with: members on one machine that share its processors divide them. */
int lince_trainer_agree(const lince_trainer *trainer);
int lince_trainer_threads(const lince_trainer *trainer);

/* Whether this member writes the run's folder; the others read it. */
bool lince_trainer_writes(const lince_trainer *trainer);

void lince_trainer_close(lince_trainer *trainer);

/* What the kind of its samples sees of it, to choose and to tell. */
lince_opening lince_trainer_opening(lince_trainer *trainer);

/* The model's: one of lince's, or what the weights bring; NULL, with lince_error() set, where its name is none. */
const lince_architecture *lince_trainer_architecture(const lince_trainer *trainer);

/* trainer_weights.c, of --weights, where there are: a --model that is a file of weights taken as them; the architecture, where
 * the settings name none or the file brings one; and loading them. */
int lince_trainer_settle_model(lince_trainer *trainer);
int lince_trainer_infer_model(lince_trainer *trainer);
int lince_trainer_load_weights(lince_trainer *trainer);
/* The whole of weights/NAME.safetensors of the run, back into the net. */
int lince_trainer_load_own(lince_trainer *trainer, const char *name);

/* Updates in an epoch: its batches, or groups of them (--accumulate). */
size_t lince_trainer_updates(const lince_trainer *trainer);

/* trainer_swa.c: whether --swa makes sense; epochs in the average with the one that is being trained or has
 * just ended, 0: none; the weights taken into it, after an epoch's last update; and batch norms' statistics,
 * measured over the training part as the epoch saw it for weights that are an average (LINCE_EINTERRUPTED
 * without a message of its own). */
int lince_trainer_check_swa(const lince_settings *settings);
int lince_trainer_averaged(const lince_trainer *trainer);
void lince_trainer_average(lince_trainer *trainer);
int lince_trainer_measure_norms(lince_trainer *trainer);

/* Trains to the end (or to the observer's stop). */
int lince_trainer_run(lince_trainer *trainer);

/* Trains until `epoch` epochs are done, or the run has ended (all its epochs, or --patience). Its state is
 * saved then, and another trainer that resumes it goes on as if it had not been left. */
int lince_trainer_run_until(lince_trainer *trainer, int epoch);
bool lince_trainer_ended(const lince_trainer *trainer);

/* One step with this batch and rate; *loss is the mean over what this member has of the batch. LINCE_ENUMERIC where loss or gradient is not
 * finite: nothing was updated. */
int lince_trainer_step(lince_trainer *trainer, const lince_batch *batch, double lr, double *loss);

/* Whether an update is made once so many batches of the epoch are done: the last of its group, or of the epoch. */
bool lince_trainer_updates_after(const lince_trainer *trainer, size_t batches);

/* Forward of all pieces of a batch, side by side; what they are, for backward. */
int lince_trainer_forward_together(lince_trainer *trainer, const lince_batch *batch,
                                   lince_net_together *together);

/* The settings of freezing checked, and the net as the first epoch finds it; after the optimizer's states. */
int lince_trainer_plan_stages(lince_trainer *trainer);
/* What the position's epoch freezes, where that is new; features where they are worth it. */
int lince_trainer_begin_stage(lince_trainer *trainer);
/* Where each parameter's own steps begin, after the position is known. */
void lince_trainer_set_beginnings(lince_trainer *trainer);
/* Samples again instead of features. */
int lince_trainer_drop_features(lince_trainer *trainer);

/* Checkpoints: written and restored whole. */
int lince_trainer_save(lince_trainer *trainer);
int lince_trainer_restore(lince_trainer *trainer, const char *command);

/* trainer_extend.c: whether the settings ask a run that is ended for more epochs; and the stage that follows,
 * told and recorded, where position and net are those of the run as it ended. */
bool lince_trainer_extends(const lince_trainer *trainer, const lince_saved *saved);
int lince_trainer_extend(lince_trainer *trainer, const lince_saved *saved, const char *command);

/* Writes weights/last.safetensors (of the average, where one is kept) and, where they are the best, makes
 * best.safetensors the same file. */
int lince_trainer_save_weights(lince_trainer *trainer, bool best);

/* data.json and model.json */
int lince_trainer_describe(lince_trainer *trainer);

/* One of such files, indented; takes the object (NULL: LINCE_ENOMEM). */
int lince_trainer_write_json(const lince_trainer *trainer, const char *name, struct json_t *json);

/* cost.json: what this process, and those before it that trained in the folder, needed at most. */
int lince_trainer_write_cost(const lince_trainer *trainer);

/* --calibrate: fits the temperature of the best weights on the validation part, and keeps it. */
int lince_trainer_calibrate(lince_trainer *trainer);

/* --threshold: where it is to be found, by the best weights on the validation part, and kept with them. */
int lince_trainer_choose_thresholds(lince_trainer *trainer);

/* Evaluates the best weights on the test part: test.json, predictions.csv. */
int lince_trainer_test(lince_trainer *trainer);

/* Evaluates the net as it is on a part, by the views that the settings ask for. */
int lince_trainer_evaluate(lince_trainer *trainer, lince_part part, bool raw, lince_evaluation *evaluation);

/* test.json, curves.json and predictions.csv; of a fold, probabilities.csv, too */
int lince_trainer_write_test(lince_trainer *trainer, const lince_evaluation *evaluation);

/* trainer_log.c, of --log: with the folder; a batch that is about to be trained on; a step that was made from a position; an epoch
 * that has ended, before it is saved; whatever was told, written; and the end. */
void lince_trainer_log_open(lince_trainer *trainer);
void lince_trainer_log_samples(lince_trainer *trainer, const lince_batch *batch);
void lince_trainer_log_step(lince_trainer *trainer, const lince_position *before);
void lince_trainer_log_epoch(lince_trainer *trainer, const lince_epoch *epoch);
void lince_trainer_log_flush(lince_trainer *trainer);
void lince_trainer_log_close(lince_trainer *trainer);

/* printf-style, to the observer. */
void lince_trainer_note(const lince_trainer *trainer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lince_trainer_warn(const lince_trainer *trainer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
