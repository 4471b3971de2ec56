/* A page, written once and told in two ways: HTML and Markdown. */
#ifndef LINCE_REPORT_DOCUMENT_H
#define LINCE_REPORT_DOCUMENT_H

#include "core/buffer.h"
#include "core/i18n.h"

#include <stdbool.h>

typedef struct lince_document lince_document;

typedef struct lince_document_backend {
    void (*begin)(lince_document *d, const char *title);
    void (*end)(lince_document *d);
    void (*heading)(lince_document *d, const char *text);
    void (*paragraph)(lince_document *d, const char *text);
    void (*code)(lince_document *d, const char *text);
    void (*note)(lince_document *d, const char *text, bool warning);
    void (*figure)(lince_document *d, const char *name, const char *caption);
    void (*row)(lince_document *d, const char *const *cells, int count, bool heading, bool marked);
    void (*table_end)(lince_document *d);
} lince_document_backend;

enum { LINCE_DOCUMENT_CELLS = 10 };

struct lince_document {
    const lince_document_backend *backend;
    const char *language; /* "en" or "es" */
    const char *folder;   /* the run's, where plots/ is */
    lince_buffer out;
    bool in_table;
    int words; /* the first columns of the table, which hold words; the others hold numbers */
    char cells[LINCE_DOCUMENT_CELLS][256];
    int count;
};

extern const lince_document_backend lince_document_html, lince_document_markdown;

/* The text in the document's language. */
#define TR(text) lince_tr_in(d->language, text)

/* Texts are plain: each backend escapes them. Formats as printf's. */
void lince_document_heading(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_paragraph(lince_document *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lince_document_note(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_warning(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_code(lince_document *d, const char *text);

/* plots/<name>.svg with its caption; false, and nothing is written, where there is no such figure. */
bool lince_document_figure(lince_document *d, const char *name, const char *caption);

/* A table: cells, then end of row; the first row holds the headings. Its first `words` columns hold words and
 * are set to the left, the others hold numbers. */
void lince_document_table_begin(lince_document *d, int words);
void lince_document_cell(lince_document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lince_document_row(lince_document *d);
void lince_document_row_marked(lince_document *d); /* a row to look at */
void lince_document_table_end(lince_document *d);

#endif
