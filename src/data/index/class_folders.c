/* Files, pictures or others (layout->files), whose labels stand in a table (label_tables.h), or in one folder for each class, as torchvision's
 * ImageFolder has them: <class>/..., or train/<class>/..., test/<class>/... and perhaps val/<class>/..., at
 * the top or further down. Folders are parts by their names; those that hold the same class folders and have
 * no such names are refused, as are parts without class folders: what is taken for a class must be one. */
#include "core/error.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/index/label_tables.h"
#include "data/index/layout.h"
#include "data/index/part_names.h"
#include "data/source/file_names.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* A folder is a range of the sorted entries, because the names of all that is below it begin with its own. */
typedef struct folder {
    const char *path;   /* of an entry below it: "train/cat/1.png"; */
    size_t at, prefix;  /* its own name is path[at, prefix - 1), what is below begins at path[prefix]; both 0:
                           the outermost */
    size_t begin, end;  /* entries */
    size_t here, below; /* pictures directly in it, and all that are below it */
    lince_part part;    /* that it is, among its siblings; LINCE_PARTS: none */
} folder;

typedef struct folder_list {
    folder *folders;
    size_t count, capacity;
    size_t with_pictures;
    size_t last_with_pictures; /* index */
} folder_list;

typedef struct finder {
    lince_dataset *dataset;
    bool *pictured; /* [entries] */
    size_t strays;
    const char *first_stray, *stray_kind;
} finder;

/* What they are called: "pictures". */
static const char *samples(const finder *find)
{
    return _(find->dataset->layout->files->plural);
}

static size_t name_length(const folder *f)
{
    return f->prefix ? f->prefix - 1 - f->at : 0;
}

static lince_named_part part_name(const folder *f)
{
    return lince_part_in(f->path + f->at, name_length(f));
}

/* Its path inside the data set, for messages: "%.*s" of the two. */
static int shown_length(const folder *f)
{
    return f->prefix ? (int)f->prefix - 1 : INT_MAX;
}

static const char *shown(const folder *f)
{
    return f->prefix ? f->path : _("the outermost folder");
}

/* A file that calls itself a picture is a sample, and named as a bad one should it turn out to be something
 * else. Of other files the content decides. */
static int look_at(finder *find, size_t index)
{
    enum { HEAD = 512 };
    lince_source *source = &find->dataset->source;
    const lince_entry *entry = &source->entries[index];
    if (index % 1024 == 0) LINCE_TRY(lince_source_tell(source, index, source->count));
    if (entry->folder) return 0;
    const lince_sample_files *kind = find->dataset->layout->files;
    find->pictured[index] = kind->called(entry->name);
    if (find->pictured[index]) return 0;
    lince_bytes head = {0};
    if (lince_source_peek(source, entry, HEAD, &head) == LINCE_ENOMEM) return LINCE_ENOMEM;
    find->pictured[index] = kind->recognised(head.data, head.size);
    if (!find->pictured[index] && find->strays++ == 0) {
        find->first_stray = entry->name;
        find->stray_kind = lince_looks_like(head.data, head.size);
    }
    lince_bytes_release(&head);
    return 0;
}

static void count_pictures(const finder *find, folder *f)
{
    for (size_t i = f->begin; i < f->end; i++) {
        if (!find->pictured[i]) continue;
        f->below++;
        f->here += !strchr(find->dataset->source.entries[i].name + f->prefix, '/');
    }
}

/* The folders directly in a folder. */
static int list(const finder *find, const folder *parent, folder_list *children)
{
    const lince_entry *entries = find->dataset->source.entries;
    children->count = children->with_pictures = 0;
    for (size_t i = parent->begin; i < parent->end;) {
        const char *path = entries[i].name, *slash = strchr(path + parent->prefix, '/');
        if (!slash) {
            i++;
            continue;
        }
        folder child = {.path = path,
                        .at = parent->prefix,
                        .prefix = (size_t)(slash - path) + 1,
                        .begin = i,
                        .part = LINCE_PARTS};
        while (i < parent->end && !strncmp(entries[i].name, path, child.prefix)) i++;
        child.end = i;
        count_pictures(find, &child);
        if (child.below) children->with_pictures++, children->last_with_pictures = children->count;
        LINCE_TRY(lince_grow(&children->folders, &children->capacity, children->count + 1, sizeof child));
        children->folders[children->count++] = child;
    }
    return 0;
}

/* --- parts among siblings ------------------------------------------------------------------------- */

static bool several(unsigned parts)
{
    return (parts & (parts - 1)) != 0;
}

/* By names that say nothing but a part. One such folder without class folders may be a class of that name
 * (COCO has a class "train"), unless there is nothing else, or another part. */
static bool find_sure_parts(folder_list *children)
{
    unsigned parts = 0;
    size_t sure = 0;
    bool found = false;
    for (size_t i = 0; i < children->count; i++) {
        folder *f = &children->folders[i];
        lince_named_part name = part_name(f);
        if (!name.sure) continue;
        f->part = name.part;
        if (!f->below) continue;
        sure++;
        parts |= 1U << name.part;
        found = found || f->below > f->here;
    }
    return found || several(parts) || (sure && sure == children->with_pictures);
}

/* By names that differ in the part only: asl_alphabet_train, asl_alphabet_test. */
static int find_paired_parts(folder_list *children, bool *found)
{
    lince_map parts = {0};
    bool is_new;
    int code = 0;
    for (int pass = 0; pass < 2 && !code; pass++)
        for (size_t i = 0; i < children->count && !code; i++) {
            folder *f = &children->folders[i];
            lince_named_part name = part_name(f);
            if (name.sure || name.part == LINCE_PARTS || !f->below) continue;
            uint32_t *of_rest = lince_map_at(&parts, name.rest, &is_new);
            if (!of_rest) code = LINCE_ENOMEM;
            if (of_rest && pass == 0) *of_rest |= 1U << name.part;
            if (of_rest && pass == 1 && several(*of_rest)) {
                f->part = name.part;
                *found = true;
            }
        }
    lince_map_release(&parts);
    return code;
}

/* Folders' names that siblings share. */
typedef struct shared_names {
    lince_map times;
    size_t count;      /* names that more than half of the siblings have */
    char first[2][64]; /* of them */
} shared_names;

static int count_shared(const finder *find, const folder *parent, size_t siblings, shared_names *shared)
{
    folder_list below = {0};
    int code = list(find, parent, &below);
    for (size_t i = 0; i < below.count && !code; i++) {
        const folder *f = &below.folders[i];
        bool is_new;
        if (!f->below || lince_names_contents(f->path + f->at, name_length(f))) continue;
        uint32_t *times =
            lince_map_at(&shared->times, lince_hash(0, f->path + f->at, name_length(f)), &is_new);
        if (!times)
            code = LINCE_ENOMEM;
        else if (++*times == siblings / 2 + 1 && *times > 1 && shared->count++ < 2)
            snprintf(shared->first[shared->count - 1], sizeof shared->first[0], "%.*s", (int)name_length(f),
                     f->path + f->at);
    }
    lince_free(below.folders);
    return code;
}

static int refuse_same_folders(const finder *find, const folder_list *children, const shared_names *shared)
{
    const folder *first = NULL, *second = NULL;
    for (size_t i = 0; i < children->count && !second; i++)
        if (children->folders[i].below) *(first ? &second : &first) = &children->folders[i];
    return lince_fail(
        LINCE_EDATA,
        "%s: %zu folders (%.*s, %.*s, ...) hold folders of the same names (%s, %s, ...): parts, or classes? "
        "Name parts train, val and test; put class folders into one that is called train",
        find->dataset->source.path, children->with_pictures, shown_length(first), shown(first),
        shown_length(second), shown(second), shared->first[0], shared->first[1]);
}

/* Two names that most siblings share are no chance; one ("images") may be a habit. */
static int refuse_hidden_parts(const finder *find, const folder_list *children)
{
    shared_names shared = {0};
    int code = 0;
    if (children->with_pictures < 2) return 0;
    for (size_t i = 0; i < children->count && !code; i++)
        if (children->folders[i].below)
            code = count_shared(find, &children->folders[i], children->with_pictures, &shared);
    lince_map_release(&shared.times);
    if (code || shared.count < 2) return code;
    return refuse_same_folders(find, children, &shared);
}

static int find_parts(folder_list *children, bool *found)
{
    *found = find_sure_parts(children);
    return find_paired_parts(children, found);
}

/* Pictures in train/images/ or test1/test1/ are those of the part: such a folder is no class. */
static bool is_wrapping(const folder *only, const folder *parent)
{
    lince_named_part name = part_name(only), outer = part_name(parent);
    if (lince_names_pictures(only->path + only->at, name_length(only))) return true;
    return name.part < LINCE_PARTS && name.part == outer.part && (name.sure || name.rest == outer.rest);
}

/* Archives often hold all in one folder ("cifar10/cifar10/..."): goes down while there is only one way, to
 * the folder whose children are classes or, where they are looked for, parts. Folders without pictures that
 * are passed are noted. */
static int descend(finder *find, folder *f, bool *parts, folder_list *children)
{
    for (;;) {
        LINCE_TRY(list(find, f, children));
        if (parts) LINCE_TRY(find_parts(children, parts));
        if (f->here || children->with_pictures != 1 || (parts && *parts)) return 0;
        const folder *only = &children->folders[children->last_with_pictures];
        if (only->here && !is_wrapping(only, f)) return 0;
        for (size_t i = 0; i < children->count; i++)
            if (!children->folders[i].below)
                LINCE_TRY(lince_dataset_add_note(find->dataset,
                                                 _("the folder %.*s holds no %s and was left out"),
                                                 shown_length(&children->folders[i]),
                                                 shown(&children->folders[i]), samples(find)));
        *f = *only;
    }
}

/* --- samples -------------------------------------------------------------------------------------- */

static int add_class(finder *find, const folder *f, lince_part part)
{
    lince_dataset *dataset = find->dataset;
    int label;
    LINCE_TRY(lince_dataset_add_class(dataset, f->path + f->at, name_length(f), &label));
    for (size_t i = f->begin; i < f->end; i++) {
        if (!find->pictured[i]) continue;
        lince_sample sample = {.name = dataset->source.entries[i].name, .entry = i, .label = label};
        LINCE_TRY(lince_dataset_add_sample(dataset, part, sample));
    }
    return 0;
}

/* As ImageFolder, which refuses a training class without pictures; what is measured may lack one. */
static int pass_empty(finder *find, const folder *f, lince_part part)
{
    if (!lince_dataset_wants(find->dataset, f->path + f->at, name_length(f))) return 0;
    if (part == LINCE_TRAIN && !find->dataset->options->measured)
        return lince_fail(LINCE_EDATA, "%s: the class folder %.*s holds no %s; fill it or remove it",
                          find->dataset->source.path, shown_length(f), shown(f), samples(find));
    return lince_dataset_add_note(find->dataset, _("the class folder %.*s holds no %s"), shown_length(f),
                                  shown(f), samples(find));
}

static int add_classes(finder *find, const folder *f, const folder_list *children, lince_part part)
{
    if (children->with_pictures == 0)
        return lince_fail(LINCE_EDATA,
                          "%s: no class folders, but %s directly in %.*s (%zu); put those of each "
                          "class into a folder of its name",
                          find->dataset->source.path, samples(find), shown_length(f), shown(f), f->here);
    if (f->here)
        LINCE_TRY(lince_dataset_add_note(
            find->dataset, _("%s left out, because they are outside the class folders: %zu, in %.*s"),
            samples(find), f->here, shown_length(f), shown(f)));
    for (size_t i = 0; i < children->count; i++) {
        const folder *child = &children->folders[i];
        LINCE_TRY(child->below ? add_class(find, child, part) : pass_empty(find, child, part));
    }
    return 0;
}

/* A part without class folders: nothing can be learned from it, or measured with it. */
static int pass_flat(const finder *find, const folder *f)
{
    return lince_dataset_add_note(find->dataset,
                                  _("%s left out, because they are in no class folder: %zu, in %.*s"),
                                  samples(find), f->here, shown_length(f), shown(f));
}

/* One folder beside the others where train/ or test/ was found. */
static int add_part(finder *find, const folder *f)
{
    if (f->below == 0)
        return lince_dataset_add_note(find->dataset, _("the folder %.*s holds no %s and was left out"),
                                      shown_length(f), shown(f), samples(find));
    if (f->part == LINCE_PARTS)
        return lince_dataset_add_note(find->dataset, _("the folder %.*s, beside the parts, was left out"),
                                      shown_length(f), shown(f));
    if (find->dataset->parts[f->part].count)
        LINCE_TRY(lince_dataset_add_note(find->dataset, _("the folder %.*s was added to the %s part"),
                                         shown_length(f), shown(f), lince_part_title(f->part)));
    folder level = *f;
    folder_list children = {0};
    int code = descend(find, &level, NULL, &children);
    bool flat = children.with_pictures == 0 && f->part != LINCE_TRAIN;
    if (code >= 0) code = flat ? pass_flat(find, &level) : add_classes(find, &level, &children, f->part);
    lince_free(children.folders);
    return code;
}

static int add_parts(finder *find, const folder_list *children)
{
    for (size_t i = 0; i < children->count; i++) LINCE_TRY(add_part(find, &children->folders[i]));
    return 0;
}

static int note_strays(const finder *find)
{
    if (find->strays == 0) return 0;
    return lince_dataset_add_note(find->dataset,
                                  _("files left out, because they are not %s: %zu, the first: %s (%s)"),
                                  samples(find), find->strays, find->first_stray,
                                  find->stray_kind ? find->stray_kind : _("unknown"));
}

static int find_samples(finder *find, folder_list *children)
{
    const lince_source *source = &find->dataset->source;
    const lince_sample_files *kind = find->dataset->layout->files;
    char files[256], formats[LINCE_FORMATS_MAX];
    folder top = {.path = "", .end = source->count};
    count_pictures(find, &top);
    if (source->count == 0)
        return lince_fail(LINCE_EDATA, "%s: empty; expected folders of %s, one for each class", source->path,
                          samples(find));
    if (top.below == 0 && find->stray_kind)
        return lince_fail(
            LINCE_EDATA,
            "%s: no %s that are read (%s) in it, but %s; the first, %s, looks like %s. Unpack "
            "archives, or give the path of one itself; save arrays and tables of %s as files, a "
            "folder a class",
            source->path, samples(find), kind->formats(formats),
            lince_files_listed(source, files, sizeof files), find->first_stray, find->stray_kind,
            samples(find));
    if (top.below == 0)
        return lince_fail(LINCE_EDATA,
                          "%s: no %s that are read (%s) in it, but %s; expected <class>/*%s, or "
                          "train/<class>/*%s and test/<class>/*%s",
                          source->path, samples(find), kind->formats(formats),
                          lince_files_listed(source, files, sizeof files), kind->ending, kind->ending,
                          kind->ending);
    bool parts = false;
    LINCE_TRY(descend(find, &top, &parts, children));
    if (!parts) LINCE_TRY(refuse_hidden_parts(find, children));
    LINCE_TRY(parts ? add_parts(find, children) : add_classes(find, &top, children, LINCE_TRAIN));
    return note_strays(find);
}

int lince_class_folders_index(lince_dataset *dataset)
{
    finder find = {.dataset = dataset};
    folder_list children = {0};
    dataset->kind = dataset->source.kind->name;
    find.pictured = lince_alloc(dataset->source.count + 1, sizeof *find.pictured);
    int code = find.pictured ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < dataset->source.count && !code; i++) code = look_at(&find, i);
    if (!code) code = lince_label_tables_index(dataset, find.pictured);
    if (!code) code = find_samples(&find, &children);
    lince_free(children.folders);
    lince_free(find.pictured);
    return code < 0 ? code : 0;
}
