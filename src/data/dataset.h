/* A data set of labelled pictures or texts: where they lie, what class they have, which part they belong
 * to. */
#ifndef LINCE_DATA_DATASET_H
#define LINCE_DATA_DATASET_H

#include "data/source/bounds.h"
#include "picture/decode/image.h"
#include "text/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum lince_part { LINCE_TRAIN, LINCE_VAL, LINCE_TEST, LINCE_PARTS } lince_part;

/* "train", "val", "test" */
const char *lince_part_name(lince_part part);

/* That in the thread's language, for messages: "the %s part". */
const char *lince_part_title(lince_part part);

typedef struct lince_dataset lince_dataset;

/* What the files of a source mean (index/layout.h). */
typedef struct lince_layout lince_layout;

enum { LINCE_LAYOUTS_MAX = 32 };

/* Opens a folder, an archive (.zip, .tar, .tar.gz, .tar.xz), CIFAR batches, or texts: a CSV or TSV file, or
 * lines of fastText's "__label__name text", by themselves or in a folder or archive. The kind is told from
 * the content; several tables are parts by their names ("twitter_training.csv"). Classes are sorted by name
 * (bytewise), as torchvision's ImageFolder does. Where no part is named (plain class folders) all samples are
 * training samples. Samples have one label, or several where tables hold lists or columns of classes, or lines several
 * marks. Nothing is decoded yet. Errors: LINCE_EIO, LINCE_EFORMAT, LINCE_EDATA (no class folders,
 * one class only, an empty class, a class that one part lacks, ...). `layouts`: what there may be, those that are
 * surer of themselves first; src/modality opens what is of any kind. `options`: what the user says of a table; `within`
 * (data/source/bounds.h) NULL: the usual bounds, and nobody watches. */
int lince_dataset_open_as(lince_dataset **dataset, const char *path, const lince_layout *const *layouts,
                          size_t layout_count, const lince_table_options *options,
                          const lince_within *within);
void lince_dataset_free(lince_dataset *dataset);

/* Keeps the classes of a list "cat,dog" only, in the data set's order; NULL or "": all. As the option does,
 * but after the classes were checked. Call before the split. LINCE_EUSAGE, with the nearest class, for one
 * that is not there, and for fewer than two. */
int lince_dataset_select(lince_dataset *dataset, const char *classes);

/* Gives the data the `count` classes `names` of a model, in its order: samples get the label of the class
 * that is called as theirs, and classes that no sample has stay without. Of the data's own classes those of a
 * list "cat,dog" stay, of one name or more, which the model or the data know; NULL or "": all. LINCE_EUSAGE,
 * with the nearest class, for one that neither knows; LINCE_EDATA for classes that the model does not know,
 * or that it has twice. */
int lince_dataset_match(lince_dataset *dataset, const char *classes, char *const *names, int count);

/* How the parts that nobody has made come out of the training part. */
typedef struct lince_split {
    double val,
        test; /* shares of the training part, in [0, 1); the validation part's of what the test leaves */
    bool val_on_test; /* the test part's samples serve as validation part too */
    bool fresh;       /* a validation and a test part that are there already are left out */
    bool by_group;    /* samples of one group stay on one side; those without a group stand for themselves */
    uint64_t seed;
} lince_split;

/* Moves shares of the training part to a test and to a validation part, where there are none: from each class
 * round(share * count) samples (at least one, where the class has two), drawn by seed; or, by group, whole
 * groups in an order drawn by seed until they hold round(share * count) samples or more. LINCE_EUSAGE for a
 * share out of range and for `by_group` without groups; LINCE_EDATA where there is nothing to validate on. */
int lince_dataset_split(lince_dataset *dataset, const lince_split *split);

enum { LINCE_FOLDS_MAX = 100 };

/* One fold of a cross-validation. */
typedef struct lince_fold {
    int folds, fold; /* 2 to LINCE_FOLDS_MAX; 1 to `folds` */
    bool all;        /* of the test part's samples, too, which are left alone otherwise */
    bool by_group;   /* as of a split */
    uint64_t seed;
} lince_fold;

/* The samples of the training and the validation part are divided into folds (data/folds.h): one of them
 * becomes the test part, the others the training part; there is no validation part any more, which a split
 * may then hold out. LINCE_EUSAGE where there are fewer samples of a class, or fewer groups, than folds, and
 * for `by_group` without groups. */
int lince_dataset_fold(lince_dataset *dataset, const lince_fold *fold);

/* Samples of the data's own test part that lince_dataset_fold has left alone. */
size_t lince_dataset_left_alone(const lince_dataset *dataset);

/* Keeps at most `per_class` samples of each class in a part, drawn by seed; 0 keeps all. Call after the
 * split. */
int lince_dataset_limit(lince_dataset *dataset, lince_part part, int per_class, uint64_t seed);

const char *lince_dataset_path(const lince_dataset *dataset);
const char *lince_dataset_kind(const lince_dataset *dataset); /* "folder", "zip", "tar", "cifar-10", ... */
int lince_dataset_classes(const lince_dataset *dataset);
const char *lince_dataset_class(const lince_dataset *dataset, int label);
size_t lince_dataset_count(const lince_dataset *dataset, lince_part part);
size_t lince_dataset_class_count(const lince_dataset *dataset, lince_part part, int label);
size_t lince_dataset_used(const lince_dataset *dataset, lince_part part); /* without those left out */

/* Sample `index` of a part: its name (path inside the data set, stable, unique) and its label, where each has one. */
const char *lince_dataset_name(const lince_dataset *dataset, lince_part part, size_t index);
int lince_dataset_label(const lince_dataset *dataset, lince_part part, size_t index);

/* Whether samples have several labels, or none. */
bool lince_dataset_several(const lince_dataset *dataset);

/* A sample's labels, ascending: how many. Of one label that one. */
size_t lince_dataset_labels(const lince_dataset *dataset, lince_part part, size_t index,
                            const int32_t **labels);
bool lince_dataset_has(const lince_dataset *dataset, lince_part part, size_t index, int label);

/* What is asked of a sample, a number that is the same where the labels are: the label, or of several their set; and of
 * such a set the labels. */
int32_t lince_dataset_target(const lince_dataset *dataset, lince_part part, size_t index);
size_t lince_dataset_labels_of(const lince_dataset *dataset, int32_t target, const int32_t **labels);

/* "cat", or of several labels "cat|dog", "" where it has none. */
const char *lince_dataset_labels_name(const lince_dataset *dataset, lince_part part, size_t index);

/* A sample's text (UTF-8, not empty); NULL: it is none. */
const char *lince_dataset_text(const lince_dataset *dataset, lince_part part, size_t index);

/* What a sample belongs to: those of one group are about the same. NULL: none is known. They are the
 * values of the group column or, where none was chosen, of the column that most likely tells what belongs
 * together. */
const char *lince_dataset_group(const lince_dataset *dataset, lince_part part, size_t index);
bool lince_dataset_grouped(const lince_dataset *dataset); /* a group column was chosen */

/* What became of a table's rows, and which of its columns are used. */
typedef struct lince_table_facts {
    size_t rows, lines; /* below the headers; a row in quotes may go over several lines */
    size_t empty, duplicates, unlabelled, dropped, bad; /* rows left out */
    size_t elsewhere; /* left out, too: the split column names no part for them */
    char text_column[LINCE_COLUMN_MAX], label_column[LINCE_COLUMN_MAX]; /* "4 (text)"; "": fastText lines */
    const char *quoting;                 /* of CSV: "minimal", "none"; NULL: there is none */
    char group_column[LINCE_COLUMN_MAX]; /* chosen or guessed; "": none */
} lince_table_facts;

const lince_table_facts *lince_dataset_table(const lince_dataset *dataset); /* NULL: it is none */

/* A sample that is not used, and why. */
typedef struct lince_left_out {
    const char *name;   /* as a sample's */
    const char *class;  /* NULL: not known */
    const char *reason; /* in the user's language */
    lince_part part;    /* where it was found */
    bool unreadable;    /* and not left out by choice, as a copy is */
    bool dropped;       /* by lince_dataset_drop: */
    size_t index;       /* in its part, before any was dropped */
} lince_left_out;

size_t lince_dataset_left_out(const lince_dataset *dataset);
const lince_left_out *lince_dataset_left_out_at(const lince_dataset *dataset, size_t index);

/* Leaves out a picture that cannot be read, once: it keeps its index, and is no more among
 * lince_dataset_class_count. */
int lince_dataset_leave_out(lince_dataset *dataset, lince_part part, size_t index, const char *reason);

/* How pictures are decoded from now on. */
void lince_dataset_decode_as(lince_dataset *dataset, const lince_decoding *how);

/* A sample to be dropped, and why. */
typedef struct lince_removal {
    size_t index;
    char reason[128];
} lince_removal;

/* Leaves out samples of a part, in ascending order, as if they had never been there: those behind them move
 * up. */
int lince_dataset_drop(lince_dataset *dataset, lince_part part, const lince_removal *drops, size_t count);

/* Decodes one picture. Safe to call from several threads at a time. The image is the caller's to release. */
int lince_dataset_read(lince_dataset *dataset, lince_part part, size_t index, lince_image *image);

/* The same, smaller where that is faster, with `least` pixels or more on the shorter side (if it has
 * them). */
int lince_dataset_read_small(lince_dataset *dataset, lince_part part, size_t index, int least,
                             lince_image *image);

/* What its header says. LINCE_EFORMAT, LINCE_EIO. As safe. */
int lince_dataset_measure(lince_dataset *dataset, lince_part part, size_t index, lince_picture_head *head);

/* Keeps in mind that a picture's data ended before it was complete; it is used as it is. */
void lince_dataset_mark_incomplete(lince_dataset *dataset, lince_part part, size_t index);
bool lince_dataset_is_incomplete(const lince_dataset *dataset, lince_part part, size_t index);

/* How many there are in a part, and the first of them (NULL: none; `first` may be NULL). */
size_t lince_dataset_incomplete(const lince_dataset *dataset, lince_part part, const char **first);

/* A SHA-256 over names, labels, parts and sizes as they were found (before split and limit), hexadecimal: two
 * runs with the same fingerprint see the same data. Packing a folder into an archive does not change it. */
const char *lince_dataset_fingerprint(const lince_dataset *dataset);

/* Remarks worth telling the user (a stray file, a folder without pictures), already worded in their
 * language. */
size_t lince_dataset_notes(const lince_dataset *dataset);
const char *lince_dataset_note(const lince_dataset *dataset, size_t index);

#endif
