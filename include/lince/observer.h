/* What is heard of long work: notes, warnings, where it stands; and how it is asked to stop. The library
 * prints and logs nothing by itself: this is all there is. */
#ifndef LINCE_OBSERVER_H
#define LINCE_OBSERVER_H

#include <lince/export.h>
#include <signal.h>
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
    LINCE_FINDING_RATE, /* loss: smoothed */
    LINCE_OPENING,      /* a data set; step and steps count bytes */
    LINCE_INDEXING      /* finding classes among its files, which step and steps count */
} lince_phase;

/* Where the work stands, a few times a second. Made by the library; `size` says how much of it there is. */
typedef struct lince_progress {
    size_t size;
    lince_phase phase;
    int epoch, epochs;     /* 1-based */
    size_t step, steps;    /* batches done in this phase, and its total (0: not known) */
    double loss, accuracy; /* of the samples seen in this phase so far; accuracy: a share */
    double lr;
    double samples_per_second; /* in this phase */
    double eta;                /* seconds to the end of the last epoch; negative: not known */
} lince_progress;
#define LINCE_PROGRESS_INIT                                                 \
    {                                                                       \
        sizeof(lince_progress), LINCE_PREPARING, 0, 0, 0, 0, 0, 0, 0, 0, -1 \
    }

/* One finished epoch. Made by the library. */
typedef struct lince_epoch_result {
    size_t size;
    int epoch, epochs;
    double seconds;                                            /* this epoch, validation included */
    double train_loss, train_accuracy, val_loss, val_accuracy; /* val: NaN where there is none */
    double lr, samples_per_second;                             /* of the training part of the epoch */
    int best; /* non-zero: the best validation accuracy so far */
} lince_epoch_result;
#define LINCE_EPOCH_RESULT_INIT                                  \
    {                                                            \
        sizeof(lince_epoch_result), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 \
    }

/* The caller's ears; begin with LINCE_OBSERVER_INIT. Any of the functions may be NULL, and so may the whole
 * where a function takes one: then nothing is heard. Copied by what it is given to; what it points to must
 * live until that returns. The functions are called from the thread that called, and may not call the library
 * back but to read an error or to translate. */
typedef struct lince_observer {
    size_t size;
    void *context;
    void (*note)(void *context, const char *text);    /* something to tell: what was read, chosen, loaded */
    void (*warning)(void *context, const char *text); /* something to mend */
    void (*progress)(void *context, const lince_progress *progress);
    void (*epoch)(void *context, const lince_epoch_result *result);
    /* Non-zero: finish the step, save, return LINCE_EINTERRUPTED; may be NULL. Set by a signal handler or by
     * one of the functions above. */
    const volatile sig_atomic_t *stop;
} lince_observer;
#define LINCE_OBSERVER_INIT                                        \
    {                                                              \
        sizeof(lince_observer), NULL, NULL, NULL, NULL, NULL, NULL \
    }

#ifdef __cplusplus
}
#endif
#endif
