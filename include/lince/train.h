/* Training: from settings to a run's folder. */
#ifndef LINCE_TRAIN_H
#define LINCE_TRAIN_H

#include <lince/observer.h>
#include <lince/settings.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Trains, evaluates on the test part and writes the run's folder, report included. `command` is recorded in
 * config.yaml; NULL: that a program called. The folder's name goes to out[out_size] as soon as it is made. */
LINCE_API int lince_train(const lince_settings *settings, const char *command, const lince_observer *observer,
                          char *out, size_t out_size);

/* Reads the settings that a run was begun with over those given. LINCE_EIO where the folder is no run's. */
LINCE_API int lince_run_settings(const char *run, lince_settings *settings);

/* Frees what a finished run keeps only to be gone on with exactly, its checkpoint, and what a killed process
 * left half-written; weights, results and report stay as they are. `unfinished`: also of a run that is not
 * finished, which can then not be gone on with. `dry`: nothing is removed. The bytes, removed or to be
 * removed, go to *bytes. 1: the run is not finished, and was left as it is. LINCE_EIO where the folder is no
 * run's, or a process trains in it. */
LINCE_API int lince_prune(const char *run, bool unfinished, bool dry, size_t *bytes);

/* The learning rate range test (L. N. Smith 2017), for the first stage of a run with these settings: the rate
 * grows from `from` to `to` over `steps` steps by one factor, or until the smoothed loss is four times its
 * least. *lr: the rate that fastai's valley rule suggests; loss and rate of every step go into
 * lr_find.csv and plots/lr_find.svg of a new folder (the setting `out`; NULL: runs/lr-find), whose name goes
 * to folder[folder_size]. No weights are kept. The setting lr "find" makes lince_train do the same with the
 * usual range. LINCE_EDATA where the loss explodes too soon to suggest anything. */
#define LINCE_LR_FROM 1e-7
#define LINCE_LR_TO   10.0
enum { LINCE_LR_STEPS = 100 };
LINCE_API int lince_lr_find(const lince_settings *settings, double from, double to, int steps,
                            const lince_observer *observer, char *folder, size_t folder_size, double *lr);

#ifdef __cplusplus
}
#endif
#endif
