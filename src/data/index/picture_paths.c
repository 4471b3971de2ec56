#include "data/index/picture_paths.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/memory.h"
#include "data/index/part_names.h"

#include <stdlib.h>
#include <string.h>

static int add(lince_picture_paths *p, const char *path, size_t length, size_t entry)
{
    LINCE_TRY(lince_grow(&p->list, &p->capacity, p->count + 1, sizeof *p->list));
    p->list[p->count++] = (lince_picture_path){lince_hash(0, path, length), (uint32_t)entry};
    return 0;
}

static int by_hash(const void *a, const void *b)
{
    const lince_picture_path *left = a, *right = b;
    if (left->hash != right->hash) return left->hash < right->hash ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

static int add_picture(lince_picture_paths *p, size_t entry)
{
    const char *path = p->source->entries[entry].name;
    while (path) {
        const char *dot = strrchr(path, '.'), *slash = strchr(path, '/');
        LINCE_TRY(add(p, path, strlen(path), entry));
        if (dot) LINCE_TRY(add(p, path, (size_t)(dot - path), entry));
        path = slash ? slash + 1 : NULL;
    }
    return 0;
}

int lince_picture_paths_init(lince_picture_paths *p, const lince_source *source, const bool *pictured)
{
    *p = (lince_picture_paths){.source = source};
    for (size_t i = 0; i < source->count; i++)
        if (pictured[i]) LINCE_TRY(add_picture(p, i));
    if (p->count) qsort(p->list, p->count, sizeof *p->list, by_hash);
    return 0;
}

void lince_picture_paths_release(lince_picture_paths *p)
{
    lince_free(p->list);
    *p = (lince_picture_paths){0};
}

/* --- of several ----------------------------------------------------------------------------------- */

/* Calls `is` for each folder's name in a path. */
static bool any_folder(const char *path, bool (*is)(const char *name, size_t length, void *context),
                       void *context)
{
    for (const char *slash; (slash = strchr(path, '/')); path = slash + 1)
        if (is(path, (size_t)(slash - path), context)) return true;
    return false;
}

static bool names_part(const char *name, size_t length, void *context)
{
    lince_named_part found = lince_part_in(name, length);
    if (found.part < LINCE_PARTS) *(lince_part *)context = found.part;
    return false; /* the last one counts */
}

lince_part lince_part_of_path(const char *path)
{
    lince_part part = LINCE_PARTS;
    any_folder(path, names_part, &part);
    return part;
}

static bool names_companion(const char *name, size_t length, void *context)
{
    (void)context;
    return lince_names_contents(name, length) && !lince_names_pictures(name, length);
}

typedef struct wanted {
    const char *folder;
    lince_part part;
} wanted;

static bool lies_beside(const char *path, const wanted *w)
{
    size_t length = strlen(w->folder);
    return length && !strncmp(path, w->folder, length);
}

static bool is_of_part(const char *path, const wanted *w)
{
    return w->part < LINCE_PARTS && lince_part_of_path(path) == w->part;
}

static bool is_no_companion(const char *path, const wanted *w)
{
    (void)w;
    return !any_folder(path, names_companion, NULL);
}

/* The one picture for which a test speaks, where there is one such. */
static long choose(const lince_picture_paths *p, const lince_picture_path *first, size_t count,
                   const wanted *w)
{
    static bool (*const tests[])(const char *path, const wanted *w) = {lies_beside, is_of_part,
                                                                       is_no_companion};
    if (count == 1) return (long)first->entry;
    for (size_t t = 0; t < sizeof tests / sizeof *tests; t++) {
        long only = LINCE_NO_PICTURE;
        for (size_t i = 0; i < count; i++)
            if (tests[t](p->source->entries[first[i].entry].name, w))
                only = only == LINCE_NO_PICTURE ? (long)first[i].entry : LINCE_SEVERAL_PICTURES;
        if (only >= 0) return only;
    }
    return LINCE_SEVERAL_PICTURES;
}

/* --- finding -------------------------------------------------------------------------------------- */

static long find(const lince_picture_paths *p, const char *path, size_t length, const wanted *w)
{
    uint64_t hash = lince_hash(0, path, length);
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->list[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < p->count && p->list[end].hash == hash) end++;
    return end == low ? LINCE_NO_PICTURE : choose(p, &p->list[low], end - low, w);
}

/* With '/' between folders, and none in front. */
static size_t tidy(const char *name, size_t length, char out[LINCE_PATH_MAX])
{
    while (length && strchr(" \t\r\n./\\", *name)) {
        if (*name == '.' && length > 1 && !strchr("./\\", name[1])) break; /* a hidden file's */
        name++, length--;
    }
    while (length && strchr(" \t\r\n", name[length - 1])) length--;
    if (length >= LINCE_PATH_MAX) length = LINCE_PATH_MAX - 1;
    for (size_t i = 0; i < length; i++) out[i] = name[i] == '\\' ? '/' : name[i];
    return length;
}

long lince_picture_called(const lince_picture_paths *p, const char *name, size_t length, const char *folder,
                          lince_part part)
{
    char path[LINCE_PATH_MAX];
    wanted w = {folder, part};
    length = tidy(name, length, path);
    for (const char *at = path, *end = path + length; at && at < end;) {
        long entry = find(p, at, (size_t)(end - at), &w);
        if (entry != LINCE_NO_PICTURE) return entry;
        const char *slash = memchr(at, '/', (size_t)(end - at));
        at = slash ? slash + 1 : NULL;
    }
    return LINCE_NO_PICTURE;
}
