/* The smaller and the larger of two sizes, and how many pieces of a size there are. */
#ifndef LINCE_CORE_MINMAX_H
#define LINCE_CORE_MINMAX_H

#include <stddef.h>

static inline size_t lince_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t lince_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* n / size, rounded up. */
static inline size_t lince_divide_up(size_t n, size_t size)
{
    return n / size + (n % size != 0);
}

#endif
