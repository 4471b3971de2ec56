/* A folder, listed with everything below it. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "data/source/file_names.h"
#include "data/source/source.h"
#include "data/source/table_formats.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool probe(const lince_head *head)
{
    return head->folder;
}

/* A folder on the way, and the one it lies in: an index, its own where it is the source. */
typedef struct place {
    char *name; /* below the source; "": the source itself */
    dev_t device;
    ino_t inode;
    size_t parent;
} place;

typedef struct walk {
    lince_source *source;
    place *places; /* those before `at` have been looked into */
    size_t count, capacity, at;
    size_t lost;        /* links to nothing that might have been folders */
    lince_buffer names; /* of the first of them */
} walk;

/* A link may lead back to a folder that it lies in. */
static bool is_circle(const walk *w, const struct stat *status)
{
    for (size_t i = w->at;; i = w->places[i].parent) {
        if (w->places[i].device == status->st_dev && w->places[i].inode == status->st_ino) return true;
        if (w->places[i].parent == i) return false;
    }
}

static int add_place(walk *w, const char *name, const struct stat *status)
{
    LINCE_TRY(lince_grow(&w->places, &w->capacity, w->count + 1, sizeof *w->places));
    place *p = &w->places[w->count];
    *p = (place){lince_strdup(name), status->st_dev, status->st_ino, w->at};
    w->count++;
    return p->name ? 0 : LINCE_ENOMEM;
}

static int fail_at(const walk *w, const char *name, int error)
{
    return lince_fail(LINCE_EIO, "%s/%s: cannot read: %s", w->source->path, name, lince_reason(error));
}

/* A link to nothing that calls itself a sample is told as unreadable when it is read. Any other may be a class, or a
 * part of one, on a disk that is not there: without it the rest would pass for the whole. */
static int add_lost(walk *w, const char *name)
{
    enum { NAMED = 5 };
    if (lince_names_sample(name)) return lince_source_add(w->source, name, 0, 0, false);
    if (w->lost < NAMED)
        lince_buffer_printf(&w->names, "%s%s", w->lost ? ", " : "", name);
    else if (w->lost == NAMED)
        lince_buffer_puts(&w->names, ", ...");
    w->lost++;
    return w->names.error;
}

static int refuse_lost(const walk *w)
{
    if (!w->lost) return 0;
    return lince_fail(LINCE_EIO,
                      "%s: links that lead to nothing: %zu (%s); is a disk not mounted? Mount it, or remove "
                      "the links",
                      w->source->path, w->lost, w->names.data);
}

/* What is hidden is listed nowhere: what is wrong with it is no matter. */
static int add(walk *w, int folder, const char *entry, const char *name)
{
    struct stat status, link;
    bool hidden = *name == '.' || strstr(name, "/.");
    if (fstatat(folder, entry, &status, 0)) {
        int error = errno;
        if (hidden) return 0;
        if (fstatat(folder, entry, &link, AT_SYMLINK_NOFOLLOW) || !S_ISLNK(link.st_mode))
            return fail_at(w, name, error);
        return add_lost(w, name);
    }
    if (S_ISREG(status.st_mode)) return lince_source_add(w->source, name, (uint64_t)status.st_size, 0, false);
    if (!S_ISDIR(status.st_mode)) return 0;
    if (is_circle(w, &status)) {
        if (hidden) return 0;
        return lince_fail(LINCE_EFORMAT, "%s/%s: a link that leads back to a folder it lies in",
                          w->source->path, name);
    }
    if (!hidden) LINCE_TRY(lince_source_add(w->source, name, 0, 0, true));
    return add_place(w, name, &status);
}

/* Hidden folders are walked for what calls itself a sample, but not what programs keep for themselves. */
static bool is_never_data(const char *name)
{
    static const char *const names[] = {".git", ".svn", ".hg", ".venv", ".cache", ".Trash", ".Trashes"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return true;
    return false;
}

static int take(void *context, int folder, const char *entry)
{
    walk *w = context;
    char name[LINCE_PATH_MAX];
    const char *above = w->places[w->at].name;
    if (is_never_data(entry)) return 0;
    if (!*above) return add(w, folder, entry, entry);
    LINCE_TRY(lince_path_join(name, above, entry));
    return add(w, folder, entry, name);
}

static int look_into(walk *w)
{
    char path[LINCE_PATH_MAX];
    const char *name = w->places[w->at].name;
    if (!*name) return lince_folder_list(w->source->path, take, w);
    LINCE_TRY(lince_path_join(path, w->source->path, name));
    int code = lince_folder_list(path, take, w);
    bool hidden = *name == '.' || strstr(name, "/.");
    return code == LINCE_EIO && hidden ? 0 : code;
}

static int list(lince_source *source)
{
    walk w = {.source = source};
    struct stat status;
    if (stat(source->path, &status))
        return lince_fail(LINCE_EIO, "%s: cannot read: %s", source->path, lince_reason(errno));
    int code = add_place(&w, "", &status);
    for (; !code && w.at < w.count; w.at++) code = look_into(&w);
    if (!code) code = refuse_lost(&w);
    for (size_t i = 0; i < w.count; i++) lince_free(w.places[i].name);
    lince_buffer_release(&w.names);
    lince_free(w.places);
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
    int fd = lince_open_to_read(path);
    if (fd < 0) return lince_fail(lince_system_code(errno), "cannot open: %s", lince_reason(errno));
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
