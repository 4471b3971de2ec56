/* A file of lines for each class: pos.txt and neg.txt, train_pos.txt, rt-polarity.neg. A class is called like
 * its file, without words that name parts and words that all files have. */
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "data/index/part_names.h"
#include "data/index/text_files.h"
#include "data/source/unpack.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef struct words {
    lince_map files;  /* how many files have each */
    lince_map labels; /* without their digits: "part1" and "part2" are no classes */
    size_t count;     /* files */
} words;

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Of a file's own name: where it begins, and its length without ".txt". */
static size_t own_name(const char *path, const char **name)
{
    static const char *const extensions[] = {".txt", ".text"};
    size_t length = lince_unpacked_name(path);
    const char *slash = memrchr(path, '/', length);
    *name = slash ? slash + 1 : path;
    length -= (size_t)(*name - path);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        size_t end = strlen(extensions[i]);
        if (length > end && !strncasecmp(*name + length - end, extensions[i], end)) return length - end;
    }
    return length;
}

/* The next word from *at on; its length, 0 at the end. */
static size_t next_word(const char *name, size_t length, size_t *at)
{
    while (*at < length && !is_letter(name[*at])) ++*at;
    size_t end = *at;
    while (end < length && is_letter(name[end])) end++;
    return end - *at;
}

static int count_words(words *w, const char *path)
{
    const char *name;
    bool is_new;
    size_t length = own_name(path, &name);
    for (size_t at = 0, n; (n = next_word(name, length, &at)) > 0; at += n) {
        uint32_t *times = lince_map_at(&w->files, lince_hash(0, name + at, n), &is_new);
        if (!times) return LINCE_ENOMEM;
        ++*times;
    }
    w->count++;
    return 0;
}

/* From the first word to the last that tells the class; NULL with length 0: there is none. */
static const char *label_of(const words *w, const char *path, size_t *length)
{
    const char *name, *begin = NULL, *end = NULL;
    size_t whole = own_name(path, &name);
    for (size_t at = 0, n; (n = next_word(name, whole, &at)) > 0; at += n) {
        const uint32_t *times = lince_map_find(&w->files, lince_hash(0, name + at, n));
        if (*times == w->count || lince_part_named(name + at, n) < LINCE_PARTS) continue;
        if (!begin) begin = name + at;
        end = name + at + n;
    }
    *length = begin ? (size_t)(end - begin) : 0;
    return begin;
}

static int add(lince_text_files *f, words *w, size_t entry, bool *nameless)
{
    const char *path = f->source->entries[entry].name;
    size_t length;
    bool is_new;
    const char *found = label_of(w, path, &length);
    uint64_t hash = 0;
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)found[i])) hash = lince_hash(hash, found + i, 1);
    *nameless = *nameless || !length;
    char *label = lince_strndup(found ? found : "", length);
    const char *kept = label ? lince_names_add(&f->names, label) : NULL;
    lince_free(label);
    if (!kept || !lince_map_at(&w->labels, hash, &is_new)) return LINCE_ENOMEM;
    return lince_text_files_add(
        f, (lince_text_file){.entry = entry, .part = lince_text_part_of(path), .label = kept});
}

static int find_all(lince_text_files *f, words *w, bool *nameless)
{
    for (size_t i = 0; i < f->source->count; i++)
        if (lince_text_files_have(f, i)) LINCE_TRY(count_words(w, f->source->entries[i].name));
    for (size_t i = 0; i < f->source->count; i++)
        if (lince_text_files_have(f, i)) LINCE_TRY(add(f, w, i, nameless));
    return 0;
}

int lince_text_files_of_classes(lince_text_files *f)
{
    words w = {0};
    bool nameless = false;
    int code = find_all(f, &w, &nameless);
    if (nameless || w.labels.count < 2) f->count = 0;
    lince_map_release(&w.files);
    lince_map_release(&w.labels);
    return code;
}
