#include "core/file.h"
#include "core/memory.h"
#include "report/document.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* No font, script or picture from elsewhere: the page is read without network. Figures keep a white ground in
 * the dark, where they were drawn for one. */
static const char STYLE[] =
    ":root{color-scheme:light dark;--ink:#1d2329;--soft:#5b6670;--paper:#fcfcfa;--card:#fff;--line:#dfe3e6;"
    "--mark:#fff4d6;--accent:#1f5fa8;--warn:#a8321f;--warnpaper:#fdeeea}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#9aa5ae;--paper:#15181b;--card:#1d2125;"
    "--line:#343b41;--mark:#3a3217;--accent:#7db4f0;--warn:#ff9b85;--warnpaper:#3a1d17}"
    "figure{filter:brightness(.92)}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:17px/1.6 'Source Serif 4',Georgia,'Noto Serif','DejaVu Serif',serif}\n"
    "main{max-width:54rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}\n"
    "h1,h2,h3,nav,th,td,dl,figcaption,pre{font-family:system-ui,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',"
    "sans-serif}\n"
    "h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 1rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.3rem;margin:3rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}\n"
    "h3{font-size:1rem;margin:1.75rem 0 .5rem}\n"
    "p,li{overflow-wrap:anywhere}p{margin:.75rem 0}ul{margin:.75rem 0;padding-left:1.3rem}li{margin:.3rem "
    "0}\n"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.6rem;margin:1.5rem 0}\n"
    "dl div{display:flex;flex-direction:column-reverse;justify-content:flex-end;padding:.7rem .85rem;"
    "background:var(--card);border:1px solid var(--line);border-radius:10px}\n"
    "dt{color:var(--soft);font-size:.78rem;line-height:1.3}dd{margin:0;font-size:1.3rem;font-weight:600;"
    "line-height:1.3;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n"
    "nav{margin:1.5rem 0;font-size:.9rem}nav ol{columns:2;margin:0;padding-left:1.6rem}nav li{margin:0 0 "
    ".5rem}nav "
    "a{color:var(--accent)}\n"
    ".scroll{overflow-x:auto;margin:1.25rem 0}table{border-collapse:collapse;width:100%;font-size:.82rem;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:right;padding:.32rem .5rem;border-bottom:1px solid var(--line);vertical-align:top;"
    "overflow-wrap:break-word}th{color:var(--soft);font-weight:600;line-height:1.3;vertical-align:bottom}\n"
    "td{white-space:nowrap}td.word{white-space:normal}.word{text-align:left}td.word:nth-child(n+3){min-width:"
    "9rem}td.word:nth-child(2){overflow-wrap:anywhere;min-width:6rem}td code{white-space:nowrap}\n"
    "tr.marked td{background:var(--mark)}\n"
    "figure{margin:1.5rem 0;padding:.75rem;background:#fff;border:1px solid var(--line);border-radius:10px;"
    "break-inside:avoid}figure .scroll{margin:0}figure "
    "img{display:block;max-width:100%;height:auto;margin:auto}\n"
    "figcaption{color:#5b6670;font-size:.82rem;margin-top:.5rem}\n"
    "pre,code{font-family:ui-monospace,'DejaVu Sans Mono',monospace}pre{overflow-x:auto;padding:.9rem 1rem;"
    "background:var(--card);border:1px solid var(--line);border-radius:8px;font-size:.78rem;line-height:1.5;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".words span{padding:.05rem "
    ".2rem;border-radius:4px}.option{white-space:nowrap}.unknown{border-bottom:2px dotted var(--soft)}\n"
    ".note,.warning{border-left:4px solid var(--accent);background:var(--card);padding:.6rem 1rem;"
    "margin:1rem 0}.warning{border-color:var(--warn);background:var(--warnpaper);font-weight:600}\n"
    "@media(max-width:600px){body{font-size:16px}main{padding:1.25rem .9rem 3rem}h1{font-size:1.55rem}"
    "figure.wide img{min-width:32rem}nav ol{columns:1}th,td{padding:.3rem .35rem}}\n"
    "@media "
    "print{html{font-size:11px}:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--"
    "line:#ccc;"
    "--mark:#f3f0e4;--warn:#a8321f;--warnpaper:#fff}body{font-size:10pt}.scroll{overflow:visible}main{max-"
    "width:none;padding:0}"
    "h2,h3{break-after:avoid}tr,dl{break-inside:avoid}h2{margin-top:1.5rem}}\n";

static void begin(lince_document *d, const char *title)
{
    lince_buffer_printf(&d->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                        d->language);
    lince_buffer_puts(&d->out,
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    lince_buffer_html(&d->out, title);
    lince_buffer_puts(&d->out, "</title>\n<style>\n");
    lince_buffer_puts(&d->out, STYLE);
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
    for (const char *c = html.data ? html.data : ""; *c;) {
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
    bool narrow = lince_document_has_figure_of(d, name, "-narrow");
    lince_buffer_puts(&d->out,
                      narrow ? "<figure><picture>" : "<figure class=\"wide\"><div class=\"scroll\">");
    if (narrow) put_svg(d, name, "-narrow", "<source media=\"(max-width:600px)\" srcset=\"", "\">");
    element(d, "<img alt=\"", alt, "\" src=\"");
    put_svg(d, name, "", "", "");
    element(d, narrow ? "\"></picture><figcaption>" : "\"></div><figcaption>", caption,
            "</figcaption></figure>\n");
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

const lince_document_backend lince_document_html = {begin,  end,  contents, heading, paragraph, code, note,
                                                    figure, item, card,     words,   row,       block};
