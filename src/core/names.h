/* Names of files: many of them kept in few blocks of memory, and guessed when mistyped. */
#ifndef LINCE_CORE_NAMES_H
#define LINCE_CORE_NAMES_H

#include <stddef.h>

/* A chain of blocks; NULL is empty. Names stay where they are until all are released. */
typedef struct lince_names lince_names;

const char *lince_names_add(lince_names **names, const char *name); /* NULL: LINCE_ENOMEM */
void lince_names_release(lince_names **names);

/* Fails with LINCE_EIO because `path` is not there; names the sibling that it is nearest to, if any. */
int lince_fail_missing(const char *path);

#endif
