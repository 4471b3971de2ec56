/* Tables of texts: a record is a sample. */
#include "core/error.h"
#include "core/i18n.h"
#include "data/index/part_names.h"
#include "data/index/texts.h"
#include "text/marks.h"

#include <stdio.h>
#include <string.h>

enum { MANY_LINES = 30, NO_PARTS = 0xff };

static const char *field_at(const lince_csv_record *record, int column)
{
    return column == LINCE_NO_COLUMN ? NULL : record->fields[column].text;
}

/* Those that are read as texts, into used[]; how many. */
static size_t used_columns(const lince_table *t, int used[LINCE_TEXT_COLUMNS_MAX + 5])
{
    const int others[] = {t->label, t->group, t->kin, t->id, t->split};
    size_t n = 0;
    for (int i = 0; i < t->text_count; i++) used[n++] = t->texts[i];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] != LINCE_NO_COLUMN) used[n++] = others[i];
    return n;
}

static int check_record(const lince_text_reading *r, const lince_csv_record *record)
{
    const lince_table *t = r->table;
    int used[LINCE_TEXT_COLUMNS_MAX + 5];
    char place[LINCE_CSV_PLACE_MAX];
    if (record->count != (size_t)t->columns)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: columns: %zu; expected %d, as in the first row; is a quote or a separator missing?",
            lince_csv_place(record, place), record->count, t->columns);
    size_t n = used_columns(t, used);
    for (size_t i = 0; i < n; i++)
        LINCE_TRY(lince_text_check_field(r, record, used[i], record->fields[used[i]].text,
                                         record->fields[used[i]].size));
    return 0;
}

static void find_longest(lince_text_reading *r, const lince_csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].lines <= r->longest) continue;
        r->longest = record->fields[i].lines;
        lince_csv_place(record, r->longest_at);
    }
}

/* Columns all of whose values name parts. */
static void look_for_parts(lince_text_reading *r, const lince_csv_record *record)
{
    for (size_t i = 0; i < record->count && i < LINCE_SPLIT_COLUMNS_MAX; i++) {
        if (r->parts_named[i] == NO_PARTS) continue;
        lince_part part = lince_part_named(record->fields[i].text, record->fields[i].size);
        r->parts_named[i] = part == LINCE_PARTS ? NO_PARTS : r->parts_named[i] | 1 << part;
    }
}

/* The part of a row; LINCE_PARTS: its split column names none. */
static lince_part part_of(const lince_text_reading *r, const lince_csv_record *record)
{
    if (r->table->split == LINCE_NO_COLUMN) return r->now->part;
    const lince_csv_field *f = &record->fields[r->table->split];
    return lince_part_named(f->text, f->size);
}

/* Of a row that cannot be read, in which the columns may be shifted. */
static lince_part part_of_bad(const lince_text_reading *r, const lince_csv_record *record)
{
    lince_part part = record->count == (size_t)r->table->columns ? part_of(r, record) : LINCE_PARTS;
    return part < LINCE_PARTS ? part : r->now->part;
}

/* What a row says of its labels: a column's value, or of marks their classes' names. */
static int find_label(lince_text_reading *r, const lince_csv_record *record, lince_text_row *row)
{
    const lince_table *t = r->table;
    char place[LINCE_CSV_PLACE_MAX];
    row->label = field_at(record, t->label);
    if (t->several) row->separator = t->marks ? LINCE_LABEL_UNIT : lince_table_separator(r->options);
    if (!t->marks) return 0;
    int marks = lince_marks_read(t->names, t->is_class, t->columns, record, &r->marked);
    if (marks < 0) return marks;
    if (!t->several && marks != 1)
        return lince_fail(
            LINCE_EDATA,
            "%s: classes that are marked: %d, and one in each row of the first file; where samples have "
            "several labels, --labels several says so",
            lince_csv_place(record, place), marks);
    if (!t->several) r->marked.data[r->marked.size - 1] = '\0'; /* the unit behind it */
    row->label = r->marked.data;
    return 0;
}

static int take_text(lince_text_reading *r, const lince_csv_record *record)
{
    const lince_table *t = r->table;
    lince_text_row row = {.record = record,
                          .part = part_of(r, record),
                          .text = lince_table_text(t, record, &r->joined),
                          .group = field_at(record, t->group != LINCE_NO_COLUMN ? t->group : t->kin),
                          .id = field_at(record, t->id)};
    if (!row.text) return r->joined.error;
    if (row.part == LINCE_PARTS) {
        r->dataset->table.elsewhere++;
        return 0;
    }
    for (size_t i = 0; i < record->count; i++)
        row.hash = lince_hash(row.hash, record->fields[i].text, record->fields[i].size);
    int code = find_label(r, record, &row);
    return code ? lince_text_bad_row(r, record->row, row.part, code) : lince_text_take(r, &row);
}

static int take_record(void *context, const lince_csv_record *record)
{
    lince_text_reading *r = context;
    const lince_table *t = r->table;
    find_longest(r, record);
    if (lince_table_is_header(t, record)) {
        r->headers++;
        return 0;
    }
    r->dataset->table.rows++;
    r->dataset->table.lines += record->lines;
    int code = check_record(r, record);
    if (code) return lince_text_bad_row(r, record->row, part_of_bad(r, record), code);
    look_for_parts(r, record);
    return take_text(r, record);
}

/* "4 (label)", or of marks the columns of the classes: "2 (cat) + 3 (dog)". */
static void tell_label_columns(const lince_table *t, char out[LINCE_COLUMN_MAX])
{
    char name[LINCE_COLUMN_MAX];
    size_t used = 0;
    if (t->label != LINCE_NO_COLUMN) lince_table_column(t, t->label, out);
    for (int i = 0; i < t->columns && used + 1 < LINCE_COLUMN_MAX; i++) {
        if (!t->is_class[i]) continue;
        snprintf(out + used, LINCE_COLUMN_MAX - used, "%s%s", used ? " + " : "",
                 lince_table_column(t, i, name));
        used += strlen(out + used);
    }
}

static int tell_marks(lince_text_reading *r)
{
    const lince_table *t = r->table;
    char column[LINCE_COLUMN_MAX];
    int classes = 0;
    for (int i = 0; i < t->columns; i++) classes += t->is_class[i];
    if (t->near_class != LINCE_NO_COLUMN)
        LINCE_TRY(lince_dataset_add_note(
            r->dataset, _("column %s is no class, because it has other values than 0 and 1, though few"),
            lince_table_column(t, t->near_class, column)));
    return lince_dataset_add_note(
        r->dataset,
        _("columns of 0 and 1 that are classes: %d; --label-column names another one with the labels"),
        classes);
}

static void tell_columns(lince_text_reading *r, const lince_records *records)
{
    const lince_table *t = r->table;
    lince_table_facts *facts = &r->dataset->table;
    int group = t->group != LINCE_NO_COLUMN ? t->group : t->kin;
    for (int i = 0; i < t->text_count; i++) {
        char name[LINCE_COLUMN_MAX];
        size_t used = strlen(facts->text_column);
        snprintf(facts->text_column + used, LINCE_COLUMN_MAX - used, "%s%s", used ? " + " : "",
                 lince_table_column(t, t->texts[i], name));
    }
    tell_label_columns(t, facts->label_column);
    if (group != LINCE_NO_COLUMN) lince_table_column(t, group, facts->group_column);
    r->dataset->grouped = t->group != LINCE_NO_COLUMN;
    facts->quoting = lince_csv_quoting_name(t->dialect.quoting);
    r->dataset->kind = lince_records_kind(records);
}

/* A guess that could have been another one. */
static int tell_guesses(lince_text_reading *r)
{
    const lince_table *t = r->table;
    char column[LINCE_COLUMN_MAX], other[LINCE_COLUMN_MAX];
    bool asked = r->options->labels && strcmp(r->options->labels, "auto") != 0;
    if (t->marks) LINCE_TRY(tell_marks(r));
    if (t->lists && !asked)
        LINCE_TRY(lince_dataset_add_note(
            r->dataset,
            _("column %s holds lists of labels, so that a sample has several; --labels one takes them for names"),
            lince_table_column(t, t->label, column)));
    if (t->other_text != LINCE_NO_COLUMN)
        LINCE_TRY(lince_dataset_add_note(
            r->dataset,
            _("texts are read from column %s; they could be those of column %s, too: --text-column chooses"),
            lince_table_column(t, t->texts[0], column), lince_table_column(t, t->other_text, other)));
    if (t->other_label == LINCE_NO_COLUMN) return 0;
    return lince_dataset_add_note(
        r->dataset,
        _("labels are read from column %s; they could be those of column %s, too: --label-column chooses"),
        lince_table_column(t, t->label, column), lince_table_column(t, t->other_label, other));
}

/* Whether quotes hold fields together is a guess that shows in the number of rows. */
static int tell_quoting(lince_text_reading *r)
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

/* What is better told than passed over: headers between the rows, and parts that nobody asked for. */
static int tell_rows(const lince_text_reading *r)
{
    const lince_table *t = r->table;
    const char *name = r->dataset->source.entries[r->now->entry].name;
    char column[LINCE_COLUMN_MAX];
    if (r->headers > 1)
        LINCE_TRY(lince_dataset_add_note(r->dataset, _("%s: its header occurs %zu times; it is read once"),
                                         name, r->headers));
    for (int i = 0; i < t->columns && i < LINCE_SPLIT_COLUMNS_MAX && t->split == LINCE_NO_COLUMN; i++) {
        unsigned parts = r->parts_named[i];
        if (parts == NO_PARTS || (parts & (parts - 1)) == 0) continue;
        lince_table_column(t, i, column);
        LINCE_TRY(lince_dataset_add_note(
            r->dataset, _("%s: column %s names parts and is not read; --split-column %d takes them from it"),
            name, column, i + 1));
    }
    return 0;
}

static int read_records(lince_text_reading *r, const lince_records *records)
{
    r->longest = r->headers = 0;
    memset(r->parts_named, 0, sizeof r->parts_named);
    LINCE_TRY(lince_records_read(records, take_record, r));
    LINCE_TRY(tell_rows(r));
    return tell_quoting(r);
}

static int read_all(lince_text_reading *r, const lince_records *records)
{
    lince_table table;
    bool first = !r->model.names;
    int code = lince_table_survey(&table, records, r->options, first ? NULL : &r->model);
    if (code && !first && r->now->part != LINCE_TRAIN) {
        lince_text_fail_in_file(r, code);
        return lince_dataset_add_note(r->dataset, _("left out: %s"), lince_error());
    }
    if (code) return code;
    r->table = &table;
    if (first) tell_columns(r, records);
    if (first) code = tell_guesses(r);
    if (!code) code = read_records(r, records);
    r->table = NULL;
    lince_buffer_release(&r->joined);
    lince_buffer_release(&r->marked);
    if (first)
        r->model = table;
    else
        lince_table_release(&table);
    return code;
}

int lince_text_read_table(lince_text_reading *r, const char *text, size_t size)
{
    lince_records records;
    const lince_table *like = r->model.names ? &r->model : NULL;
    LINCE_TRY(lince_records_open(&records, text, size, lince_table_dialect(r->options, like)));
    int code = read_all(r, &records);
    lince_records_close(&records);
    return code;
}
