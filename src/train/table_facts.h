/* What became of a table's rows, for data.json and `lince info`. */
#ifndef LINCE_TRAIN_TABLE_FACTS_H
#define LINCE_TRAIN_TABLE_FACTS_H

#include "data/dataset.h"

#include <jansson.h>

/* rows, and how many were left out and why, and which columns are used; NULL: pictures, or out of memory. */
json_t *lince_table_facts_json(const lince_dataset *dataset);

#endif
