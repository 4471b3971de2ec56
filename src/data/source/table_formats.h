/* Formats of tables: those that are read, and those that are only known by name. */
#ifndef LINCE_DATA_TABLE_FORMATS_H
#define LINCE_DATA_TABLE_FORMATS_H

#include "core/bytes.h"

#include <stdbool.h>

/* Whether a file's name, packed or not, ends in one of `count` extensions. */
bool lince_ends_in(const char *name, const char *const *extensions, size_t count);

/* Whether a file calls itself a table: .csv, .tsv, .tab, .jsonl, .ndjson. */
bool lince_is_table_name(const char *name);

/* A format that is not read. */
typedef struct lince_foreign_table {
    const char *extension, *magic; /* magic NULL: an archive */
    const char *member;            /* the archive holds a file of this name; NULL: it is none */
    const char *name;              /* "a Parquet table" */
    const char *function;          /* of pandas, that reads it */
} lince_foreign_table;

/* By the name, by how the file begins, or as a member's name; NULL: none. */
const lince_foreign_table *lince_foreign_named(const char *name);
const lince_foreign_table *lince_foreign_begun(const void *bytes, size_t size);
const lince_foreign_table *lince_foreign_member(const char *name);

#endif
