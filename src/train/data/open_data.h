/* The data of a run, as its settings say: opened, split, limited; the same samples in the same parts whenever
 * it is done again. */
#ifndef LINCE_TRAIN_OPEN_DATA_H
#define LINCE_TRAIN_OPEN_DATA_H

#include "data/dataset.h"
#include "settings/settings.h"

/* --on-bad skip */
bool lince_skips_bad(const lince_settings *settings);

/* How the settings want pictures decoded; --range auto leaves the range as it is. LINCE_EUSAGE. */
int lince_decoding_settings(const lince_settings *settings, lince_decoding *how);

/* What the settings say of tables; borrows their texts. */
lince_table_options lince_table_settings(const lince_settings *settings);

/* `run`: the folder of a run, whose duplicates are left out as they were when it began, where it is one of
 * --drop-duplicates; NULL: a new run. `held_out` (or NULL) becomes true where the validation part is taken
 * from the training part. On failure *dataset may be there, for the caller to free. */
int lince_open_data(lince_dataset **dataset, const lince_settings *settings, const char *run, bool *held_out);

/* What was dropped, for data.json: [{part, index, path, class, reason}]. */
struct json_t *lince_dropped_json(const lince_dataset *dataset);

#endif
