/* Where a run stands: all of it goes into the checkpoint, none of it anywhere else. */
#ifndef LINCE_TRAIN_POSITION_H
#define LINCE_TRAIN_POSITION_H

#include "optim/schedule/schedule.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINCE_POSITION_MAX = 1024 }; /* bytes of one as text */

typedef struct lince_position {
    int epoch;         /* 0-based, being trained */
    size_t step;       /* batches done in it */
    size_t updates;    /* of the weights, in all */
    double loss, hits; /* sums over the epoch's samples so far */
    size_t seen;
    double seconds;                  /* spent so far, interruptions left out */
    double epoch_seconds;            /* of them in this epoch */
    double best_accuracy, best_loss; /* of validation (of training where there is none) */
    int best_epoch, waited;          /* 1-based; epochs since */

    /* of a finished run that goes on; else 0 */
    int schedule_epoch;       /* where the schedule began anew */
    size_t schedule_updates;  /* likewise, in updates */
    size_t optimizer_updates; /* where the optimizer's state began anew */
} lince_position;

/* Nothing is left to train: all epochs, or `patience` of them without a better one. */
bool lince_position_ended(const lince_position *position, int epochs, int patience);

/* As texts that read back exactly: `at`, with what a plateau's schedule has seen, and `stage`, the fields of
 * a run that goes on. */
void lince_position_print(const lince_position *position, const lince_schedule *schedule,
                          char at[LINCE_POSITION_MAX], char stage[LINCE_POSITION_MAX]);

/* LINCE_EFORMAT, with the field, where a run of that many epochs cannot stand there; `stage` NULL, as version 0.1 wrote
 * none: 0. */
int lince_position_read(lince_position *position, lince_schedule *schedule, const char *at, const char *stage,
                        int epochs);

/* Whether a text was written since there are versions, and checksums of checkpoints. */
bool lince_position_has_version(const char *at);

/* How many updates lead there, where an epoch has that many batches, of which `accumulate` make an update. */
size_t lince_position_updates(const lince_position *position, size_t batches, size_t accumulate);

#endif
