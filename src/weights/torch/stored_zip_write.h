/* Writes a zip file of stored entries, their data at multiples of 64 bytes, as PyTorch lays them. All sizes
 * stand in ZIP64 fields, so that no file is too large; all dates are the same, so that the same input gives
 * the same bytes. */
#ifndef LINCE_WEIGHTS_STORED_ZIP_WRITE_H
#define LINCE_WEIGHTS_STORED_ZIP_WRITE_H

#include "core/buffer.h"

#include <stdint.h>
#include <stdio.h>

typedef struct lince_zip_writer {
    FILE *stream;     /* the caller's; its errors are the caller's to look for */
    uint64_t written; /* bytes */
    uint64_t entries;
    lince_buffer directory; /* to be released; directory.error tells of want of memory */
} lince_zip_writer;

void lince_zip_add(lince_zip_writer *writer, const char *name, const void *bytes, size_t size);

/* The central directory and its ends. */
void lince_zip_finish(lince_zip_writer *writer);

#endif
