/* A page, written once and told in two ways: HTML and Markdown. */
#ifndef LINCE_REPORT_DOCUMENT_H
#define LINCE_REPORT_DOCUMENT_H

#include "core/buffer.h"
#include "core/i18n.h"

#include <stdbool.h>

typedef struct lince_document lince_document;

/* What lies open until something else is written. */
typedef enum lince_document_block {
    LINCE_BLOCK_NONE,
    LINCE_BLOCK_LIST,
    LINCE_BLOCK_CARDS,
    LINCE_BLOCK_TABLE
} lince_document_block;

/* How a table's row is meant: its cells, one to look at, or the headings. */
typedef enum lince_document_row_kind {
    LINCE_ROW,
    LINCE_ROW_MARKED,
    LINCE_ROW_HEADING
} lince_document_row_kind;

/* A word of a text, with what it does to something. */
typedef struct lince_shaded_word {
    const char *word;
    double value; /* what it does, for where there are no colours */
    double shade; /* -1 (against) .. 1 (for) */
    bool unknown; /* not in the vocabulary */
} lince_shaded_word;

typedef struct lince_document_backend {
    void (*begin)(lince_document *d, const char *title);
    void (*end)(lince_document *d);
    void (*contents)(lince_document *d, const char *const *titles, int count);
    void (*heading)(lince_document *d, int level, const char *text);
    void (*paragraph)(lince_document *d, const char *text);
    void (*code)(lince_document *d, const char *text);
    void (*note)(lince_document *d, const char *text, bool warning);
    void (*figure)(lince_document *d, const char *name, const char *alt, const char *caption);
    void (*sound)(lince_document *d, const char *name, const char *caption);
    void (*item)(lince_document *d, const char *text);
    void (*card)(lince_document *d, const char *label, const char *value);
    void (*words)(lince_document *d, const lince_shaded_word *words, size_t count);
    void (*row)(lince_document *d, const char *const *cells, int count, lince_document_row_kind kind);
    void (*block)(lince_document *d, lince_document_block block, bool open);
} lince_document_backend;

enum { LINCE_DOCUMENT_CELLS = 10 };

struct lince_document {
    const lince_document_backend *backend;
    const char *language; /* "en" or "es" */
    const char *folder;   /* the run's, where plots/ is */
    lince_buffer out;
    lince_document_block block; /* that is open */
    int sections;               /* headings so far: each has the anchor s1, s2, ... */
    int words; /* the first columns of the table, which hold words; the others hold numbers */
    char cells[LINCE_DOCUMENT_CELLS][1024];
    int count;
};

extern const lince_document_backend lince_document_html, lince_document_markdown;

/* Ends the page and writes it into its folder as `file`. LINCE_ENOMEM, LINCE_EIO. */
int lince_document_write(lince_document *d, const char *file);

/* The text in the document's language. */
#define TR(text) lince_tr_in(d->language, text)

/* The table of contents: the headings that will follow, all of them and in their order. */
void lince_document_contents(lince_document *d, const char *const *titles, int count);

/* Texts are plain: each backend escapes them. Formats as printf's. */
void lince_document_heading(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_subheading(lince_document *d, const char *text);
void lince_document_paragraph(lince_document *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lince_document_note(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_warning(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_code(lince_document *d, const char *text);

/* An item of a list; neighbours make one list. */
void lince_document_item(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A text as its words, shaded where there are colours, and as a list of the strongest where there are none;
 * values in per cent. */
void lince_document_words(lince_document *d, const lince_shaded_word *words, size_t count);

/* A number to see at a glance, with what it is; neighbours stand side by side. */
void lince_document_card(lince_document *d, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether there is a figure plots/<name><kind>.svg; kind: "-narrow", or "". */
bool lince_document_has_figure(const lince_document *d, const char *name, const char *kind);

/* plots/<name>.svg, and where there is one plots/<name>-narrow.svg on a narrow screen; `alt` tells what it
 * shows to who cannot see it, the caption how to read it. Nothing is written where there is no such
 * figure. */
void lince_document_figure(lince_document *d, const char *name, const char *alt, const char *caption);

/* plots/<name>.wav, to be played, with what it is. Nothing is written where there is no such file. */
void lince_document_sound(lince_document *d, const char *name, const char *caption);

/* A table: cells, then end of row; the first row holds the headings. Its first `words` columns hold words
 * and are set to the left, the others hold numbers. A cell that begins with "--" is an option, and set as
 * code. */
void lince_document_table_begin(lince_document *d, int words);
void lince_document_cell(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_row(lince_document *d);
void lince_document_row_marked(lince_document *d); /* a row to look at */
void lince_document_table_end(lince_document *d);

/* The headings of a table, untranslated, each in a cell of the first row. */
void lince_document_headings(lince_document *d, const char *const *headings, int count);

#endif
