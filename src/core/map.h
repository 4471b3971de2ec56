/* A file's bytes in memory, read-only, fetched by the system as they are touched. */
#ifndef LINCE_CORE_MAP_H
#define LINCE_CORE_MAP_H

#include <stddef.h>

typedef struct lince_map {
    const unsigned char *bytes; /* NULL for an empty file */
    size_t size;
} lince_map;

/* LINCE_EIO where it is missing, unreadable or not a plain file. The map stays valid when the file is
 * replaced (renamed over); a file that is cut short in place while it is mapped ends the process, as with any
 * mapping. */
int lince_map_open(lince_map *map, const char *path);
void lince_map_release(lince_map *map);

#endif
