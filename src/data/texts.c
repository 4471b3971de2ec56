/* Texts in tables: CSV and TSV files, and fastText's lines. Each record is a sample; files are parts by their
 * names. */
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "data/layout.h"
#include "data/part_names.h"
#include "text/csv.h"
#include "text/encoding.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 1000, MOST_LABEL = 200 /* bytes */, MOST_DROPPED = 64, NOTED = 3, MANY_LINES = 30 };

static const char fasttext_mark[] = "__label__";

/* A label that --drop-label names, and how many rows had it. */
typedef struct dropped {
    char name[MOST_LABEL + 1];
    size_t rows;
} dropped;

typedef struct file {
    size_t entry; /* of the source */
    lince_part part;
} file;

typedef struct reading {
    lince_dataset *dataset;
    const lince_table_options *options;
    file *files;
    size_t count, capacity;
    lince_table model; /* the first file's table, which the others follow; no names: there is none yet */
    dropped drop[MOST_DROPPED];
    size_t drop_count;

    /* the file that is being read */
    const file *now;
    const lince_table *table;
    size_t longest; /* lines of a field, at most */
    char longest_at[LINCE_CSV_PLACE_MAX];
    lince_map seen; /* rows of this part */
} reading;

/* One record: its values are borrowed; group and id may be NULL. */
typedef struct text_row {
    const lince_csv_record *record;
    const char *text, *label, *group, *id;
    uint64_t hash; /* of all its fields */
} text_row;

/* --- which files ---------------------------------------------------------------------------------- */

static bool begins_with_label(lince_source *source, const lince_entry *entry)
{
    lince_bytes head = {0};
    bool is = lince_source_peek(source, entry, 64, &head) >= 0 && head.size > sizeof fasttext_mark &&
              !memcmp(head.data, fasttext_mark, sizeof fasttext_mark - 1);
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
static bool recognise(lince_source *source)
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
    const file *left = a, *right = b;
    if (left->part != right->part) return left->part < right->part ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Files without a part's name are training files, unless there are some that say so of themselves. */
static int list_files(reading *r)
{
    lince_source *source = &r->dataset->source;
    bool named = false;
    for (size_t i = 0; i < source->count; i++) {
        if (!is_table(source, &source->entries[i])) continue;
        LINCE_TRY(lince_grow(&r->files, &r->capacity, r->count + 1, sizeof *r->files));
        r->files[r->count++] = (file){i, part_of(source->entries[i].name)};
        named = named || r->files[r->count - 1].part == LINCE_TRAIN;
    }
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++) {
        file f = r->files[i];
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

/* --- one row -------------------------------------------------------------------------------------- */

static int fail_in_file(const reading *r, int code)
{
    const lince_source *source = &r->dataset->source;
    char where[LINCE_WHERE_MAX];
    return lince_fail_in(code, lince_source_where(source, &source->entries[r->now->entry], where));
}

/* A row that cannot be read, for the reason in lince_error(), is an error, or one more that is left out. */
static int bad_row(reading *r, int code)
{
    if (!r->options->skip_bad || code == LINCE_ENOMEM) return code;
    if (r->dataset->table.bad++ >= NOTED) return 0;
    fail_in_file(r, code);
    return lince_dataset_add_note(r->dataset, _("left out: %s"), lince_error());
}

static int check_field(const reading *r, const lince_csv_record *record, int column, const char *text,
                       size_t size)
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

/* A label without the blanks around it, into label[MOST_LABEL + 1]. */
static int trim_label(const reading *r, const text_row *row, char *label)
{
    const char *begin = row->label + strspn(row->label, " \t\r\n"), *end = begin + strlen(begin);
    char place[LINCE_CSV_PLACE_MAX], name[LINCE_COLUMN_MAX] = "1";
    while (end > begin && strchr(" \t\r\n", end[-1])) end--;
    size_t length = (size_t)(end - begin);
    if (length <= MOST_LABEL) {
        memcpy(label, begin, length);
        label[length] = '\0';
        if (lince_name_is_clean(label)) return 0;
    }
    if (r->table) lince_table_column(r->table, r->table->label, name);
    lince_csv_place(row->record, place);
    return lince_fail(LINCE_EFORMAT,
                      "%s, column %s: a label of more than %d bytes or with control characters; is this the "
                      "column of the labels?",
                      place, name, MOST_LABEL);
}

static bool is_dropped(reading *r, const char *label)
{
    for (size_t i = 0; i < r->drop_count; i++)
        if (!strcmp(r->drop[i].name, label)) {
            r->drop[i].rows++;
            return true;
        }
    return false;
}

/* The row's number or, where all have one, its id; behind the file's name where there are several. */
static const char *sample_name(reading *r, const text_row *row)
{
    char name[LINCE_PATH_MAX + 64], number[32];
    snprintf(number, sizeof number, "%zu", row->record->row);
    const char *own = row->id && *row->id && lince_name_is_clean(row->id) ? row->id : number;
    const lince_entry *entry = &r->dataset->source.entries[r->now->entry];
    snprintf(name, sizeof name, "%s%s%.200s", r->count > 1 ? entry->name : "", r->count > 1 ? ":" : "", own);
    return lince_names_add(&r->dataset->names, name);
}

static int keep_row(reading *r, const text_row *row, const char *label)
{
    lince_dataset *d = r->dataset;
    lince_sample sample = {.entry = r->now->entry};
    LINCE_TRY(lince_dataset_add_class(d, label, strlen(label), &sample.label));
    if (d->class_count > MOST_CLASSES)
        return lince_fail(LINCE_EDATA,
                          "%s: more than %d different labels; name the column of the labels with "
                          "--label-column",
                          d->source.path, MOST_CLASSES);
    sample.name = sample_name(r, row);
    sample.text = lince_names_add(&d->names, row->text);
    if (row->group) sample.group = lince_names_add(&d->names, row->group);
    if (!sample.name || !sample.text || (row->group && !sample.group)) return LINCE_ENOMEM;
    return lince_dataset_add_sample(d, r->now->part, sample);
}

/* Rows without a text, exact copies of rows before them, rows without a label and of labels that are not
 * wanted are left out, in this order. */
static int take_row(reading *r, const text_row *row)
{
    lince_table_facts *facts = &r->dataset->table;
    char label[MOST_LABEL + 1];
    bool is_new;
    if (!*row->text) {
        facts->empty++;
        return 0;
    }
    if (!lince_map_at(&r->seen, row->hash, &is_new)) return LINCE_ENOMEM;
    if (!is_new) {
        facts->duplicates++;
        return 0;
    }
    int code = trim_label(r, row, label);
    if (code) return bad_row(r, code);
    if (!*label)
        facts->unlabelled++;
    else if (is_dropped(r, label))
        facts->dropped++;
    else
        return keep_row(r, row, label);
    return 0;
}

/* --- CSV ------------------------------------------------------------------------------------------ */

static const char *field_at(const lince_csv_record *record, int column)
{
    return column == LINCE_NO_COLUMN ? NULL : record->fields[column].text;
}

static int check_record(const reading *r, const lince_csv_record *record)
{
    const lince_table *t = r->table;
    const int used[] = {t->text, t->label, t->group, t->kin, t->id};
    char place[LINCE_CSV_PLACE_MAX];
    if (record->count != (size_t)t->columns)
        return lince_fail(LINCE_EFORMAT,
                          "%s: %zu columns, expected %d as in the first row; is a quote or a "
                          "separator missing?",
                          lince_csv_place(record, place), record->count, t->columns);
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        if (used[i] != LINCE_NO_COLUMN)
            LINCE_TRY(
                check_field(r, record, used[i], record->fields[used[i]].text, record->fields[used[i]].size));
    return 0;
}

static void find_longest(reading *r, const lince_csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].lines <= r->longest) continue;
        r->longest = record->fields[i].lines;
        lince_csv_place(record, r->longest_at);
    }
}

static int take_record(void *context, const lince_csv_record *record)
{
    reading *r = context;
    const lince_table *t = r->table;
    find_longest(r, record);
    if (record->row == 1 && t->header) return 0;
    r->dataset->table.rows++;
    r->dataset->table.lines += record->lines;
    int code = check_record(r, record);
    if (code) return bad_row(r, code);
    text_row row = {.record = record,
                    .text = field_at(record, t->text),
                    .label = field_at(record, t->label),
                    .group = field_at(record, t->group != LINCE_NO_COLUMN ? t->group : t->kin),
                    .id = field_at(record, t->id)};
    for (size_t i = 0; i < record->count; i++)
        row.hash = lince_hash(row.hash, record->fields[i].text, record->fields[i].size);
    return take_row(r, &row);
}

static void tell_columns(reading *r, const lince_table *t)
{
    lince_table_facts *facts = &r->dataset->table;
    int group = t->group != LINCE_NO_COLUMN ? t->group : t->kin;
    lince_table_column(t, t->text, facts->text_column);
    lince_table_column(t, t->label, facts->label_column);
    if (group != LINCE_NO_COLUMN) lince_table_column(t, group, facts->group_column);
    r->dataset->grouped = t->group != LINCE_NO_COLUMN;
    r->dataset->kind = t->dialect.delimiter == '\t' ? "tsv" : "csv";
}

/* Whether quotes hold fields together is a guess that shows in the number of rows. */
static int tell_quoting(reading *r)
{
    lince_dataset *d = r->dataset;
    const char *name = d->source.entries[r->now->entry].name;
    bool guessed = !r->options->quoting || !strcmp(r->options->quoting, "auto");
    if (guessed && r->table->dialect.quoting == LINCE_QUOTING_NONE)
        return lince_dataset_add_note(
            d,
            _("%s: its quotes are read as characters of the texts, each line as a row: as marks that "
              "hold fields together they would join rows (--quoting minimal does so)"),
            name);
    if (r->longest <= MANY_LINES) return 0;
    return lince_dataset_add_note(d,
                                  _("%s, %s: a field of %zu lines; if the end of a quote is missing, it "
                                    "holds rows (--quoting none reads each line as a row)"),
                                  name, r->longest_at, r->longest);
}

static int read_records(reading *r, const char *text, size_t size)
{
    r->longest = 0;
    LINCE_TRY(lince_csv_read(text, size, r->table->dialect, take_record, r));
    return tell_quoting(r);
}

static int read_csv(reading *r, const char *text, size_t size)
{
    lince_table table;
    bool first = !r->model.names;
    int code = lince_table_survey(&table, text, size, r->options, first ? NULL : &r->model);
    if (code && !first && r->now->part != LINCE_TRAIN) {
        fail_in_file(r, code);
        return lince_dataset_add_note(r->dataset, _("left out: %s"), lince_error());
    }
    if (code) return code;
    r->table = &table;
    if (first) tell_columns(r, &table);
    code = read_records(r, text, size);
    r->table = NULL;
    if (first)
        r->model = table;
    else
        lince_table_release(&table);
    return code;
}

/* --- fastText ------------------------------------------------------------------------------------- */

/* "__label__name text": one label a line. */
static int take_line(reading *r, char *line, size_t size, size_t number)
{
    lince_csv_record record = {.row = number, .line = number};
    char place[LINCE_CSV_PLACE_MAX], *label = line + sizeof fasttext_mark - 1;
    lince_csv_place(&record, place);
    LINCE_TRY(check_field(r, &record, 0, line, size));
    if (strncmp(line, fasttext_mark, sizeof fasttext_mark - 1) != 0)
        return lince_fail(LINCE_EFORMAT, "%s: expected a line of the form '__label__name text'", place);
    char *text = label + strcspn(label, " \t");
    if (*text) *text++ = '\0';
    text += strspn(text, " \t");
    if (!strncmp(text, fasttext_mark, sizeof fasttext_mark - 1))
        return lince_fail(LINCE_EFORMAT, "%s: two labels; lince learns one label a text", place);
    return take_row(r,
                    &(text_row){.record = &record,
                                .label = label,
                                .text = text,
                                .hash = lince_hash(lince_hash(0, label, strlen(label)), text, strlen(text))});
}

static int read_lines(reading *r, char *text, size_t size)
{
    size_t number = 0;
    r->dataset->kind = "fasttext";
    for (char *line = text, *end; line < text + size; line = end + 1) {
        end = memchr(line, '\n', size - (size_t)(line - text));
        if (!end) end = text + size;
        char *last = end > line && end[-1] == '\r' ? end - 1 : end;
        *last = '\0';
        number++;
        if (last == line) continue;
        r->dataset->table.rows++;
        r->dataset->table.lines++;
        int code = take_line(r, line, (size_t)(last - line), number);
        if (code) LINCE_TRY(bad_row(r, code));
    }
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int read_text(reading *r, const lince_bytes *bytes)
{
    char *text;
    size_t size;
    const char *encoding = r->options->encoding ? r->options->encoding : "utf-8";
    LINCE_TRY(lince_decode(bytes->data, bytes->size, encoding, &text, &size));
    size_t blanks = strspn(text, " \t\r\n");
    bool lines = !strncmp(text + blanks, fasttext_mark, sizeof fasttext_mark - 1);
    int code = lines ? read_lines(r, text, size) : read_csv(r, text, size);
    lince_free(text);
    return code;
}

static int read_file(reading *r, const file *f)
{
    lince_source *source = &r->dataset->source;
    const lince_entry *entry = &source->entries[f->entry];
    lince_bytes bytes;
    LINCE_TRY(lince_source_read(source, entry, &bytes));
    r->now = f;
    int code = read_text(r, &bytes);
    lince_bytes_release(&bytes);
    return code ? fail_in_file(r, code) : 0;
}

static int read_files(reading *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0 && r->files[i].part != r->files[i - 1].part) lince_map_clear(&r->seen);
        LINCE_TRY(read_file(r, &r->files[i]));
    }
    return 0;
}

static bool is_listed(const reading *r, const char *name)
{
    for (size_t i = 0; i < r->drop_count; i++)
        if (!strcmp(r->drop[i].name, name)) return true;
    return false;
}

static int parse_dropped(reading *r)
{
    for (const char *at = r->options->drop_labels; at && *at;) {
        size_t length = strcspn(at, ",");
        if (length > MOST_LABEL || r->drop_count == MOST_DROPPED)
            return lince_fail(LINCE_EUSAGE, "--drop-label: at most %d labels of at most %d bytes",
                              MOST_DROPPED, MOST_LABEL);
        dropped *d = &r->drop[r->drop_count];
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
static int check_dropped(const reading *r)
{
    for (size_t i = 0; i < r->drop_count; i++) {
        if (r->drop[i].rows || r->options->drop_any) continue;
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
    if (f->rows > f->empty + f->duplicates + f->unlabelled + f->dropped + f->bad) return 0;
    return lince_fail(
        LINCE_EDATA,
        "%s: no texts are left of %zu rows: %zu without a text, %zu copies, %zu without a label, "
        "%zu of dropped labels, %zu that cannot be read",
        d->source.path, f->rows, f->empty, f->duplicates, f->unlabelled, f->dropped, f->bad);
}

static int index_texts(lince_dataset *dataset)
{
    reading *r = lince_alloc(1, sizeof *r);
    if (!r) return LINCE_ENOMEM;
    r->dataset = dataset;
    r->options = dataset->options;
    int code = parse_dropped(r);
    if (!code) code = list_files(r);
    if (!code) code = read_files(r);
    if (!code) code = check_rows(dataset);
    if (!code) code = check_dropped(r);
    lince_table_release(&r->model);
    lince_map_release(&r->seen);
    lince_free(r->files);
    lince_free(r);
    return code;
}

static void release(lince_dataset *dataset)
{
    (void)dataset;
}

const lince_layout lince_texts = {.recognise = recognise, .index = index_texts, .release = release};
