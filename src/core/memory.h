/* Allocation that checks its sizes. All memory is zeroed, and aligned to 64 bytes (a cache line, a
 * vector). */
#ifndef LINCE_CORE_MEMORY_H
#define LINCE_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { LINCE_ALIGNMENT = 64 };

/* a * b and a + b; false where the result does not fit. */
static inline bool lince_mul(size_t a, size_t b, size_t *result)
{
    return !__builtin_mul_overflow(a, b, result);
}

static inline bool lince_add(size_t a, size_t b, size_t *result)
{
    return !__builtin_add_overflow(a, b, result);
}

/* `count` zeroed elements of `size` bytes; NULL, with lince_error() set, when they do not fit in memory. */
void *lince_alloc(size_t count, size_t size);
void lince_free(void *memory);

/* Sees that `size` bytes are at hand, of malloc's and of the system's: asks for them, and gives them back. For libraries that write where an allocation of
 * theirs gave nothing, before they are called. LINCE_ENOMEM. */
int lince_memory_at_hand(size_t size);

/* Grows a lince_alloc'ed array of `*capacity` elements so that it holds `needed`; keeps the contents. */
int lince_grow(void *array_pointer, size_t *capacity, size_t needed, size_t element_size);

/* A copy of a string or of its first `n` bytes; NULL, with lince_error() set, when out of memory. */
char *lince_strdup(const char *text);
char *lince_strndup(const char *text, size_t n);

/* `size` zeroed bytes that the system gives page by page as they are touched: what nobody touches takes no
 * memory. NULL, with lince_error() set, when they do not fit. lince_pages_free: NULL does nothing. */
void *lince_pages(size_t size);
void *lince_pages_sparse(size_t size); /* in small pages: a few bytes here and there take little */
void lince_pages_free(void *memory, size_t size);

/* `size` rounded up to the alignment. */
static inline size_t lince_align(size_t size)
{
    return (size + LINCE_ALIGNMENT - 1) & ~(size_t)(LINCE_ALIGNMENT - 1);
}

#endif
