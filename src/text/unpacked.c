#include "text/unpacked.h"
#include "core/error.h"
#include "core/names.h"

#include <archive.h>
#include <stdbool.h>
#include <sys/stat.h>
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
static int open_archive(struct archive *archive, const char *path, bool *empty)
{
    struct archive_entry *entry;
    lince_unpacked_support(archive);
    archive_read_support_format_empty(archive);
    if (archive_read_open_filename(archive, path, BLOCK) != ARCHIVE_OK) return fail(archive, path);
    int code = archive_read_next_header(archive, &entry);
    *empty = code == ARCHIVE_EOF;
    return code == ARCHIVE_OK || *empty ? 0 : fail(archive, path);
}

int lince_unpacked_open(lince_unpacked *file, const char *path)
{
    *file = (lince_unpacked){0};
    struct stat status;
    bool empty;
    if (access(path, R_OK)) return lince_fail_missing(path);
    if (stat(path, &status) || S_ISDIR(status.st_mode))
        return lince_fail(LINCE_EIO, "%s: not a plain file", path);
    if (!(file->archive = archive_read_new())) return lince_fail(LINCE_ENOMEM, "out of memory");
    int code = open_archive(file->archive, path, &empty);
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
    *file = (lince_unpacked){0};
}
