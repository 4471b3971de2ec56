/* Any bytes as a picture: refused with a message, or decoded to as many pixels as it says.
 * The seeds are the pictures of tests/picture/test_image.c, left in test-scratch/seeds/image. */
#include "picture/decode/image.h"

#include <lince/error.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_image image;
    if (lince_image_decode(&image, bytes, size, &(lince_decoding){0}, "fuzz") < 0) {
        if (!*lince_error() || image.pixels) abort();
        return 0;
    }
    if (image.width < 1 || image.height < 1) abort();
    /* All pixels were written: a sum that depends on one that was not is seen by MemorySanitizer and
     * valgrind. */
    unsigned long sum = 0;
    for (size_t i = 0; i < (size_t)image.width * (size_t)image.height * 3; i++) sum += image.pixels[i];
    if (sum > 255ul * 3 * LINCE_IMAGE_MAX_PIXELS) abort();
    lince_image_release(&image);
    return 0;
}
