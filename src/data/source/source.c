#include "data/source/source.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/names.h"
#include "data/source/file_names.h"
#include "data/source/table_formats.h"
#include "picture/decode/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const lince_source_kind *const kinds[] = {
#define SOURCE(row) &row,
#include "data/source/list.def"
};

static int read_head(const char *path, lince_head *head)
{
    struct stat status;
    if (stat(path, &status)) return lince_fail_missing(path);
    if (S_ISDIR(status.st_mode)) {
        head->folder = true;
        return 0;
    }
    if (!S_ISREG(status.st_mode)) return lince_fail(LINCE_EIO, "%s: neither a folder nor a plain file", path);
    int fd = lince_open_to_read(path);
    ssize_t n = fd < 0 ? -1 : pread(fd, head->bytes, sizeof head->bytes, 0);
    int code = n < 0 ? lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno)) : 0;
    if (fd >= 0) close(fd);
    head->size = n > 0 ? (size_t)n : 0;
    return code;
}

static int refuse(const char *path, const lince_head *head)
{
    static const char expected[] = N_("a folder, .zip, .tar, .tar.gz, .tar.xz or a CSV of texts");
    if (head->size == 0)
        return lince_fail(LINCE_EFORMAT, "%s: the file is empty (0 bytes); expected %s", path, _(expected));
    const char *found = lince_looks_like(head->bytes, head->size);
    return lince_fail(LINCE_EFORMAT, "%s: not a data set: this file looks like %s; expected %s", path,
                      found ? found : _("something else"), _(expected));
}

static int by_name(const void *a, const void *b)
{
    const lince_entry *left = a, *right = b;
    return strcmp(left->name, right->name);
}

/* A file that is there twice has no one content; folders are often listed again and again. */
static int sort_entries(lince_source *source)
{
    lince_entry *entries = source->entries;
    bool sorted = true; /* as many archives are */
    for (size_t i = 1; i < source->count && sorted; i++) sorted = by_name(&entries[i - 1], &entries[i]) <= 0;
    if (!sorted) qsort(entries, source->count, sizeof *entries, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < source->count; i++) {
        if (kept > 0 && !strcmp(entries[kept - 1].name, entries[i].name)) {
            if (entries[kept - 1].folder && entries[i].folder) continue;
            return lince_fail(LINCE_EFORMAT, "%s: two entries are named %s; pack the archive again",
                              source->path, entries[i].name);
        }
        entries[kept++] = entries[i];
    }
    source->count = kept;
    return 0;
}

static const lince_source_kind *kind_of(const lince_head *head)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i]->probe(head)) return kinds[i];
    return NULL;
}

bool lince_source_holds_files(const char *path)
{
    lince_head head = {.path = path};
    const lince_source_kind *kind = read_head(path, &head) ? NULL : kind_of(&head);
    return kind && kind->separator;
}

static int open_kind(lince_source *source, const lince_head *head)
{
    source->kind = kind_of(head);
    if (!source->kind) return refuse(source->path, head);
    LINCE_TRY(source->kind->open(source));
    return sort_entries(source);
}

int lince_source_open(lince_source *source, const char *path, const lince_within *within)
{
    *source = (lince_source){.bounds = within ? within->bounds : lince_usual_bounds,
                             .watch = within ? within->watch : (lince_watch){0}};
    lince_head head = {.path = path};
    LINCE_TRY(read_head(path, &head));
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--; /* "pets/" is not to become "pets//cat/1.png" */
    source->path = lince_strndup(path, length);
    int code = source->path ? open_kind(source, &head) : LINCE_ENOMEM;
    source->watch = (lince_watch){0};
    if (code < 0) lince_source_close(source);
    return code;
}

void lince_source_close(lince_source *source)
{
    if (source->kind) source->kind->close(source);
    lince_names_release(&source->names);
    lince_free(source->entries);
    lince_free(source->path);
    *source = (lince_source){0};
}

const char *lince_source_where(const lince_source *source, const lince_entry *entry,
                               char where[LINCE_WHERE_MAX])
{
    if (source->kind->separator)
        snprintf(where, LINCE_WHERE_MAX, "%.*s%s%.*s", LINCE_CUT(source->path, 500), source->kind->separator,
                 LINCE_CUT(entry->name, 500));
    else
        snprintf(where, LINCE_WHERE_MAX, "%.*s", LINCE_CUT(source->path, 1000));
    return where;
}

int lince_source_peek(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    char where[LINCE_WHERE_MAX];
    *bytes = (lince_bytes){0};
    int code = source->kind->read(source, entry, most, bytes);
    return code < 0 ? lince_fail_in(code, lince_source_where(source, entry, where)) : 0;
}

int lince_source_read(lince_source *source, const lince_entry *entry, lince_bytes *bytes)
{
    char where[LINCE_WHERE_MAX];
    unsigned long long size = entry->size;
    *bytes = (lince_bytes){0};
    int code = lince_bounds_check_file(&source->bounds, size);
    if (code) return lince_fail_in(code, lince_source_where(source, entry, where));
    LINCE_TRY(lince_source_peek(source, entry, (size_t)size + 1, bytes));
    if (bytes->size == size) return 0;
    bool longer = bytes->size > size;
    unsigned long long found = bytes->size;
    lince_bytes_release(bytes);
    lince_source_where(source, entry, where);
    if (longer)
        return lince_fail(LINCE_EFORMAT,
                          "%s: longer than the %llu bytes that were listed; changed meanwhile?", where, size);
    return lince_fail(LINCE_EFORMAT, "%s: %llu bytes were expected, only %llu found; truncated?", where, size,
                      found);
}

/* What systems put beside people's files: never a sample, whatever it is called. */
static bool is_litter(const char *part)
{
    return !strncmp(part, "._", 2) || !strcmp(part, "__MACOSX") || !strcmp(part, "Thumbs.db") ||
           !strcmp(part, "desktop.ini") || !strcmp(part, "@eaDir");
}

enum { CLIMBS = -1, LITTER, HIDDEN, LISTED };

/* Tidies a name in place, part by part. Returns what becomes of it. */
static int tidy(char *name)
{
    char *out = name;
    int verdict = LISTED;
    for (char *part = name, *next; part; part = next) {
        next = strchr(part, '/');
        if (next) *next++ = '\0';
        if (!strcmp(part, "..")) return CLIMBS;
        if (!*part || !strcmp(part, ".")) continue;
        int now = is_litter(part) ? LITTER : *part == '.' ? HIDDEN : LISTED;
        if (now < verdict) verdict = now;
        size_t length = strlen(part);
        if (out != name) *out++ = '/';
        memmove(out, part, length);
        out += length;
    }
    *out = '\0';
    return out == name ? LITTER : verdict;
}

static int refuse_name(const lince_source *source, const char *name, const char *why)
{
    char shown[128];
    lince_name_for_display(shown, sizeof shown, name);
    return lince_fail(LINCE_EFORMAT, "%s: refused, because the entry \"%s\" %s", source->path, shown, why);
}

static int pass_hidden(lince_source *source, const char *name)
{
    bool first =
        !source->hidden++ || strcmp(name, source->first_hidden) < 0; /* in whatever order they come */
    if (first) source->first_hidden = lince_names_add(&source->names, name);
    return source->first_hidden ? 0 : LINCE_ENOMEM;
}

int lince_source_add(lince_source *source, const char *name, uint64_t size, uint64_t id, bool folder)
{
    char tidied[LINCE_PATH_MAX + 1];
    if (strlen(name) >= LINCE_PATH_MAX) return refuse_name(source, name, _("has too long a name"));
    /* a file that could be no sample is listed by a name that can be shown */
    bool clean = lince_name_is_clean(name), sample = lince_names_sample(name);
    char shown[LINCE_PATH_MAX];
    if (!clean && !sample) {
        if (folder) return 0;
        lince_name_for_display(shown, sizeof shown, name);
        name = shown;
    } else if (!clean)
        return refuse_name(source, name, _("has a name that is not plain UTF-8 text; rename it"));
    if (name[0] == '/' || name[0] == '\\') return refuse_name(source, name, _("has an absolute path"));
    if (!strncmp(name, "..\\", 3) || strstr(name, "\\..\\"))
        return refuse_name(source, name, _("climbs out of the archive"));
    strcpy(tidied, name);
    int verdict = tidy(tidied);
    if (verdict == CLIMBS) return refuse_name(source, name, _("climbs out of the archive"));
    if (verdict == HIDDEN && !folder && sample) return pass_hidden(source, tidied);
    if (verdict != LISTED) return 0;
    if (folder) strcat(tidied, "/");
    if (source->count >= source->bounds.files || source->count >= UINT32_MAX)
        return lince_fail(LINCE_EFORMAT, "%s: more than %zu files (--max-files allows more)", source->path,
                          source->count);
    LINCE_TRY(lince_grow(&source->entries, &source->capacity, source->count + 1, sizeof *source->entries));
    const char *kept = lince_names_add(&source->names, tidied);
    if (!kept) return LINCE_ENOMEM;
    source->entries[source->count++] = (lince_entry){.name = kept, .size = size, .id = id, .folder = folder};
    return 0;
}

int lince_source_tell(const lince_source *source, uint64_t done, uint64_t total)
{
    const lince_watch *w = &source->watch;
    if (w->progress) w->progress(w->context, (size_t)done, (size_t)total);
    return w->stop && *w->stop ? lince_fail(LINCE_EINTERRUPTED, "interrupted") : 0;
}
