/* Texts: CSV and TSV files, and fastText's lines. Each record is a sample; files are parts by their names. */
#include "data/index/texts.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "data/source/unpack.h"
#include "text/encoding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 1000, NOTED = 3 };

/* --- which files ---------------------------------------------------------------------------------- */

static int recognise(lince_source *source)
{
    lince_text_files files;
    int code = lince_text_files_find(&files, source);
    bool is = files.count || files.counts[LINCE_FOREIGN];
    lince_text_files_release(&files);
    return code ? code : is;
}

static int by_part(const void *a, const void *b)
{
    const lince_text_file *left = a, *right = b;
    if (left->part != right->part) return left->part < right->part ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Files without a part's name are training files, unless there are some that say so of themselves. */
static int settle_parts(lince_text_reading *r)
{
    lince_text_files *f = &r->files;
    bool named = false;
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) named = named || f->files[i].part == LINCE_TRAIN;
    for (size_t i = 0; i < f->count; i++) {
        lince_text_file file = f->files[i];
        if (file.part == LINCE_PARTS && named) {
            LINCE_TRY(lince_dataset_add_note(r->dataset, _("%s is no part by its name and was left out"),
                                             f->source->entries[file.entry].name));
            continue;
        }
        if (file.part == LINCE_PARTS) file.part = LINCE_TRAIN;
        f->files[kept++] = file;
    }
    f->count = kept;
    if (kept == 1) f->files[0].part = LINCE_TRAIN; /* whatever it is called: nothing is beside it */
    qsort(f->files, kept, sizeof *f->files, by_part);
    return 0;
}

static int list_files(lince_text_reading *r)
{
    lince_text_files *f = &r->files;
    LINCE_TRY(lince_text_files_find(f, &r->dataset->source));
    if (f->count == 0) return lince_text_files_refuse(f);
    LINCE_TRY(lince_text_files_note(f, r->dataset));
    return settle_parts(r);
}

/* --- one row -------------------------------------------------------------------------------------- */

int lince_text_fail_in_file(const lince_text_reading *r, int code)
{
    const lince_source *source = &r->dataset->source;
    char where[LINCE_WHERE_MAX];
    return lince_fail_in(code, lince_source_where(source, &source->entries[r->now->entry], where));
}

/* The row's number or, where all have one, its id; behind the file's name where there are several. A file
 * that is one text is called like the file. */
static void row_name(const lince_text_reading *r, size_t row, const char *id, char *name, size_t size)
{
    char number[32];
    snprintf(number, sizeof number, "%zu", row);
    const char *own = id && *id && lince_name_is_clean(id) ? id : number;
    const lince_entry *entry = &r->dataset->source.entries[r->now->entry];
    bool several = r->files.count > 1;
    if (r->now->whole)
        snprintf(name, size, "%s", entry->name);
    else
        snprintf(name, size, "%s%s%.*s", several ? entry->name : "", several ? ":" : "", LINCE_CUT(own, 200));
}

int lince_text_bad_row(lince_text_reading *r, size_t row, lince_part part, int code)
{
    char name[LINCE_PATH_MAX + 32];
    if (!r->options->skip_bad || code == LINCE_ENOMEM) return code;
    lince_text_fail_in_file(r, code);
    row_name(r, row, NULL, name, sizeof name);
    lince_left_out left = {.name = name, .reason = lince_error(), .part = part, .unreadable = true};
    LINCE_TRY(lince_dataset_add_left_out(r->dataset, &left));
    if (r->dataset->table.bad++ >= NOTED) return 0;
    return lince_dataset_add_note(r->dataset, _("left out: %s"), lince_error());
}

int lince_text_check_field(const lince_text_reading *r, const lince_csv_record *record, int column,
                           const char *text, size_t size)
{
    char place[LINCE_CSV_PLACE_MAX], name[LINCE_COLUMN_MAX] = "1", why[256];
    const char *nul = memchr(text, 0, size);
    size_t at = lince_utf8_check(text, size);
    if (!nul && at == size) return 0;
    if (r->table) lince_table_column(r->table, column, name);
    lince_csv_place(record, place);
    if (nul)
        return lince_fail(LINCE_EFORMAT, "%s, column %s: a NUL byte at offset %zu; a text holds none", place,
                          name, (size_t)(nul - text));
    lince_utf8_explain(text, size, at, why, sizeof why);
    return lince_fail(LINCE_EFORMAT,
                      "%s, column %s: %s; --encoding latin-1 or windows-1252 may read the file", place, name,
                      why);
}

/* A label without the blanks around it, into label[LINCE_LABEL_MAX + 1]. */
static int trim_label(const lince_text_reading *r, const lince_text_row *row, char *label)
{
    const char *begin = row->label + strspn(row->label, " \t\r\n"), *end = begin + strlen(begin);
    char place[LINCE_CSV_PLACE_MAX], name[LINCE_COLUMN_MAX] = "1";
    while (end > begin && strchr(" \t\r\n", end[-1])) end--;
    size_t length = (size_t)(end - begin);
    if (length <= LINCE_LABEL_MAX) {
        memcpy(label, begin, length);
        label[length] = '\0';
        if (lince_name_is_clean(label)) return 0;
    }
    if (r->table && r->table->label != LINCE_NO_COLUMN) lince_table_column(r->table, r->table->label, name);
    lince_csv_place(row->record, place);
    return lince_fail(LINCE_EFORMAT,
                      "%s, column %s: a label of more than %d bytes or with control characters; is this the "
                      "column of the labels?",
                      place, name, LINCE_LABEL_MAX);
}

static bool is_dropped(lince_text_reading *r, const char *label)
{
    for (size_t i = 0; i < r->drop_count; i++)
        if (!strcmp(r->drop[i].name, label)) {
            r->drop[i].rows++;
            return true;
        }
    return false;
}

/* Whether one of its labels is. */
static bool has_dropped(lince_text_reading *r, const lince_text_row *row)
{
    lince_label_list list = lince_label_list_of(row->label, row->separator);
    char label[LINCE_LABEL_MAX + 1];
    bool dropped = false;
    while (lince_label_next(&list, label) > 0) dropped = is_dropped(r, label) || dropped;
    return dropped;
}

static int keep_row(lince_text_reading *r, const lince_text_row *row, lince_sample sample)
{
    lince_dataset *d = r->dataset;
    char name[LINCE_PATH_MAX + 256];
    sample.entry = r->now->entry;
    if (d->class_count > MOST_CLASSES)
        return lince_fail(LINCE_EDATA,
                          "%s: more than %d different labels; name the column of the labels with "
                          "--label-column",
                          d->source.path, MOST_CLASSES);
    row_name(r, row->record->row, row->id, name, sizeof name);
    sample.name = lince_names_add(&d->names, name);
    sample.text = lince_names_add(&d->names, row->text);
    if (row->group) sample.group = lince_names_add(&d->names, row->group);
    if (!sample.name || !sample.text || (row->group && !sample.group)) return LINCE_ENOMEM;
    return lince_dataset_add_sample(d, row->part, sample);
}

/* One more of `count`. */
static int pass_over(lince_text_reading *r, const lince_text_row *row, const char *label, size_t *count,
                     const char *reason)
{
    char name[LINCE_PATH_MAX + 256];
    row_name(r, row->record->row, row->id, name, sizeof name);
    ++*count;
    return lince_dataset_add_left_out(
        r->dataset, &(lince_left_out){.name = name, .class = label, .reason = reason, .part = row->part});
}

static int take_label(lince_text_reading *r, const lince_text_row *row)
{
    lince_table_facts *facts = &r->dataset->table;
    char label[LINCE_LABEL_MAX + 1];
    int number, code = trim_label(r, row, label);
    if (code) return lince_text_bad_row(r, row->record->row, row->part, code);
    if (!*label) return pass_over(r, row, NULL, &facts->unlabelled, _("without a label"));
    if (is_dropped(r, label)) return pass_over(r, row, label, &facts->dropped, _("of a dropped label"));
    LINCE_TRY(lince_dataset_add_class(r->dataset, label, strlen(label), &number));
    return keep_row(r, row, (lince_sample){.label = number});
}

/* None are some, too. */
static int take_labels(lince_text_reading *r, const lince_text_row *row)
{
    char place[LINCE_CSV_PLACE_MAX];
    lince_sample sample = {0};
    if (has_dropped(r, row))
        return pass_over(r, row, NULL, &r->dataset->table.dropped, _("of a dropped label"));
    r->dataset->several = true;
    int code = lince_dataset_add_labels(r->dataset, row->label, row->separator, &sample.set);
    if (!code) return keep_row(r, row, sample);
    lince_fail_in(code, lince_csv_place(row->record, place));
    return lince_text_bad_row(r, row->record->row, row->part, code);
}

/* Rows without a text, exact copies of rows before them, rows without a label and of labels that are not
 * wanted are left out, in this order. */
int lince_text_take(lince_text_reading *r, const lince_text_row *row)
{
    lince_table_facts *facts = &r->dataset->table;
    bool is_new;
    if (!*row->text) return pass_over(r, row, NULL, &facts->empty, _("without a text"));
    if (!lince_map_at(&r->seen[row->part], row->hash, &is_new)) return LINCE_ENOMEM;
    if (!is_new) return pass_over(r, row, NULL, &facts->duplicates, _("a copy of a row before it"));
    return row->separator ? take_labels(r, row) : take_label(r, row);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int read_text(lince_text_reading *r, char *text, size_t size)
{
    size_t blanks = strspn(text, " \t\r\n");
    if (r->now->whole) return lince_text_read_whole(r, text, size);
    if (r->now->label) return lince_text_read_lines(r, text, size);
    bool marked = !strncmp(text + blanks, LINCE_FASTTEXT_MARK, sizeof LINCE_FASTTEXT_MARK - 1);
    return marked ? lince_text_read_fasttext(r, text, size) : lince_text_read_table(r, text, size);
}

static int read_bytes(lince_text_reading *r, const lince_bytes *packed)
{
    lince_bytes bytes;
    char *text;
    size_t size;
    const char *encoding = r->options->encoding ? r->options->encoding : "utf-8";
    LINCE_TRY(lince_bytes_unpack(packed, &r->dataset->source.bounds, &bytes));
    int code = lince_decode(bytes.data, bytes.size, encoding, &text, &size);
    lince_bytes_release(&bytes);
    if (code) return code;
    code = read_text(r, text, size);
    lince_free(text);
    return code;
}

static int read_file(lince_text_reading *r, const lince_text_file *f)
{
    lince_source *source = &r->dataset->source;
    const lince_entry *entry = &source->entries[f->entry];
    lince_bytes bytes;
    LINCE_TRY(lince_source_read(source, entry, &bytes));
    r->now = f;
    int code = read_bytes(r, &bytes);
    lince_bytes_release(&bytes);
    return code ? lince_text_fail_in_file(r, code) : 0;
}

static int read_files(lince_text_reading *r)
{
    for (size_t i = 0; i < r->files.count; i++) LINCE_TRY(read_file(r, &r->files.files[i]));
    return 0;
}

static bool is_listed(const lince_text_reading *r, const char *name)
{
    for (size_t i = 0; i < r->drop_count; i++)
        if (!strcmp(r->drop[i].name, name)) return true;
    return false;
}

static int parse_dropped(lince_text_reading *r)
{
    for (const char *at = r->options->drop_labels; at && *at;) {
        size_t length = strcspn(at, ",");
        if (length > LINCE_LABEL_MAX || r->drop_count == LINCE_DROPPED_MAX)
            return lince_fail(LINCE_EUSAGE, "--drop-label: at most %d labels of at most %d bytes",
                              LINCE_DROPPED_MAX, LINCE_LABEL_MAX);
        lince_dropped *d = &r->drop[r->drop_count];
        snprintf(d->name, sizeof d->name, "%.*s", (int)length, at);
        if (length && !is_listed(r, d->name)) r->drop_count++;
        at += length + (at[length] == ',');
    }
    return 0;
}

static const char *class_at(const void *context, size_t index)
{
    const lince_dataset *d = context;
    return index < d->class_count ? d->classes[index] : NULL;
}

/* A label that no row has is a mistake. */
static int check_dropped(const lince_text_reading *r)
{
    for (size_t i = 0; i < r->drop_count; i++) {
        if (r->drop[i].rows || r->options->measured) continue;
        const char *nearest = lince_nearest(r->drop[i].name, class_at, r->dataset);
        if (nearest)
            return lince_fail(LINCE_EUSAGE, "--drop-label %s: no row has this label; did you mean %s?",
                              r->drop[i].name, nearest);
        return lince_fail(LINCE_EUSAGE, "--drop-label %s: no row has this label", r->drop[i].name);
    }
    return 0;
}

static int check_rows(const lince_dataset *d)
{
    const lince_table_facts *f = &d->table;
    if (f->rows > f->empty + f->duplicates + f->unlabelled + f->dropped + f->bad + f->elsewhere) return 0;
    return lince_fail(LINCE_EDATA,
                      "%s: no text is left. Rows: %zu; without a text: %zu; copies: %zu; without a label: "
                      "%zu; of dropped labels: %zu; unreadable: %zu; of no part: %zu",
                      d->source.path, f->rows, f->empty, f->duplicates, f->unlabelled, f->dropped, f->bad,
                      f->elsewhere);
}

static int index_texts(lince_dataset *dataset)
{
    lince_text_reading *r = lince_alloc(1, sizeof *r);
    if (!r) return LINCE_ENOMEM;
    r->dataset = dataset;
    r->options = dataset->options;
    int code = parse_dropped(r);
    if (!code) code = list_files(r);
    if (!code) code = read_files(r);
    if (!code) code = check_rows(dataset);
    if (!code) code = check_dropped(r);
    if (!code) code = lince_text_note_labels(dataset);
    lince_table_release(&r->model);
    for (int p = 0; p < LINCE_PARTS; p++) lince_map_release(&r->seen[p]);
    lince_text_files_release(&r->files);
    lince_free(r);
    return code;
}

static void release(lince_dataset *dataset)
{
    (void)dataset;
}

const lince_layout lince_texts = {
    .recognise = recognise, .index = index_texts, .tabular = true, .release = release};
