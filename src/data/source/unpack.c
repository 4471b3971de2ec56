#include "data/source/unpack.h"
#include "core/error.h"
#include "text/unpacked.h"

#include <archive.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *extension, *magic;
} packers[] = {{".gz", "\x1f\x8b"},
               {".bz2", "BZh"},
               {".xz", "\xfd"
                       "7zXZ"},
               {".zst", "\x28\xb5\x2f\xfd"}};

bool lince_is_packed(const void *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
        size_t length = strlen(packers[i].magic);
        if (size >= length && !memcmp(bytes, packers[i].magic, length)) return true;
    }
    return false;
}

size_t lince_unpacked_name(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
        size_t end = strlen(packers[i].extension);
        if (length > end && !strcasecmp(name + length - end, packers[i].extension)) return length - end;
    }
    return length;
}

static ssize_t pull(void *archive, void *out, size_t size)
{
    ssize_t n = archive_read_data(archive, out, size);
    if (n < 0) errno = 0;
    return n;
}

static int fail(struct archive *archive)
{
    const char *reason = archive_error_string(archive);
    return lince_fail(LINCE_EFORMAT, "packed, and truncated or damaged: %s", reason ? reason : "?");
}

static int read_only_entry(struct archive *archive, const lince_bytes *packed, size_t most,
                           lince_bytes *bytes)
{
    struct archive_entry *entry;
    lince_unpacked_support(archive);
    if (archive_read_open_memory(archive, packed->data, packed->size) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK)
        return fail(archive);
    int code = lince_bytes_fill(bytes, packed->size, most, pull, archive);
    return code == LINCE_EFORMAT ? fail(archive) : code;
}

int lince_bytes_unpack_head(const lince_bytes *packed, size_t most, lince_bytes *bytes)
{
    *bytes = (lince_bytes){.data = packed->data, .size = packed->size < most ? packed->size : most};
    if (!lince_is_packed(packed->data, packed->size)) return 0;
    struct archive *archive = archive_read_new();
    if (!archive) return lince_fail(LINCE_ENOMEM, "out of memory");
    int code = read_only_entry(archive, packed, most, bytes);
    archive_read_free(archive);
    return code;
}

int lince_bytes_unpack(const lince_bytes *packed, const lince_bounds *bounds, lince_bytes *bytes)
{
    LINCE_TRY(lince_bytes_unpack_head(packed, (size_t)bounds->file + 1, bytes));
    int code = lince_bounds_check_file(bounds, bytes->size);
    if (!code && bytes->owned) code = lince_bounds_check_ratio(bounds, bytes->size, packed->size);
    if (code) lince_bytes_release(bytes);
    return code;
}
