/* A file's bytes in memory of lince's own: a mapping of the file would end the process where somebody cuts the file
 * short, and change where somebody writes into it. */
#ifndef LINCE_CORE_CONTENTS_H
#define LINCE_CORE_CONTENTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct lince_contents {
    const unsigned char *bytes; /* NULL for an empty file */
    size_t size;
} lince_contents;

/* LINCE_EIO where it is missing, unreadable or not a plain file, and where it changed while it was read. */
int lince_contents_read(lince_contents *contents, const char *path);
void lince_contents_release(lince_contents *contents);

/* Of a file of which only some places are looked at: a block of its size that is zero, and takes no memory, where nothing was
 * read. */
typedef struct lince_outline {
    const char *path;
    int fd;
    unsigned char *bytes;
    size_t size;
} lince_outline;

/* LINCE_EIO, as lince_contents_read. Close in any case. */
int lince_outline_open(lince_outline *outline, const char *path);
void lince_outline_close(lince_outline *outline);

/* Reads bytes begin .. begin + size - 1 to their place, as far as the file had them when it was opened. LINCE_EIO where it has
 * become shorter. */
int lince_outline_read(const lince_outline *outline, uint64_t begin, uint64_t size);

#endif
