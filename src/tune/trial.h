/* One trial: an ordinary run of training, without test and report, that is left at a rung and gone on with
 * from its exact checkpoint. Its schedule is that of the whole run from the first step on. */
#ifndef LINCE_TUNE_TRIAL_H
#define LINCE_TUNE_TRIAL_H

#include "settings/settings.h"
#include "tune/record.h"

#include <lince/observer.h>

/* Trains leg->trial to leg->rung with so many threads, and fills value, epochs, ended, seconds and, where the
 * trial failed, reason: what is not finite, has no room in memory, or is refused. Negative only where the
 * search cannot go on: LINCE_EIO, LINCE_EINTERRUPTED. `s` is read, not changed. */
int lince_trial_run(const lince_search *search, const char *const *values, int threads,
                    const lince_observer *observer, lince_leg *leg);

/* Tests its best weights on the test part, once: test.json of its folder. *accuracy: NAN where the data have
 * no test part. */
int lince_trial_test(const lince_search *search, size_t trial, const lince_observer *observer,
                     double *accuracy);

/* The settings of a trial, as given (not as resolved). */
int lince_trial_settings(const lince_search *search, const char *const *values, lince_settings *settings);

#endif
