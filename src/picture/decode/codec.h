/* The picture formats behind lince_image_decode: one file and one line of list.def each. */
#ifndef LINCE_PICTURE_CODEC_H
#define LINCE_PICTURE_CODEC_H

#include "picture/decode/image.h"

#include <stdbool.h>

typedef struct lince_codec {
    const char *name;       /* "PNG" */
    const char *endings[5]; /* of files' names, ".png"; the rest NULL */
    bool missing;           /* it is known, but lince was built without what reads it */
    bool (*recognise)(const uint8_t *bytes, size_t size);
    /* By a header that may be all there is of the file; false: it ends before it says its size. */
    bool (*measure)(const uint8_t *bytes, size_t size, lince_picture_head *head);
    /* Fills an empty picture, upright. On failure whatever was allocated stays in *image, for the caller to
     * release. */
    int (*decode)(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name);
} lince_codec;

#define PICTURE_FORMAT(row) extern const lince_codec row;
#include "picture/decode/list.def"

/* Whether a file that begins so is one that lince_image_decode knows. */
bool lince_image_recognised(const uint8_t *bytes, size_t size);

/* Allocates a picture for the sizes a file's header claims. Refuses, before any memory is taken, what is
 * beyond LINCE_IMAGE_MAX_PIXELS, and what a file of `size` bytes cannot hold: `pixels_per_byte` is the most
 * that the format's compression can reach (0: no bound is known). LINCE_EFORMAT, LINCE_ENOMEM. */
int lince_image_claim(lince_image *image, size_t width, size_t height, size_t size, size_t pixels_per_byte,
                      const char *name);

/* The refusals alone. */
int lince_image_check_claim(size_t width, size_t height, size_t size, size_t pixels_per_byte,
                            const char *name);

/* Some pixels of a row of deep grey from (x, y) on: their values, seen by `range` or, where none is given, by
 * `type`, which is all that values of this type can be. */
void lince_image_put_grey(lince_image *image, int x, int y, int count, const double *values,
                          const lince_range *range, const lince_range *type);

/* The Orientation tag (1..8) of an Exif block, which begins with its TIFF header ("II*" or "MM"); 1 where
 * there is none or the block is damaged. CIPA DC-008 (Exif 2.32), section 4.6. */
int lince_exif_orientation(const uint8_t *exif, size_t size);

/* The size of a picture once it is turned upright, into *head, of which nothing else is set; false: it is
 * none. */
bool lince_upright(uint32_t width, uint32_t height, int orientation, lince_picture_head *head);

/* Turns the picture upright from Exif orientation 1..8. LINCE_ENOMEM. */
int lince_image_orient(lince_image *image, int orientation);

#endif
