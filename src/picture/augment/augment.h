/* What is done to one training picture: what may be (lince_augment, from --augment), what is drawn for one
 * sample in one epoch (lince_draw), and doing it (transform.h); apart, so that each can be tested. Operations have
 * torchvision's semantics on a Pillow image.
 *
 *     augment_text.c      reads --augment
 *     augment.c           draws
 *     augment_apply.c     applies what was drawn to a canvas (canvas.h)
 *     augment_geometry.c  where pixels come from
 *     augment_colour.c    what becomes of their values
 *     augment_policy.c    RandAugment, TrivialAugment, AugMix: which operations, how much */
#ifndef LINCE_PICTURE_AUGMENT_H
#define LINCE_PICTURE_AUGMENT_H

#include "core/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- what may be done ------------------------------------------------------------------------------ */

typedef enum lince_augmentation {
#define AUGMENTATION(what, row) what,
#include "picture/augment/list.def"
    LINCE_AUGMENTATIONS
} lince_augmentation;

enum { LINCE_AUGMENT_VALUES = 4 };
enum {
    LINCE_JITTER_BRIGHTNESS,
    LINCE_JITTER_CONTRAST,
    LINCE_JITTER_SATURATION,
    LINCE_JITTER_HUE,
    LINCE_COLOURS
};                                                          /* of LINCE_JITTER */
enum { LINCE_FLIP_RANDOM = 1, LINCE_FLIP_ALTERNATING = 2 }; /* the value of LINCE_FLIP */
enum { LINCE_CROP_BLACK, LINCE_CROP_REFLECT };              /* the second value of LINCE_CROP: the border */

/* The values of each, as their rows list them; all 0: it is left out. */
typedef struct lince_augment {
    float of[LINCE_AUGMENTATIONS][LINCE_AUGMENT_VALUES];
} lince_augment;

/* Whether this is done; whether anything is. */
bool lince_augments_by(const lince_augment *augment, lince_augmentation what);
bool lince_augments(const lince_augment *augment);

/* Reads "none", "standard" (crop=4,flip) or a list, "crop=4,flip,erase=0.25", where a name without a value
 * takes its usual one; LINCE_EUSAGE with what is known. */
int lince_augment_parse(lince_augment *augment, const char *text);

/* The names that such a list may hold, one after the other; NULL behind the last. */
const char *lince_augment_name(size_t index);

/* --- what is drawn --------------------------------------------------------------------------------- */

/* One thing that is done to a picture's bytes, and by how much. */
typedef enum lince_operation {
    LINCE_DO_NOTHING,
    LINCE_DO_AFFINE, /* a, b, c, d, e, f: output (x, y) shows the input's (a x + b y + c, d x + e y + f) */
    LINCE_DO_AFFINE_BILINEAR, /* the same, between four pixels */
    LINCE_DO_BRIGHTNESS,      /* factor: 0 black, 1 as it is */
    LINCE_DO_CONTRAST,        /* factor: 0 grey */
    LINCE_DO_SATURATION,      /* factor: 0 shades of grey */
    LINCE_DO_HUE,             /* share of the colour circle, -0.5 to 0.5 */
    LINCE_DO_SHARPNESS,       /* factor: 0 smoothed */
    LINCE_DO_GREY,            /* - */
    LINCE_DO_BLUR,            /* deviation of the Gaussian, pixels; side of its kernel, odd */
    LINCE_DO_POSTERIZE,       /* bits that stay */
    LINCE_DO_SOLARIZE,        /* values from this one on are inverted */
    LINCE_DO_AUTOCONTRAST,    /* - */
    LINCE_DO_EQUALIZE,        /* - */
    LINCE_DO_INVERT,          /* - */
    LINCE_OPERATIONS
} lince_operation;

typedef struct lince_step {
    lince_operation what;
    double value[6];
} lince_step;

typedef struct lince_rectangle {
    int x, y, width, height; /* empty: none */
} lince_rectangle;

enum { LINCE_DRAW_STEPS = 32, LINCE_CHAINS = 3, LINCE_CHAIN_STEPS = 3 };

/* AugMix: kept * picture + sum_i weight_i * chain_i(picture). */
typedef struct lince_mixture {
    bool used;
    float kept, weight[LINCE_CHAINS];
    int length[LINCE_CHAINS];
    lince_step chain[LINCE_CHAINS][LINCE_CHAIN_STEPS];
} lince_mixture;

typedef struct lince_draw {
    lince_rectangle part; /* cut out first, and resized to the whole */
    int crop_x, crop_y;   /* left top corner of the random crop, from the picture's; -crop..crop */
    bool reflect;         /* what the crop has beyond the picture is its reflection, not black */
    bool flip;            /* of the crop */
    int move_x, move_y;   /* translation of the flipped crop: right and down */
    int steps;
    lince_step step[LINCE_DRAW_STEPS];
    lince_mixture mixture;
    lince_rectangle erased; /* of the normalised picture: becomes 0 */
} lince_draw;

/* The parameters for a sample, distributed as torchvision's transforms draw theirs: a function of the
 * occasion only. */
void lince_draw_parameters(const lince_augment *augment, int width, int height,
                           const lince_occasion *occasion, lince_draw *draw);

#endif
