/* Inside the layout of texts: which files of a source hold texts, and how. */
#ifndef LINCE_DATA_TEXT_FILES_H
#define LINCE_DATA_TEXT_FILES_H

#include "core/names.h"
#include "data/index/layout.h"

typedef struct lince_text_file {
    size_t entry; /* of the source */
    lince_part part;
    const char *label; /* of all that is in it; NULL: its rows have theirs */
    bool whole;        /* it is one text; else each of its lines is one, or a row */
} lince_text_file;

/* What a file is by itself. */
typedef enum lince_text_content {
    LINCE_NO_TEXT,
    LINCE_TABLE,   /* by its name, or lines of fastText's */
    LINCE_OBJECTS, /* JSON: a table, where there are no others */
    LINCE_ROWS,    /* a text all of whose lines have as many fields */
    LINCE_PLAIN,   /* a text */
    LINCE_FOREIGN, /* a format of tables that is not read */
    LINCE_TEXT_KINDS
} lince_text_content;

typedef struct lince_text_files {
    lince_source *source;
    lince_text_content *contents; /* [entries of the source] */
    size_t counts[LINCE_TEXT_KINDS];
    lince_text_file *files; /* [count] those that are read; parts not decided are LINCE_PARTS */
    size_t count, capacity;
    lince_names *names; /* owns the labels */
    size_t strays;      /* texts in no class folder, or in one that says it is not labelled */
    const char *first_stray;
} lince_text_files;

/* Finds them; none: count 0. */
int lince_text_files_find(lince_text_files *files, lince_source *source);
void lince_text_files_release(lince_text_files *files);

/* LINCE_EUNSUPPORTED for tables in a format that is not read, with the way out, where there is nothing
 * else. */
int lince_text_files_refuse(const lince_text_files *files);

/* Notes what of it is better told. */
int lince_text_files_note(const lince_text_files *files, lince_dataset *dataset);

/* By the words of the file's name, from the last, and then by its folders': "data/test/a.csv",
 * "twitter_training.csv". LINCE_PARTS: none. */
lince_part lince_text_part_of(const char *name);

/* Lists what could be a text a file in class folders, or a file of lines for each class; nothing where it is
 * not so. */
int lince_text_files_in_folders(lince_text_files *files);
int lince_text_files_of_classes(lince_text_files *files);
int lince_text_files_add(lince_text_files *files, lince_text_file file);

/* Whether a file's content is a text by itself, a table or not. */
bool lince_text_files_have(const lince_text_files *files, size_t entry);

#endif
