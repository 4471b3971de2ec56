/* Records of a CSV or TSV file. Lines end in LF, CRLF or CR; lines without a character are passed over. Where
 * quotes count (RFC 4180), a field that begins with one may hold delimiters, doubled quotes and ends of
 * lines; it ends where the quote closes, and what stands between there and the delimiter is taken as it
 * is, as Python and pandas do. A quote inside a field that does not begin with one is a character like any
 * other. */
#ifndef LINCE_TEXT_CSV_H
#define LINCE_TEXT_CSV_H

#include "core/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LINCE_CSV_FIELD_MAX = 1 << 20, /* bytes; a longer field is a quote without its end */
    LINCE_CSV_COLUMNS_MAX = 4096,
};

typedef enum lince_csv_quoting {
    LINCE_QUOTING_AUTO, /* to be found out; no file is read so */
    LINCE_QUOTING_MINIMAL,
    LINCE_QUOTING_NONE, /* quotes are characters like any other; each line is a record */
} lince_csv_quoting;

/* "minimal", "none"; NULL: not known */
const char *lince_csv_quoting_name(lince_csv_quoting quoting);

typedef struct lince_csv_dialect {
    char delimiter; /* '\0': to be found out */
    lince_csv_quoting quoting;
} lince_csv_dialect;

typedef struct lince_csv_field {
    const char *text; /* NUL-terminated; may hold NULs of its own */
    size_t size;      /* bytes */
    size_t lines;     /* that it goes over, 1 at least */
} lince_csv_field;

typedef struct lince_csv_record {
    size_t row;        /* 1-based: records, not lines */
    size_t line;       /* 1-based: of its first character */
    size_t lines;      /* that it goes over, 1 at least */
    const char *bytes; /* as it stands in the file, without the end of its last line */
    size_t size;
    const lince_csv_field *fields;
    size_t count;
    size_t quoted; /* fields in quotes from end to end */
} lince_csv_record;

/* Takes one record, whose fields are valid until it returns. Negative ends the reading as an error, 1 ends it
 * in peace. */
typedef int lince_csv_take(void *context, const lince_csv_record *record);

/* Reads records in order. LINCE_EFORMAT, with row, line and column, for a quoted field without an end, a
 * field or a record that is too long. What `take` returned, where that was not 0. */
int lince_csv_read(const char *bytes, size_t size, lince_csv_dialect dialect, lince_csv_take *take,
                   void *context);

/* The length of a first line "sep=;", without its end, and what it says; 0 where there is none. Such a line
 * is passed over where it names the dialect's delimiter. */
size_t lince_csv_preamble(const char *bytes, size_t size, char *delimiter);

/* The dialect of a file, where `known` does not say it. The delimiter is what a first line "sep=;" says, or
 * that of comma, tab, semicolon and bar which gives the most records of one and the same number of fields,
 * two or more, in the file's beginning; a comma where none does. Quotes count unless the whole file speaks
 * against it: see csv_sniff.c. */
lince_csv_dialect lince_csv_sniff(const char *bytes, size_t size, lince_csv_dialect known);

/* Whether a text is a table by its beginning: nearly all of its lines have as many fields, two or more. */
bool lince_csv_is_table(const char *bytes, size_t size);

/* "row 5 (line 9)" into out, for messages. Returns `out`. */
enum { LINCE_CSV_PLACE_MAX = 64 };
const char *lince_csv_place(const lince_csv_record *record, char out[LINCE_CSV_PLACE_MAX]);

/* A field as it is written: in quotes where it needs some, its own quotes doubled, and behind an apostrophe where a spreadsheet
 * would compute it (lince_csv_is_formula); and what such a field, read back, says: a part of it. */
void lince_csv_put(lince_buffer *out, const char *text);
const char *lince_csv_text(const char *cell);

#endif
