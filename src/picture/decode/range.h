/* Deep grey: pictures of one channel with more than 8 bits, or of floats (X-rays, microscopes, heights). A
 * network sees 256 levels of them, in equal steps from the value that is black to the one that is white. */
#ifndef LINCE_PICTURE_RANGE_H
#define LINCE_PICTURE_RANGE_H

#include "core/number.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lince_range {
    bool given;       /* else all that the type of a file's values can hold; of floats 0 to 1 */
    double low, high; /* black, white; what lies beyond is as these */
} lince_range;

enum { LINCE_RANGE_MAX = 2 * LINCE_NUMBER_MAX /* bytes of one as text */ };

/* Reads "full" or "LOW:HIGH"; 1 for "auto", which leaves it as it is. LINCE_EUSAGE. */
int lince_range_parse(const char *text, lince_range *range);
void lince_range_print(char out[LINCE_RANGE_MAX], const lince_range *range);

/* floor(256 (value - low) / (high - low)), within 0 to 255; what is not a number is black. */
uint8_t lince_range_level(const lince_range *range, double value);

/* The least and the greatest value that there was. */
typedef struct lince_extent {
    size_t count; /* of values; 0: the others mean nothing */
    double least, greatest;
} lince_extent;

/* What is not finite is passed over. */
void lince_extent_add(lince_extent *extent, double value);
void lince_extent_join(lince_extent *extent, const lince_extent *other);

#endif
