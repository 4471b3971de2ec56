/* A file's bytes in memory, read-only, fetched by the system as they are touched. */
#ifndef LINCE_CORE_MAPPING_H
#define LINCE_CORE_MAPPING_H

#include <stddef.h>

typedef struct lince_mapping {
    const unsigned char *bytes; /* NULL for an empty file */
    size_t size;
} lince_mapping;

/* LINCE_EIO where it is missing, unreadable or not a plain file. The map stays valid when the file is
 * replaced (renamed over); a file that is cut short in place while it is mapped ends the process, as with any
 * mapping. */
int lince_mapping_open(lince_mapping *map, const char *path);
void lince_mapping_release(lince_mapping *map);

#endif
