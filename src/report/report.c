#include <lince/language.h>
#include <lince/train.h>

#include "core/error.h"
#include "core/i18n.h"
#include "report/figures.h"
#include "report/sections.h"

#include <string.h>

static void write_summary(lince_document *d, const lince_facts *f)
{
    const char *name = json_string_value(json_object_get(f->model, "name"));
    if (f->tested)
        lince_document_paragraph(d,
                                 TR("%s gets %.2f %% of the %zu test samples right (macro F1 %.3f; %zu "
                                    "classes; epochs trained: %zu)."),
                                 name ? name : "", 100 * f->test.accuracy, f->test.n, f->test.macro.f1,
                                 json_array_size(json_object_get(f->data, "classes")), f->history.count);
    if (json_is_true(json_object_get(json_object_get(f->data, "split"), "val_on_test")))
        lince_document_warning(d, "%s",
                               TR("Validated on the test part: the test figures are not independent."));
}

/* The whole page in one backend's markup. */
static int write_page(const lince_facts *f, const lince_document_backend *backend, const char *language,
                      const char *no_figures, const char *file)
{
    char path[LINCE_PATH_MAX], title[512];
    LINCE_TRY(lince_path_join(path, f->run.folder, file));
    lince_document document = {.backend = backend, .language = language, .folder = f->run.folder},
                   *d = &document;
    const char *model = json_string_value(json_object_get(f->model, "name")),
               *data = json_string_value(json_object_get(f->data, "path"));
    const char *slash = data ? strrchr(data, '/') : NULL;
    snprintf(title, sizeof title, TR("%s on %s"), model ? model : "?",
             slash && slash[1] ? slash + 1
             : data            ? data
                               : "?");
    backend->begin(d, title);
    write_summary(d, f);
    if (no_figures) lince_document_note(d, TR("The figures are missing. %s"), no_figures);
    for (size_t i = 0; i < lince_section_count; i++) {
        lince_document_heading(d, "%zu. %s", i + 1, TR(lince_sections[i].title));
        lince_sections[i].write(d, f);
    }
    backend->end(d);
    int code = d->out.error ? d->out.error : lince_file_write(path, d->out.data, d->out.size);
    lince_buffer_release(&d->out);
    return code;
}

/* "auto" is the environment's language; the thread's own is left as it was. */
static const char *resolve(const char *language)
{
    char before[8];
    snprintf(before, sizeof before, "%s", lince_language());
    if (lince_language_set(language)) return NULL;
    const char *resolved = lince_language();
    lince_language_set(before);
    return resolved;
}

int lince_report(const char *run, const char *language)
{
    lince_facts facts;
    char why[1024];
    const char *resolved = resolve(language), *no_figures = NULL;
    if (!resolved) return LINCE_EUSAGE;
    int code = lince_facts_read(&facts, run);
    if (!code && lince_figures_draw(&facts, resolved) < 0) {
        snprintf(why, sizeof why, "%s", lince_error());
        no_figures = why;
    }
    if (!code) code = write_page(&facts, &lince_document_html, resolved, no_figures, "report.html");
    if (!code) code = write_page(&facts, &lince_document_markdown, resolved, no_figures, "report.md");
    lince_facts_release(&facts);
    return code;
}
