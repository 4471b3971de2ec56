/* Results that are larger than what the caches keep until they are read: writing them past these spares reading their old lines,
 * a third of what memory has to carry. Who does so ends with a store fence, before other threads read them. */
#ifndef LINCE_KERNELS_FAR_H
#define LINCE_KERNELS_FAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `result` of so many floats in all, from where lines of 64 bytes begin. */
static inline bool lince_is_far(const float *result, size_t floats)
{
    enum { FAR = 16 << 20 };
    return floats >= FAR / sizeof(float) && (uintptr_t)result % 64 == 0;
}

#endif
