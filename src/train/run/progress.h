/* RUN/progress.json: how far a run is while it is trained, for whoever watches it from elsewhere (src/watch). It is written now and
 * then, in at most a thousandth of the time, and says nothing that is kept: it does not wait for the disk, may fail, and is
 * taken away at the end. What is found there later was left by a process that was killed. */
#ifndef LINCE_TRAIN_PROGRESS_H
#define LINCE_TRAIN_PROGRESS_H

#include "train/run/run.h"

#include <lince/observer.h>

#define LINCE_PROGRESS_FILE "progress.json"

typedef struct lince_progress_file {
    const lince_run *run;
    const lince_observer *to; /* who hears all that is said here; or NULL */
    lince_observer own;
    double heard, longest; /* when it was told of progress last, and the longest time between */
    double next;           /* when it is written again, */
    double cost;           /* of so many seconds' writing */
} lince_progress_file;

/* The observer to train with: it hands on all to `to` (or NULL), and writes while the run's folder is locked. */
const lince_observer *lince_progress_file_init(lince_progress_file *file, const lince_run *run,
                                               const lince_observer *to);

/* Writes it, where it is time to, and tells nobody else. */
void lince_progress_file_show(lince_progress_file *file, const lince_progress *progress);

/* Removes it, before the folder is unlocked. */
void lince_progress_file_end(lince_progress_file *file);

/* Removes what a killed process has left of it in a folder that is locked. */
void lince_progress_file_clear(const lince_run *run);

#endif
