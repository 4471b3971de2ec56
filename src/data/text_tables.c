/* Tables of texts: a record is a sample. */
#include "core/error.h"
#include "core/i18n.h"
#include "data/texts.h"

#include <string.h>

enum { MANY_LINES = 30 };

static const char *field_at(const lince_csv_record *record, int column)
{
    return column == LINCE_NO_COLUMN ? NULL : record->fields[column].text;
}

static int check_record(lince_text_reading *r, const lince_csv_record *record)
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

static int take_record(void *context, const lince_csv_record *record)
{
    lince_text_reading *r = context;
    const lince_table *t = r->table;
    find_longest(r, record);
    if (record->row == t->first_row && t->header) return 0;
    r->dataset->table.rows++;
    r->dataset->table.lines += record->lines;
    int code = check_record(r, record);
    if (code) return lince_text_bad_row(r, code);
    lince_text_row row = {.record = record,
                          .text = field_at(record, t->text),
                          .label = field_at(record, t->label),
                          .group = field_at(record, t->group != LINCE_NO_COLUMN ? t->group : t->kin),
                          .id = field_at(record, t->id)};
    for (size_t i = 0; i < record->count; i++)
        row.hash = lince_hash(row.hash, record->fields[i].text, record->fields[i].size);
    return lince_text_take(r, &row);
}

static void tell_columns(lince_text_reading *r, const lince_records *records)
{
    const lince_table *t = r->table;
    lince_table_facts *facts = &r->dataset->table;
    int group = t->group != LINCE_NO_COLUMN ? t->group : t->kin;
    lince_table_column(t, t->text, facts->text_column);
    lince_table_column(t, t->label, facts->label_column);
    if (group != LINCE_NO_COLUMN) lince_table_column(t, group, facts->group_column);
    r->dataset->grouped = t->group != LINCE_NO_COLUMN;
    r->dataset->kind = lince_records_kind(records);
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

static int read_records(lince_text_reading *r, const lince_records *records)
{
    r->longest = 0;
    LINCE_TRY(lince_records_read(records, take_record, r));
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
    code = read_records(r, records);
    r->table = NULL;
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
