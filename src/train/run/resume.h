/* What a resumed run must have in common with the run that was begun. */
#ifndef LINCE_TRAIN_RESUME_H
#define LINCE_TRAIN_RESUME_H

#include "settings/settings.h"

/* The settings that decide the result, as JSON for a checkpoint: lince_alloc'ed. */
int lince_resume_record(const lince_settings *settings, char **text);

/* LINCE_EUSAGE where one of them is not what `record` says, with both values; LINCE_EFORMAT where `record` is
 * NULL or no such text. `path`: the checkpoint's, for the message. `given`: the settings before the data
 * were asked for what they leave open; version 0.1 recorded those. `but`: a setting that may be another;
 * NULL: none. */
int lince_resume_check(const lince_settings *settings, const lince_settings *given, const char *record,
                       const char *path, const char *but);

/* Fills in what a run's settings leave open though its data were seen in one way: version 0.1 wrote neither
 * the pictures' size that it chose nor what it had no settings for. `folder`: the run's. */
int lince_resume_complete(lince_settings *settings, const char *folder);

#endif
