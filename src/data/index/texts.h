/* Inside the layout of texts: from files to samples. text_files.c says which files are read, and as what;
 * text_tables.c and text_lines.c read them; texts.c keeps what they hold. */
#ifndef LINCE_DATA_TEXTS_H
#define LINCE_DATA_TEXTS_H

#include "core/hash.h"
#include "data/index/layout.h"
#include "data/index/text_files.h"
#include "text/csv.h"
#include "text/label_list.h"

enum { LINCE_DROPPED_MAX = 64, LINCE_SPLIT_COLUMNS_MAX = 64 };

/* What begins fastText's lines. */
#define LINCE_FASTTEXT_MARK "__label__"

/* A label that --drop-label names, and how many rows had it. */
typedef struct lince_dropped {
    char name[LINCE_LABEL_MAX + 1];
    size_t rows;
} lince_dropped;

typedef struct lince_text_reading {
    lince_dataset *dataset;
    const lince_table_options *options;
    lince_text_files files;
    bool several, settled; /* lines of several labels; `settled`: the first file has said it */
    lince_table model;     /* the first file's table, which the others follow; no names: there is none yet */
    lince_dropped drop[LINCE_DROPPED_MAX];
    size_t drop_count;
    lince_map seen[LINCE_PARTS]; /* rows of each part */

    /* the file that is being read */
    const lince_text_file *now;
    const lince_table *table;                     /* NULL: it is none */
    lince_buffer joined;                          /* a text of several columns */
    lince_buffer marked;                          /* the classes that a row marks */
    size_t headers;                               /* rows that are the header */
    uint8_t parts_named[LINCE_SPLIT_COLUMNS_MAX]; /* a bit for each part that a column's values name */
    size_t longest;                               /* lines of a field, at most */
    char longest_at[LINCE_CSV_PLACE_MAX];
} lince_text_reading;

/* One row: its values are borrowed; group and id may be NULL. */
typedef struct lince_text_row {
    const lince_csv_record *record;
    lince_part part;
    const char *text, *label, *group, *id;
    char separator; /* of labels; NUL: it is one */
    uint64_t hash;  /* of all its fields */
} lince_text_row;

/* A file's content, UTF-8, which they may write into. */
int lince_text_read_table(lince_text_reading *reading, const char *text, size_t size);
int lince_text_read_fasttext(lince_text_reading *reading, char *text, size_t size);

/* Of a file that has a label: each line, or all of it. */
int lince_text_read_lines(lince_text_reading *reading, char *text, size_t size);
int lince_text_read_whole(lince_text_reading *reading, char *text, size_t size);

/* For them: keeps a row, unless it is one of those that are left out and counted. */
int lince_text_take(lince_text_reading *reading, const lince_text_row *row);

/* LINCE_EFORMAT where a field is not UTF-8 or holds a NUL. */
int lince_text_check_field(const lince_text_reading *reading, const lince_csv_record *record, int column,
                           const char *text, size_t size);

/* A row that cannot be read, for the reason in lince_error(), is an error, or one more that is left out. */
int lince_text_bad_row(lince_text_reading *reading, size_t row, lince_part part, int code);

/* Notes labels that look like a mistake. */
int lince_text_note_labels(lince_dataset *dataset);

/* Puts the file's name before lince_error(). */
int lince_text_fail_in_file(const lince_text_reading *reading, int code);

#endif
