#include "watch/within.h"
#include "core/error.h"
#include "core/folder.h"
#include "core/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int open_at(int folder, const char *name, int flags)
{
    int fd; /* a pipe without a writer must not block */
    flags |= O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    while ((fd = openat(folder, name, flags)) < 0 && errno == EINTR) continue;
    return fd;
}

static int open_last(int folder, const char *name, struct stat *status)
{
    int fd = open_at(folder, name, 0);
    if (fd < 0) return -1;
    if (!fstat(fd, status) && S_ISREG(status->st_mode)) return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

/* The folder that holds the last part of *name, which is moved there; the one given where it is that one, else to be closed. */
static int enter(int folder, const char **name)
{
    char part[LINCE_FILE_NAME_MAX];
    int at = folder;
    for (const char *slash; at >= 0 && (slash = strchr(*name, '/')); *name = slash + 1) {
        size_t size = (size_t)(slash - *name);
        int inner = -1;
        if (size < sizeof part) {
            memcpy(part, *name, size);
            part[size] = '\0';
            inner = open_at(at, part, O_DIRECTORY);
        }
        if (at != folder) close(at);
        at = inner;
    }
    return at;
}

int lince_within_open(int folder, const char *name, struct stat *status)
{
    int at = enter(folder, &name);
    if (at < 0) return -1;
    int fd = open_last(at, name, status), error = errno;
    if (at != folder) close(at);
    errno = error;
    return fd;
}

static int read_all(int fd, char *bytes, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t n = read(fd, bytes + got, size - got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return lince_fail(LINCE_EIO, "cannot read: %s", n ? lince_reason(errno) : "?");
        got += (size_t)n;
    }
    return 0;
}

int lince_within_read(int folder, const char *name, size_t limit, char **bytes, size_t *size)
{
    struct stat status;
    *bytes = NULL;
    *size = 0;
    int fd = lince_within_open(folder, name, &status), code = 0;
    if (fd < 0) return 1;
    if ((size_t)status.st_size > limit)
        code = lince_fail(LINCE_EFORMAT, "%s: %zu bytes; at most %zu are expected", name,
                          (size_t)status.st_size, limit);
    else if (!(*bytes = lince_alloc((size_t)status.st_size + 1, 1)))
        code = LINCE_ENOMEM;
    else
        code = read_all(fd, *bytes, *size = (size_t)status.st_size);
    close(fd);
    if (!code) return 0;
    lince_free(*bytes);
    *bytes = NULL;
    return code;
}

bool lince_within_changed(int folder, const char *name, lince_stamp *stamp)
{
    struct stat s;
    lince_stamp now = {0};
    int fd = lince_within_open(folder, name, &s);
    if (fd >= 0) {
        now =
            (lince_stamp){s.st_ino, (unsigned long long)s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec, true};
        close(fd);
    }
    bool same = now.there == stamp->there && now.file == stamp->file && now.size == stamp->size &&
                now.seconds == stamp->seconds && now.nanoseconds == stamp->nanoseconds;
    *stamp = now;
    return !same;
}
