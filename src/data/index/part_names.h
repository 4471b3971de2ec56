/* Which part of a data set a name stands for. Data sets are published as train/ and test/, but also as
 * training_set/, X_train/, seg_pred/, imagesTs/, test1/, Final_Test/. */
#ifndef LINCE_DATA_PART_NAMES_H
#define LINCE_DATA_PART_NAMES_H

#include "data/dataset.h"

/* The part that one word stands for ("training", "valid", ...); LINCE_PARTS: none. */
lince_part lince_part_named(const char *word, size_t length);

typedef struct lince_named_part {
    lince_part part; /* of the last word that names one; LINCE_PARTS: none does */
    bool sure;       /* the other words say nothing ("set", "images", numbers, ...) */
    uint64_t rest;   /* a hash of the other words: asl_train and asl_test have the same */
} lince_named_part;

/* Of a folder's name of several words, which anything but letters separates, or a capital behind a small
 * letter. */
lince_named_part lince_part_in(const char *name, size_t length);

/* Whether a name says that what is in it are pictures, and nothing else of them: "images", "IMG". */
bool lince_names_pictures(const char *name, size_t length);

/* Or of what lies beside them: "masks". Such folders are neither parts nor classes. */
bool lince_names_contents(const char *name, size_t length);

#endif
