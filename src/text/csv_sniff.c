/* Which dialect a file is written in, by reading it in each.
 *
 * Many files are written without quoting: a text that begins with a quotation mark, read as RFC 4180 has it,
 * swallows the rows behind it up to the next mark. So a file is read in both ways, and the quotes are
 * characters where that gives a greater share of records of the first one's number of fields, or where
 * quoting joins lines that are records by themselves. A file half of whose records hold a field in quotes
 * from end to end is a file that quotes, whatever else is wrong with it; and where both ways are as good, it
 * is too. */
#include "text/csv.h"

#include <stdbool.h>
#include <string.h>

typedef struct survey {
    lince_csv_dialect dialect;
    size_t enough;       /* records; 0: all */
    size_t columns;      /* of the first record */
    size_t rows, same;   /* records, and those of as many columns as the first */
    size_t quoting;      /* records with a field in quotes from end to end */
    size_t whole, parts; /* records of several lines: each of which is a record by itself, or not */
    bool failed;
} survey;

static int count_other(void *context, const lince_csv_record *record)
{
    const size_t *columns = context;
    return record->count != *columns ? -1 : 0;
}

/* Whether the lines of a record are records of as many columns, each by itself. */
static bool are_whole(const lince_csv_record *record, survey *s)
{
    lince_csv_dialect plain = {s->dialect.delimiter, LINCE_QUOTING_NONE};
    return !lince_csv_read(record->bytes, record->size, plain, count_other, &s->columns);
}

static int look(void *context, const lince_csv_record *record)
{
    survey *s = context;
    if (record->row == 1) s->columns = record->count;
    s->rows++;
    s->same += record->count == s->columns;
    s->quoting += record->quoted > 0;
    if (record->lines > 1) {
        bool whole = are_whole(record, s);
        s->whole += whole;
        s->parts += !whole;
    }
    return s->rows == s->enough;
}

static survey survey_as(const char *bytes, size_t size, lince_csv_dialect dialect, size_t enough)
{
    survey s = {.dialect = dialect, .enough = enough};
    s.failed = lince_csv_read(bytes, size, dialect, look, &s) < 0;
    return s;
}

static double share(const survey *s)
{
    return s->columns < 2 ? 0 : (double)s->same / (double)s->rows;
}

/* The beginning of a file, of whole lines. */
static size_t beginning(const char *bytes, size_t size)
{
    enum { MOST = 1 << 16 };
    if (size <= MOST) return size;
    size_t n = MOST;
    while (n > 0 && bytes[n - 1] != '\n') n--;
    return n ? n : MOST;
}

static char find_delimiter(const char *bytes, size_t size, lince_csv_quoting known)
{
    enum { ENOUGH = 100 };
    static const char candidates[] = {',', '\t', ';', '|'};
    static const lince_csv_quoting both[] = {LINCE_QUOTING_MINIMAL, LINCE_QUOTING_NONE};
    char best = ',';
    double most = 0;
    size = beginning(bytes, size);
    for (size_t q = 0; q < sizeof both / sizeof *both; q++) {
        if (known != LINCE_QUOTING_AUTO && known != both[q]) continue;
        for (size_t i = 0; i < sizeof candidates; i++) {
            survey s = survey_as(bytes, size, (lince_csv_dialect){candidates[i], both[q]}, ENOUGH);
            if (share(&s) > most) most = share(&s), best = candidates[i];
        }
    }
    return best;
}

static lince_csv_quoting find_quoting(const char *bytes, size_t size, char delimiter)
{
    if (!memchr(bytes, '"', size)) return LINCE_QUOTING_MINIMAL;
    survey quoted = survey_as(bytes, size, (lince_csv_dialect){delimiter, LINCE_QUOTING_MINIMAL}, 0),
           plain = survey_as(bytes, size, (lince_csv_dialect){delimiter, LINCE_QUOTING_NONE}, 0);
    bool is_rule = 2 * quoted.quoting >= quoted.rows,
         swallows = quoted.whole > quoted.parts && plain.same > quoted.same,
         breaks = quoted.failed && share(&plain) >= share(&quoted);
    if (plain.failed || is_rule) return LINCE_QUOTING_MINIMAL;
    return swallows || breaks || share(&plain) > share(&quoted) ? LINCE_QUOTING_NONE : LINCE_QUOTING_MINIMAL;
}

lince_csv_dialect lince_csv_sniff(const char *bytes, size_t size, lince_csv_dialect known)
{
    if (!size)
        return (lince_csv_dialect){known.delimiter ? known.delimiter : ',',
                                   known.quoting ? known.quoting : LINCE_QUOTING_MINIMAL};
    if (!known.delimiter) lince_csv_preamble(bytes, size, &known.delimiter);
    if (!known.delimiter) known.delimiter = find_delimiter(bytes, size, known.quoting);
    if (!known.quoting) known.quoting = find_quoting(bytes, size, known.delimiter);
    return known;
}

bool lince_csv_is_table(const char *bytes, size_t size)
{
    enum { ENOUGH = 100 };
    lince_csv_dialect dialect = lince_csv_sniff(bytes, size, (lince_csv_dialect){0});
    survey s = survey_as(bytes, beginning(bytes, size), dialect, ENOUGH);
    return s.rows > 1 && 10 * s.same >= 9 * s.rows && s.columns > 1;
}
