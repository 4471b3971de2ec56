/* libarchive where memory is missing: as it comes (3.6) it goes on without its own entry, and without what it was opened with. */
#ifndef LINCE_CORE_ARCHIVE_H
#define LINCE_CORE_ARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include <stddef.h>

/* To be read from a descriptor, which stays the caller's, in blocks of so many bytes. An ARCHIVE_ code. */
int lince_archive_open(struct archive *archive, int fd, size_t block);

/* archive_read_next_header, into an entry of the caller's: *entry NULL at first, archive_entry_free at last. An ARCHIVE_ code. */
int lince_archive_next(struct archive *archive, struct archive_entry **entry);

#endif
