/* A decoded picture: 8 bits a channel, RGB, rows from the top, no padding between rows. */
#ifndef LINCE_DATA_IMAGE_H
#define LINCE_DATA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct lince_image {
    int width, height;
    uint8_t *pixels; /* [height][width][3]; owned (lince_free) */
} lince_image;

/* Decodes a PNG or JPEG from memory; which of them is told from the content. Every PNG colour type and depth, JPEG grey, YCbCr,
 * CMYK and YCCK; alpha is dropped as PIL's convert("RGB") does; EXIF orientation is applied. Sizes are checked
 * against a limit before anything is allocated. `name` is for messages. LINCE_EFORMAT. */
int lince_image_decode(lince_image *image, const void *bytes, size_t size, const char *name);

/* Reads and decodes a file; "-" reads standard input. */
int lince_image_load(lince_image *image, const char *path);

/* Writes a PNG file, whole or not at all. */
int lince_image_save_png(const lince_image *image, const char *path);

/* Encodes a PNG into a lince_alloc'ed block. */
int lince_image_encode_png(const lince_image *image, uint8_t **bytes, size_t *size);

/* A zeroed (black) picture; LINCE_ENOMEM. */
int lince_image_init(lince_image *image, int width, int height);
void lince_image_release(lince_image *image);

#endif
