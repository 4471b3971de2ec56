#include "core/contents.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_to_read(const char *path)
{
    return lince_fail(lince_system_code(errno), "%s: cannot read: %s", path, lince_reason(errno));
}

static int fail_changed(const char *path)
{
    return lince_fail(LINCE_EIO, "%s: changed while it was read; is it still being written?", path);
}

static int fill(int fd, const char *path, unsigned char *bytes, size_t begin, size_t size)
{
    enum { AT_ONCE = 1 << 30 };
    for (size_t at = 0; at < size;) {
        ssize_t n = pread(fd, bytes + at, size - at < AT_ONCE ? size - at : AT_ONCE, (off_t)(begin + at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_to_read(path);
        if (n == 0) return fail_changed(path);
        at += (size_t)n;
    }
    return 0;
}

static bool is_unchanged(const struct stat *before, const struct stat *after)
{
    return before->st_size == after->st_size && before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
           before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

static int read_whole(lince_contents *contents, const char *path, int fd)
{
    struct stat before, after;
    if (fstat(fd, &before)) return fail_to_read(path);
    if (!before.st_size) return 0;
    size_t size = (size_t)before.st_size;
    unsigned char *bytes = lince_pages(size);
    if (!bytes) return LINCE_ENOMEM;
    *contents = (lince_contents){bytes, size};
    LINCE_TRY(fill(fd, path, bytes, 0, size));
    if (fstat(fd, &after)) return fail_to_read(path);
    return is_unchanged(&before, &after) ? 0 : fail_changed(path);
}

int lince_contents_read(lince_contents *contents, const char *path)
{
    *contents = (lince_contents){0};
    int fd = lince_open_to_read(path);
    if (fd < 0) return fail_to_read(path);
    int code = read_whole(contents, path, fd);
    close(fd);
    if (code) lince_contents_release(contents);
    return code;
}

void lince_contents_release(lince_contents *contents)
{
    lince_pages_free((void *)(uintptr_t)contents->bytes, contents->size);
    *contents = (lince_contents){0};
}

/* --- outlines ------------------------------------------------------------------------------------- */

int lince_outline_open(lince_outline *o, const char *path)
{
    struct stat status;
    *o = (lince_outline){.path = path, .fd = lince_open_to_read(path)};
    if (o->fd < 0 || fstat(o->fd, &status)) return fail_to_read(path);
    o->size = (size_t)status.st_size;
    o->bytes = lince_pages_sparse(o->size);
    return o->bytes ? 0 : LINCE_ENOMEM;
}

void lince_outline_close(lince_outline *o)
{
    if (o->fd >= 0) close(o->fd);
    lince_pages_free(o->bytes, o->size);
    *o = (lince_outline){.fd = -1};
}

int lince_outline_read(const lince_outline *o, uint64_t begin, uint64_t size)
{
    if (begin >= o->size) return 0;
    if (size > o->size - begin) size = o->size - begin;
    return fill(o->fd, o->path, o->bytes + begin, (size_t)begin, (size_t)size);
}
