#include "text/unpacked.h"
#include "core/archive.h"
#include "core/error.h"
#include "core/file.h"
#include "core/names.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

/* NULL: an empty file. */
static ssize_t pull(void *archive, char *out, size_t size)
{
    la_ssize_t n = archive ? archive_read_data(archive, out, size) : 0;
    return n < 0 ? -1 : n;
}

static int fail(struct archive *archive, const char *path)
{
    const char *reason = archive_error_string(archive);
    if (archive_errno(archive) == ENOMEM) return lince_fail(LINCE_ENOMEM, "%s: out of memory", path);
    return lince_fail(LINCE_EFORMAT, "%s: packed, and truncated or damaged: %s", path, reason ? reason : "?");
}

void lince_unpacked_support(struct archive *archive)
{
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_raw(archive);
}

/* An archive of the "raw" format has one entry, all that the filters make of the file. */
static int open_archive(struct archive *archive, int fd, const char *path, bool *empty)
{
    struct archive_entry *entry = NULL;
    lince_unpacked_support(archive);
    archive_read_support_format_empty(archive);
    if (lince_archive_open(archive, fd, BLOCK) != ARCHIVE_OK) return fail(archive, path);
    int code = lince_archive_next(archive, &entry);
    archive_entry_free(entry);
    *empty = code == ARCHIVE_EOF;
    return code == ARCHIVE_OK || *empty ? 0 : fail(archive, path);
}

int lince_unpacked_open(lince_unpacked *file, const char *path)
{
    *file = (lince_unpacked){.fd = lince_open_to_read(path)};
    bool empty = false;
    if (file->fd < 0) return lince_fail_missing(path);
    file->archive = archive_read_new();
    int code = file->archive ? open_archive(file->archive, file->fd, path, &empty)
                             : lince_fail(LINCE_ENOMEM, "out of memory");
    if (!code)
        file->stream = fopencookie(empty ? NULL : file->archive, "r", (cookie_io_functions_t){.read = pull});
    if (!code && !file->stream) code = lince_fail(LINCE_ENOMEM, "out of memory");
    if (!code) setvbuf(file->stream, NULL, _IOFBF, BLOCK);
    if (code) lince_unpacked_close(file);
    return code;
}

int lince_unpacked_check(const lince_unpacked *file, const char *path)
{
    return ferror(file->stream) ? fail(file->archive, path) : 0;
}

void lince_unpacked_close(lince_unpacked *file)
{
    if (file->stream) fclose(file->stream);
    if (file->archive) archive_read_free(file->archive);
    if (file->fd >= 0) close(file->fd);
    *file = (lince_unpacked){.fd = -1};
}
