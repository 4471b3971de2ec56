/* A file's content: borrowed from whom keeps it anyway (an archive in memory), or owned. */
#ifndef LINCE_CORE_BYTES_H
#define LINCE_CORE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct lince_bytes {
    const uint8_t *data;
    size_t size;
    uint8_t *owned; /* what to free: `data`, or NULL where it is borrowed */
} lince_bytes;

/* Reads a stream to its end, or up to `most` bytes. `pull` returns the bytes it wrote, 0 at the end, negative
 * on failure: with errno for LINCE_EIO, or with errno 0 and a message of its own for LINCE_EFORMAT. `claimed`
 * is the size that somebody wrote into a header: a hint, not believed beyond a mebibyte, so that a lie costs
 * no memory. */
int lince_bytes_fill(lince_bytes *bytes, uint64_t claimed, size_t most,
                     ssize_t (*pull)(void *context, void *out, size_t size), void *context);
void lince_bytes_release(lince_bytes *bytes);

#endif
