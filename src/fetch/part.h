/* The file that a download grows in, `<path>.part`: one process's at a time, and never reached through a link. */
#ifndef LINCE_FETCH_PART_H
#define LINCE_FETCH_PART_H

#include "core/file.h"

#include <stdint.h>

typedef struct lince_part {
    char path[LINCE_PATH_MAX]; /* with .part */
    const char *name;          /* in the folder; the end of path */
    int folder, fd;            /* -1: closed */
} lince_part;

/* Opens it, made where it is missing, and keeps others away from it. LINCE_EIO where another process has it. */
int lince_part_open(lince_part *part, const char *path);

/* How many bytes it has; and takes all behind `size` away. LINCE_EIO. */
int lince_part_size(const lince_part *part, uint64_t *size);
int lince_part_cut(const lince_part *part, uint64_t size);

/* Gives the file its own name, durably. LINCE_EIO. */
int lince_part_finish(const lince_part *part);

/* Lets others have it; an empty one, or all of it where `drop`, is taken away. */
void lince_part_close(lince_part *part, bool drop);

#endif
