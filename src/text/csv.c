#include "text/csv.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <csv.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    lince_csv_record record; /* being read: `count` fields so far */
    lince_csv_field *fields; /* [capacity]; `text` is set when the record is whole */
    size_t capacity;
    lince_buffer text;    /* the fields, a NUL behind each */
    size_t line;          /* that is being fed */
    size_t field_line;    /* that the current field begins in */
    lince_csv_take *take; /* the user's */
    void *context;
    int code; /* not 0: nothing more is taken */
} reader;

const char *lince_csv_place(const lince_csv_record *record, char out[LINCE_CSV_PLACE_MAX])
{
    snprintf(out, LINCE_CSV_PLACE_MAX, _("row %zu (line %zu)"), record->row, record->line);
    return out;
}

static int too_long(const reader *r)
{
    return lince_fail(LINCE_EFORMAT,
                      "row %zu (line %zu), column %zu: a field of more than %d bytes begins in line %zu; is "
                      "the end of a quote missing?",
                      r->record.row, r->record.line, r->record.count + 1, LINCE_CSV_FIELD_MAX, r->field_line);
}

static void take_field(void *bytes, size_t size, void *context)
{
    reader *r = context;
    if (r->code) return;
    if (r->record.count == LINCE_CSV_COLUMNS_MAX) {
        r->code = lince_fail(LINCE_EFORMAT, "row %zu (line %zu): more than %d columns", r->record.row,
                             r->record.line, LINCE_CSV_COLUMNS_MAX);
        return;
    }
    r->code = size > LINCE_CSV_FIELD_MAX
                  ? too_long(r)
                  : lince_grow(&r->fields, &r->capacity, r->record.count + 1, sizeof *r->fields);
    if (r->code) return;
    r->fields[r->record.count++].size = size;
    if (size) lince_buffer_put(&r->text, bytes, size);
    lince_buffer_put(&r->text, "", 1);
    r->field_line = r->line;
    r->code = r->text.error;
}

static void take_record(int end, void *context)
{
    (void)end;
    reader *r = context;
    if (r->code) return;
    const char *text = r->text.data;
    for (size_t i = 0; i < r->record.count; i++) {
        r->fields[i].text = text;
        text += r->fields[i].size + 1;
    }
    r->record.fields = r->fields;
    r->code = r->take(r->context, &r->record);
    r->record.row++;
    r->record.count = 0;
    r->record.line = 0;
    r->text.size = 0;
}

/* libcsv would strip blanks around fields; they belong to the text. */
static int no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

/* A piece of the file, at most to the end of a line, so that the line of everything is known. */
static size_t next_piece(const char *bytes, size_t left, bool *ends_line)
{
    enum { LONGEST = 1 << 16 };
    size_t most = left < LONGEST ? left : LONGEST, n = 0;
    while (n < most && bytes[n] != '\n' && bytes[n] != '\r') n++;
    *ends_line = n < most;
    if (!*ends_line) return n;
    return n + (bytes[n] == '\r' && n + 1 < left && bytes[n + 1] == '\n' ? 2 : 1);
}

static int feed(reader *r, struct csv_parser *parser, const char *bytes, size_t size)
{
    bool ends_line;
    for (size_t at = 0, n; at < size && !r->code; at += n) {
        n = next_piece(bytes + at, size - at, &ends_line);
        bool blank = bytes[at] == '\n' || bytes[at] == '\r';
        if (!r->record.line && !blank) r->record.line = r->field_line = r->line;
        if (csv_parse(parser, bytes + at, n, take_field, take_record, r) != n)
            return lince_fail(LINCE_ENOMEM, "out of memory");
        if (!r->code && parser->entry_pos > LINCE_CSV_FIELD_MAX) return too_long(r);
        r->line += ends_line;
    }
    return r->code;
}

static int finish(reader *r, struct csv_parser *parser)
{
    /* Strict only here: elsewhere that would refuse quotes within plain fields, as in: 5" screen. */
    csv_set_opts(parser, CSV_STRICT | CSV_STRICT_FINI);
    if (!csv_fini(parser, take_field, take_record, r)) return r->code;
    return lince_fail(
        LINCE_EFORMAT,
        "row %zu (line %zu), column %zu: the quoted field that begins in line %zu has no end; a "
        "quote is missing",
        r->record.row, r->record.line, r->record.count + 1, r->field_line);
}

int lince_csv_read(const char *bytes, size_t size, char delimiter, lince_csv_take *take, void *context)
{
    reader r = {.record.row = 1, .line = 1, .take = take, .context = context};
    struct csv_parser parser;
    if (csv_init(&parser, 0)) return lince_fail(LINCE_ENOMEM, "out of memory");
    csv_set_delim(&parser, (unsigned char)delimiter);
    csv_set_space_func(&parser, no_space);
    int code = feed(&r, &parser, bytes, size);
    if (!code) code = finish(&r, &parser);
    csv_free(&parser);
    lince_buffer_release(&r.text);
    lince_free(r.fields);
    return code < 0 ? code : 0;
}

/* --- the delimiter -------------------------------------------------------------------------------- */

typedef struct survey {
    size_t columns;      /* of the first record */
    size_t same, others; /* records with as many, and with another number */
} survey;

static int look(void *context, const lince_csv_record *record)
{
    enum { ENOUGH = 100 };
    survey *s = context;
    if (record->row == 1) s->columns = record->count;
    if (record->count == s->columns)
        s->same++;
    else
        s->others++;
    return record->row == ENOUGH;
}

char lince_csv_delimiter(const char *bytes, size_t size)
{
    enum { ENOUGH = 1 << 16 };
    static const char candidates[] = {',', '\t', ';', '|'};
    char best = ',';
    double most = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        survey s = {0};
        lince_csv_read(bytes, size < ENOUGH ? size : ENOUGH, candidates[i], look, &s);
        double share = s.columns < 2 ? 0 : (double)s.same / (double)(s.same + s.others);
        if (share > most) most = share, best = candidates[i];
    }
    return best;
}
