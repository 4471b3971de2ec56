/* What is printed of files, of names and of texts: it must not command a terminal. All texts that are not the program's own
 * leave it here. */
#include "cli.h"

#include <string.h>

void cli_put(FILE *out, const char *text)
{
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        if (shown || *text == '\n' || *text == '\t')
            fwrite(text, 1, n, out);
        else
            fputc('?', out);
    }
}

void cli_put_message(const char *text)
{
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        if (shown)
            fwrite(text, 1, n, cli_err);
        else if (*text != '\n')
            fputc('?', cli_err);
        else if (text[1])
            fputs("\n  ", cli_err);
    }
    fputc('\n', cli_err);
}

void cli_put_cell(FILE *out, const char *text)
{
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        if (shown)
            fwrite(text, 1, n, out);
        else
            fputc(' ', out);
    }
}

void cli_put_json(FILE *out, const char *text)
{
    for (size_t n; *text; text += n) {
        bool shown;
        const unsigned char *c = (const unsigned char *)text;
        n = lince_character(text, &shown);
        if (shown || *text == '\n')
            fwrite(text, 1, n, out);
        else /* in UTF-8 of at most three bytes */
            fprintf(out, "\\u%04x",
                    n == 1   ? *c
                    : n == 2 ? (c[0] & 31u) << 6 | (c[1] & 63u)
                             : (c[0] & 15u) << 12 | (c[1] & 63u) << 6 | (c[2] & 63u));
    }
}
