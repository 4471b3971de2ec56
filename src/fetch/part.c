#include "fetch/part.h"
#include "core/error.h"
#include "core/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char ENDING[] = ".part";

static int fail_to_write(const lince_part *part)
{
    return lince_fail(LINCE_EIO, "%s: cannot write: %s", part->path, lince_reason(errno));
}

/* A name of somebody else's file, as a link or beside another name of it, would be written through. */
static int check_kind(const lince_part *part, const struct stat *status)
{
    if (S_ISREG(status->st_mode) && status->st_nlink <= 1) return 0;
    return lince_fail(LINCE_EIO,
                      "%s: a link or no plain file, and nothing is downloaded into it; move it away",
                      part->path);
}

/* Whether the name is still that of the file: another process may have finished it, or taken it away, before it was
 * locked here. */
static bool is_named(const lince_part *part, const struct stat *status)
{
    struct stat named;
    return !fstatat(part->folder, part->name, &named, AT_SYMLINK_NOFOLLOW) &&
           named.st_dev == status->st_dev && named.st_ino == status->st_ino;
}

/* 1: what was opened is no longer of that name. */
static int open_once(lince_part *part)
{
    struct stat status;
    part->fd = openat(part->folder, part->name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (part->fd < 0 && errno == ELOOP) return check_kind(part, &(struct stat){.st_mode = S_IFLNK});
    if (part->fd < 0) return fail_to_write(part);
    if (flock(part->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return lince_fail(LINCE_EIO, "%s: another lince is fetching it at this moment", part->path);
    if (fstat(part->fd, &status)) return fail_to_write(part);
    return is_named(part, &status) ? check_kind(part, &status) : 1;
}

int lince_part_open(lince_part *part, const char *path)
{
    int code;
    *part = (lince_part){.folder = -1, .fd = -1};
    if (snprintf(part->path, sizeof part->path, "%s%s", path, ENDING) >= (int)sizeof part->path)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", path);
    part->folder = lince_folder_of(NULL, part->path, &part->name);
    if (part->folder < 0) return part->folder;
    while ((code = open_once(part)) == 1) close(part->fd);
    if (!code) return 0;
    if (part->fd >= 0) close(part->fd);
    close(part->folder);
    part->fd = part->folder = -1;
    return code;
}

int lince_part_size(const lince_part *part, uint64_t *size)
{
    struct stat status;
    if (fstat(part->fd, &status)) return fail_to_write(part);
    *size = (uint64_t)status.st_size;
    return 0;
}

int lince_part_cut(const lince_part *part, uint64_t size)
{
    return ftruncate(part->fd, (off_t)size) || lseek(part->fd, 0, SEEK_END) < 0 ? fail_to_write(part) : 0;
}

int lince_part_finish(const lince_part *part)
{
    char name[LINCE_FILE_NAME_MAX];
    size_t length = strlen(part->name) - strlen(ENDING);
    memcpy(name, part->name, length);
    name[length] = '\0';
    if (fsync(part->fd)) return fail_to_write(part);
    if (renameat(part->folder, part->name, part->folder, name))
        return lince_fail(LINCE_EIO, "%s: cannot rename: %s", part->path, lince_reason(errno));
    return fsync(part->folder) && errno != EINVAL
               ? lince_fail(LINCE_EIO, "%s: cannot sync: %s", part->path, lince_reason(errno))
               : 0;
}

void lince_part_close(lince_part *part, bool drop)
{
    struct stat status;
    if (part->fd < 0) return;
    if (!fstat(part->fd, &status) && (drop || !status.st_size) && is_named(part, &status))
        unlinkat(part->folder, part->name, 0);
    close(part->fd);
    close(part->folder);
    part->fd = part->folder = -1;
}
