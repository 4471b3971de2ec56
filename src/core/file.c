#include "core/file.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* `message`, untranslated, has the path and the reason. */
static int fail_io(const char *path, const char *message)
{
    return lince_fail(lince_system_code(errno), message, path, lince_reason(errno));
}

int lince_file_open_in(lince_file *file, const char *folder, const char *name)
{
    *file = (lince_file){.folder = -1};
    if (strlen(name) >= sizeof file->path)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", name);
    if (folder)
        LINCE_TRY(lince_path_join(file->path, folder, name));
    else
        strcpy(file->path, name);
    int within = lince_folder_of(folder, name, &file->name);
    if (within < 0) return within;
    file->name = file->path + strlen(file->path) - strlen(file->name);
    int fd = lince_beside_open(within, file->name, file->beside);
    file->stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (file->stream) {
        file->folder = within;
        return 0;
    }
    int code = fail_io(file->path, N_("%s: cannot write: %s"));
    if (fd >= 0) unlinkat(within, file->beside, 0), close(fd);
    close(within);
    return code;
}

int lince_file_open(lince_file *file, const char *path)
{
    return lince_file_open_in(file, NULL, path);
}

static void close_file(lince_file *file)
{
    fclose(file->stream);
    close(file->folder);
    file->stream = NULL;
}

void lince_file_abandon(lince_file *file)
{
    if (!file->stream) return;
    unlinkat(file->folder, file->beside, 0);
    close_file(file);
}

/* A rename is durable only once the folder that holds the name is. */
static int rename_at(int folder, const char *from, const char *to, const char *path)
{
    if (renameat(folder, from, folder, to)) return fail_io(path, N_("%s: cannot rename: %s"));
    return fsync(folder) && errno != EINVAL ? fail_io(path, N_("%s: cannot sync: %s")) : 0;
}

int lince_file_commit(lince_file *file)
{
    int failed = ferror(file->stream) | fflush(file->stream) | fsync(fileno(file->stream));
    int code = failed ? fail_io(file->path, N_("%s: cannot write: %s"))
                      : rename_at(file->folder, file->beside, file->name, file->path);
    if (code)
        lince_file_abandon(file);
    else
        close_file(file);
    return code;
}

static int link_at(int folder, const char *from, const char *to, const char *path)
{
    char beside[LINCE_FILE_NAME_MAX];
    do {
        if (!lince_beside_name(to, beside, sizeof beside)) return fail_io(path, N_("%s: cannot link: %s"));
        if (linkat(folder, from, folder, beside, 0) == 0) {
            int code = rename_at(folder, beside, to, path);
            unlinkat(folder, beside, 0); /* rename leaves it where both names are the same file's already */
            return code;
        }
    } while (errno == EEXIST);
    bool unknown = errno == EPERM || errno == ENOTSUP || errno == ENOSYS || errno == EMLINK;
    return unknown ? 1 : fail_io(path, N_("%s: cannot link: %s"));
}

int lince_file_link(const char *folder, const char *place, const char *from, const char *to)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, place));
    int fd = lince_folder_open(folder, place, false);
    if (fd < 0) return fd;
    int code = link_at(fd, from, to, path);
    close(fd);
    return code;
}

int lince_file_remove(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX];
    const char *base;
    LINCE_TRY(lince_path_join(path, folder, name));
    if (lince_file_is_missing(path)) return 0;
    int fd = lince_folder_of(folder, name, &base);
    if (fd < 0) return fd;
    int code = unlinkat(fd, base, 0) && errno != ENOENT ? fail_io(path, N_("%s: cannot remove: %s")) : 0;
    close(fd);
    return code;
}

int lince_file_write_in(const char *folder, const char *name, const void *bytes, size_t size)
{
    lince_file file;
    LINCE_TRY(lince_file_open_in(&file, folder, name));
    fwrite(bytes, 1, size, file.stream);
    return lince_file_commit(&file);
}

int lince_file_write(const char *path, const void *bytes, size_t size)
{
    return lince_file_write_in(NULL, path, bytes, size);
}

int lince_open_to_read(const char *path)
{
    int fd; /* a pipe without a writer must not block */
    struct stat status;
    while ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) < 0 && errno == EINTR) continue;
    if (fd < 0) return -1;
    int reason = fstat(fd, &status)        ? errno
                 : S_ISREG(status.st_mode) ? 0
                 : S_ISDIR(status.st_mode) ? EISDIR
                                           : LINCE_NOT_PLAIN;
    if (!reason) return fd;
    close(fd);
    errno = reason;
    return -1;
}

FILE *lince_stream_to_read(const char *path)
{
    int fd = lince_open_to_read(path);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "rb");
    if (!stream && fd >= 0) close(fd);
    return stream;
}

int lince_file_read(const char *path, size_t limit, char **bytes, size_t *size)
{
    *bytes = NULL;
    *size = 0;
    FILE *stream = lince_stream_to_read(path);
    if (!stream) return fail_io(path, N_("%s: cannot read: %s"));
    struct stat status;
    int code = 0;
    if (fstat(fileno(stream), &status))
        code = fail_io(path, N_("%s: cannot read: %s"));
    else if ((size_t)status.st_size > limit)
        code = lince_fail(LINCE_EFORMAT, "%s: %zu bytes; at most %zu are expected", path,
                          (size_t)status.st_size, limit);
    else if (!(*bytes = lince_alloc((size_t)status.st_size + 1, 1)))
        code = LINCE_ENOMEM;
    else if (fread(*bytes, 1, (size_t)status.st_size, stream) != (size_t)status.st_size)
        code = fail_io(path, N_("%s: cannot read: %s"));
    else
        *size = (size_t)status.st_size;
    fclose(stream);
    if (code) {
        lince_free(*bytes);
        *bytes = NULL;
    }
    return code;
}

static int list(DIR *stream, const char *path, int (*take)(void *context, int folder, const char *name),
                void *context)
{
    for (const struct dirent *entry;;) {
        errno = 0;
        if (!(entry = readdir(stream))) return errno ? fail_io(path, N_("%s: cannot read: %s")) : 0;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            LINCE_TRY(take(context, dirfd(stream), entry->d_name));
    }
}

int lince_folder_list(const char *path, int (*take)(void *context, int folder, const char *name),
                      void *context)
{
    DIR *stream = opendir(path);
    if (!stream) return fail_io(path, N_("%s: cannot read: %s"));
    int code = list(stream, path, take, context);
    closedir(stream);
    return code;
}

int lince_line_read(FILE *stream, char **line, size_t *capacity, size_t *length)
{
    int c = 0;
    size_t used = 0;
    errno = *length = 0;
    while (c != '\n' && (c = getc_unlocked(stream)) != EOF) {
        if (used == LINCE_LINE_MAX)
            return lince_fail(LINCE_EFORMAT, "a line of more than %d MiB; is it a text at all?",
                              LINCE_LINE_MAX >> 20);
        LINCE_TRY(lince_grow(line, capacity, used + 2, 1));
        (*line)[used++] = (char)c;
    }
    if (ferror(stream)) return lince_fail(lince_system_code(errno), "cannot read: %s", lince_reason(errno));
    if (!used) return 1;
    (*line)[used] = '\0';
    *length = used;
    return 0;
}

bool lince_file_is_missing(const char *path)
{
    return access(path, F_OK) && (errno == ENOENT || errno == ENOTDIR);
}

bool lince_is_same_file(const char *a, const char *b)
{
    struct stat left, right;
    return !stat(a, &left) && !stat(b, &right) && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* One that is there may be one that nobody can make anew: of a read-only or a mounted place. */
static int make_one(const char *path)
{
    struct stat status;
    if (!mkdir(path, 0777)) return 0;
    int why = errno;
    if (!stat(path, &status) && S_ISDIR(status.st_mode)) return 0;
    if (why == EEXIST) return lince_fail(LINCE_EIO, "%s: not a folder", path);
    errno = why;
    return fail_io(path, N_("%s: cannot create the folder: %s"));
}

int lince_make_folder(const char *path)
{
    char partial[LINCE_PATH_MAX];
    if (strlen(path) >= sizeof partial)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", path);
    const char *below = lince_folder_chosen(path, partial);
    if (below) return lince_folder_make(*partial ? partial : "/", below);
    strcpy(partial, path);
    for (char *c = partial + 1; *c; c++) {
        if (*c != '/') continue;
        *c = '\0';
        LINCE_TRY(make_one(partial));
        *c = '/';
    }
    return make_one(partial);
}

bool lince_cache_folder(char out[LINCE_PATH_MAX], const char *name)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool own = cache && *cache;
    if (!own && (!home || !*home)) return false;
    int length = snprintf(out, LINCE_PATH_MAX, "%s%s/lince%s%s", own ? cache : home, own ? "" : "/.cache",
                          name ? "/" : "", name ? name : "");
    return length >= 0 && length < LINCE_PATH_MAX;
}

enum { DEEPEST = 64 }; /* folders within folders that are removed: lince makes four */

static int remove_entry(void *depth, int folder, const char *name)
{
    int within = *(const int *)depth + 1;
    if (!unlinkat(folder, name, 0) || within > DEEPEST) return 0;
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !stream) close(fd);
    if (!stream) return 0;
    list(stream, name, remove_entry, &within);
    closedir(stream);
    unlinkat(folder, name, AT_REMOVEDIR);
    return 0;
}

void lince_remove_folder(const char *path)
{
    const char *base;
    int within = lince_folder_of(NULL, path, &base);
    if (within < 0) return;
    remove_entry(&(int){0}, within, base);
    close(within);
}

int lince_path_join(char out[LINCE_PATH_MAX], const char *folder, const char *name)
{
    int length = snprintf(out, LINCE_PATH_MAX, "%s/%s", folder, name);
    if (length >= LINCE_PATH_MAX) return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", folder);
    return 0;
}
