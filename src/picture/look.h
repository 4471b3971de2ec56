/* What a picture looks like, in 400 bytes: by these, copies are recognised that were encoded anew, resized,
 * or made brighter. Integers throughout, so that every machine finds the same. */
#ifndef LINCE_PICTURE_LOOK_H
#define LINCE_PICTURE_LOOK_H

#include "picture/decode/image.h"

enum {
    LINCE_LOOK_SIDE = 32,      /* pixels of the square that a picture is squashed to */
    LINCE_LOOK_LUMA = 16 * 16, /* brightness, and */
    LINCE_LOOK_CHROMA = 8 * 8, /* two colour differences at half its resolution, as JPEG's 4:2:0 */
    LINCE_LOOK_BYTES = LINCE_LOOK_LUMA + 2 * LINCE_LOOK_CHROMA,
    LINCE_LOOK_CONTRAST = 4, /* least standard deviation of the brightness (of 255): below it a picture
                                shows nothing that could be recognised */
};

/* A basis of the discrete cosine transform (DCT-II) without its constant: row u - 1 has
 * 4096 cos(pi (2 x + 1) u / 64). */
typedef struct lince_look_basis {
    int32_t at[8][LINCE_LOOK_SIDE];
} lince_look_basis;

void lince_look_basis_init(lince_look_basis *basis);

typedef struct lince_look {
    uint64_t hash; /* which of the 8 x 8 lowest frequencies of the brightness are above their median: "pHash",
                      C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010 */
    uint8_t planes[LINCE_LOOK_BYTES];
    bool flat;  /* it has less contrast than LINCE_LOOK_CONTRAST */
    bool scant; /* there is little that could differ: two fifths or more of it are of one brightness (within
                   two of 255), as of something drawn on an empty ground, or it has fewer than 16 pixels on a
                   side */
} lince_look;

/* LINCE_ENOMEM. */
int lince_look_at(lince_look *look, const lince_look_basis *basis, const lince_image *image);

/* Zero-mean normalised cross-correlation of two pictures' planes, -1..1: what is brighter, of more contrast
 * or of another tint all over is the same. 0 where one is flat. */
double lince_look_correlation(const uint8_t a[LINCE_LOOK_BYTES], const uint8_t b[LINCE_LOOK_BYTES]);

#endif
