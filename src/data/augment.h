/* What happens to one sample in one epoch: drawn from its key, then applied. Apart, so that each can be
 * tested. */
#ifndef LINCE_DATA_AUGMENT_H
#define LINCE_DATA_AUGMENT_H

#include "data/transform.h"

typedef struct lince_draw {
    int shift_x, shift_y; /* output (x, y) shows input (x + shift_x, y + shift_y), outside black */
    bool flip;
    int move_x, move_y; /* translation after the flip: content moves right and down */
    float factor[3];    /* brightness, contrast, saturation */
    int order[3];       /* in which they are applied */
    int erase_x, erase_y, erase_width, erase_height; /* width 0: nothing is erased */
} lince_draw;

/* The parameters for a sample, as torchvision's transforms would draw theirs. */
void lince_draw_parameters(const lince_transform *transform, uint64_t key, lince_draw *draw);

/* Crop, flip and translation in one pass over the picture ([height][width][3]). */
void lince_apply_geometry(const lince_transform *transform, const lince_draw *draw, const uint8_t *in,
                          uint8_t *out);

/* Brightness, contrast, saturation, in the drawn order, in place (Pillow's ImageEnhance). */
void lince_apply_colour(const lince_transform *transform, const lince_draw *draw, uint8_t *pixels);

#endif
