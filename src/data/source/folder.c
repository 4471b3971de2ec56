/* A folder, listed with everything below it. */
#include "core/error.h"
#include "core/file.h"
#include "data/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

static bool probe(const lince_head *head)
{
    return head->folder;
}

static int add(lince_source *source, const FTSENT *found)
{
    const char *name = found->fts_path + strlen(source->path);
    while (*name == '/') name++;
    bool hidden =
        *name == '.' || strstr(name, "/."); /* it is listed nowhere: what is wrong with it is no matter */
    if (hidden && found->fts_info != FTS_F) return 0;
    switch (found->fts_info) {
    case FTS_D: return *name ? lince_source_add(source, name, 0, 0, true) : 0;
    case FTS_F: return lince_source_add(source, name, (uint64_t)found->fts_statp->st_size, 0, false);
    case FTS_SLNONE:
        return lince_source_add(source, name, 0, 0, false); /* told as unreadable when it is read */
    case FTS_DC:
        return lince_fail(LINCE_EFORMAT, "%s: a link that leads back to a folder it lies in",
                          found->fts_path);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return lince_fail(LINCE_EIO, "%s: cannot read: %s", found->fts_path, lince_reason(found->fts_errno));
    default: return 0;
    }
}

/* Hidden folders are walked for what calls itself a sample, but not what programs keep for themselves. */
static bool is_never_data(const FTSENT *found)
{
    static const char *const names[] = {".git", ".svn", ".hg", ".venv", ".cache", ".Trash", ".Trashes"};
    if (found->fts_level == 0) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(found->fts_name, names[i])) return true;
    return false;
}

static int list(lince_source *source)
{
    char *const roots[] = {source->path, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!walk) return lince_fail(LINCE_EIO, "%s: cannot read: %s", source->path, lince_reason(errno));
    int code = 0;
    for (FTSENT *found; code >= 0 && (found = fts_read(walk));) {
        if (is_never_data(found))
            fts_set(walk, found, FTS_SKIP);
        else
            code = add(source, found);
    }
    fts_close(walk);
    return code;
}

static ssize_t pull(void *context, void *out, size_t size)
{
    return read(*(int *)context, out, size);
}

static int read_entry(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, source->path, entry->name));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return lince_fail(LINCE_EIO, "cannot open: %s", lince_reason(errno));
    int code = lince_bytes_fill(bytes, entry->size, most, pull, &fd);
    close(fd);
    return code;
}

static void close_folder(lince_source *source)
{
    (void)source;
}

const lince_source_kind lince_folder = {.name = "folder",
                                        .separator = "/",
                                        .probe = probe,
                                        .open = list,
                                        .read = read_entry,
                                        .close = close_folder};
