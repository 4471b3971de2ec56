#include <lince/language.h>
#include <lince/report.h>

#include "core/error.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "report/explain/explain.h"
#include "report/run/figures.h"
#include "report/run/sections.h"

#include <stdio.h>
#include <string.h>

static void write_title(char *title, size_t size, const lince_document *d, const lince_facts *f)
{
    const char *data = lince_fact_text(f->data, "path"), *slash = strrchr(data, '/');
    snprintf(title, size, TR("%s on %s"), lince_fact_text(f->model, "name"),
             slash && slash[1] ? slash + 1 : data);
}

static void write_gaps(lince_document *d, const lince_facts *f, const lince_gaps *missing)
{
    bool texts = f->kinds == LINCE_TEXTS;
    if (*missing->figures) lince_document_note(d, TR("Figures are missing: %s"), missing->figures);
    if (*missing->pictures)
        lince_document_note(d,
                            texts ? TR("What needs the texts themselves is left as it was. %s")
                                  : TR("The pictures of samples could not be drawn this time. %s"),
                            missing->pictures);
}

/* "Ana · 2026-11-29 10:15 UTC", of what there is. */
static void write_byline(lince_document *d, const lince_facts *f)
{
    const char *author = f->settings.author ? f->settings.author : "";
    bool both = *author && *f->finished;
    if (*author || *f->finished)
        lince_document_paragraph(d, "%s%s%s", author, both ? " · " : "", f->finished);
}

/* An empty line ends a paragraph. */
static void write_notes(lince_document *d, const lince_facts *f)
{
    const char *at = f->settings.notes ? f->settings.notes : "";
    if (!*at) return;
    lince_document_subheading(d, TR("Notes"));
    while (*at) {
        const char *end = strstr(at, "\n\n");
        size_t size = end ? (size_t)(end - at) : strlen(at);
        lince_document_paragraph(d, "%.*s", (int)size, at);
        at += size;
        at += strspn(at, "\n");
    }
}

static bool fits(const lince_section *s, const lince_facts *f)
{
    return (s->kinds & f->kinds) && (s->labels & f->labels);
}

static void write_sections(lince_document *d, const lince_facts *f)
{
    const char *titles[32];
    int count = 0, number = 0;
    for (size_t i = 0; i < lince_section_count; i++)
        if (fits(&lince_sections[i], f)) titles[count++] = TR(lince_sections[i].title);
    lince_document_contents(d, titles, count);
    for (size_t i = 0; i < lince_section_count; i++) {
        if (!fits(&lince_sections[i], f)) continue;
        lince_document_heading(d, "%d. %s", number + 1, titles[number]);
        number++;
        lince_sections[i].write(d, f);
    }
}

/* The whole page in one backend's markup. */
static int write_page(const lince_facts *f, const lince_document_backend *backend, const lince_gaps *missing,
                      const char *file)
{
    char title[512];
    lince_document document = {.backend = backend, .language = lince_language(), .folder = f->run.folder},
                   *d = &document;
    write_title(title, sizeof title, d, f);
    backend->begin(d, title);
    write_byline(d, f);
    lince_section_summary(d, f);
    write_gaps(d, f, missing);
    write_notes(d, f);
    write_sections(d, f);
    return lince_document_write(d, file);
}

/* What an earlier process has left half-written, where none is at work in the folder. */
static void clear_leftovers(const char *folder)
{
    lince_run run;
    if (lince_run_open(&run, folder) || lince_run_lock(&run)) return;
    lince_run_half_written(&run, true);
    lince_run_unlock(&run);
}

static int write_report(const char *run, const lince_observer *observer)
{
    lince_facts facts;
    lince_gaps missing = {.observer = observer};
    clear_leftovers(run);
    int code = lince_facts_read(&facts, run);
    if (!code) lince_figures_draw(&facts, &missing);
    if (!code) lince_gaps_pictures(&missing, lince_explain(&facts));
    if (!code) code = lince_facts_read_explained(&facts);
    if (!code) code = write_page(&facts, &lince_document_html, &missing, "report.html");
    if (!code) code = write_page(&facts, &lince_document_markdown, &missing, "report.md");
    lince_facts_release(&facts);
    return code;
}

int lince_report_sign(const char *folder, const char *author, const char *notes)
{
    LINCE_NEED(folder);
    LINCE_PLAIN_LOCALE;
    lince_run run;
    LINCE_TRY(lince_run_open(&run, folder));
    if (author) LINCE_TRY(lince_run_set_config(&run, "author", author));
    return notes ? lince_run_set_config(&run, "notes", notes) : 0;
}

/* The thread's language is the report's while it is written. */
int lince_report(const char *run, const char *language, const lince_observer *observer)
{
    LINCE_NEED(run);
    LINCE_NEED(language);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    char before[8];
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    snprintf(before, sizeof before, "%s", lince_language());
    LINCE_TRY(lince_language_set(language));
    int code = write_report(run, &heard);
    lince_language_set(before);
    return code;
}
