/* Which files of a source hold texts, and of which part they are. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/part_names.h"
#include "data/texts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool begins_with_label(lince_source *source, const lince_entry *entry)
{
    lince_bytes head = {0};
    bool is = lince_source_peek(source, entry, 64, &head) >= 0 && head.size > sizeof LINCE_FASTTEXT_MARK &&
              !memcmp(head.data, LINCE_FASTTEXT_MARK, sizeof LINCE_FASTTEXT_MARK - 1);
    lince_bytes_release(&head);
    return is;
}

static bool ends_in_txt(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && !strcmp(name + length - 4, ".txt");
}

static bool is_table(lince_source *source, const lince_entry *entry)
{
    if (entry->folder) return false;
    if (source->kind == &lince_plain_file || lince_is_table_name(entry->name)) return true;
    return ends_in_txt(entry->name) && begins_with_label(source, entry);
}

/* Pictures often have a table of their labels beside them; then they are what is meant. */
bool lince_text_files_recognise(lince_source *source)
{
    bool found = false;
    for (size_t i = 0; i < source->count; i++) {
        if (lince_has_picture_extension(source->entries[i].name)) return false;
        found = found || is_table(source, &source->entries[i]);
    }
    return found;
}

/* By the words of the file's name, from the last, and then by its folders': "data/test/a.csv",
 * "twitter_training.csv". */
static lince_part part_of(const char *name)
{
    size_t end = strlen(name);
    const char *dot = strrchr(name, '.');
    if (dot && !strchr(dot, '/')) end = (size_t)(dot - name);
    while (end > 0) {
        size_t begin = end;
        while (begin > 0 && isalpha((unsigned char)name[begin - 1])) begin--;
        lince_part part = lince_part_named(name + begin, end - begin);
        if (part < LINCE_PARTS) return part;
        end = begin > 0 ? begin - 1 : 0;
    }
    return LINCE_PARTS;
}

static int by_part(const void *a, const void *b)
{
    const lince_text_file *left = a, *right = b;
    if (left->part != right->part) return left->part < right->part ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Files without a part's name are training files, unless there are some that say so of themselves. */
int lince_text_files_list(lince_text_reading *r)
{
    lince_source *source = &r->dataset->source;
    bool named = false;
    for (size_t i = 0; i < source->count; i++) {
        if (!is_table(source, &source->entries[i])) continue;
        LINCE_TRY(lince_grow(&r->files, &r->capacity, r->count + 1, sizeof *r->files));
        r->files[r->count++] = (lince_text_file){i, part_of(source->entries[i].name)};
        named = named || r->files[r->count - 1].part == LINCE_TRAIN;
    }
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++) {
        lince_text_file f = r->files[i];
        if (f.part == LINCE_PARTS && named) {
            LINCE_TRY(lince_dataset_add_note(r->dataset, _("%s is no part by its name and was left out"),
                                             source->entries[f.entry].name));
            continue;
        }
        if (f.part == LINCE_PARTS) f.part = LINCE_TRAIN;
        r->files[kept++] = f;
    }
    r->count = kept;
    if (kept == 1) r->files[0].part = LINCE_TRAIN; /* whatever it is called: nothing is beside it */
    qsort(r->files, kept, sizeof *r->files, by_part);
    return 0;
}
