/* What became of a table's rows, for data.json and `lince info`. */
#ifndef LINCE_MODALITY_TEXTS_TABLE_FACTS_H
#define LINCE_MODALITY_TEXTS_TABLE_FACTS_H

#include "data/dataset.h"

#include <jansson.h>

/* rows, and how many were left out and why, and which columns are used; NULL: pictures, or out of memory. */
json_t *lince_table_facts_json(const lince_dataset *dataset);

/* Of a table's rows: how many were left out; `text` says of each reason that there is how many, "without a
 * text: 3; ...". */
size_t lince_table_left_out(const lince_table_facts *facts, char *text, size_t size);

/* The columns of a run, as its data.json tells of them ("4 (text)"); borrowed. text NULL: it read no table.
 */
typedef struct lince_columns {
    const char *text, *label;
    const char *quoting; /* how the table was read: "minimal", "none"; "": it was no CSV */
    bool named;          /* by the table's first row */
} lince_columns;

lince_columns lince_columns_recorded(const json_t *data);

/* Such a column as an option asks for it: "text", "4", and "title,body" of several. Returns `out`. */
const char *lince_column_option(const char *recorded, char out[LINCE_COLUMN_MAX]);

#endif
