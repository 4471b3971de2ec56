/* Structs of the public interface that callers fill or read begin with their size, as the caller's compiler
 * knew it: a program that was compiled with an earlier version hands over fewer fields, and the library works
 * with a full struct of its own.
 *
 *     lince_observer own = LINCE_OBSERVER_INIT;
 *     LINCE_TRY(lince_sized_read(&own, observer, "lince_observer"));
 *
 * A field that is added stands at the end, and not in what was padding: the size must grow with it. */
#ifndef LINCE_CORE_SIZED_H
#define LINCE_CORE_SIZED_H

#include <stddef.h>

/* Takes over what `given` has of the fields of `full`, whose size and defaults are there; NULL has none.
 * LINCE_EUSAGE where its size is none that a version had, or where a field of a later version is set. */
int lince_sized_read(void *full, const void *given, const char *name);

/* Whether it is one to write to: LINCE_EUSAGE. `full`: one of this version. */
int lince_sized_check(const void *full, const void *given, const char *name);

/* Writes what `given` has room for of the fields of `full`. */
void lince_sized_write(void *given, const void *full);

/* Element i of an array of them. */
void *lince_sized_at(const void *array, size_t i);

#endif
