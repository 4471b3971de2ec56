/* The entries of a zip file in memory, found but not copied: PyTorch stores them without compression.
 * APPNOTE.TXT 6.3.10 (PKWARE): 4.3.7 local header, 4.3.12 central directory, 4.3.14-16 its ends, 4.5.3
 * ZIP64. */
#ifndef LINCE_WEIGHTS_STORED_ZIP_H
#define LINCE_WEIGHTS_STORED_ZIP_H

#include "core/contents.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lince_zip_entry {
    const char *name; /* in the file, without a NUL */
    size_t name_size;
    int method;          /* 0: stored */
    uint64_t header;     /* offset of the local header in the file */
    size_t offset, size; /* of the (perhaps compressed) data in the file */
} lince_zip_entry;

typedef struct lince_stored_zip {
    lince_zip_entry *entries; /* sorted by name */
    size_t count;
} lince_stored_zip;

/* Lists the entries. Every one lies inside the file, no two overlap, no name is there twice: else
 * LINCE_EFORMAT with rule and offset. `file` is for messages. The checksums are not looked at: PyTorch can be
 * told not to write them; what lince writes has its own (weights/checksum.h). */
int lince_stored_zip_read(lince_stored_zip *zip, const char *file, const void *bytes, size_t size);

/* Reads what lince_stored_zip_read looks at, and entries that are `wanted` whole. What is wrong is left for that one to say. */
int lince_stored_zip_outline(const lince_outline *outline, bool (*wanted)(const char *name, size_t size));
void lince_stored_zip_release(lince_stored_zip *zip);

/* NULL where there is none. */
const lince_zip_entry *lince_stored_zip_find(const lince_stored_zip *zip, const char *name, size_t name_size);

#endif
