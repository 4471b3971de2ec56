/* A training from its settings to the run's folder, with the test and without the report. */
#ifndef LINCE_TRAIN_JOB_H
#define LINCE_TRAIN_JOB_H

#include "group/group.h"

#include <lince/observer.h>
#include <lince/settings.h>
#include <stddef.h>

/* As lince_train (include/lince/train.h), by the members of a group, but for the report and
 * lince_job_finish. 1: the run was finished, and there was nothing to do. */
int lince_job_run(const lince_group *group, const lince_settings *settings, const char *command,
                  const lince_observer *observer, char *out, size_t out_size);

/* Drops what a finished run no longer needs. Its failure is a warning: the run is whole without. */
void lince_job_finish(const char *folder, const lince_settings *settings, const lince_observer *observer);

#endif
