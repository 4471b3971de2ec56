/* Pillow's antialiased resizes of 8-bit pictures, bit for bit: torchvision's Resize on a PIL image. */
#ifndef LINCE_PICTURE_RESIZE_H
#define LINCE_PICTURE_RESIZE_H

#include "picture/decode/image.h"

typedef enum lince_interpolation { LINCE_BILINEAR, LINCE_BICUBIC } lince_interpolation;

/* A window of a resized picture: only what it shows is computed, so that a long thin picture takes no more
 * memory than any other. Sizes are 64 bits wide because the whole is never made. */
typedef struct lince_resized {
    int64_t width, height; /* of the whole resized picture */
    int64_t left, top;     /* of the window in it */
} lince_resized;

/* Fills `out`, whose size is the window's, with image.resize((width, height), interpolation).crop(window).
 * LINCE_ENOMEM. */
int lince_resize(const lince_image *in, const lince_resized *whole, lince_interpolation interpolation,
                 lince_image *out);

/* The same in `space`, which the caller has: aligned for int64_t, of at least as many bytes as
 * lince_resize_space says. */
void lince_resize_in(void *space, const lince_image *in, const lince_resized *whole,
                     lince_interpolation interpolation, lince_image *out);

/* Of the sizes of `in` and `out` only; never less for a larger `in`, where `whole` is no smaller than it.
 * SIZE_MAX where that is more than can be counted. */
size_t lince_resize_space(const lince_image *in, const lince_resized *whole,
                          lince_interpolation interpolation, const lince_image *out);

#endif
