/* A picture that augmentation works on, and its operations. Each takes what is in `pixels` and leaves its
 * result there; the buffers may change places. */
#ifndef LINCE_PICTURE_CANVAS_H
#define LINCE_PICTURE_CANVAS_H

#include "picture/augment/augment.h"

typedef struct lince_canvas {
    int width, height;
    uint8_t *pixels; /* [height][width][3] */
    uint8_t *spare;  /* as many bytes */
    float *floats;   /* as many floats, for what is between */
    void *space;     /* lince_canvas_space(width, height) bytes */
} lince_canvas;

size_t lince_canvas_space(int width, int height);

static inline size_t lince_canvas_size(const lince_canvas *c)
{
    return 3 * (size_t)c->width * (size_t)c->height;
}

static inline void lince_canvas_swap(lince_canvas *c)
{
    uint8_t *last = c->pixels;
    c->pixels = c->spare;
    c->spare = last;
}

/* --- augment_apply.c --- */

/* All that was drawn, from `pixels` onto the canvas; `base`: as many bytes, for what is between. */
void lince_canvas_draw(lince_canvas *canvas, const lince_draw *draw, const uint8_t *pixels, uint8_t *base);

/* --- augment_geometry.c --- */

/* The part of the drawing that is done in one pass: what was cut out and resized, cropped, flipped and moved.
 * From `pixels` onto the canvas. */
void lince_canvas_frame(lince_canvas *canvas, const lince_draw *draw, const uint8_t *pixels);

void lince_canvas_affine(lince_canvas *canvas, const double *matrix);
void lince_canvas_affine_bilinear(lince_canvas *canvas, const double *matrix);

/* torchvision's affine(angle, translate, scale, shear) around a centre, angles in degrees: the inverse's
 * a..f, as Pillow takes them. */
typedef struct lince_affine {
    double angle, translate[2], scale, shear[2], center[2];
} lince_affine;

void lince_affine_inverse(const lince_affine *affine, double matrix[6]);

/* Pillow's rotate around the middle, counter-clockwise. */
void lince_rotation(double degrees, int width, int height, double matrix[6]);

/* --- augment_colour.c --- */

void lince_canvas_brightness(lince_canvas *canvas, const double *factor);
void lince_canvas_contrast(lince_canvas *canvas, const double *factor);
void lince_canvas_saturation(lince_canvas *canvas, const double *factor);
void lince_canvas_hue(lince_canvas *canvas, const double *shift);
void lince_canvas_sharpness(lince_canvas *canvas, const double *factor);
void lince_canvas_grey(lince_canvas *canvas, const double *none);
void lince_canvas_blur(lince_canvas *canvas, const double *deviation_and_side);
void lince_canvas_posterize(lince_canvas *canvas, const double *bits);
void lince_canvas_solarize(lince_canvas *canvas, const double *threshold);
void lince_canvas_autocontrast(lince_canvas *canvas, const double *none);
void lince_canvas_equalize(lince_canvas *canvas, const double *none);
void lince_canvas_invert(lince_canvas *canvas, const double *none);

/* --- augment_policy.c --- */

/* Operation `choice` of a policy (LINCE_RANDAUGMENT, LINCE_TRIVIALAUGMENT or LINCE_AUGMIX) at the strength of
 * bin `bin`, for a picture of this size; torchvision's order, names and values. */
int lince_policy_choices(lince_augmentation policy);
const char *lince_policy_choice_name(lince_augmentation policy, int choice);
bool lince_policy_signed(lince_augmentation policy, int choice); /* may be of either sign */
int lince_policy_bins(lince_augmentation policy);
void lince_policy_step(lince_augmentation policy, int choice, int bin, bool negative, int width, int height,
                       lince_step *step);

#endif
