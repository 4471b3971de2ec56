/* Searching for settings: many short trainings, of which the best go on. */
#ifndef LINCE_TUNE_H
#define LINCE_TUNE_H

#include <lince/observer.h>
#include <lince/settings.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lince_tune_sampler {
    LINCE_TUNE_TPE,   /* tree-structured Parzen estimators (Bergstra et al. 2011), after ten random ones */
    LINCE_TUNE_RANDOM /* uniformly over the space */
} lince_tune_sampler;

/* What a trial is judged by, always on the validation part. */
typedef enum lince_tune_objective {
    LINCE_TUNE_ACCURACY, /* the best epoch's */
    LINCE_TUNE_LOSS,     /* the least */
    LINCE_TUNE_F1        /* mean of the classes' F1, of the weights of the epoch with the best accuracy */
} lince_tune_objective;

/* Begin with LINCE_TUNE_OPTIONS_INIT. */
typedef struct lince_tune_options {
    size_t size;
    const char *const
        *space; /* [space_count]: "lr=1e-4..1e-1:log", "batch-size=16,32,64", "hidden=64..256" */
    size_t space_count;
    const char *space_file; /* the same as YAML; NULL */
    int trials;             /* at most; 0: no limit */
    double budget;          /* seconds, after which nothing is begun or gone on with; 0: no limit */
    lince_tune_sampler sampler;
    lince_tune_objective objective;
    int least_epochs; /* of a trial before it may be stopped; 0: 1. the setting `epochs`: none is */
    int reduction; /* of the trials at a number of epochs one of so many goes on to so many times it; 0: 3 */
    int jobs;      /* trials at a time, which share the threads; 0: for texts one a thread, for pictures one
                    * for every four */
} lince_tune_options;
#define LINCE_TUNE_OPTIONS_INIT                                                                       \
    {                                                                                                 \
        sizeof(lince_tune_options), NULL, 0, NULL, 0, 0, LINCE_TUNE_TPE, LINCE_TUNE_ACCURACY, 0, 0, 0 \
    }

/* A trial came to where it is judged. Made by the library. */
typedef struct lince_tune_leg {
    size_t size;
    size_t trial;         /* 0-based */
    const char *settings; /* "lr=0.01 batch-size=32" */
    int epochs, of;       /* that it has behind it */
    double value;         /* of the objective; NAN: it failed */
    const char *failed;   /* why; NULL: it did not */
    bool best;            /* the leader now */
    double seconds;       /* since the search began, in all sessions */
} lince_tune_leg;
#define LINCE_TUNE_LEG_INIT                                      \
    {                                                            \
        sizeof(lince_tune_leg), 0, NULL, 0, 0, 0, NULL, false, 0 \
    }

/* Where the search stands, a few times a second. Made by the library. */
typedef struct lince_tune_progress {
    size_t size;
    size_t trials, wanted; /* begun; 0: no limit */
    int running;
    size_t trial;                /* of those that run the one that tells */
    const lince_progress *phase; /* its own */
    double best;                 /* NAN: none yet */
    size_t best_trial;
    double seconds, budget;
} lince_tune_progress;
#define LINCE_TUNE_PROGRESS_INIT                                  \
    {                                                             \
        sizeof(lince_tune_progress), 0, 0, 0, 0, NULL, 0, 0, 0, 0 \
    }

/* Called from the threads that train, never two at a time. Any may be NULL; begin with
 * LINCE_TUNE_OBSERVER_INIT. */
typedef struct lince_tune_observer {
    size_t size;
    void *context;
    void (*leg)(void *context, const lince_tune_leg *leg);
    void (*progress)(void *context, const lince_tune_progress *progress);
} lince_tune_observer;
#define LINCE_TUNE_OBSERVER_INIT                      \
    {                                                 \
        sizeof(lince_tune_observer), NULL, NULL, NULL \
    }

/* Begin with LINCE_TUNE_RESULT_INIT. */
typedef struct lince_tune_result {
    size_t size;
    char folder[4096];  /* of the search: tune.html, tune.md, best.yaml, trials/NNN */
    char winner[4096];  /* of its best trial */
    char command[4352]; /* that trains it again */
    size_t trial, trials, failed;
    int epochs, of;              /* that the winner has behind it: fewer where the budget was over before */
    double value, test_accuracy; /* NAN: the data have no test part */
} lince_tune_result;
#define LINCE_TUNE_RESULT_INIT                                     \
    {                                                              \
        sizeof(lince_tune_result), "", "", "", 0, 0, 0, 0, 0, 0, 0 \
    }

/* Looks for the settings that learn best: random or TPE proposals, each a run of training; asynchronous
 * successive halving (ASHA, Li et al. 2020) stops most of them early, and lets the best go on from their
 * exact checkpoints. Trials never see the test part; at the end the winner alone is tested, once. Settings
 * that vary override `settings`, whose `out` (none: runs/tune) becomes the search's folder. `command` is
 * recorded.
 *
 * The setting `resume`: goes on with that folder's search, which was killed or interrupted, as if it had not
 * been: with a limit of trials it ends with the same trials and the same winner, bit for bit. With a budget
 * of time the trials are the same in the same order, and how many of them there are depends on time: what a
 * kill cut off is computed again and counts once. Of the options only trials and budget may then be given,
 * and those only until the winner was tested; of a search that ended all but the page stays as it is.
 *
 * Trials that fail (not finite, out of memory, refused settings) are kept with their reason. LINCE_EUSAGE
 * where the space or an option is wrong; LINCE_EDATA where there is no validation part, where all trials
 * failed, or where the budget was over before the first was judged; LINCE_EINTERRUPTED after all was saved.
 */
LINCE_API int lince_tune(const lince_settings *settings, const lince_tune_options *options,
                         const char *command, const lince_observer *observer,
                         const lince_tune_observer *tune_observer, lince_tune_result *result);

/* Reads the settings that a search was begun with over those given. LINCE_EIO where the folder is none's. */
LINCE_API int lince_tune_settings(const char *folder, lince_settings *settings);

#ifdef __cplusplus
}
#endif
#endif
