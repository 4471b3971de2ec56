/* Contact sheets: many small pictures with captions, as one figure. */
#ifndef LINCE_REPORT_SHEET_H
#define LINCE_REPORT_SHEET_H

#include "data/image.h"

#include <stddef.h>

typedef struct lince_sheet_item {
    const lince_image *image;
    const char *caption; /* UTF-8, up to two lines; NULL or "" for none */
} lince_sheet_item;

/* Writes plots_folder/<name>.svg and <name>.png: the pictures enlarged (nearest neighbour) to about 96
 * pixels, `columns` in a row, captions below. The PNG's captions are drawn by gnuplot; without it the PNG has
 * none. LINCE_EIO, LINCE_ENOMEM. */
int lince_sheet_draw(const char *plots_folder, const char *name, const lince_sheet_item *items, size_t count,
                     int columns);

/* The picture with heat [height][width], 0..1, laid over it: cold places darken, hot ones turn yellow and
 * red. A new picture; release it. LINCE_ENOMEM. */
int lince_sheet_blend(lince_image *out, const lince_image *picture, const float *heat);

#endif
