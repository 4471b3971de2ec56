/* A run's folder: names of its files, and the small ones among them. */
#ifndef LINCE_TRAIN_RUN_H
#define LINCE_TRAIN_RUN_H

#include "core/buffer.h"
#include "core/file.h"

#include "settings/settings.h"
#include <stdbool.h>

typedef struct lince_run {
    char folder[LINCE_PATH_MAX];
    int lock; /* file descriptor; -1: not locked */
} lince_run;

/* Makes a new folder and its parents: `wanted`, or with the first free number behind it (runs/x -> runs/x2,
 * runs/vgg16 -> runs/vgg16-2); never one that exists. Its name goes to `made`. */
int lince_run_new_folder(char made[LINCE_PATH_MAX], const char *wanted);

/* Such a folder with weights/, checkpoint/ and plots/ in it. */
int lince_run_create(lince_run *run, const char *wanted);

/* Folders that hold runs and are none: what a cross-validation (crossval/) and a search (tune/) keep
 * there. */
#define LINCE_CV_FILE     "cv.yaml"
#define LINCE_SEARCH_FILE "search/search.json"
bool lince_run_is_cv(const char *folder);

/* LINCE_EIO, with how its runs are reached, where it is one of either. */
int lince_run_is_single(const char *folder);

/* Whether a folder has a run's settings, as every run has; what cannot be told is none's absence. */
bool lince_run_is_there(const char *folder);

/* An existing run's folder; LINCE_EIO, with what is missing, where it is none (no config.yaml). */
int lince_run_open(lince_run *run, const char *folder);

/* Keeps other processes from training in the folder until lince_run_unlock (or this process's end). LINCE_EIO
 * where another holds it. */
int lince_run_lock(lince_run *run);
void lince_run_unlock(lince_run *run);

/* Bytes of what a process that was killed left half-written; and removes it, in a folder that is locked. */
size_t lince_run_half_written(const lince_run *run, bool remove);

/* Every setting as resolved and, as a comment, the exact command, into a file that --config loads. */
int lince_run_write_settings(const char *path, const lince_settings *settings, const char *command);

/* config.yaml: every setting as resolved, loadable with --config; as comments the exact command and, where
 * there is one, the architecture whose recipe was followed (else NULL). */
int lince_run_write_config(const lince_run *run, const lince_settings *settings, const char *command,
                           const char *recipe);
/* A line of it: "lr: 0.01". */
int lince_run_put_setting(lince_buffer *out, const lince_settings *settings, const char *name);

/* Sets one setting in the file that is there, and leaves its other lines alone. */
int lince_run_set_config(const lince_run *run, const char *name, const char *value);
/* Adds a command to the comment, behind those that are there. */
int lince_run_add_command(const lince_run *run, const char *command);
/* Whether it says a setting; those of before there was one do not. */
int lince_run_chose(const lince_run *run, const char *name, bool *chose);
/* Weight decay that is not said to leave out norms and biases did not, before there was a choice. */
int lince_run_read_config(const lince_run *run, lince_settings *settings);

/* One row of results.csv: epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr */
typedef struct lince_epoch {
    int epoch;   /* 1-based */
    double time; /* seconds since the run began, interruptions left out */
    double train_loss, train_accuracy, val_loss,
        val_accuracy; /* val: NaN where there is no validation part (an empty field) */
    double lr;
} lince_epoch;

typedef struct lince_history {
    lince_epoch *epochs;
    size_t count, capacity;
} lince_history;

int lince_history_add(lince_history *history, const lince_epoch *epoch);
void lince_history_release(lince_history *history);
int lince_run_write_history(const lince_run *run, const lince_history *history);

/* The rows of such a file, whose text is written over, into an empty history; `path` is for messages. LINCE_EFORMAT with file and
 * line where a row is not the next epoch's, and nothing is kept. */
int lince_history_parse(lince_history *history, const char *path, char *text, size_t size);

/* Into an empty history; LINCE_EFORMAT with file and line where a row is not the next epoch's, and nothing is
 * kept. */
int lince_run_read_history(const lince_run *run, lince_history *history);

#endif
