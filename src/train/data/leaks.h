/* What stands in two parts of the data or under two labels, in words and as JSON. */
#ifndef LINCE_TRAIN_LEAKS_H
#define LINCE_TRAIN_LEAKS_H

#include "data/likeness/leak.h"
#include "group/group.h"

#include <lince/observer.h>

/* Looks for it, by all members of a group with the same data, seen by the observer (or NULL) as LINCE_SEARCHING. */
int lince_leaks_look(lince_leaks *leaks, const lince_group *group, lince_dataset *dataset, bool val_is_test,
                     bool thorough, const lince_observer *observer);

/* A sentence a time, in the user's language; returns how many. */
size_t lince_leaks_tell(const lince_leaks *leaks, const lince_dataset *dataset,
                        void (*say)(void *context, const char *sentence), void *context);

/* docs/formats.md */
struct json_t *lince_leaks_json(const lince_leaks *leaks);

#endif
