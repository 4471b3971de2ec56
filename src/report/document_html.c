#include "core/file.h"
#include "core/memory.h"
#include "report/document.h"

#include <stdio.h>

static const char STYLE[] =
    "th.word,td.word{text-align:left}td.word:nth-child(n+3){min-width:9rem}\n"
    ":root{color-scheme:light "
    "dark;--ink:#1d2329;--soft:#5b6670;--paper:#fcfcfa;--card:#fff;--line:#dfe3e6;--mark:#fff4d6;"
    "--accent:#1f5fa8;--warn:#a8321f;--warnpaper:#fdeeea}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#9aa5ae;--paper:#15181b;--card:#1d2125;--"
    "line:#343b41;"
    "--mark:#3a3217;--accent:#7db4f0;--warn:#ff9b85;--warnpaper:#3a1d17}figure img{filter:brightness(.9)}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:17px/1.6 'Source Serif 4',Georgia,'Noto Serif',serif}\n"
    "main{max-width:52rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}\n"
    "h1,h2,th,td,figcaption,pre{font-family:system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif}\n"
    "h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 1rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.3rem;margin:3rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}\n"
    "p{margin:.75rem 0;overflow-wrap:anywhere}\n"
    ".scroll{overflow-x:auto;margin:1.25rem 0}table{border-collapse:collapse;width:100%;font-size:.82rem;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:right;padding:.32rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}"
    "th{color:var(--soft);font-weight:600}th:first-child,td:first-child{text-align:left}tr.marked "
    "td{background:var(--mark)}\n"
    "figure{margin:1.5rem 0;padding:.75rem;background:#fff;border:1px solid "
    "var(--line);border-radius:10px;break-inside:avoid}"
    "figure "
    "img{display:block;width:100%;height:auto}figcaption{color:#5b6670;font-size:.82rem;margin-top:.5rem}\n"
    "pre{overflow-x:auto;padding:.9rem 1rem;background:var(--card);border:1px solid "
    "var(--line);border-radius:8px;"
    "font:.78rem/1.5 ui-monospace,'DejaVu Sans Mono',monospace}\n"
    ".note,.warning{border-left:4px solid var(--accent);background:var(--card);padding:.6rem "
    "1rem;margin:1rem 0}"
    ".warning{border-color:var(--warn);background:var(--warnpaper);font-weight:600}\n"
    "@media(max-width:480px){body{font-size:16px}main{padding:1.25rem .9rem 3rem}h1{font-size:1.55rem}}\n"
    "@media "
    "print{:root{--paper:#fff;--card:#fff;--ink:#000}main{max-width:none;padding:0}pre{white-space:pre-wrap}"
    "h2{break-after:avoid}tr{break-inside:avoid}}\n";

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

static void element(lince_document *d, const char *open, const char *text, const char *close)
{
    lince_buffer_puts(&d->out, open);
    lince_buffer_html(&d->out, text);
    lince_buffer_puts(&d->out, close);
}

static void heading(lince_document *d, const char *text)
{
    element(d, "<h2>", text, "</h2>\n");
}

static void paragraph(lince_document *d, const char *text)
{
    element(d, "<p>", text, "</p>\n");
}

static void code(lince_document *d, const char *text)
{
    element(d, "<pre>", text, "</pre>\n");
}

static void note(lince_document *d, const char *text, bool warning)
{
    element(d, warning ? "<p class=\"warning\">" : "<p class=\"note\">", text, "</p>\n");
}

/* As a data address: the identifiers of two inlined SVGs would collide. */
static void figure(lince_document *d, const char *name, const char *caption)
{
    char path[LINCE_PATH_MAX + 64], *bytes;
    size_t size;
    snprintf(path, sizeof path, "%s/plots/%s.svg", d->folder, name);
    if (lince_file_read(path, 64 << 20, &bytes, &size) < 0) return;
    element(d, "<figure><img alt=\"", caption, "\" src=\"data:image/svg+xml;base64,");
    lince_buffer_base64(&d->out, bytes, size);
    element(d, "\"><figcaption>", caption, "</figcaption></figure>\n");
    lince_free(bytes);
}

static void row(lince_document *d, const char *const *cells, int count, bool is_heading, bool marked)
{
    if (is_heading) lince_buffer_puts(&d->out, "<div class=\"scroll\"><table>\n");
    lince_buffer_puts(&d->out, marked ? "<tr class=\"marked\">" : "<tr>");
    for (int i = 0; i < count; i++) {
        lince_buffer_printf(&d->out, "<%s%s>", is_heading ? "th" : "td",
                            i < d->words ? " class=\"word\"" : "");
        element(d, "", cells[i], is_heading ? "</th>" : "</td>");
    }
    lince_buffer_puts(&d->out, "</tr>\n");
}

static void table_end(lince_document *d)
{
    lince_buffer_puts(&d->out, "</table></div>\n");
}

const lince_document_backend lince_document_html = {begin, end,    heading, paragraph, code,
                                                    note,  figure, row,     table_end};
