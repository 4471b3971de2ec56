/* A file's bytes in memory of lince's own: a mapping of the file would end the process where somebody cuts the file
 * short, and change where somebody writes into it. */
#ifndef LINCE_CORE_CONTENTS_H
#define LINCE_CORE_CONTENTS_H

#include <stddef.h>

typedef struct lince_contents {
    const unsigned char *bytes; /* NULL for an empty file */
    size_t size;
} lince_contents;

/* LINCE_EIO where it is missing, unreadable or not a plain file, and where it changed while it was read. */
int lince_contents_read(lince_contents *contents, const char *path);
void lince_contents_release(lince_contents *contents);

#endif
