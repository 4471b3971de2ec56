#include "report/document.h"
#include "core/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* Formats into a text of its own and hands it to `use(d, text)`. */
#define WITH_TEXT(use)                              \
    do {                                            \
        char text[4096];                            \
        va_list args;                               \
        va_start(args, format);                     \
        vsnprintf(text, sizeof text, format, args); \
        va_end(args);                               \
        use;                                        \
    } while (0)

void lince_document_heading(lince_document *d, const char *format, ...)
{
    WITH_TEXT(d->backend->heading(d, text));
}

void lince_document_paragraph(lince_document *d, const char *format, ...)
{
    WITH_TEXT(d->backend->paragraph(d, text));
}

void lince_document_note(lince_document *d, const char *format, ...)
{
    WITH_TEXT(d->backend->note(d, text, false));
}

void lince_document_warning(lince_document *d, const char *format, ...)
{
    WITH_TEXT(d->backend->note(d, text, true));
}

void lince_document_code(lince_document *d, const char *text)
{
    d->backend->code(d, text);
}

bool lince_document_figure(lince_document *d, const char *name, const char *caption)
{
    char path[LINCE_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/plots/%s.svg", d->folder, name);
    if (access(path, R_OK)) return false;
    d->backend->figure(d, name, caption);
    return true;
}

void lince_document_table_begin(lince_document *d, int words)
{
    d->words = words;
}

void lince_document_cell(lince_document *d, const char *format, ...)
{
    WITH_TEXT(snprintf(d->cells[d->count++], sizeof d->cells[0], "%.255s", text));
}

static void end_row(lince_document *d, bool marked)
{
    const char *cells[LINCE_DOCUMENT_CELLS];
    for (int i = 0; i < d->count; i++) cells[i] = d->cells[i];
    d->backend->row(d, cells, d->count, !d->in_table, marked);
    d->in_table = true;
    d->count = 0;
}

void lince_document_row(lince_document *d)
{
    end_row(d, false);
}

void lince_document_row_marked(lince_document *d)
{
    end_row(d, true);
}

void lince_document_table_end(lince_document *d)
{
    if (d->in_table) d->backend->table_end(d);
    d->in_table = false;
}
