/* Pillow's antialiased bilinear resize of 8-bit pictures, bit for bit: what torchvision's Resize does on PIL
 * images. */
#ifndef LINCE_DATA_RESIZE_H
#define LINCE_DATA_RESIZE_H

#include "data/image.h"

/* `out` is the caller's to release. LINCE_ENOMEM. */
int lince_resize(const lince_image *in, int width, int height, lince_image *out);

#endif
