/* fastText's lines: "__label__name text". */
#include "core/error.h"
#include "data/texts.h"

#include <string.h>

static const char mark[] = LINCE_FASTTEXT_MARK;

/* "__label__name text": one label a line. */
static int take_line(lince_text_reading *r, char *line, size_t size, size_t number)
{
    lince_csv_record record = {.row = number, .line = number};
    char place[LINCE_CSV_PLACE_MAX], *label = line + sizeof mark - 1;
    lince_csv_place(&record, place);
    LINCE_TRY(lince_text_check_field(r, &record, 0, line, size));
    if (strncmp(line, mark, sizeof mark - 1) != 0)
        return lince_fail(LINCE_EFORMAT, "%s: expected a line of the form '__label__name text'", place);
    char *text = label + strcspn(label, " \t");
    if (*text) *text++ = '\0';
    text += strspn(text, " \t");
    if (!strncmp(text, mark, sizeof mark - 1))
        return lince_fail(LINCE_EFORMAT, "%s: two labels; lince learns one label a text", place);
    return lince_text_take(r, &(lince_text_row){.record = &record,
                                                .label = label,
                                                .text = text,
                                                .hash = lince_hash(lince_hash(0, label, strlen(label)), text,
                                                                   strlen(text))});
}

int lince_text_read_fasttext(lince_text_reading *r, char *text, size_t size)
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
        if (code) LINCE_TRY(lince_text_bad_row(r, code));
    }
    return 0;
}
