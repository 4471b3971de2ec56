/* A file's content as a stream, unpacked where it is packed by gzip, bzip2, xz or zstd: what is too large for
 * memory. */
#ifndef LINCE_TEXT_UNPACKED_H
#define LINCE_TEXT_UNPACKED_H

#include <stdio.h>

struct archive;

typedef struct lince_unpacked {
    FILE *stream;
    struct archive *archive;
    int fd;
} lince_unpacked;

/* Has libarchive read what is packed in one of these ways, and is no archive. */
void lince_unpacked_support(struct archive *archive);

/* LINCE_EIO; LINCE_EFORMAT for what is damaged from its first byte on. */
int lince_unpacked_open(lince_unpacked *file, const char *path);

/* 0 where all of it could be read so far; else LINCE_EFORMAT, with the reason. */
int lince_unpacked_check(const lince_unpacked *file, const char *path);
void lince_unpacked_close(lince_unpacked *file);

#endif
