/* What happens to one sample in one epoch: drawn from its key, then applied; apart, so that each can be
 * tested. */
#ifndef LINCE_DATA_AUGMENT_H
#define LINCE_DATA_AUGMENT_H

#include "data/transform.h"

typedef enum lince_colour { LINCE_BRIGHTNESS, LINCE_CONTRAST, LINCE_SATURATION, LINCE_COLOURS } lince_colour;

typedef struct lince_draw {
    int crop_x, crop_y; /* left top corner of the random crop, from the picture's; -crop..crop */
    bool flip;          /* of the crop */
    int move_x, move_y; /* translation of the flipped crop: right and down */
    lince_colour order[LINCE_COLOURS]; /* in which they are changed */
    float factor[LINCE_COLOURS];
    int erase_x, erase_y, erase_width, erase_height; /* an empty rectangle erases nothing */
} lince_draw;

/* The parameters for a sample, distributed as torchvision's transforms draw theirs: a function of the key
 * only. */
void lince_draw_parameters(const lince_transform *transform, uint64_t key, lince_draw *draw);

/* A fitted picture's [height][width][3] bytes to floats [3][height][width], with these parameters; the same
 * bits as torchvision's functions on a Pillow image. scratch: as many bytes as the picture has. */
void lince_draw_apply(const lince_transform *transform, const lince_draw *draw, const uint8_t *pixels,
                      uint8_t *scratch, float *out);

#endif
