#include "data/index/text_files.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/index/part_names.h"
#include "data/index/texts.h"
#include "data/source/file_names.h"
#include "data/source/table_formats.h"
#include "data/source/unpack.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- what a file is ------------------------------------------------------------------------------- */

static const char *const objects[] = {".json"};
static const char *const plain[] = {".txt", ".text", ".pos", ".neg"};

#define ENDS_IN_ONE_OF(name, list) lince_ends_in(name, list, sizeof list / sizeof *list)

/* What lies beside data and is none. */
static const char *const documents[] = {"readme",   "license", "licence",      "copying",  "changelog",
                                        "citation", "authors", "requirements", "makefile", "dockerfile"};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "37261", "cv000": nothing behind a dot, or no letter. */
static bool has_no_extension(const char *name)
{
    const char *dot = strrchr(base_name(name), '.');
    for (; dot && *dot; dot++)
        if (isalpha((unsigned char)*dot)) return false;
    return true;
}

static bool is_document(const char *name)
{
    const char *base = base_name(name);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (!strncasecmp(base, documents[i], strlen(documents[i]))) return true;
    return false;
}

static const lince_foreign_table *foreign_table(const lince_source *source, const lince_entry *entry,
                                                const lince_bytes *head)
{
    if (!source->kind->separator && lince_foreign_begun(head->data, head->size))
        return lince_foreign_begun(head->data, head->size);
    if (source->kind->of_documents && lince_foreign_member(entry->name))
        return lince_foreign_member(entry->name);
    return lince_foreign_named(entry->name);
}

/* No control characters but those of texts. */
static bool reads_as_text(const lince_bytes *head)
{
    enum { LOOKED_AT = 512 };
    for (size_t i = 0; i < head->size && i < LOOKED_AT; i++)
        if (head->data[i] < ' ' && !strchr("\t\n\r\f", head->data[i])) return false;
    return head->size > 0;
}

static lince_text_content content_of_text(const lince_bytes *head)
{
    static const char mark[] = LINCE_FASTTEXT_MARK;
    if (head->size > sizeof mark && !memcmp(head->data, mark, sizeof mark - 1)) return LINCE_TABLE;
    return lince_csv_is_table((const char *)head->data, head->size) ? LINCE_ROWS : LINCE_PLAIN;
}

static lince_text_content content_of(const lince_source *source, const lince_entry *entry,
                                     const lince_bytes *head)
{
    const char *name = entry->name;
    if (foreign_table(source, entry, head)) return LINCE_FOREIGN;
    if (!source->kind->separator || lince_is_table_name(name)) return LINCE_TABLE;
    if (ENDS_IN_ONE_OF(name, objects)) return LINCE_OBJECTS;
    if (is_document(name)) return LINCE_NO_TEXT;
    if (ENDS_IN_ONE_OF(name, plain) || (has_no_extension(name) && reads_as_text(head)))
        return content_of_text(head);
    return LINCE_NO_TEXT;
}

/* The beginning of a file, unpacked; nothing where it cannot be read. LINCE_ENOMEM. */
static int read_head(lince_source *source, const lince_entry *entry, lince_bytes *packed, lince_bytes *head)
{
    enum { HEAD = 1 << 14 };
    size_t most = lince_unpacked_name(entry->name) < strlen(entry->name) ? (size_t)source->bounds.file : HEAD;
    *packed = *head = (lince_bytes){0};
    int code = lince_source_peek(source, entry, most, packed);
    if (!code) code = lince_bytes_unpack_head(packed, HEAD, head);
    if (code) *head = (lince_bytes){0};
    return code == LINCE_ENOMEM ? code : 0;
}

static bool is_read(const lince_source *source, const char *name)
{
    return !source->kind->separator || ENDS_IN_ONE_OF(name, plain) || has_no_extension(name);
}

static int look_at(lince_text_files *f, size_t entry)
{
    const lince_entry *e = &f->source->entries[entry];
    lince_bytes packed = {0}, head = {0};
    if (e->folder) return 0;
    int code = is_read(f->source, e->name) ? read_head(f->source, e, &packed, &head) : 0;
    f->contents[entry] = content_of(f->source, e, &head);
    f->counts[f->contents[entry]]++;
    lince_bytes_release(&head);
    lince_bytes_release(&packed);
    return code;
}

bool lince_text_files_have(const lince_text_files *f, size_t entry)
{
    return f->contents[entry] == LINCE_ROWS || f->contents[entry] == LINCE_PLAIN;
}

/* --- which of them are read ----------------------------------------------------------------------- */

lince_part lince_text_part_of(const char *name)
{
    size_t end = lince_unpacked_name(name);
    const char *dot = memrchr(name, '.', end);
    if (dot && !memchr(dot, '/', end - (size_t)(dot - name))) end = (size_t)(dot - name);
    while (end > 0) {
        size_t begin = end;
        while (begin > 0 && isalpha((unsigned char)name[begin - 1])) begin--;
        lince_part part = lince_part_named(name + begin, end - begin);
        if (part < LINCE_PARTS) return part;
        end = begin > 0 ? begin - 1 : 0;
    }
    return LINCE_PARTS;
}

int lince_text_files_add(lince_text_files *f, lince_text_file file)
{
    LINCE_TRY(lince_grow(&f->files, &f->capacity, f->count + 1, sizeof file));
    f->files[f->count++] = file;
    return 0;
}

static int add_tables(lince_text_files *f, lince_text_content content)
{
    for (size_t i = 0; i < f->source->count; i++) {
        lince_part part = lince_text_part_of(f->source->entries[i].name);
        /* beside train.txt test.txt is meant for a table, whatever it looks like: it is told if it is none */
        bool meant = content == LINCE_ROWS && f->contents[i] == LINCE_PLAIN && part < LINCE_PARTS;
        if (f->contents[i] == content || meant)
            LINCE_TRY(lince_text_files_add(f, (lince_text_file){.entry = i, .part = part}));
    }
    return 0;
}

/* Pictures often have a table of their labels beside them; then they are what is meant. */
static bool has_pictures(const lince_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        if (lince_has_picture_extension(source->entries[i].name)) return true;
    return false;
}

/* A workbook is a zip that may hold pictures. */
static bool is_foreign_archive(const lince_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        if (source->kind->of_documents && lince_foreign_member(source->entries[i].name)) return true;
    return false;
}

/* Texts in class folders before tables, unless there are as many of these; tables before plain texts. */
static int choose(lince_text_files *f)
{
    LINCE_TRY(lince_text_files_in_folders(f));
    if (f->count > f->counts[LINCE_TABLE]) return 0;
    f->count = f->strays = 0;
    if (f->counts[LINCE_TABLE]) return add_tables(f, LINCE_TABLE);
    if (f->counts[LINCE_PLAIN] >= f->counts[LINCE_ROWS]) LINCE_TRY(lince_text_files_of_classes(f));
    if (f->count) return 0;
    if (f->counts[LINCE_ROWS]) return add_tables(f, LINCE_ROWS);
    if (f->counts[LINCE_OBJECTS]) return add_tables(f, LINCE_OBJECTS);
    return f->counts[LINCE_NO_TEXT] ? 0 : add_tables(f, LINCE_PLAIN);
}

int lince_text_files_find(lince_text_files *f, lince_source *source)
{
    *f = (lince_text_files){.source = source};
    if (!(f->contents = lince_alloc(source->count + 1, sizeof *f->contents))) return LINCE_ENOMEM;
    for (size_t i = 0; i < source->count; i++) LINCE_TRY(look_at(f, i));
    if (!has_pictures(source) || is_foreign_archive(source)) return choose(f);
    f->counts[LINCE_FOREIGN] = 0; /* a table beside pictures is no reason to refuse them */
    return 0;
}

void lince_text_files_release(lince_text_files *f)
{
    lince_names_release(&f->names);
    lince_free(f->contents);
    lince_free(f->files);
    *f = (lince_text_files){0};
}

int lince_text_files_refuse(const lince_text_files *f)
{
    const lince_source *source = f->source;
    size_t at = 0;
    while (f->contents[at] != LINCE_FOREIGN) at++;
    const lince_entry *entry = &source->entries[at];
    lince_bytes packed = {0}, head = {0};
    char where[LINCE_WHERE_MAX];
    read_head(f->source, entry, &packed, &head);
    const lince_foreign_table *table = foreign_table(source, entry, &head);
    lince_bytes_release(&head);
    lince_bytes_release(&packed);
    bool archive = table->member && !strcmp(entry->name, table->member);
    const char *file = archive ? source->path : lince_source_where(source, entry, where);
    return lince_fail(LINCE_EUNSUPPORTED,
                      "%s: %s, which lince does not read; save it as CSV in UTF-8, in a spreadsheet or by "
                      "pandas.%s(\"%s\").to_csv(\"texts.csv\", index=False)",
                      file, _(table->name), table->function, base_name(file));
}

int lince_text_files_note(const lince_text_files *f, lince_dataset *dataset)
{
    const char *first = NULL;
    if (f->strays)
        LINCE_TRY(lince_dataset_add_note(dataset,
                                         _("texts left out, because they are in no class folder, or in one "
                                           "for texts without a label: %zu, the first: %s"),
                                         f->strays, f->first_stray));
    if (f->files[0].label && !f->files[0].whole)
        LINCE_TRY(
            lince_dataset_add_note(dataset, _("each file is read as a class, each of its lines as a text")));
    for (size_t i = 0; i < f->source->count && f->counts[LINCE_FOREIGN] && !first; i++)
        if (f->contents[i] == LINCE_FOREIGN) first = f->source->entries[i].name;
    if (!first) return 0;
    return lince_dataset_add_note(dataset,
                                  _("tables left out, because their format is not read: %zu, the first: %s"),
                                  f->counts[LINCE_FOREIGN], first);
}
