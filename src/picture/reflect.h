/* Pictures continued beyond their edges. */
#ifndef LINCE_PICTURE_REFLECT_H
#define LINCE_PICTURE_REFLECT_H

/* Which of `size` pixels is seen at place `at`, up to size - 1 outside: as torch's pad(mode="reflect") the
 * edge itself is not repeated. */
static inline int lince_reflected(int at, int size)
{
    int last = size - 1;
    if (at < 0) at = -at;
    if (at > last) at = 2 * last - at;
    return at < 0 ? 0 : at > last ? last : at; /* pictures of a pixel or two */
}

#endif
