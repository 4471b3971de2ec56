/* What a search varies: settings of training, each over a range or a list of values. */
#ifndef LINCE_TUNE_SPACE_H
#define LINCE_TUNE_SPACE_H

#include "core/buffer.h"
#include "modality/modality.h"

#include <lince/settings.h>

enum { LINCE_SPACE_MAX = 32, LINCE_VALUE_MAX = 512 };

/* A setting and its values. A place in it is a number: of a range 0 (low) .. 1 (high), in logarithms where
 * `log` says so; of a list an index. */
typedef struct lince_dimension {
    const lince_setting_info *setting;
    char *text;    /* its values as given: "1e-4..1e-1:log" */
    char **choice; /* [count], of a list */
    size_t count;  /* 0: a range */
    double low, high;
    bool log, whole; /* of a range: equal factors, equally likely; whole numbers */
} lince_dimension;

typedef struct lince_space {
    lince_dimension dims[LINCE_SPACE_MAX];
    size_t count;
} lince_space;

/* Adds "NAME=LOW..HIGH", with ":log" and ":int" behind it, or "NAME=A,B,C", or "NAME=A|B|C" where values hold
 * commas. A single value is no dimension: it is set in `settings`. LINCE_EUSAGE where the setting is unknown
 * or cannot vary, or a value is none of its. */
int lince_space_add(lince_space *space, const char *text, lince_settings *settings);

/* LINCE_EUSAGE where what varies is a setting of other samples than the data's: all its values would be one
 * trial. `data` is named. */
int lince_space_check(const lince_space *space, const lince_modality *modality, const char *data);

/* Adds what a YAML file says: `NAME: VALUES` as above, `NAME: [A, B]`, or a mapping of low, high, log and
 * int. Errors name file and line. */
int lince_space_load(lince_space *space, const char *path, lince_settings *settings);
void lince_space_release(lince_space *space);

/* The value at a place, as lince_settings_set reads it; and the place of a value. */
void lince_dimension_print(const lince_dimension *dimension, double place, char out[LINCE_VALUE_MAX]);
double lince_dimension_place(const lince_dimension *dimension, const char *value);

/* How many points there are; INFINITY where a range is not of whole numbers. */
double lince_space_size(const lince_space *space);

/* The point of a finite space with this number, 0 <= number < size: place[count]. */
void lince_space_point(const lince_space *space, double number, double *place);

#endif
