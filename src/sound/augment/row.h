/* What an augmentation of recordings is: a row, and a line of list.def. */
#ifndef LINCE_SOUND_AUGMENT_ROW_H
#define LINCE_SOUND_AUGMENT_ROW_H

#include "sound/augment/augment.h"

typedef struct lince_sound_augmentation_row {
    const char *name, *usage; /* "noise", "noise=LOW:HIGH" */
    int count;                /* of its values */
    struct {
        double least, most, usual;
    } value[LINCE_SOUND_AUGMENT_VALUES];
    /* One of the two: of samples, or of a normalised map, whose bands' means are 0. */
    void (*wave)(lince_random *random, const float *values, float *samples, size_t n);
    void (*map)(lince_random *random, const float *values, size_t bands, size_t frames, float *x);
} lince_sound_augmentation_row;

#define SOUND_AUGMENTATION(what, row) extern const lince_sound_augmentation_row row;
#include "sound/augment/list.def"

#endif
