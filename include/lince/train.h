/* Training: from settings to a run's folder. */
#ifndef LINCE_TRAIN_H
#define LINCE_TRAIN_H

#include <lince/settings.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lince_phase {
    LINCE_FETCHING,  /* step and steps count bytes */
    LINCE_SEARCHING, /* for duplicates */
    LINCE_PREPARING,
    LINCE_COMPUTING_FEATURES, /* of the frozen layers, once for many epochs */
    LINCE_TRAINING,
    LINCE_AVERAGING, /* measuring norms' statistics for an average of weights */
    LINCE_VALIDATING,
    LINCE_TESTING,
    LINCE_COMPARING, /* step and steps count texts that the runs are asked about */
    LINCE_REPORTING,
    LINCE_FINDING_RATE /* loss: smoothed */
} lince_phase;

/* Where the work stands, a few times a second. */
typedef struct lince_progress {
    lince_phase phase;
    int epoch, epochs;     /* 1-based */
    size_t step, steps;    /* batches done in this phase, and its total (0: not known) */
    double loss, accuracy; /* of the samples seen in this phase so far */
    double lr;
    double samples_per_second; /* in this phase */
    double eta;                /* seconds to the end of the last epoch; negative: not known */
} lince_progress;

/* One finished epoch. */
typedef struct lince_epoch_result {
    int epoch, epochs;
    double seconds;                                            /* this epoch, validation included */
    double train_loss, train_accuracy, val_loss, val_accuracy; /* val: NaN where there is none */
    double lr, samples_per_second;                             /* of the training part of the epoch */
    int best; /* non-zero: the best validation accuracy so far */
} lince_epoch_result;

/* The caller's ears. Any of the functions may be NULL. They are called from the thread that trains. */
typedef struct lince_observer {
    void *context;
    void (*note)(void *context, const char *text);    /* something to tell: what was read, chosen, loaded */
    void (*warning)(void *context, const char *text); /* something to mend */
    void (*progress)(void *context, const lince_progress *progress);
    void (*epoch)(void *context, const lince_epoch_result *result);
    const volatile sig_atomic_t
        *stop; /* non-zero: finish the step, save, return LINCE_EINTERRUPTED; may be NULL */
} lince_observer;

/* Trains, evaluates on the test part and writes the run's folder, report included. `command` is recorded in
 * config.yaml. The folder's name goes to out[out_size] as soon as it is made. */
int lince_train(const lince_settings *settings, const char *command, const lince_observer *observer,
                char *out, size_t out_size);

/* Reads the settings that a run was begun with over those given. LINCE_EIO where the folder is no run's. */
int lince_run_settings(const char *run, lince_settings *settings);

/* Frees what a finished run keeps only to be gone on with exactly, its checkpoint, and what a killed process
 * left half-written; weights, results and report stay as they are. `unfinished`: also of a run that is not
 * finished, which can then not be gone on with. `dry`: nothing is removed. The bytes, removed or to be
 * removed, go to *bytes. 1: the run is not finished, and was left as it is. LINCE_EIO where the folder is no
 * run's, or a process trains in it. */
int lince_prune(const char *run, bool unfinished, bool dry, size_t *bytes);

/* The learning rate range test (L. N. Smith 2017), for the first stage of a run with these settings: the rate
 * grows from `from` to `to` over `steps` steps by one factor, or until the smoothed loss is four times its
 * least. *lr: the rate that fastai's valley rule suggests; loss and rate of every step go into
 * lr_find.csv and plots/lr_find.svg of a new folder (the setting `out`; NULL: runs/lr-find), whose name goes
 * to folder[folder_size]. No weights are kept. The setting lr "find" makes lince_train do the same with the
 * usual range. LINCE_EDATA where the loss explodes too soon to suggest anything. */
#define LINCE_LR_FROM 1e-7
#define LINCE_LR_TO   10.0
enum { LINCE_LR_STEPS = 100 };
int lince_lr_find(const lince_settings *settings, double from, double to, int steps,
                  const lince_observer *observer, char *folder, size_t folder_size, double *lr);

/* (Re)writes report.html and report.md of a run, in "en", "es" or "auto". A figure that cannot be drawn is a
 * warning to the observer (or NULL), and a note in the report. */
int lince_report(const char *run, const char *language, const lince_observer *observer);

/* Records who signs a run's report and what is to stand in it, in the run's config.yaml; NULL: as it was. The
 * next lince_report shows it. */
int lince_report_sign(const char *run, const char *author, const char *notes);

/* Compares finished runs that were tested on the same samples: scores with intervals, tests, cost, figures
 * and a verdict, as compare.html, compare.md and compare.json in a new folder (`out`; NULL: runs/compare),
 * whose name goes to folder[folder_size]. `text`: what to print, a table or, with `json`, compare.json; the
 * caller's (lince_text_free). In the thread's language. LINCE_EINTERRUPTED, before anything is written. */
int lince_compare(const char *const *runs, size_t count, const char *out, int json,
                  const lince_observer *observer, char *folder, size_t folder_size, char **text);

#ifdef __cplusplus
}
#endif
#endif
