/* Numbers by a formula that the scripts of tests/reference repeat (`fill`): weights and pictures that need
 * not be kept, because both sides can make them. */
#ifndef LINCE_TESTS_FORMULA_H
#define LINCE_TESTS_FORMULA_H

#include <stdint.h>

/* Element i of tensor `number`: uniform in [-scale, scale), as float. */
static inline float formula(uint64_t i, uint64_t number, double scale)
{
    uint64_t h = (i * 2654435761u + number * 40503 + 12345) & 0xFFFFFFFFu;
    h = ((h ^ (h >> 15)) * 2246822519u) & 0xFFFFFFFFu;
    h ^= h >> 13;
    return (float)(((double)h / 4294967296.0 - 0.5) * 2 * scale);
}

#endif
