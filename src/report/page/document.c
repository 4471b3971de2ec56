#include "report/page/document.h"
#include "core/display.h"
#include "core/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* Formats into a text of its own and hands it to `use`. */
#define WITH_TEXT(use)                              \
    do {                                            \
        char text[4096];                            \
        va_list args;                               \
        va_start(args, format);                     \
        vsnprintf(text, sizeof text, format, args); \
        va_end(args);                               \
        use;                                        \
    } while (0)

/* Closes what is open and is not `block`; opens that. */
static void enter(lince_document *d, lince_document_block block)
{
    if (d->block == block) return;
    if (d->block != LINCE_BLOCK_NONE) d->backend->block(d, d->block, false);
    d->block = block;
    if (block != LINCE_BLOCK_NONE) d->backend->block(d, block, true);
}

static void put_heading(lince_document *d, int level, const char *text)
{
    enter(d, LINCE_BLOCK_NONE);
    d->backend->heading(d, level, text);
}

static void put_note(lince_document *d, const char *text, bool warning)
{
    enter(d, LINCE_BLOCK_NONE);
    d->backend->note(d, text, warning);
}

int lince_document_write(lince_document *d, const char *file)
{
    d->backend->end(d);
    int code = d->out.error ? d->out.error : lince_file_write_in(d->folder, file, d->out.data, d->out.size);
    lince_buffer_release(&d->out);
    return code;
}

void lince_document_contents(lince_document *d, const char *const *titles, int count)
{
    enter(d, LINCE_BLOCK_NONE);
    d->backend->contents(d, titles, count);
}

void lince_document_heading(lince_document *d, const char *format, ...)
{
    d->sections++;
    WITH_TEXT(put_heading(d, 2, text));
}

void lince_document_subheading(lince_document *d, const char *text)
{
    put_heading(d, 3, text);
}

void lince_document_paragraph(lince_document *d, const char *format, ...)
{
    enter(d, LINCE_BLOCK_NONE);
    WITH_TEXT(d->backend->paragraph(d, text));
}

void lince_document_note(lince_document *d, const char *format, ...)
{
    WITH_TEXT(put_note(d, text, false));
}

void lince_document_warning(lince_document *d, const char *format, ...)
{
    WITH_TEXT(put_note(d, text, true));
}

void lince_document_code(lince_document *d, const char *text)
{
    enter(d, LINCE_BLOCK_NONE);
    d->backend->code(d, text);
}

void lince_document_item(lince_document *d, const char *format, ...)
{
    enter(d, LINCE_BLOCK_LIST);
    WITH_TEXT(d->backend->item(d, text));
}

void lince_document_words(lince_document *d, const lince_shaded_word *words, size_t count)
{
    enter(d, LINCE_BLOCK_NONE);
    d->backend->words(d, words, count);
}

void lince_document_card(lince_document *d, const char *label, const char *format, ...)
{
    enter(d, LINCE_BLOCK_CARDS);
    WITH_TEXT(d->backend->card(d, label, text));
}

bool lince_document_has_figure(const lince_document *d, const char *name, const char *kind)
{
    char path[LINCE_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/plots/%s%s.svg", d->folder, name, kind);
    return !access(path, R_OK);
}

void lince_document_figure(lince_document *d, const char *name, const char *alt, const char *caption)
{
    enter(d, LINCE_BLOCK_NONE);
    if (lince_document_has_figure(d, name, "")) d->backend->figure(d, name, alt, caption);
}

void lince_document_sound(lince_document *d, const char *name, const char *caption)
{
    char path[LINCE_PATH_MAX + 64];
    enter(d, LINCE_BLOCK_NONE);
    snprintf(path, sizeof path, "%s/plots/%s.wav", d->folder, name);
    if (!access(path, R_OK)) d->backend->sound(d, name, caption);
}

void lince_document_table_begin(lince_document *d, int words)
{
    enter(d, LINCE_BLOCK_NONE);
    d->words = words;
}

void lince_document_cell(lince_document *d, const char *format, ...)
{
    WITH_TEXT(
        snprintf(d->cells[d->count++], sizeof d->cells[0], "%.*s", LINCE_CUT(text, sizeof d->cells[0] - 1)));
}

static void end_row(lince_document *d, lince_document_row_kind kind)
{
    const char *cells[LINCE_DOCUMENT_CELLS];
    for (int i = 0; i < d->count; i++) cells[i] = d->cells[i];
    bool first = d->block != LINCE_BLOCK_TABLE;
    enter(d, LINCE_BLOCK_TABLE);
    d->backend->row(d, cells, d->count, first ? LINCE_ROW_HEADING : kind);
    d->count = 0;
}

void lince_document_row(lince_document *d)
{
    end_row(d, LINCE_ROW);
}

void lince_document_row_marked(lince_document *d)
{
    end_row(d, LINCE_ROW_MARKED);
}

void lince_document_table_end(lince_document *d)
{
    enter(d, LINCE_BLOCK_NONE);
}

void lince_document_headings(lince_document *d, const char *const *headings, int count)
{
    for (int i = 0; i < count; i++) lince_document_cell(d, "%s", TR(headings[i]));
    lince_document_row(d);
}
