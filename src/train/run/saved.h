/* What a run's folder holds of where the run stands: checkpoint/state.safetensors, with all that an exact
 * resume needs, and once the run is finished checkpoint/end.safetensors, the same without the arrays, so that
 * state.safetensors may be dropped. */
#ifndef LINCE_TRAIN_SAVED_H
#define LINCE_TRAIN_SAVED_H

#include "train/run/position.h"
#include "train/run/run.h"
#include "weights/weights.h"

#define LINCE_STATE_FILE "checkpoint/state.safetensors"
#define LINCE_END_FILE   "checkpoint/end.safetensors"

typedef struct lince_saved {
    lince_weights *state; /* NULL: never written, or dropped */
    lince_weights *end;   /* NULL: not recorded as finished */
    lince_position at;
    lince_schedule schedule; /* of plateau, what it had seen */
    int epochs, patience;    /* that the run was begun with */
    bool ended;              /* nothing is left to train */
    bool finished;           /* nor to test or to report */
} lince_saved;

/* LINCE_EIO, LINCE_EFORMAT. A run that has saved nothing, or was pruned, is no error: both files are NULL. */
int lince_saved_open(lince_saved *saved, const lince_run *run);
void lince_saved_close(lince_saved *saved);

/* A text that both files hold: "settings", "data", "history", "position"; or NULL. */
const char *lince_saved_text(const lince_saved *saved, const char *key);

/* Records a run that is finished as that, and drops its checkpoint, unless it is to be kept. */
int lince_saved_finish(const lince_run *run, bool keep);

/* Removes the checkpoint, durably; 0 where there is none. */
int lince_saved_drop(const lince_run *run);

#endif
