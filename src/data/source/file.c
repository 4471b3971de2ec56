/* A plain file as a source of one entry: a table of texts. */
#include "core/file.h"
#include "core/error.h"
#include "data/source/source.h"
#include "data/source/table_formats.h"
#include "data/source/unpack.h"
#include "picture/decode/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is no text is told by who reads it, with what it is. */
static bool probe(const lince_head *head)
{
    if (head->folder || head->size == 0) return false;
    return lince_is_packed(head->bytes, head->size) || lince_is_table_name(head->path) ||
           lince_foreign_named(head->path) || lince_foreign_begun(head->bytes, head->size) ||
           lince_looks_like_text(head->bytes, head->size);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int list(lince_source *source)
{
    struct stat status;
    if (stat(source->path, &status))
        return lince_fail(LINCE_EIO, "%s: cannot open: %s", source->path, lince_reason(errno));
    return lince_source_add(source, last_part(source->path), (uint64_t)status.st_size, 0, false);
}

static ssize_t pull(void *context, void *out, size_t size)
{
    return read(*(int *)context, out, size);
}

static int read_entry(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    int fd = lince_open_to_read(source->path);
    if (fd < 0) return lince_fail(lince_system_code(errno), "cannot open: %s", lince_reason(errno));
    int code = lince_bytes_fill(bytes, entry->size, most, pull, &fd);
    close(fd);
    return code;
}

static void close_file(lince_source *source)
{
    (void)source;
}

const lince_source_kind lince_plain_file = {
    .name = "file", .probe = probe, .open = list, .read = read_entry, .close = close_file};
