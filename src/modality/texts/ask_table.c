/* A table that is asked about: the text of each row, in the column that the run read. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/tell.h"
#include "data/source/source.h"
#include "modality/texts/table_facts.h"
#include "modality/texts/texts.h"
#include "text/encoding.h"
#include "text/table.h"

#include <stdio.h>

typedef struct reading {
    const lince_asking *asking;
    const char *where;
    lince_table table;
    lince_buffer joined; /* a text of several columns */
    const char **values; /* [capacity] of the row */
    size_t capacity;
} reading;

/* A row of another number of columns than the header has no text that could be asked about. */
static int check_row(const reading *r, const lince_csv_record *record)
{
    char place[LINCE_CSV_PLACE_MAX];
    if (record->count == (size_t)r->table.columns) return 0;
    return lince_fail(
        LINCE_EFORMAT,
        "%s: columns: %zu; expected %d, as in the first row; is a quote or a separator missing?",
        lince_csv_place(record, place), record->count, r->table.columns);
}

static int ask(reading *r, const lince_csv_record *record, const char **text, lince_prediction *p)
{
    const lince_table *t = &r->table;
    char place[LINCE_CSV_PLACE_MAX];
    LINCE_TRY(check_row(r, record));
    *text = lince_table_text(t, record, &r->joined);
    if (!*text) return r->joined.error;
    size_t size = t->text_count == 1 ? record->fields[t->texts[0]].size : r->joined.size;
    int code = lince_texts_answer(r->asking, *text, size, p);
    return code ? lince_fail_in(code, lince_csv_place(record, place)) : 0;
}

static int take_row(void *context, const lince_csv_record *record)
{
    reading *r = context;
    lince_asked_row *row = r->asking->row;
    lince_prediction p = LINCE_PREDICTION_INIT;
    const char *text = "";
    if (lince_table_is_header(&r->table, record)) return 0;
    LINCE_TRY(lince_grow(&r->values, &r->capacity, record->count, sizeof *r->values));
    for (size_t i = 0; i < record->count; i++) r->values[i] = record->fields[i].text;
    int code = ask(r, record, &text, &p);
    if (code) lince_fail_in(code, r->where);
    row->names = r->table.header ? (const char *const *)r->table.names : NULL;
    row->values = r->values;
    row->count = record->count;
    code = lince_answer(r->asking, text, code, &p);
    row->count = 0;
    return code;
}

/* As the run read its own; where it read no table, the column is guessed. */
static lince_table_options options_of(const lince_asking *a, const lince_columns *then,
                                      char column[LINCE_COLUMN_MAX])
{
    lince_table_options o = {.unlabelled = true,
                             .quoting = a->settings->quoting,
                             .header = a->settings->header,
                             .text_column = a->settings->text_column};
    if (a->said.text || !then->text) return o;
    o.text_column = lince_column_option(then->text, column);
    if (then->named && !a->said.header) o.header = "yes";
    return o;
}

static int read_rows(reading *r, const lince_records *records, const lince_table_options *o)
{
    char column[LINCE_COLUMN_MAX];
    int code = lince_table_survey(&r->table, records, o, NULL);
    if (code) return lince_fail_in(code, r->where);
    lince_table_column(&r->table, r->table.texts[0], column);
    lince_note(r->asking->observer, _("%s: texts from column %s"), r->where, column);
    return lince_records_read(records, take_row, r);
}

static int ask_text(const lince_asking *a, const char *where, const char *text, size_t size)
{
    reading r = {.asking = a, .where = where};
    lince_records records = {0};
    char column[LINCE_COLUMN_MAX];
    json_t *record;
    LINCE_TRY(a->recorded(a->model, &record));
    lince_columns then = lince_columns_recorded(record);
    lince_table_options o = options_of(a, &then, column);
    int code = lince_records_open(&records, text, size, lince_table_dialect(&o, NULL));
    if (!code) code = read_rows(&r, &records, &o);
    lince_records_close(&records);
    lince_table_release(&r.table);
    lince_buffer_release(&r.joined);
    lince_free(r.values);
    json_decref(record);
    return code;
}

int lince_texts_ask_table(const lince_asking *a, const char *where, const void *bytes, size_t count)
{
    char *text;
    size_t size;
    LINCE_TRY(lince_decode(bytes, count, a->settings->encoding, &text, &size));
    int code = ask_text(a, where, text, size);
    lince_free(text);
    return code;
}
