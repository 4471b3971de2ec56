#include "core/display.h"
#include "report/page/document.h"

#include <math.h>
#include <string.h>

/* Where a list or a heading is begun by a line's first characters: the place of the one that does. */
static const char *mark_of_line(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (*text && strchr("+-=", *text)) return text;
    bool numbered = digits && text[digits] && strchr(".)", text[digits]) && strchr(" \t", text[digits + 1]);
    return numbered ? text + digits : NULL;
}

/* A backslash before all that Markdown, its mathematics or HTML would read as markup; `begins`: a line does. */
static void put_escaped(lince_buffer *out, const char *text, bool begins)
{
    const char *mark = begins ? mark_of_line(text) : NULL;
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        if (text == mark || strchr("\\`*_[]<>|#~&$", *text)) lince_buffer_puts(out, "\\");
        if (shown)
            lince_buffer_put(out, text, n);
        else
            lince_buffer_puts(out, *text == '\n' || *text == '\t' ? " " : LINCE_REPLACEMENT);
    }
}

static void put_line(lince_document *d, const char *before, const char *text, const char *after)
{
    lince_buffer_puts(&d->out, before);
    put_escaped(&d->out, text, !*before || !strcmp(before, "- ") || !strcmp(before, "> "));
    lince_buffer_puts(&d->out, after);
}

static void begin(lince_document *d, const char *title)
{
    put_line(d, "# ", title, "\n\n");
}

static void end(lince_document *d)
{
    (void)d;
}

static void contents(lince_document *d, const char *const *titles, int count)
{
    for (int i = 0; i < count; i++) {
        lince_buffer_printf(&d->out, "%d. ", i + 1);
        put_line(d, "[", titles[i], "]");
        lince_buffer_printf(&d->out, "(#s%d)\n", i + 1);
    }
    lince_buffer_puts(&d->out, "\n");
}

static void heading(lince_document *d, int level, const char *text)
{
    if (level == 2) lince_buffer_printf(&d->out, "<a id=\"s%d\"></a>\n\n", d->sections);
    put_line(d, level == 2 ? "## " : "### ", text, "\n\n");
}

static void paragraph(lince_document *d, const char *text)
{
    put_line(d, "", text, "\n\n");
}

/* An indented block: no text can end it early. */
static void code(lince_document *d, const char *text)
{
    lince_buffer shown = {0};
    lince_put_for_display(&shown, text, LINCE_REPLACEMENT);
    lince_buffer_puts(&d->out, "    ");
    for (const char *c = lince_buffer_part(&d->out, &shown); *c; c++) {
        lince_buffer_put(&d->out, c, 1);
        if (*c == '\n' && c[1]) lince_buffer_puts(&d->out, "    ");
    }
    lince_buffer_puts(&d->out, "\n\n");
    lince_buffer_release(&shown);
}

static void note(lince_document *d, const char *text, bool warning)
{
    put_line(d, warning ? "> ⚠ **" : "> ", text, warning ? "**\n\n" : "\n\n");
}

static void figure(lince_document *d, const char *name, const char *alt, const char *caption)
{
    put_line(d, "![", alt, "]");
    lince_buffer_printf(&d->out, "(plots/%s.svg)\n\n", name);
    put_line(d, "*", caption, "*\n\n");
}

static void sound(lince_document *d, const char *name, const char *caption)
{
    put_line(d, "- [", caption, "]");
    lince_buffer_printf(&d->out, "(plots/%s.wav)\n", name);
}

static void item(lince_document *d, const char *text)
{
    put_line(d, "- ", text, "\n");
}

static void card(lince_document *d, const char *label, const char *value)
{
    put_line(d, "- ", label, ": ");
    put_line(d, "**", value, "**\n");
}

/* "word (+12.3), ...": those that do a tenth or more of what the strongest does, in the text's order. */
static void words(lince_document *d, const lince_shaded_word *w, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) put_line(d, i ? " " : "> ", w[i].word, "");
    lince_buffer_puts(&d->out, "\n\n");
    for (size_t i = 0; i < count; i++) {
        if (fabs(w[i].shade) < 0.1) continue;
        put_line(d, any ? ", " : "", w[i].word, "");
        lince_buffer_printf(&d->out, " (%+.1f)", 100 * w[i].value);
        any = true;
    }
    lince_buffer_puts(&d->out, "\n\n");
}

static void cell(lince_document *d, const char *text, bool marked)
{
    if (!strncmp(text, "--", 2) && lince_name_is_clean(text) && !strpbrk(text, "`|")) {
        lince_buffer_printf(&d->out, "| `%s` ", text);
        return;
    }
    marked = marked && *text;
    put_line(d, marked ? "| **" : "| ", text, marked ? "** " : " ");
}

static void row(lince_document *d, const char *const *cells, int count, lince_document_row_kind kind)
{
    for (int i = 0; i < count; i++) cell(d, cells[i], kind == LINCE_ROW_MARKED);
    lince_buffer_puts(&d->out, "|\n");
    if (kind != LINCE_ROW_HEADING) return;
    for (int i = 0; i < count; i++) lince_buffer_puts(&d->out, i < d->words ? "|:--" : "|--:");
    lince_buffer_puts(&d->out, "|\n");
}

static void block(lince_document *d, lince_document_block which, bool open)
{
    (void)which;
    if (!open) lince_buffer_puts(&d->out, "\n");
}

const lince_document_backend lince_document_markdown = {begin, end,   contents, heading, paragraph,
                                                        code,  note,  figure,   sound,   item,
                                                        card,  words, row,      block};
