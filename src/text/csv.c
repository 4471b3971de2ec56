#include "text/csv.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/number.h"

#include <lince/text.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
    lince_csv_dialect dialect;
    const char *at, *end;    /* what is still to be read */
    size_t line;             /* that `at` stands in */
    lince_csv_record record; /* being read: `count` fields so far */
    lince_csv_field *fields; /* [capacity]; `text` is set when the record is whole */
    size_t capacity;
    lince_buffer text; /* the fields, a NUL behind each */
} reader;

const char *lince_csv_quoting_name(lince_csv_quoting quoting)
{
    static const char *const names[] = {NULL, "minimal", "none"};
    return names[quoting];
}

const char *lince_csv_place(const lince_csv_record *record, char out[LINCE_CSV_PLACE_MAX])
{
    snprintf(out, LINCE_CSV_PLACE_MAX, _("row %zu (line %zu)"), record->row, record->line);
    return out;
}

static int too_long(const reader *r, size_t field_line)
{
    return lince_fail(LINCE_EFORMAT,
                      "row %zu (line %zu), column %zu: a field of more than %d bytes begins in line %zu; is "
                      "the end of a quote missing?",
                      r->record.row, r->record.line, r->record.count + 1, LINCE_CSV_FIELD_MAX, field_line);
}

static int no_end(const reader *r, size_t field_line)
{
    return lince_fail(
        LINCE_EFORMAT,
        "row %zu (line %zu), column %zu: the quoted field that begins in line %zu has no end; a "
        "quote is missing (where quotes are characters of the texts: --quoting none)",
        r->record.row, r->record.line, r->record.count + 1, field_line);
}

static bool at_line_end(const reader *r)
{
    return r->at < r->end && (*r->at == '\n' || *r->at == '\r');
}

static void pass_line_end(reader *r)
{
    bool two = *r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n';
    r->at += two ? 2 : 1;
    r->line++;
}

/* How many lines end within some bytes: LF, CRLF and CR each count as one. */
static size_t line_ends(const char *bytes, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++)
        n += bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == size || bytes[i + 1] != '\n'));
    return n;
}

/* What stands between two quotes, to the one that closes: `at` is behind the first of them. */
static int read_quoted(reader *r, size_t begin, size_t field_line)
{
    for (;;) {
        size_t left = (size_t)(r->end - r->at), most = LINCE_CSV_FIELD_MAX + 1 - (r->text.size - begin);
        const char *quote = memchr(r->at, '"', left < most ? left : most);
        if (!quote) return left < most ? no_end(r, field_line) : too_long(r, field_line);
        size_t size = (size_t)(quote - r->at);
        lince_buffer_put(&r->text, r->at, size);
        r->line += line_ends(r->at, size);
        r->at = quote + 1;
        if (r->at == r->end || *r->at != '"') return 0;
        lince_buffer_put(&r->text, r->at++, 1); /* a doubled quote */
        if (r->text.size - begin > LINCE_CSV_FIELD_MAX) return too_long(r, field_line);
    }
}

static void read_plain(reader *r)
{
    const char *begin = r->at, delimiter = r->dialect.delimiter;
    while (r->at < r->end && *r->at != delimiter && *r->at != '\n' && *r->at != '\r') r->at++;
    lince_buffer_put(&r->text, begin, (size_t)(r->at - begin));
}

/* START -> QUOTED -> PLAIN, or START -> PLAIN */
static int read_field(reader *r)
{
    size_t begin = r->text.size, line = r->line;
    bool quoted = r->dialect.quoting != LINCE_QUOTING_NONE && r->at < r->end && *r->at == '"';
    if (r->record.count == LINCE_CSV_COLUMNS_MAX)
        return lince_fail(LINCE_EFORMAT, "row %zu (line %zu): more than %d columns", r->record.row,
                          r->record.line, LINCE_CSV_COLUMNS_MAX);
    lince_buffer_puts(&r->text, "");
    if (quoted) {
        r->at++;
        LINCE_TRY(read_quoted(r, begin, line));
    }
    const char *closed = r->at;
    read_plain(r);
    size_t size = r->text.size - begin;
    if (size > LINCE_CSV_FIELD_MAX) return too_long(r, line);
    lince_buffer_put(&r->text, "", 1);
    LINCE_TRY(lince_grow(&r->fields, &r->capacity, r->record.count + 1, sizeof *r->fields));
    r->fields[r->record.count++] = (lince_csv_field){.size = size, .lines = r->line - line + 1};
    r->record.quoted += quoted && r->at == closed;
    return r->text.error;
}

static int read_record(reader *r)
{
    r->text.size = 0;
    r->record = (lince_csv_record){.row = r->record.row + 1, .line = r->line, .bytes = r->at};
    LINCE_TRY(read_field(r));
    while (r->at < r->end && *r->at == r->dialect.delimiter) {
        r->at++;
        LINCE_TRY(read_field(r));
    }
    r->record.lines = r->line - r->record.line + 1;
    r->record.size = (size_t)(r->at - r->record.bytes);
    r->record.fields = r->fields;
    const char *text = r->text.data;
    for (size_t i = 0; i < r->record.count; i++) {
        r->fields[i].text = text;
        text += r->fields[i].size + 1;
    }
    return 0;
}

/* "sep=;", which spreadsheets write before the first record. */
size_t lince_csv_preamble(const char *bytes, size_t size, char *delimiter)
{
    static const char mark[] = "sep=";
    size_t n = sizeof mark;
    if (size <= n || memcmp(bytes, mark, n - 1) != 0 || (bytes[n] != '\n' && bytes[n] != '\r')) return 0;
    *delimiter = bytes[n - 1];
    return n;
}

int lince_csv_read(const char *bytes, size_t size, lince_csv_dialect dialect, lince_csv_take *take,
                   void *context)
{
    char told = dialect.delimiter;
    size_t begin = lince_csv_preamble(bytes, size, &told);
    if (told != dialect.delimiter) begin = 0;
    reader r = {.dialect = dialect, .at = bytes + begin, .end = bytes + size, .line = 1};
    int code = 0;
    while (!code) {
        while (at_line_end(&r)) pass_line_end(&r);
        if (r.at == r.end) break;
        code = read_record(&r);
        if (!code) code = take(context, &r.record);
    }
    lince_buffer_release(&r.text);
    lince_free(r.fields);
    return code < 0 ? code : 0;
}

/* Also the full-width forms, which some spreadsheets take for the same. */
bool lince_csv_is_formula(const char *cell)
{
    static const char *const begins[] = {
        "=",     "+", "-", "@", "\t", "\r", "\n", "\uff1d" /* = */, "\uff0b" /* + */, "\uff0d" /* - */,
        "\uff20" /* @ */};
    double number;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        if (strncmp(cell, begins[i], strlen(begins[i])) != 0) continue;
        const char *end = lince_number_read(cell, &number);
        return end == cell || *end;
    }
    return false;
}

/* A cell that has an apostrophe before what would be a formula by itself gets another, so that one can be taken away. */
static bool is_marked(const char *text)
{
    return lince_csv_is_formula(text + strspn(text, "'"));
}

const char *lince_csv_text(const char *cell)
{
    return *cell == '\'' && is_marked(cell) ? cell + 1 : cell;
}

void lince_csv_put(lince_buffer *out, const char *text)
{
    const char *mark = is_marked(text) ? "'" : "";
    if (!strpbrk(text, ",\"\r\n")) {
        lince_buffer_printf(out, "%s%s", mark, text);
        return;
    }
    lince_buffer_printf(out, "\"%s", mark);
    for (const char *c = text; *c; c++) lince_buffer_put(out, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    lince_buffer_puts(out, "\"");
}
