/* A file of records as TensorFlow frames them: the length, its checksum, the bytes, theirs. It is only ever written to at its end,
 * by whole records: a process that is killed leaves those that were written. */
#ifndef LINCE_LOG_FRAMES_H
#define LINCE_LOG_FRAMES_H

#include "core/file.h"

#include <stddef.h>
#include <stdint.h>

enum { LINCE_FRAME_BYTES = 16 }; /* bytes around a record: 12 before it, 4 behind */

typedef struct lince_frames {
    int fd;
    char path[LINCE_PATH_MAX]; /* for messages */
    unsigned char *waiting;    /* [capacity], records that are not written yet */
    size_t size, capacity;
    double written; /* when they were last (lince_now) */
} lince_frames;

/* A new file in a folder, which is open. LINCE_EIO; 1: there is one of that name. */
int lince_frames_create(lince_frames *records, int folder, const char *where, const char *name);

/* Room for a record of so many bytes: the caller fills it and ends it. NULL: LINCE_ENOMEM. It is written soon, or with the next
 * ones; lince_frames_flush: now. LINCE_EIO. */
unsigned char *lince_frames_begin(lince_frames *records, size_t size);
int lince_frames_end(lince_frames *records, size_t size);
int lince_frames_flush(lince_frames *records);

/* What waits is written first. */
int lince_frames_close(lince_frames *records);

/* The checksum that stands in a frame: of records within records it would be that of a checksum, so it is another number. */
uint32_t lince_frames_mask(uint32_t crc);

#endif
