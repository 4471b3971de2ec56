/* What an augmentation is: a row, and a line of list.def. */
#ifndef LINCE_PICTURE_AUGMENT_ROW_H
#define LINCE_PICTURE_AUGMENT_ROW_H

#include "picture/augment/augment.h"

/* What a draw may depend on, and what it adds to. */
typedef struct lince_drawing {
    const lince_occasion *occasion;
    int width, height;
    lince_random random;
    lince_draw *draw;
} lince_drawing;

/* A name of --augment: it sets `count` of the augmentation's values, from `first` on, to the values behind it or, where
 * `same`, all to one. Values that are left out are the usual ones. */
typedef struct lince_augment_word {
    const char *name, *usage;
    int first, count;
    bool same;
    const char *word; /* of the last value: stands for one of its own, one above `most`; NULL: none */
    struct {
        double least, most, usual;
        bool whole;
    } value[LINCE_AUGMENT_VALUES];
} lince_augment_word;

enum { LINCE_AUGMENT_NAMES = 5 };

typedef struct lince_augmentation_row {
    lince_augment_word names[LINCE_AUGMENT_NAMES + 1]; /* ends with a NULL name */
    void (*draw)(lince_drawing *drawing, const float *values);
    /* For the report, untranslated: printf's format of the values times `scale` (shares are told in percent). */
    const char *about;
    double scale[LINCE_AUGMENT_VALUES];
    int at; /* where this value is `other`, `instead` is told; NULL: always `about` */
    float other;
    const char *instead;
} lince_augmentation_row;

const lince_augmentation_row *lince_augmentation_at(lince_augmentation what);

/* --- for rows --- */

float lince_drawn_uniform(lince_drawing *drawing, float low, float high);
float lince_drawn_log_uniform(lince_drawing *drawing, float low, float high);
int lince_drawn_below(lince_drawing *drawing, int bound);
bool lince_drawn_happens(lince_drawing *drawing, float probability);

/* A whole number of pixels, up to a share of the side, to either side. */
int lince_drawn_shift(lince_drawing *drawing, float share, int side);

/* The sides of a rectangle of this share of the picture's area: first / second = ratio. */
void lince_drawn_sides(const lince_drawing *drawing, float share, float ratio, int *first, int *second);

/* One more step, whose values are the caller's to set. */
lince_step *lince_drawn_step(lince_drawing *drawing, lince_operation what);

#define AUGMENTATION(what, row) extern const lince_augmentation_row row;
#include "picture/augment/list.def"

#endif
