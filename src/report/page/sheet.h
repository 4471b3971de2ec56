/* Contact sheets: many small pictures with captions, as one figure. */
#ifndef LINCE_REPORT_SHEET_H
#define LINCE_REPORT_SHEET_H

#include "picture/decode/image.h"

#include <stddef.h>

typedef struct lince_sheet_item {
    const lince_image *image;
    const char *caption; /* UTF-8, up to two lines; NULL or "" for none */
} lince_sheet_item;

typedef struct lince_sheet {
    int columns; /* pictures in a row */
    int tile;    /* pixels of each one's longer side */
    int lines;   /* of its caption, 0..2 */
} lince_sheet;

/* Writes plots/<name>.svg and <name>.png: the pictures enlarged (nearest neighbour), captions below,
 * shortened where they are wider than the place. The PNG's captions are drawn by gnuplot; without it the PNG
 * has none. LINCE_EIO, LINCE_ENOMEM. */
int lince_sheet_draw(const char *folder, const char *name, const lince_sheet *layout,
                     const lince_sheet_item *items, size_t count);

/* The picture enlarged so that its longer side has `side` pixels (nearest neighbour). A new picture; release
 * it. LINCE_ENOMEM. */
int lince_sheet_enlarge(lince_image *out, const lince_image *picture, int side);

/* The picture with heat [rows][columns], 0..1, laid over it, bilinearly enlarged to its size: cold places
 * darken, hot ones turn red and yellow. A new picture; release it. LINCE_ENOMEM. */
int lince_sheet_blend(lince_image *out, const lince_image *picture, const float *heat, int rows, int columns);

#endif
