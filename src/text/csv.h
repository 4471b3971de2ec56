/* Records of a CSV or TSV file (RFC 4180, parsed by libcsv): quoted fields may hold delimiters, doubled
 * quotes and ends of lines; lines end in LF, CRLF or CR; lines without a character are passed over. A quote
 * inside a field that does not begin with one is a character like any other. */
#ifndef LINCE_TEXT_CSV_H
#define LINCE_TEXT_CSV_H

#include <stddef.h>

enum {
    LINCE_CSV_FIELD_MAX = 1 << 20, /* bytes; a longer field is a quote without its end */
    LINCE_CSV_COLUMNS_MAX = 4096,
};

typedef struct lince_csv_field {
    const char *text; /* NUL-terminated; may hold NULs of its own */
    size_t size;      /* bytes */
} lince_csv_field;

typedef struct lince_csv_record {
    size_t row;  /* 1-based: records, not lines */
    size_t line; /* 1-based: of its first character */
    const lince_csv_field *fields;
    size_t count;
} lince_csv_record;

/* Takes one record, whose fields are valid until it returns. Negative ends the reading as an error, 1 ends it
 * in peace. */
typedef int lince_csv_take(void *context, const lince_csv_record *record);

/* Reads records in order. LINCE_EFORMAT, with row, line and column, for a quoted field without an end, a
 * field or a record that is too long. What `take` returned, where that was not 0. */
int lince_csv_read(const char *bytes, size_t size, char delimiter, lince_csv_take *take, void *context);

/* Which of comma, tab, semicolon and bar separates the fields: the one that gives the most records of one and
 * the same number of fields, two or more, in the file's beginning; a comma where none does. */
char lince_csv_delimiter(const char *bytes, size_t size);

/* "row 5 (line 9)" into out, for messages. Returns `out`. */
enum { LINCE_CSV_PLACE_MAX = 64 };
const char *lince_csv_place(const lince_csv_record *record, char out[LINCE_CSV_PLACE_MAX]);

#endif
