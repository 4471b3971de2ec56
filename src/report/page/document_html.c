#include "core/file.h"
#include "core/memory.h"
#include "report/page/document.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* page.css, embedded */
extern const unsigned char lince_page_style[];
extern const size_t lince_page_style_size;

static void begin(lince_document *d, const char *title)
{
    lince_buffer_printf(&d->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                        d->language);
    lince_buffer_puts(&d->out,
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    lince_buffer_html(&d->out, title);
    lince_buffer_puts(&d->out, "</title>\n<style>\n");
    lince_buffer_put(&d->out, (const char *)lince_page_style, lince_page_style_size);
    lince_buffer_puts(&d->out, "</style>\n</head>\n<body>\n<main>\n<h1>");
    lince_buffer_html(&d->out, title);
    lince_buffer_puts(&d->out, "</h1>\n");
}

static void end(lince_document *d)
{
    lince_buffer_puts(&d->out, "</main>\n</body>\n</html>\n");
}

/* A line never ends between a number and its per cent sign. */
static void put_prose(lince_buffer *out, const char *text)
{
    lince_buffer joined = {0};
    for (const char *c = text; *c; c++) {
        bool between = c > text && isdigit((unsigned char)c[-1]) && !strncmp(c, " %", 2);
        lince_buffer_puts(&joined, between ? "\u00a0" : (const char[]){*c, 0});
    }
    if (joined.data) lince_buffer_html(out, joined.data);
    if (joined.error) out->error = joined.error;
    lince_buffer_release(&joined);
}

static void element(lince_document *d, const char *open, const char *text, const char *close)
{
    lince_buffer_puts(&d->out, open);
    put_prose(&d->out, text);
    lince_buffer_puts(&d->out, close);
}

/* As an element; nor does a line end within an option's name, behind its dashes. */
static void passage(lince_document *d, const char *open, const char *text, const char *close)
{
    lince_buffer html = {0};
    put_prose(&html, text);
    lince_buffer_puts(&d->out, open);
    for (const char *c = lince_buffer_part(&d->out, &html); *c;) {
        bool starts =
            !strncmp(c, "--", 2) && islower((unsigned char)c[2]) && (c == html.data || c[-1] != '-');
        size_t length = starts ? strspn(c, "-abcdefghijklmnopqrstuvwxyz0123456789") : 1;
        if (starts) lince_buffer_puts(&d->out, "<span class=\"option\">");
        lince_buffer_put(&d->out, c, length);
        if (starts) lince_buffer_puts(&d->out, "</span>");
        c += length;
    }
    lince_buffer_puts(&d->out, close);
    if (html.error) d->out.error = html.error;
    lince_buffer_release(&html);
}

static void contents(lince_document *d, const char *const *titles, int count)
{
    element(d, "<nav aria-label=\"", TR("Contents"), "\"><ol>\n");
    for (int i = 0; i < count; i++) {
        lince_buffer_printf(&d->out, "<li><a href=\"#s%d\">", i + 1);
        element(d, "", titles[i], "</a></li>\n");
    }
    lince_buffer_puts(&d->out, "</ol></nav>\n");
}

static void heading(lince_document *d, int level, const char *text)
{
    if (level == 2) lince_buffer_printf(&d->out, "<h2 id=\"s%d\">", d->sections);
    element(d, level == 2 ? "" : "<h3>", text, level == 2 ? "</h2>\n" : "</h3>\n");
}

static void paragraph(lince_document *d, const char *text)
{
    passage(d, "<p>", text, "</p>\n");
}

static void code(lince_document *d, const char *text)
{
    lince_buffer_puts(&d->out, "<pre>");
    lince_buffer_html(&d->out, text);
    lince_buffer_puts(&d->out, "</pre>\n");
}

static void note(lince_document *d, const char *text, bool warning)
{
    passage(d, warning ? "<p class=\"warning\">" : "<p class=\"note\">", text, "</p>\n");
}

/* As a data address: the identifiers of two inlined SVGs would collide. False where there is no such file. */
static bool put_svg(lince_document *d, const char *name, const char *kind, const char *before,
                    const char *after)
{
    char path[LINCE_PATH_MAX + 64], *bytes;
    size_t size;
    snprintf(path, sizeof path, "%s/plots/%s%s.svg", d->folder, name, kind);
    if (lince_file_read(path, 64 << 20, &bytes, &size) < 0) return false;
    lince_buffer_puts(&d->out, before);
    lince_buffer_puts(&d->out, "data:image/svg+xml;base64,");
    lince_buffer_base64(&d->out, bytes, size);
    lince_buffer_puts(&d->out, after);
    lince_free(bytes);
    return true;
}

/* What has no drawing of its own for narrow screens is scrolled there: scaled down it could not be read. */
static void figure(lince_document *d, const char *name, const char *alt, const char *caption)
{
    bool narrow = lince_document_has_figure(d, name, "-narrow");
    lince_buffer_puts(&d->out,
                      narrow ? "<figure><picture>" : "<figure class=\"wide\"><div class=\"scroll\">");
    if (narrow) put_svg(d, name, "-narrow", "<source media=\"(max-width:600px)\" srcset=\"", "\">");
    element(d, "<img alt=\"", alt, "\" src=\"");
    put_svg(d, name, "", "", "");
    element(d, narrow ? "\"></picture><figcaption>" : "\"></div><figcaption>", caption,
            "</figcaption></figure>\n");
}

/* Small clips: the page is one file. */
static void sound(lince_document *d, const char *name, const char *caption)
{
    enum { LARGEST = 4 << 20 };
    char path[LINCE_PATH_MAX + 64], *bytes;
    size_t size;
    snprintf(path, sizeof path, "%s/plots/%s.wav", d->folder, name);
    if (lince_file_read(path, LARGEST, &bytes, &size) < 0) return;
    lince_buffer_puts(&d->out,
                      "<p class=\"sound\"><audio controls preload=\"none\" src=\"data:audio/wav;base64,");
    lince_buffer_base64(&d->out, bytes, size);
    element(d, "\"></audio> ", caption, "</p>\n");
    lince_free(bytes);
}

static void item(lince_document *d, const char *text)
{
    passage(d, "<li>", text, "</li>\n");
}

static void card(lince_document *d, const char *label, const char *value)
{
    element(d, "<div><dt>", label, "</dt>");
    element(d, "<dd>", value, "</dd></div>\n");
}

/* Blue for, orange against; the number as the word's tooltip. */
static void words(lince_document *d, const lince_shaded_word *w, size_t count)
{
    lince_buffer_puts(&d->out, "<p class=\"words\">");
    for (size_t i = 0; i < count; i++) {
        lince_buffer_printf(&d->out, "%s<span style=\"background:rgba(%s,%.2f)\" title=\"%+.1f %%\"%s>",
                            i ? " " : "", w[i].shade < 0 ? "224,123,32" : "52,125,205",
                            0.75 * fabs(w[i].shade), 100 * w[i].value,
                            w[i].unknown ? " class=\"unknown\"" : "");
        element(d, "", w[i].word, "</span>");
    }
    lince_buffer_puts(&d->out, "</p>\n");
}

static void row(lince_document *d, const char *const *cells, int count, lince_document_row_kind kind)
{
    bool heading_row = kind == LINCE_ROW_HEADING;
    const char *tag = heading_row ? "th" : "td";
    if (heading_row) lince_buffer_puts(&d->out, "<thead>\n");
    lince_buffer_puts(&d->out, kind == LINCE_ROW_MARKED ? "<tr class=\"marked\">" : "<tr>");
    for (int i = 0; i < count; i++) {
        bool option = !strncmp(cells[i], "--", 2);
        lince_buffer_printf(&d->out, "<%s%s>", tag, i < d->words ? " class=\"word\"" : "");
        element(d, option ? "<code>" : "", cells[i], option ? "</code>" : "");
        lince_buffer_printf(&d->out, "</%s>", tag);
    }
    lince_buffer_puts(&d->out, heading_row ? "</tr>\n</thead>\n<tbody>\n" : "</tr>\n");
}

static void block(lince_document *d, lince_document_block which, bool open)
{
    static const char *const tags[][2] = {
        [LINCE_BLOCK_LIST] = {"</ul>\n", "<ul>\n"},
        [LINCE_BLOCK_CARDS] = {"</dl>\n", "<dl>\n"},
        [LINCE_BLOCK_TABLE] = {"</tbody></table></div>\n", "<div class=\"scroll\"><table>\n"},
    };
    lince_buffer_puts(&d->out, tags[which][open]);
}

const lince_document_backend lince_document_html = {begin,  end,   contents, heading, paragraph, code, note,
                                                    figure, sound, item,     card,    words,     row,  block};
