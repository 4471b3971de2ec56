/* Single files packed by gzip, bzip2, xz or zstd: "reviews.csv.gz". */
#ifndef LINCE_DATA_UNPACK_H
#define LINCE_DATA_UNPACK_H

#include "data/source/bounds.h"

#include <stdbool.h>

/* Whether a file that begins so is packed. */
bool lince_is_packed(const void *bytes, size_t size);

/* A name's length without ".gz", ".bz2", ".xz" or ".zst". */
size_t lince_unpacked_name(const char *name);

/* Unpacks what is packed; anything else is given on, borrowed. LINCE_EFORMAT for what is damaged, and for more than the
 * bounds allow. */
int lince_bytes_unpack(const lince_bytes *packed, const lince_bounds *bounds, lince_bytes *bytes);

/* Its first bytes, at most `most`. */
int lince_bytes_unpack_head(const lince_bytes *packed, size_t most, lince_bytes *bytes);

#endif
