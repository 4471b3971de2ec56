/* TIFFs of deep grey: whole numbers of 16 or 32 bits, signed ones, and floats, in strips or tiles. */
#ifndef LINCE_PICTURE_TIFF_GREY_H
#define LINCE_PICTURE_TIFF_GREY_H

#include "picture/decode/image.h"

#include <tiffio.h>

bool lince_tiff_is_deep(TIFF *tiff);

/* All of it, as it is stored, into a picture of its size. LINCE_EFORMAT without a message: libtiff has told
 * why. LINCE_ENOMEM. */
int lince_tiff_read_grey(TIFF *tiff, const lince_range *range, lince_image *image);

#endif
