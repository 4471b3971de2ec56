/* Files of a folder that somebody else may have filled: found from its descriptor, part by part and never through a link, so that
 * nothing outside is read, whatever lies in it and whatever becomes of it meanwhile. */
#ifndef LINCE_WATCH_WITHIN_H
#define LINCE_WATCH_WITHIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* A plain file, open for reading: its descriptor, or -1. `name` may lead through folders. */
int lince_within_open(int folder, const char *name, struct stat *status);

/* A file's bytes, with a NUL behind them: lince_alloc'ed. 1: there is no such file. LINCE_EIO, LINCE_ENOMEM; LINCE_EFORMAT above
 * `limit` bytes. */
int lince_within_read(int folder, const char *name, size_t limit, char **bytes, size_t *size);

/* By what it is told that a file became another one. */
typedef struct lince_stamp {
    unsigned long long file, size;
    long long seconds, nanoseconds; /* when it was written */
    bool there;
} lince_stamp;

/* Looks at a file; whether it has changed since. */
bool lince_within_changed(int folder, const char *name, lince_stamp *stamp);

#endif
