/* A plain file as a source of one entry: a table of texts. */
#include "core/file.h"
#include "core/error.h"
#include "data/image.h"
#include "data/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

bool lince_is_table_name(const char *name)
{
    static const char *const extensions[] = {".csv", ".tsv", ".tab"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof extensions / sizeof *extensions; i++)
        if (!strcasecmp(dot, extensions[i])) return true;
    return false;
}

static bool probe(const lince_head *head)
{
    return !head->folder && head->size > 0 &&
           (lince_is_table_name(head->path) || lince_looks_like_text(head->bytes, head->size));
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
        return lince_fail(LINCE_EIO, "%s: cannot open: %s", source->path, strerror(errno));
    return lince_source_add(source, last_part(source->path), (uint64_t)status.st_size, 0, false);
}

static ssize_t pull(void *context, void *out, size_t size)
{
    return read(*(int *)context, out, size);
}

static int read_entry(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    int fd = open(source->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return lince_fail(LINCE_EIO, "cannot open: %s", strerror(errno));
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
