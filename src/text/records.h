/* The records of a table, in whatever format it is written: one record after the other, as often as wanted. A
 * new format is one file, and one line in the table of records.c. */
#ifndef LINCE_TEXT_RECORDS_H
#define LINCE_TEXT_RECORDS_H

#include "text/csv.h"

#include <stdbool.h>

typedef struct lince_records {
    const struct lince_records_format *format;
    const char *text; /* UTF-8, borrowed */
    size_t size;
    lince_csv_dialect dialect; /* of CSV */
    void *state;               /* of the format; owned */
} lince_records;

typedef struct lince_records_format {
    const char *name; /* "json" */
    bool named;       /* the first record holds the columns' names, always */
    bool (*recognise)(const char *text, size_t size);
    int (*open)(lince_records *records); /* on failure close is called */
    int (*read)(const lince_records *records, lince_csv_take *take, void *context);
    void (*close)(lince_records *records);
} lince_records_format;

extern const lince_records_format lince_json_records;

/* Looks at a table's content, which must stay where it is. `known`: what is known of its dialect, if it
 * should be CSV. LINCE_EFORMAT for what is damaged. */
int lince_records_open(lince_records *records, const char *text, size_t size, lince_csv_dialect known);

/* As lince_csv_read. */
int lince_records_read(const lince_records *records, lince_csv_take *take, void *context);
void lince_records_close(lince_records *records);

/* "csv", "tsv", "json" */
const char *lince_records_kind(const lince_records *records);

#endif
