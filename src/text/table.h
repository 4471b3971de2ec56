/* What the columns of a CSV file are: which holds the texts, which their labels, and so on, as the user says
 * or as the content shows. */
#ifndef LINCE_TEXT_TABLE_H
#define LINCE_TEXT_TABLE_H

#include "core/buffer.h"
#include "text/records.h"

#include <stdbool.h>
#include <stddef.h>

/* What the user says of a table. Columns are given by name or by number, from 1 on. */
typedef struct lince_table_options {
    const char *text_column;  /* NULL: guessed; "title,body": texts stand in several */
    const char *label_column; /* NULL: guessed */
    const char *group_column; /* NULL: none */
    const char
        *group_pattern; /* of files' names: what belongs together (data/index/name_groups.h); NULL: none */
    const char *image_column; /* of a table beside pictures: their files; NULL: guessed */
    const char *split_column; /* which part a row belongs to; NULL: the file's name says it */
    bool split_optional;      /* it may be missing */
    const char *header;       /* "yes", "no"; "auto" or NULL: seen from the content */
    const char *quoting;      /* "minimal", "none"; "auto" or NULL: seen from the content */
    const char *encoding;     /* NULL: "utf-8" */
    const char *classes;     /* "a,b": the others are left out, and none of their faults matters; NULL: all */
    const char *drop_labels; /* "a,b": rows of these labels are left out; NULL: none */
    const char *labels; /* how many a sample has: "one", "several"; "auto" or NULL: seen from the content */
    const char *label_separator; /* a character between several; NULL or "": "|" */
    bool measured;   /* by a model that knows its classes: one class is enough, parts may differ in theirs,
                        and a label to be dropped that no row has is no mistake */
    bool unlabelled; /* it needs no labels, nor a column of them */
    bool skip_bad;   /* rows that cannot be read are left out instead of failing */
} lince_table_options;

enum { LINCE_NO_COLUMN = -1, LINCE_TEXT_COLUMNS_MAX = 8 };

typedef struct lince_table {
    lince_csv_dialect dialect;
    size_t first_row; /* the first record's row */
    bool header;      /* the first record holds the columns' names */
    int columns;
    char **names;                                  /* [columns] the first record's fields; owned */
    int texts[LINCE_TEXT_COLUMNS_MAX], text_count; /* columns, from 0 on, whose values are joined */
    int label;                                     /* LINCE_NO_COLUMN: there are no labels, or `marks` */
    bool lists;                                    /* its values hold several (text/label_list.h) */
    bool marks;     /* instead of a label there is a column of 0 and 1 for each class (text/marks.h): */
    bool *is_class; /* [columns]; owned */
    bool several; /* a sample has several labels: lists, or marks of which rows have more or less than one */
    int near_class; /* beside classes: a column that has few values but 0 and 1; LINCE_NO_COLUMN where there is none */
    int group; /* LINCE_NO_COLUMN where none is chosen */
    int split; /* likewise */
    int id;    /* whose values are all different; LINCE_NO_COLUMN where there is none */
    int kin;   /* not chosen, but most likely to tell which texts belong together: it has many values, and
                  rows share them; LINCE_NO_COLUMN where there is none */
    int other_text,
        other_label; /* that would have been as good a guess; LINCE_NO_COLUMN where there is none */
} lince_table;

/* What separates several labels of a field. */
char lince_table_separator(const lince_table_options *options);

/* What is known of a table's dialect before looking at it: what the options say, and then what another table
 * of the same data set has; whether quotes count is looked at anew where they do there. */
lince_csv_dialect lince_table_dialect(const lince_table_options *options, const lince_table *like);

/* Looks at the table's beginning (100,000 records) and decides. The texts are the column of that name
 * ("text", "tweet", ...) or the one with the longest values; the labels the column of that name ("label",
 * "sentiment", ...), else, below a header, two columns or more all of whose values are 0 and 1, each a class, else the one with
 * the fewest different values, two at least. The first record is a
 * header where it holds such a name or a column that was asked for by name, or where its label is no other
 * row's. `like`: a table of the same data set, whose choices are followed by name (by number where one of
 * the two has no names); NULL: none. LINCE_EUSAGE for a column that is not there, with the nearest name
 * and all there are; LINCE_EDATA where no column will do. */
int lince_table_survey(lince_table *table, const lince_records *records, const lince_table_options *options,
                       const lince_table *like);
void lince_table_release(lince_table *table);

/* The text of a record: its columns' values, a blank between those that are not empty. Where it is several
 * columns' it lies in `joined`, until that is used again; NULL, with joined->error set, when out of
 * memory. */
const char *lince_table_text(const lince_table *table, const lince_csv_record *record, lince_buffer *joined);

/* Whether a record is the table's header once more, as where files were put behind each other. */
bool lince_table_is_header(const lince_table *table, const lince_csv_record *record);

/* "4 (text)" with the column's name where it has one, into out; for messages. Returns `out`. */
enum { LINCE_COLUMN_MAX = 128 };
const char *lince_table_column(const lince_table *table, int column, char out[LINCE_COLUMN_MAX]);

#endif
