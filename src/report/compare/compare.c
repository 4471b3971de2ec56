/* lince_compare: runs beside one another, as a page, as JSON and as a few lines of text. */
#include <lince/language.h>
#include <lince/report.h>

#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "report/compare/context.h"
#include "report/compare/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int write_page(const lince_comparison *c, const lince_document_backend *backend, const char *folder,
                      const char *file, const lince_gaps *gaps)
{
    lince_document document = {.backend = backend, .language = lince_language(), .folder = folder},
                   *d = &document;
    backend->begin(d, TR("Comparison of runs"));
    if (*gaps->figures) lince_document_note(d, TR("Figures are missing: %s"), gaps->figures);
    lince_comparison_write(d, c);
    return lince_document_write(d, file);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static json_t *interval_json(const lince_interval *i)
{
    return lince_json_pack("{s:f, s:f, s:f}", "value", i->value, "low", i->low, "high", i->high);
}

static json_t *run_json(const lince_comparison *c, size_t run)
{
    const lince_interval *s = lince_comparison_scores(c, run), *over = lince_comparison_differences(c, run);
    return lince_json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:f, s:b, s:I}", "run",
                           c->facts[run].run.folder, "model", lince_fact_text(c->facts[run].model, "name"),
                           "accuracy", interval_json(&s[LINCE_SCORE_ACCURACY]), "macro precision",
                           interval_json(&s[LINCE_SCORE_PRECISION]), "macro recall",
                           interval_json(&s[LINCE_SCORE_RECALL]), "macro f1-score",
                           interval_json(&s[LINCE_SCORE_F1]), "accuracy over the best",
                           interval_json(&over[LINCE_SCORE_ACCURACY]), "only the best is right",
                           (json_int_t)c->contests[run].only_best, "only this one is right",
                           (json_int_t)c->contests[run].only_this, "p", c->contests[run].p, "distinct",
                           lince_comparison_distinct(c, run), "peak memory",
                           (json_int_t)c->facts[run].peak_memory);
}

static json_t *comparison_json(const lince_comparison *c)
{
    json_t *runs = json_array();
    for (size_t i = 0; i < c->count; i++) lince_json_add(&runs, run_json(c, i));
    json_t *all = lince_json_pack("{s:I, s:s, s:o}", "n", (json_int_t)c->n, "best",
                                  c->facts[c->best].run.folder, "runs", runs);
    if (c->context) lince_json_put(&all, "context", lince_context_json(c));
    return all;
}

static int write_json(const lince_comparison *c, const char *folder, char **text)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, "compare.json"));
    json_t *object = comparison_json(c);
    int code = lince_json_text(object, JSON_INDENT(2) | JSON_REAL_PRECISION(9), text);
    return code ? lince_fail_in(code, path) : lince_file_write(path, *text, strlen(*text));
}

/* --- text ----------------------------------------------------------------------------------------- */

static void put_table(const lince_comparison *c, lince_buffer *out)
{
    int width = lince_characters(_("run"));
    for (size_t i = 0; i < c->count; i++) {
        int length = lince_characters(lince_comparison_name(c, i));
        if (length > width) width = length;
    }
    lince_buffer_printf(out, "%*s %*s %*s %9s\n", lince_field(-width, _("run")), _("run"),
                        lince_field(24, _("accuracy, %")), _("accuracy, %"), lince_field(24, _("F1, %")),
                        _("F1, %"), "p");
    for (size_t i = 0; i < c->count; i++) {
        const lince_interval *s = lince_comparison_scores(c, i), *a = &s[LINCE_SCORE_ACCURACY],
                             *f = &s[LINCE_SCORE_F1];
        lince_buffer_printf(out, "%*s   %6.2f [%6.2f, %6.2f]   %6.2f [%6.2f, %6.2f]",
                            lince_field(-width, lince_comparison_name(c, i)), lince_comparison_name(c, i),
                            100 * a->value, 100 * a->low, 100 * a->high, 100 * f->value, 100 * f->low,
                            100 * f->high);
        if (i == c->best)
            lince_buffer_puts(out, "         *\n");
        else
            lince_buffer_printf(out, c->contests[i].p < 0.0001 ? "  < 0.0001\n" : " %9.4f\n",
                                c->contests[i].p);
    }
    lince_buffer_puts(out, "\n");
    lince_comparison_verdict(c, out);
    lince_buffer_puts(out, "\n");
    if (!c->context || *c->context->no_texts) return;
    lince_buffer_puts(out, "\n");
    lince_context_verdict(c, out);
    lince_buffer_puts(out, "\n");
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int write_all(const lince_comparison *c, const char *folder, int json, char **text)
{
    char *dump = NULL;
    lince_gaps gaps = {.observer = c->observer};
    lince_comparison_draw(c, folder, &gaps);
    LINCE_TRY(write_page(c, &lince_document_html, folder, "compare.html", &gaps));
    LINCE_TRY(write_page(c, &lince_document_markdown, folder, "compare.md", &gaps));
    int code = write_json(c, folder, &dump);
    lince_buffer out = {0};
    if (!code && json)
        lince_buffer_printf(&out, "%s\n", dump);
    else if (!code)
        put_table(c, &out);
    free(dump);
    *text = out.data;
    return code ? code : out.error;
}

/* The folder of an earlier comparison, as the pattern OUT/... names it beside the runs. */
static bool is_comparison(const char *folder)
{
    char path[LINCE_PATH_MAX];
    if (!lince_path_join(path, folder, "config.yaml") && !lince_file_is_missing(path)) return false;
    return !lince_path_join(path, folder, "compare.json") && !lince_file_is_missing(path);
}

/* kept[count]: the runs among them. */
static size_t keep_runs(const char *const *runs, size_t count, const lince_observer *o, const char **kept)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        char text[LINCE_PATH_MAX + 128];
        if (!is_comparison(runs[i])) {
            kept[n++] = runs[i];
            continue;
        }
        snprintf(text, sizeof text, _("%s: a comparison, and no run: left out"), runs[i]);
        if (o && o->warning) o->warning(o->context, text);
    }
    return n;
}

int lince_compare(const char *const *runs, size_t count, const char *out, int json,
                  const lince_observer *observer, char *folder, size_t folder_size, char **text)
{
    LINCE_NEED(runs);
    LINCE_NEED(folder);
    LINCE_NEED(text);
    for (size_t i = 0; i < count; i++) LINCE_NEED(runs[i]);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_comparison c = {0};
    char made[LINCE_PATH_MAX];
    *text = NULL;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    const char **kept = lince_alloc(count, sizeof *kept);
    if (!kept) return LINCE_ENOMEM;
    size_t left = keep_runs(runs, count, &heard, kept);
    bool several = false;
    int code = left ? lince_compares_labels(kept[0], &several) : 0;
    if (!code && several) {
        code = lince_compare_labels(kept, left, out, json, folder, folder_size, text);
        lince_free(kept);
        return code;
    }
    if (!code) code = lince_comparison_read(&c, kept, left, &heard);
    if (!code) code = lince_run_new_folder(made, out && *out ? out : "runs/compare");
    if (!code) {
        snprintf(folder, folder_size, "%s", made);
        code = write_all(&c, made, json, text);
    }
    lince_comparison_release(&c);
    lince_free(kept);
    return code;
}
