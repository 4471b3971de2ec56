/* The data of a run, as its settings say: opened, split, limited; the same samples in the same parts whenever
 * it is done again. */
#ifndef LINCE_TRAIN_OPEN_DATA_H
#define LINCE_TRAIN_OPEN_DATA_H

#include "data/dataset.h"
#include "settings/settings.h"

/* `run`: the folder of a run, whose duplicates are left out as they were when it began, where it is one of
 * --drop-duplicates; NULL: a new run. `held_out` (or NULL) becomes true where the validation part is taken
 * from the training part. `observer` (or NULL) hears how far it is. On failure *dataset may be there, for the caller to
 * free. */
int lince_open_data(lince_dataset **dataset, const lince_settings *settings, const char *run, bool *held_out,
                    const lince_observer *observer);

/* Whether parts are drawn by whole groups: where it is asked for, or groups were chosen. */
bool lince_splits_by_group(const lince_settings *settings, const lince_dataset *dataset);

/* What was dropped, for data.json: [{part, index, path, class, reason}]. */
struct json_t *lince_dropped_json(const lince_dataset *dataset);

#endif
