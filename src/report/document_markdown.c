#include "report/document.h"

#include <string.h>

/* A backslash before all that Markdown or HTML would read as markup. */
static void put_escaped(lince_buffer *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_[]<>|#~", *text)) lince_buffer_puts(out, "\\");
        lince_buffer_put(out, *text == '\n' ? " " : text, 1);
    }
}

static void begin(lince_document *d, const char *title)
{
    lince_buffer_puts(&d->out, "# ");
    put_escaped(&d->out, title);
    lince_buffer_puts(&d->out, "\n\n");
}

static void end(lince_document *d)
{
    (void)d;
}

static void heading(lince_document *d, const char *text)
{
    lince_buffer_puts(&d->out, "## ");
    put_escaped(&d->out, text);
    lince_buffer_puts(&d->out, "\n\n");
}

static void paragraph(lince_document *d, const char *text)
{
    put_escaped(&d->out, text);
    lince_buffer_puts(&d->out, "\n\n");
}

/* An indented block: no text can end it early. */
static void code(lince_document *d, const char *text)
{
    lince_buffer_puts(&d->out, "    ");
    for (; *text; text++) {
        lince_buffer_put(&d->out, text, 1);
        if (*text == '\n' && text[1]) lince_buffer_puts(&d->out, "    ");
    }
    lince_buffer_puts(&d->out, "\n\n");
}

static void note(lince_document *d, const char *text, bool warning)
{
    lince_buffer_puts(&d->out, warning ? "> ⚠ **" : "> ");
    put_escaped(&d->out, text);
    lince_buffer_puts(&d->out, warning ? "**\n\n" : "\n\n");
}

static void figure(lince_document *d, const char *name, const char *caption)
{
    lince_buffer_puts(&d->out, "![");
    put_escaped(&d->out, caption);
    lince_buffer_printf(&d->out, "](plots/%s.svg)\n\n", name);
}

static void row(lince_document *d, const char *const *cells, int count, bool is_heading, bool marked)
{
    for (int i = 0; i < count; i++) {
        lince_buffer_puts(&d->out, marked && *cells[i] ? "| **" : "| ");
        put_escaped(&d->out, cells[i]);
        lince_buffer_puts(&d->out, marked && *cells[i] ? "** " : " ");
    }
    lince_buffer_puts(&d->out, "|\n");
    for (int i = 0; is_heading && i < count; i++) lince_buffer_puts(&d->out, i < d->words ? "|:--" : "|--:");
    if (is_heading) lince_buffer_puts(&d->out, "|\n");
}

static void table_end(lince_document *d)
{
    lince_buffer_puts(&d->out, "\n");
}

const lince_document_backend lince_document_markdown = {begin, end,    heading, paragraph, code,
                                                        note,  figure, row,     table_end};
