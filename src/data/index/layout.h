/* What the files of a source mean: which are samples, of which class and part. A new layout is one file; the row
 * of its kind of samples names it (src/modality). */
#ifndef LINCE_DATA_LAYOUT_H
#define LINCE_DATA_LAYOUT_H

#include "core/names.h"
#include "core/sha256.h"
#include "data/dataset.h"
#include "data/label_sets.h"
#include "data/source/source.h"

typedef struct lince_sample {
    const char *name;
    size_t entry;  /* of the source: the file it lies in */
    size_t offset; /* in that file, bytes; 0 where the file is the sample */
    int32_t
        label; /* its class; of several labels its stratum: the rarest of them, or the number of classes: none */
    uint32_t set;      /* where samples have several labels: which */
    const char *text;  /* NULL: a picture, to be read from its file */
    const char *group; /* NULL: none is known */
    bool left_out;     /* it cannot be read: it keeps its place, and counts no more */
    bool incomplete;   /* a picture whose data end before it is complete */
} lince_sample;

typedef struct lince_samples {
    lince_sample *at; /* sorted by label; within a class in the order in which they were indexed */
    size_t count, capacity;
    size_t *per_class; /* [class_count] samples of each, without those left out */
    size_t *stratum;   /* [lince_dataset_strata] likewise, by `label`, each sample once */
} lince_samples;

struct lince_dataset {
    lince_source source;
    const lince_layout *layout;
    void *state;                        /* of the layout; owned */
    const char *kind;                   /* "zip", "cifar-10", "csv" */
    const lince_table_options *options; /* while it is indexed */
    lince_decoding decoding;
    bool grouped;            /* samples' groups were asked for, not guessed */
    lince_table_facts table; /* of texts */
    const char **classes;
    size_t class_count, class_capacity;
    bool several;           /* samples have any number of labels: */
    lince_label_sets sets;  /* which, of all parts */
    const char **set_names; /* [sets.count] "cat|dog", for messages and tables */
    lince_samples parts[LINCE_PARTS];
    size_t left_alone; /* samples of the test part that are in no fold */
    const char **notes;
    size_t note_count, note_capacity;
    lince_left_out *left_out;
    size_t left_out_count, left_out_capacity;
    lince_names *names; /* owns classes, notes and those samples' names that are no files' names */
    char fingerprint[LINCE_SHA256_DIGITS + 1];
};

/* Files that are samples each. */
typedef struct lince_sample_files {
    const char *plural, *ending;      /* "pictures", ".png": for messages */
    bool (*called)(const char *name); /* it calls itself one, be it of a format that is read or not */
    bool (*recognised)(const uint8_t *bytes, size_t size); /* it begins like one that is read */
    const char *(*formats)(char out[LINCE_FORMATS_MAX]);   /* that are read */
} lince_sample_files;

struct lince_layout {
    int (*recognise)(lince_source *source); /* 1: such files; 0: others; LINCE_EIO ...: it cannot be told */
    bool takes_rest;                        /* asked when all others have declined */
    int (*index)(lince_dataset *dataset);   /* on failure release is called */
    const lince_sample_files *files;        /* of lince_class_folders_index; NULL: samples are no files */
    /* By several threads at a time; `least` as lince_dataset_read_small has it, or 0. NULL: samples are no
     * pictures. */
    int (*read)(lince_dataset *dataset, const lince_sample *sample, int least, lince_image *image);
    /* What a picture's header says; likewise. */
    int (*measure)(lince_dataset *dataset, const lince_sample *sample, lince_picture_head *head);
    bool tabular; /* lince_dataset_table says what became of its rows */
    void (*release)(lince_dataset *dataset);
};

#define LAYOUT(row) extern const lince_layout row;
#include "data/index/pictures.def"
#define LAYOUT(row) extern const lince_layout row;
#include "data/index/texts.def"
#define LAYOUT(row) extern const lince_layout row;
#include "data/index/sounds.def"

/* `index` of layouts whose samples are files: class_folders.c. */
int lince_class_folders_index(lince_dataset *dataset);

/* For layouts whose samples are files of pictures: `read` and `measure`. */
int lince_picture_file_read(lince_dataset *dataset, const lince_sample *sample, int least,
                            lince_image *image);
int lince_picture_file_measure(lince_dataset *dataset, const lince_sample *sample, lince_picture_head *head);

/* For layouts. A class is numbered when it is first named; labels follow the names' order once all is
 * indexed. */
int lince_dataset_add_class(lince_dataset *dataset, const char *name, size_t length, int *label);
int lince_dataset_add_sample(lince_dataset *dataset, lince_part part, lince_sample sample);
/* Where a sample has several labels (dataset->several): `list` holds them as text/label_list.h has it. */
int lince_dataset_add_labels(lince_dataset *dataset, const char *list, char separator, uint32_t *set);
int lince_dataset_add_left_out(lince_dataset *dataset, const lince_left_out *sample); /* copies the texts */
int lince_dataset_add_note(lince_dataset *dataset, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether a class is among those of the options, which are all where these name none. */
bool lince_dataset_wants(const lince_dataset *dataset, const char *class, size_t length);

/* Notes the classes that one part has no samples of though another has; an empty part lacks none. */
int lince_dataset_note_lacking(lince_dataset *dataset, lince_part lacking, lince_part having);

/* own_output.c: takes the folders of runs and comparisons out of the source, with a note. */
int lince_dataset_leave_out_own(lince_dataset *dataset);

/* Removes the marked samples from a part. */
int lince_samples_remove(lince_dataset *dataset, lince_part part, const bool *marked);

/* Sorts a part's samples by label and counts those of each class; they were in an order of their own
 * before. */
int lince_samples_sort(lince_dataset *dataset, lince_part part);

/* Gives the data other classes, classes[count], which become theirs: label[c] is the number of what was class c; -1: it
 * is none any more, and no sample of one label has it. */
int lince_dataset_renumber(lince_dataset *dataset, const char **classes, size_t count, const int *label);

/* From samples of one label to samples of several, of which each has one. */
int lince_dataset_make_several(lince_dataset *dataset);

/* What parts are divided by evenly: the classes; of several labels those and one for samples without any. */
size_t lince_dataset_strata(const lince_dataset *dataset);

#endif
