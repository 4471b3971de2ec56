#include "core/sized.h"
#include "core/error.h"

#include <lince/version.h>
#include <stddef.h>
#include <string.h>

/* What a later version may have added: a size beyond it is none, but memory that was never set. */
enum { ROOM = 1024 };

static size_t size_of(const void *sized)
{
    size_t size;
    memcpy(&size, sized, sizeof size);
    return size;
}

static size_t common(const void *a, const void *b)
{
    return size_of(a) < size_of(b) ? size_of(a) : size_of(b);
}

int lince_sized_check(const void *full, const void *given, const char *name)
{
    if (!given) return lince_fail(LINCE_EUSAGE, "%s: it is NULL", name);
    size_t size = size_of(given), known = size_of(full);
    if (size > sizeof size && size % sizeof size == 0 && size <= known + ROOM) return 0;
    return lince_fail(
        LINCE_EUSAGE,
        "%s: its size is said to be %zu bytes, and this version's is %zu: begin with the macro of "
        "the header (%s x = ..._INIT)",
        name, size, known, name);
}

int lince_sized_read(void *full, const void *given, const char *name)
{
    size_t known = size_of(full);
    if (!given) return 0;
    LINCE_TRY(lince_sized_check(full, given, name));
    for (size_t i = known; i < size_of(given); i++)
        if (((const char *)given)[i])
            return lince_fail(LINCE_EUSAGE,
                              "%s: byte %zu is set, which a later version of lince knows: this library is %s",
                              name, i, LINCE_VERSION);
    memcpy((char *)full + sizeof known, (const char *)given + sizeof known,
           common(full, given) - sizeof known);
    return 0;
}

void lince_sized_write(void *given, const void *full)
{
    size_t size = common(full, given);
    if (size > sizeof size)
        memcpy((char *)given + sizeof size, (const char *)full + sizeof size, size - sizeof size);
}

void *lince_sized_at(const void *array, size_t i)
{
    size_t size;
    memcpy(&size, array, sizeof size);
    return (char *)array + i * size;
}
