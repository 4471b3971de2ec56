/* A text a file, in one folder for each class: train/pos/0_9.txt, or alt.atheism/49960. As for pictures,
 * folders are parts by their names; a class is the folder below its part or, without parts, below what all
 * have in common, with all that is in it. */
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "data/index/part_names.h"
#include "data/index/text_files.h"

#include <string.h>
#include <strings.h>

/* Folders whose texts have no label, and are for learning without. */
static const char *const unlabelled[] = {"unsup", "unsupervised", "unlabeled", "unlabelled"};

typedef struct finder {
    lince_text_files *files;
    lince_map above; /* folders that have such folders below them: what lies directly in them is none */
    bool parts;      /* some are in a part */
    size_t common;   /* bytes that all of their names begin with */
    lince_map labels;
} finder;

/* The folder that an entry lies in, with the slash; 0: the outermost. */
static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) + 1 : 0;
}

static const char *name_at(const finder *find, size_t entry)
{
    return find->files->source->entries[entry].name;
}

static int mark_above(finder *find, const char *name)
{
    bool is_new;
    for (size_t end = folder_length(name); end > 0;) {
        end--;
        while (end > 0 && name[end - 1] != '/') end--;
        if (!lince_map_at(&find->above, lince_hash(0, name, end), &is_new)) return LINCE_ENOMEM;
        if (!is_new) break;
    }
    return 0;
}

static bool is_innermost(const finder *find, const char *name)
{
    return !lince_map_find(&find->above, lince_hash(0, name, folder_length(name)));
}

/* The part that the last folder but one, or one above it, is called after; where what is below it begins. */
static lince_part part_of(const char *name, size_t *below)
{
    size_t end = folder_length(name);
    lince_part found = LINCE_PARTS;
    *below = 0;
    for (size_t at = 0; at < end;) {
        size_t next = at + strcspn(name + at, "/") + 1;
        lince_part part = next < end ? lince_part_in(name + at, next - 1 - at).part : LINCE_PARTS;
        if (part < LINCE_PARTS) found = part, *below = next;
        at = next;
    }
    return found;
}

/* What all folders have in common, in whole folders. */
static void narrow(finder *find, const char *first, const char *name)
{
    size_t same = 0;
    for (size_t i = 0; i < find->common && first[i] == name[i]; i++)
        if (name[i] == '/') same = i + 1;
    find->common = same;
}

static int look(finder *find)
{
    const char *first = NULL;
    size_t below;
    for (size_t i = 0; i < find->files->source->count; i++)
        if (lince_text_files_have(find->files, i)) LINCE_TRY(mark_above(find, name_at(find, i)));
    for (size_t i = 0; i < find->files->source->count; i++) {
        const char *name = name_at(find, i);
        if (!lince_text_files_have(find->files, i) || !is_innermost(find, name)) continue;
        find->parts = find->parts || part_of(name, &below) < LINCE_PARTS;
        if (!first) first = name, find->common = folder_length(name);
        narrow(find, first, name);
    }
    return 0;
}

static bool is_unlabelled(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof unlabelled / sizeof *unlabelled; i++)
        if (strlen(unlabelled[i]) == length && !strncasecmp(name, unlabelled[i], length)) return true;
    return false;
}

static int add(finder *find, size_t entry)
{
    lince_text_files *f = find->files;
    const char *name = name_at(find, entry);
    size_t begin = find->common, length;
    lince_part part = find->parts ? part_of(name, &begin) : LINCE_TRAIN;
    bool is_new, inside = is_innermost(find, name) && part < LINCE_PARTS && begin < folder_length(name);
    length = inside ? strcspn(name + begin, "/") : 0;
    if (!inside || is_unlabelled(name + begin, length)) {
        if (f->strays++ == 0) f->first_stray = name;
        return 0;
    }
    char *label = lince_strndup(name + begin, length);
    const char *kept = label ? lince_names_add(&f->names, label) : NULL;
    uint32_t *times = kept ? lince_map_at(&find->labels, lince_hash(0, label, length), &is_new) : NULL;
    lince_free(label);
    if (!times) return LINCE_ENOMEM;
    return lince_text_files_add(
        f, (lince_text_file){.entry = entry, .part = part, .label = kept, .whole = true});
}

static int find_all(finder *find)
{
    LINCE_TRY(look(find));
    for (size_t i = 0; i < find->files->source->count; i++)
        if (lince_text_files_have(find->files, i)) LINCE_TRY(add(find, i));
    return 0;
}

int lince_text_files_in_folders(lince_text_files *files)
{
    finder find = {.files = files};
    int code = find_all(&find);
    /* one class, or classes of one text, are folders for some other reason */
    if (find.labels.count < 2 || files->count < 2 * find.labels.count) files->count = files->strays = 0;
    lince_map_release(&find.above);
    lince_map_release(&find.labels);
    return code;
}
