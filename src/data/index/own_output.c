/* Folders that lince wrote itself, among the data: those of runs and of comparisons. Their plots are no
 * pictures to learn from, and their tables no texts. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/index/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *name, const void *entry)
{
    return strcmp(name, ((const lince_entry *)entry)->name);
}

static bool has(const lince_source *source, const char *folder, size_t length, const char *name)
{
    char path[LINCE_WHERE_MAX];
    if (length + strlen(name) >= sizeof path) return false;
    snprintf(path, sizeof path, "%.*s%s", (int)length, folder, name);
    return bsearch(path, source->entries, source->count, sizeof *source->entries, by_name);
}

/* The length of the folder's name, with its '/', where the file is one by which a folder of lince's is known;
 * 0: it is not. The outermost folder is what was asked for. */
static size_t own_folder(const lince_source *source, const lince_entry *entry)
{
    static const char *const signs[][2] = {{"config.yaml", "model.json"},
                                           {"config.yaml", "results.csv"},
                                           {"compare.json", "compare.html"},
                                           {"cv.yaml", "cv.json"}};
    const char *slash = strrchr(entry->name, '/');
    size_t length = slash ? (size_t)(slash - entry->name) + 1 : 0;
    for (size_t i = 0; length && i < sizeof signs / sizeof *signs; i++)
        if (!strcmp(entry->name + length, signs[i][0]) && has(source, entry->name, length, signs[i][1]))
            return length;
    return 0;
}

static bool below(const lince_entry *entry, const char *folder, size_t length)
{
    return !strncmp(entry->name, folder, length);
}

/* Entries are sorted: what is below a folder is one range. Returns whether any was new. */
static bool mark_below(const lince_source *source, size_t at, const char *folder, size_t length, bool *own)
{
    bool is_new = !own[at];
    while (at > 0 && below(&source->entries[at - 1], folder, length)) at--;
    for (; at < source->count && below(&source->entries[at], folder, length); at++) own[at] = true;
    return is_new;
}

/* A folder that holds nothing but such folders ("runs/") goes with them. Deeper ones stand behind. */
static void mark_around(const lince_source *source, bool *own)
{
    for (size_t i = source->count; i-- > 0;) {
        const char *name = source->entries[i].name;
        size_t j = i + 1, length = strlen(name);
        if (!source->entries[i].folder) continue;
        while (j < source->count && own[j] && below(&source->entries[j], name, length)) j++;
        bool all = j == source->count || !below(&source->entries[j], name, length);
        own[i] = own[i] || (j > i + 1 && all);
    }
}

static int note(lince_dataset *dataset, size_t count, const char *first, size_t length)
{
    if (count == 1)
        return lince_dataset_add_note(
            dataset, _("the folder %.*s is of a run or a comparison of lince's, and was left out"),
            (int)length - 1, first);
    return lince_dataset_add_note(
        dataset, _("folders left out, because they are runs or comparisons of lince: %zu, the first: %.*s"),
        count, (int)length - 1, first);
}

int lince_dataset_leave_out_own(lince_dataset *dataset)
{
    lince_source *source = &dataset->source;
    size_t folders = 0, first_length = 0, kept = 0;
    const char *first = NULL;
    bool *own = lince_alloc(source->count + 1, sizeof *own);
    if (!own) return LINCE_ENOMEM;
    for (size_t i = 0; i < source->count; i++) {
        const char *name = source->entries[i].name;
        size_t length = own_folder(source, &source->entries[i]);
        if (!length || !mark_below(source, i, name, length, own)) continue;
        if (folders++ == 0) first = name, first_length = length;
    }
    mark_around(source, own);
    for (size_t i = 0; i < source->count; i++)
        if (!own[i]) source->entries[kept++] = source->entries[i];
    source->count = kept;
    lince_free(own);
    return folders ? note(dataset, folders, first, first_length) : 0;
}
