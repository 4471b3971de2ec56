/* Texts that lie in files as they are: fastText's lines, "__label__name text", and files that have a
 * label. */
#include "core/error.h"
#include "data/index/texts.h"

#include <string.h>

static const char mark[] = LINCE_FASTTEXT_MARK;

/* The text behind a line's labels, which are left as a list in place of their marks: "a\x1fb". */
static char *cut_labels(char *line, size_t *count)
{
    char *at = line, *to = line;
    for (*count = 0; !strncmp(at, mark, sizeof mark - 1); ++*count) {
        char *label = at + sizeof mark - 1, *end = label + strcspn(label, " \t");
        at = end + strspn(end, " \t");
        if (*count) *to++ = LINCE_LABEL_UNIT;
        memmove(to, label, (size_t)(end - label));
        to += end - label;
    }
    if (*count) *to = '\0';
    return at;
}

/* "__label__name text", or of several labels any number of them. */
static int take_line(lince_text_reading *r, char *line, size_t size, size_t number)
{
    lince_csv_record record = {.row = number, .line = number};
    char place[LINCE_CSV_PLACE_MAX];
    size_t labels;
    lince_csv_place(&record, place);
    LINCE_TRY(lince_text_check_field(r, &record, 0, line, size));
    char *text = cut_labels(line, &labels);
    if (!labels && !r->several)
        return lince_fail(LINCE_EFORMAT, "%s: expected a line of the form '__label__name text'", place);
    if (labels > 1 && !r->several)
        return lince_fail(LINCE_EFORMAT, "%s: two labels; where texts have several, --labels several says so",
                          place);
    const char *label = labels ? line : "";
    return lince_text_take(r, &(lince_text_row){.record = &record,
                                                .part = r->now->part,
                                                .label = label,
                                                .text = text,
                                                .separator = r->several ? LINCE_LABEL_UNIT : '\0',
                                                .hash = lince_hash(lince_hash(0, label, strlen(label)), text,
                                                                   strlen(text))});
}

/* The line that begins at `line`, ended by a NUL; where the next one begins. */
static char *end_line(char *line, char *end, char **last)
{
    char *next = memchr(line, '\n', (size_t)(end - line));
    if (!next) next = end;
    *last = next > line && next[-1] == '\r' ? next - 1 : next;
    **last = '\0';
    return next + 1;
}

static int each_line(lince_text_reading *r, char *text, size_t size,
                     int (*take)(lince_text_reading *r, char *line, size_t size, size_t number))
{
    size_t number = 0;
    for (char *line = text, *last, *next; line < text + size; line = next) {
        next = end_line(line, text + size, &last);
        number++;
        if (last == line) continue;
        r->dataset->table.rows++;
        r->dataset->table.lines++;
        int code = take(r, line, (size_t)(last - line), number);
        if (code) LINCE_TRY(lince_text_bad_row(r, number, r->now->part, code));
    }
    return 0;
}

/* Whether a line begins with two marks. */
static bool has_several(const char *text, size_t size)
{
    for (const char *line = text, *end = text + size, *next; line < end; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        if ((size_t)(next - line) < sizeof mark || strncmp(line, mark, sizeof mark - 1) != 0) continue;
        const char *at = line + strcspn(line, " \t\n");
        at += strspn(at, " \t");
        if (!strncmp(at, mark, sizeof mark - 1)) return true;
    }
    return false;
}

int lince_text_read_fasttext(lince_text_reading *r, char *text, size_t size)
{
    const char *asked = r->options->labels;
    bool guess = !asked || !strcmp(asked, "auto");
    if (!r->settled) r->several = guess ? has_several(text, size) : !strcmp(asked, "several");
    r->settled = true;
    r->dataset->kind = "fasttext";
    return each_line(r, text, size, take_line);
}

static int take_labelled(lince_text_reading *r, char *text, size_t size, size_t number)
{
    lince_csv_record record = {.row = number, .line = number};
    LINCE_TRY(lince_text_check_field(r, &record, 0, text, size));
    return lince_text_take(
        r, &(lince_text_row){.record = &record,
                             .part = r->now->part,
                             .label = r->now->label,
                             .text = text,
                             .hash = lince_hash(lince_hash(0, r->now->label, strlen(r->now->label)), text,
                                                size)});
}

int lince_text_read_lines(lince_text_reading *r, char *text, size_t size)
{
    r->dataset->kind = "lines";
    return each_line(r, text, size, take_labelled);
}

int lince_text_read_whole(lince_text_reading *r, char *text, size_t size)
{
    static const char blanks[] = " \t\r\n";
    r->dataset->kind = "files";
    r->dataset->table.rows++;
    while (size && memchr(blanks, text[size - 1], sizeof blanks - 1)) size--;
    text[size] = '\0';
    while (size && memchr(blanks, *text, sizeof blanks - 1)) text++, size--;
    int code = take_labelled(r, text, size, 1);
    return code ? lince_text_bad_row(r, 1, r->now->part, code) : 0;
}
