#include "core/folder.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_at(int folder, const char *name, int flags)
{
    int fd;
    while ((fd = openat(folder, name, flags | O_CLOEXEC, 0666)) < 0 && errno == EINTR) continue;
    return fd;
}

/* --- on the way ------------------------------------------------------------------------------------- */

static bool is_link(int folder, const char *name)
{
    struct stat status;
    return !fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) && S_ISLNK(status.st_mode);
}

/* `all`: for the message. */
static int enter(int folder, const char *part, const char *above, const char *all, bool make)
{
    if (make && mkdirat(folder, part, 0777) && errno != EEXIST)
        return lince_fail(lince_system_code(errno), "%s/%s: cannot create the folder: %s", above, all,
                          lince_reason(errno));
    int fd = open_at(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0) return fd;
    int error = errno;
    if (is_link(folder, part))
        return lince_fail(LINCE_EIO,
                          "%s/%s: '%s' is a link; lince writes nothing through links in its folders: put a "
                          "folder in its place",
                          above, all, part);
    return lince_fail(lince_system_code(error), "%s/%s: cannot open: %s", above, all, lince_reason(error));
}

/* `name` without its last part; "" where it has but one. */
static int parent_of(const char *name, char parent[LINCE_PATH_MAX], const char **base)
{
    const char *slash = strrchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) : 0;
    if (length >= LINCE_PATH_MAX) return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", name);
    memcpy(parent, name, length);
    parent[length] = '\0';
    *base = slash ? slash + 1 : name;
    return 0;
}

const char *lince_folder_chosen(const char *path, char chosen[])
{
    const char *mark = NULL;
    for (const char *at = path; (at = strstr(at, LINCE_BELOW)); at++) mark = at;
    if (!mark || mark - path >= LINCE_PATH_MAX) return NULL;
    memcpy(chosen, path, (size_t)(mark - path));
    chosen[mark - path] = '\0';
    return mark + strlen(LINCE_BELOW);
}

int lince_folder_below(char out[], const char *folder, const char *name)
{
    if (snprintf(out, LINCE_PATH_MAX, "%s" LINCE_BELOW "%s", folder, name) < LINCE_PATH_MAX) return 0;
    return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", folder);
}

/* From `fd`, which is closed, on; `above` is its name. */
static int walk(int fd, const char *above, const char *name, bool make)
{
    char part[LINCE_FILE_NAME_MAX];
    for (const char *at = name; fd >= 0 && *at;) {
        size_t length = strcspn(at, "/");
        if (length >= sizeof part) {
            close(fd);
            return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", at);
        }
        memcpy(part, at, length);
        part[length] = '\0';
        int inner = enter(fd, part, above, name, make);
        close(fd);
        fd = inner;
        at += length + (at[length] == '/');
    }
    return fd;
}

static int open_chosen(const char *path)
{
    char chosen[LINCE_PATH_MAX];
    const char *below = lince_folder_chosen(path, chosen), *first = !below ? path : *chosen ? chosen : "/";
    int fd = open_at(AT_FDCWD, first, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return lince_fail(lince_system_code(errno), "%s: cannot open: %s", path, lince_reason(errno));
    return below ? walk(fd, chosen, below, false) : fd;
}

int lince_folder_open(const char *folder, const char *name, bool make)
{
    int fd = open_chosen(folder ? folder : name);
    return folder ? walk(fd, folder, name, make) : fd;
}

int lince_folder_of(const char *folder, const char *name, const char **base)
{
    char parent[LINCE_PATH_MAX];
    LINCE_TRY(parent_of(name, parent, base));
    if (!**base) return lince_fail(LINCE_EIO, "%s: cannot write: %s", name, lince_reason(EISDIR));
    if (strlen(*base) >= LINCE_FILE_NAME_MAX)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", *base);
    if (folder) return lince_folder_open(folder, parent, true);
    char ignored[LINCE_PATH_MAX];
    if (lince_folder_chosen(parent, ignored)) return open_chosen(parent);
    int fd = open_at(AT_FDCWD, *parent ? parent : *base == name ? "." : "/", O_RDONLY | O_DIRECTORY);
    return fd >= 0 ? fd
                   : lince_fail(lince_system_code(errno), "%s: cannot write: %s", name, lince_reason(errno));
}

int lince_folder_new(const char *path)
{
    const char *base;
    int within = lince_folder_of(NULL, path, &base);
    if (within < 0) return within;
    int code = !mkdirat(within, base, 0777) ? 0
               : errno == EEXIST            ? 1
                                 : lince_fail(lince_system_code(errno), "%s: cannot create the folder: %s",
                                              path, lince_reason(errno));
    close(within);
    return code;
}

int lince_folder_check(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, name));
    struct stat status;
    if (lstat(path, &status) && (errno == ENOENT || errno == ENOTDIR))
        return 0; /* not even a link to nothing */
    int fd = lince_folder_open(folder, name, false);
    if (fd < 0) return fd;
    close(fd);
    return 0;
}

int lince_folder_make(const char *folder, const char *name)
{
    int fd = lince_folder_open(folder, name, true);
    if (fd < 0) return fd;
    close(fd);
    return 0;
}

/* --- beside ----------------------------------------------------------------------------------------- */

/* What is cut off a long name does not matter: the digits make it one of its own. */
bool lince_beside_name(const char *base, char beside[], size_t size)
{
    enum { LONGEST = LINCE_FILE_NAME_MAX - LINCE_BESIDE_DIGITS - (int)sizeof LINCE_BESIDE };
    uint64_t digits;
    ssize_t got;
    while ((got = getrandom(&digits, sizeof digits, 0)) < 0 && errno == EINTR) continue;
    if (got != (ssize_t)sizeof digits) return false;
    const char *slash = strrchr(base, '/');
    size_t before = slash ? (size_t)(slash + 1 - base) : 0;
    return snprintf(beside, size, "%.*s%.*s" LINCE_BESIDE "%016" PRIx64, (int)before, base, LONGEST,
                    base + before, digits) < (int)size;
}

/* Whether nobody removed it before it was locked. */
static bool lock_beside(int fd)
{
    struct stat status;
    flock(fd, LOCK_EX | LOCK_NB); /* a file system that knows no locks clears nothing either */
    return !fstat(fd, &status) && status.st_nlink;
}

int lince_beside_open(int folder, const char *base, char beside[LINCE_FILE_NAME_MAX])
{
    for (;;) {
        if (!lince_beside_name(base, beside, LINCE_FILE_NAME_MAX)) return -1;
        int fd = open_at(folder, beside, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
        if (fd < 0 && errno != EEXIST) return -1;
        if (fd >= 0 && lock_beside(fd)) return fd;
        if (fd >= 0) close(fd);
    }
}

int lince_beside_folder(const char *path, char beside[], size_t size)
{
    char parent[LINCE_PATH_MAX];
    const char *base;
    LINCE_TRY(parent_of(path, parent, &base));
    if (*parent) LINCE_TRY(lince_make_folder(parent));
    do {
        if (!lince_beside_name(path, beside, size))
            return lince_fail(LINCE_EIO, "%s: cannot create the folder: %s", path, lince_reason(errno));
        if (!mkdir(beside, 0777)) return 0;
    } while (errno == EEXIST);
    return lince_fail(lince_system_code(errno), "%s: cannot create the folder: %s", beside,
                      lince_reason(errno));
}

/* Of this version, or of one that put the process's number there. */
static bool is_beside(const char *name)
{
    const char *found = NULL;
    for (const char *at = name; (at = strstr(at, LINCE_BESIDE)); at++) found = at;
    if (!found) return false;
    for (found += strlen(LINCE_BESIDE); isxdigit((unsigned char)*found);) found++;
    return !*found;
}

static bool is_in_use(int folder, const char *name)
{
    int fd = open_at(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    bool used = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
    close(fd);
    return used;
}

size_t lince_folder_leftovers(const char *folder, const char *name, bool remove)
{
    size_t bytes = 0;
    struct stat status;
    int fd = lince_folder_open(folder, name, false);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !stream) close(fd);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        if (!is_beside(entry->d_name) || is_in_use(fd, entry->d_name)) continue;
        if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW)) continue;
        if (!remove || !unlinkat(fd, entry->d_name, 0)) bytes += (size_t)status.st_size;
    }
    if (stream) closedir(stream);
    return bytes;
}
