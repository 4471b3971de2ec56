#include "core/archive.h"
#include "core/memory.h"

#include <errno.h>
#include <unistd.h>

typedef struct reading {
    int fd;
    size_t size;
    char bytes[];
} reading;

static la_ssize_t pull(struct archive *archive, void *own, const void **bytes)
{
    reading *r = own;
    ssize_t n;
    do n = read(r->fd, r->bytes, r->size);
    while (n < 0 && errno == EINTR);
    if (n < 0) archive_set_error(archive, errno, "%s", "cannot read");
    *bytes = r->bytes;
    return n;
}

static int let_go(struct archive *archive, void *own)
{
    (void)archive;
    lince_free(own);
    return ARCHIVE_OK;
}

int lince_archive_open(struct archive *archive, int fd, size_t block)
{
    reading *r = lince_alloc(sizeof *r + block, 1);
    if (!r || archive_read_set_callback_data(archive, r) != ARCHIVE_OK) {
        lince_free(r);
        archive_set_error(archive, ENOMEM, "out of memory");
        return ARCHIVE_FATAL;
    }
    r->fd = fd;
    r->size = block;
    archive_read_set_read_callback(archive, pull);
    archive_read_set_close_callback(archive, let_go);
    return archive_read_open1(archive);
}

int lince_archive_next(struct archive *archive, struct archive_entry **entry)
{
    if (!*entry && !(*entry = archive_entry_new2(archive))) {
        archive_set_error(archive, ENOMEM, "out of memory");
        return ARCHIVE_FATAL;
    }
    return archive_read_next_header2(archive, *entry);
}
