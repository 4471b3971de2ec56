/* Several processes, on one machine or on many, that work together: begun by mpirun or srun, they join here, and each hands the group
 * to lince_train_together and its like. */
#ifndef LINCE_PROCESSES_H
#define LINCE_PROCESSES_H

#include <lince/model.h>
#include <lince/observer.h>
#include <lince/settings.h>
#include <lince/tune.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lince_processes lince_processes;

/* The processes that a launcher has begun with this one; of one begun by itself there is one. Begins MPI, where there
 * are several: once, before other threads. `lost` (or NULL) is told of one that was not heard of for so many seconds, by
 * a thread of its own, before all processes are ended. LINCE_EUNSUPPORTED where there is a launcher, and the messages
 * between the processes are not to be had. */
LINCE_API int lince_processes_join(lince_processes **processes,
                                   void (*lost)(int rank, const char *host, int seconds));

/* Which of them this is, from 0, and how many there are; of NULL 0 and 1. */
LINCE_API int lince_processes_rank(const lince_processes *processes);
LINCE_API int lince_processes_count(const lince_processes *processes);

/* In each of them, at the end; NULL: nothing. Where something `failed` the others are waited for for some seconds alone:
 * LINCE_EIO where they do not come, because they know nothing of it; the launcher ends them once this process ends. */
LINCE_API int lince_processes_leave(lince_processes *processes, int failed);

/* How many threads each of them computes with where nothing else is said: those on one machine divide its processors. */
LINCE_API int lince_processes_threads(const lince_processes *processes);

/* What each has alone becomes what all have, for jobs that are divided by the caller: called by all, in the same order. The first one's
 * code that is not 0, with its message; and `owner`'s bytes. */
LINCE_API int lince_processes_all(const lince_processes *processes, int code);
LINCE_API int lince_processes_tell(const lince_processes *processes, int owner, void *bytes, size_t size);

/* As lince_train, by all of them: each has a part of every batch. The first one alone writes the run's folder and is
 * heard by its observer; a failure of one is that of all. */
LINCE_API int lince_train_together(lince_processes *processes, const lince_settings *settings,
                                   const char *command, const lince_observer *observer, char *out,
                                   size_t out_size);

/* From now on the model's evaluations (lince_model_evaluate) are made by all of them, each with a part of every batch, and
 * lince_model_predict_all has each answer for a part of a folder's or an archive's files, in the order of ranks, and the first one for what
 * is one input. Called by all, with the same model and data. An evaluation's results are in all of them; the first alone writes and is to
 * be heard. */
LINCE_API int lince_model_together(lince_model *model, lince_processes *processes);

/* As lince_cv, a fold a process: the first one's results in it alone, in the others *text is NULL. */
LINCE_API int lince_cv_together(lince_processes *processes, const lince_settings *settings,
                                const char *command, int json, const lince_observer *observer, char *folder,
                                size_t folder_size, char **text);

/* As lince_tune, a trial a process. With the same options, `jobs` among them, the search makes the same decisions however many
 * processes there are; without, as many trials are begun as there are processes, and decisions know less of each other. The first one
 * decides, writes and is heard; the result is its own, the others' has the folder alone. The folder must be one that all of them see. */
LINCE_API int lince_tune_together(lince_processes *processes, const lince_settings *settings,
                                  const lince_tune_options *options, const char *command,
                                  const lince_observer *observer, const lince_tune_observer *tune_observer,
                                  lince_tune_result *result);

#ifdef __cplusplus
}
#endif
#endif
