/* From a decoded picture to a network's input, with torchvision's semantics:
 *     Resize -> CenterCrop -> [augmentation of bytes] -> ToTensor -> Normalize -> [RandomErasing]
 * The parts in brackets are the augmentation (augment.h): training only, and a function of (seed, epoch,
 * index) only. */
#ifndef LINCE_PICTURE_TRANSFORM_H
#define LINCE_PICTURE_TRANSFORM_H

#include "picture/augment/augment.h"
#include "picture/decode/image.h"
#include "picture/resize.h"

#include <stdbool.h>

/* How a picture of other proportions becomes the network's input. */
typedef enum lince_fit {
    LINCE_FIT_CROP,   /* resized until it covers the input; what is beyond it, left and right or above and
                     below,   is cut off */
    LINCE_FIT_SQUASH, /* resized to the input, whatever its proportions */
    LINCE_FIT_PAD     /* resized until the input holds all of it, on black */
} lince_fit;

typedef struct lince_transform {
    int width, height; /* of the network's input */
    lince_fit fit;
    int resize; /* of LINCE_FIT_CROP: pixels of the shorter side before the cut, at least as many as the input
                   has; 0: the fewest that cover it */
    lince_interpolation interpolation;
    float mean[3], std[3]; /* Normalize: (x / 255 - mean) / std */
    lince_augment augment;
} lince_transform;

enum { LINCE_INPUT_MAX = 4096 }; /* pixels of an input's side, and of the side before the cut */

/* Reads "224" or "HEIGHTxWIDTH" (as PyTorch orders them); "0": both become 0. LINCE_EUSAGE. */
int lince_image_size_parse(const char *text, int *height, int *width);

/* The names "crop", "squash", "pad"; "bilinear", "bicubic". */
const char *lince_fit_name(lince_fit fit);
const char *lince_interpolation_name(lince_interpolation interpolation);

/* Sets what the texts (each may be NULL) and a `resize` that is not 0 say. LINCE_EUSAGE for an unknown
 * name. */
int lince_transform_set(lince_transform *transform, const char *fit, int resize, const char *interpolation);

/* LINCE_EUSAGE for a `resize` that is smaller than the input, or stands beside another fit than crop. */
int lince_transform_check(const lince_transform *transform);

/* The fixed part, the same bytes as torchvision on a PIL image (antialiased): of LINCE_FIT_CROP Resize and
 * CenterCrop, of LINCE_FIT_SQUASH Resize((height, width)), of LINCE_FIT_PAD PIL's ImageOps.pad. `out` is the
 * caller's to release; where the size is right already it is a copy. LINCE_ENOMEM. */
int lince_transform_fit(const lince_transform *transform, const lince_image *in, lince_image *out);

/* The rest: a fitted picture's [height][width][3] bytes to floats [3][height][width]. `occasion` decides
 * the augmentation; NULL leaves it out. Allocates nothing; scratch: of lince_draw_scratch bytes, for an
 * occasion. */
void lince_transform_apply(const lince_transform *transform, const uint8_t *pixels,
                           const lince_occasion *occasion, void *scratch, float *out);

/* Bytes that lince_draw_apply needs, aligned for int64_t. */
size_t lince_draw_scratch(const lince_transform *transform);

/* A fitted picture's [height][width][3] bytes to floats [3][height][width], with these parameters; but for
 * blur the same bits as torchvision's functions on a Pillow image. */
void lince_draw_apply(const lince_transform *transform, const lince_draw *draw, const uint8_t *pixels,
                      void *scratch, float *out);

/* ToTensor and Normalize alone; [height][width][3] to [3][height][width]. */
void lince_transform_normalise(const lince_transform *transform, const uint8_t *pixels, float *out);

/* And back: floats [3][height][width] to a picture, to be looked at. A new one; release it. LINCE_ENOMEM. */
int lince_transform_show(const lince_transform *transform, const float *x, lince_image *picture);

#endif
