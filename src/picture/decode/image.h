/* A decoded picture: 8 bits a channel, RGB, rows from the top, no padding between rows. */
#ifndef LINCE_PICTURE_IMAGE_H
#define LINCE_PICTURE_IMAGE_H

#include "core/bytes.h"
#include "picture/decode/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINCE_IMAGE_MAX_PIXELS =
        1 << 27, /* 134 million: a 400 MB picture; beyond it, a header is taken for a mistake */
    LINCE_IMAGE_MAX_BYTES = 256 << 20, /* of a picture's file */
};

typedef struct lince_image {
    int width, height;
    uint8_t *pixels;     /* [height][width][3]; owned (lince_free) */
    bool incomplete;     /* the file's data ended before the picture did: the rest is made up */
    lince_extent extent; /* of deep grey, before it was mapped to bytes */
} lince_image;

/* How pictures are decoded; all zero is the usual way. */
typedef struct lince_decoding {
    lince_range range;
    int least;          /* pixels of the shorter side that suffice, where fewer are faster; 0: as it is */
    bool complete_only; /* what ends before it is complete is refused */
    size_t
        most; /* bytes of its pixels beyond which a picture is refused by its header; 0: LINCE_IMAGE_MAX_PIXELS is all */
} lince_decoding;

/* What a header says of a picture. */
typedef struct lince_picture_head {
    int width, height; /* upright */
    bool deep;         /* grey of more than 8 bits, or of floats: lince_range decides how it is seen */
} lince_picture_head;

/* Decodes a picture of the formats of codec.h from memory; which of them is told from the content. Every PNG
 * colour type and depth (of 16 bits a colour the upper 8 are kept; deep grey is mapped by how->range), JPEG
 * grey, YCbCr, RGB, CMYK and YCCK, what libtiff makes RGB of and its numbers and floats of one channel, a
 * GIF's first frame; alpha is dropped as PIL's convert("RGB") does; EXIF orientation is applied; colour
 * profiles and gamma are not. Sizes are checked against LINCE_IMAGE_MAX_PIXELS before anything is allocated.
 * `name` is for messages. LINCE_EFORMAT. */
int lince_image_decode(lince_image *image, const void *bytes, size_t size, const lince_decoding *how,
                       const char *name);

/* What a header says, which may be all there is of the file; false: not its size. */
bool lince_image_measure(const void *bytes, size_t size, lince_picture_head *head);

/* Reads and decodes a file; "-" reads standard input. LINCE_EIO, LINCE_EFORMAT. */
int lince_image_load(lince_image *image, const char *path, const lince_decoding *how);

/* All of standard input, as long as a picture may be. LINCE_EIO, LINCE_EFORMAT. */
int lince_image_read_stdin(lince_bytes *bytes);

/* The formats that this lince was built to read, for messages. Returns `out`. */
enum { LINCE_FORMATS_MAX = 256 };
const char *lince_picture_formats(char out[LINCE_FORMATS_MAX]);

/* Whether the ending of a file's name (".png") is a format's. */
bool lince_ends_picture_name(const char *ending);

/* libheif's version; NULL: lince was built without it, and reads no HEIC and AVIF. */
const char *lince_heif_version(void);

/* What the beginning of a file looks like, for messages, in the user's language: "PNG", "GIF", "an HTML
 * page", "a text"; NULL where it is unknown. */
const char *lince_looks_like(const void *bytes, size_t size);

/* Whether the beginning of a file is that of a text and of no format that lince_looks_like names. */
bool lince_looks_like_text(const void *bytes, size_t size);

/* Writes a PNG file, whole or not at all, below a folder (core/folder.h; NULL: `name` is a path). */
int lince_image_save_png(const lince_image *image, const char *folder, const char *name);

/* Encodes a PNG into a lince_alloc'ed block. */
int lince_image_encode_png(const lince_image *image, uint8_t **bytes, size_t *size);

/* A zeroed (black) picture; LINCE_ENOMEM. */
int lince_image_init(lince_image *image, int width, int height);
void lince_image_release(lince_image *image);

/* One number of a picture's size and pixels (lince_hash_content). */
uint64_t lince_image_content(const lince_image *image);

#endif
