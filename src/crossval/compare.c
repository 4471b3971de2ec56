/* lince_cv_compare: two settings on the same folds. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "crossval/crossval.h"
#include "data/dataset.h"
#include "report/run/sections.h"
#include "settings/criterion.h"
#include "settings/settings.h"

#include <lince/language.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct pair {
    lince_cv_results of[2];
} pair;

static const char *name_of(const pair *p, int which)
{
    return p->of[which].run.folder;
}

/* --- the same folds ------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const lince_outcome_row *)a)->path, ((const lince_outcome_row *)b)->path);
}

/* Both asked the same samples of a fold, with the same truth. Sorts what is read of `a` and `b`. */
static bool same_samples(const lince_cv_results *a, const lince_cv_results *b, size_t fold)
{
    lince_outcomes *x = &a->outcomes[fold], *y = &b->outcomes[fold];
    if (x->count != y->count) return false;
    qsort(x->rows, x->count, sizeof *x->rows, by_path);
    qsort(y->rows, y->count, sizeof *y->rows, by_path);
    for (size_t i = 0; i < x->count; i++)
        if (by_path(&x->rows[i], &y->rows[i]) ||
            strcmp(a->labelling->truth(a, &x->rows[i]), b->labelling->truth(b, &y->rows[i])) != 0)
            return false;
    return true;
}

static int check_folds(const pair *p)
{
    const lince_cv_results *a = &p->of[0], *b = &p->of[1];
    bool same = a->folds == b->folds && a->labelling == b->labelling && a->classes == b->classes;
    for (size_t i = 0; same && i < a->folds; i++) same = same_samples(a, b, i);
    if (same) return 0;
    return lince_fail(LINCE_EDATA,
                      "%s and %s: their folds are not the same; compare cross-validations of the same data, "
                      "--folds, --split-by and --split-seed (or --seed)",
                      a->run.folder, b->run.folder);
}

static lince_resampled difference(const pair *p, const lince_cv_measure *m)
{
    double over[LINCE_FOLDS_MAX];
    bool comparable = !m->by_loss || lince_same_criterion(&p->of[0].settings, &p->of[1].settings);
    for (size_t i = 0; i < p->of[0].folds; i++)
        over[i] = comparable ? m->of(&p->of[0].facts[i]) - m->of(&p->of[1].facts[i]) : NAN;
    return lince_resample(over, p->of[0].folds);
}

/* --- the verdict ---------------------------------------------------------------------------------- */

static const lince_cv_labelling *labelling_of(const pair *p)
{
    return p->of[0].labelling;
}

static void put_verdict(const pair *p, lince_buffer *out)
{
    const lince_cv_labelling *l = labelling_of(p);
    lince_resampled d = difference(p, &l->measures[0]);
    int better = d.mean < 0;
    double mean = 100 * fabs(d.mean), half = 100 * d.half_corrected;
    if (isnan(d.mean))
        lince_cv_tell_undefined(&l->measures[0], out);
    else
        lince_buffer_printf(out, d.p < 0.05 ? _(l->better) : _(l->ahead), name_of(p, better),
                            name_of(p, !better), mean, mean - half, mean + half, fabs(d.t),
                            p->of[0].folds - 1, d.p);
    for (size_t i = 0; i < p->of[0].folds; i++)
        lince_outcomes_tell_changed(&p->of[0].outcomes[i], &p->of[1].outcomes[i],
                                    p->of[0].facts[i].run.folder, p->of[1].facts[i].run.folder, out);
}

/* --- the page ------------------------------------------------------------------------------------- */

static void cell(lince_document *d, double value, double scale)
{
    if (isnan(value))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, scale == 100 ? "%.2f" : "%.4f", scale * value);
}

static void write_test(lince_document *d, const pair *p)
{
    const char *headings[] = {N_("measure"),
                              name_of(p, 0),
                              name_of(p, 1),
                              N_("difference"),
                              N_("standard deviation"),
                              N_("95 % interval, corrected"),
                              "t",
                              "p"};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 8);
    for (const lince_cv_measure *m = labelling_of(p)->measures; m->key; m++) {
        lince_resampled s = difference(p, m);
        double scale = m->share ? 100 : 1;
        if (isnan(s.mean)) continue;
        lince_document_cell(d, "%s", TR(m->title));
        for (int k = 0; k < 2; k++) cell(d, lince_cv_over_folds(&p->of[k], m).mean, scale);
        cell(d, s.mean, scale);
        cell(d, s.deviation, scale);
        lince_document_cell(d, m->share ? "%.2f – %.2f" : "%.4f – %.4f", scale * (s.mean - s.half_corrected),
                            scale * (s.mean + s.half_corrected));
        lince_document_cell(d, "%.2f", s.t);
        lince_document_cell(d, s.p < 0.0001 ? "< 0.0001" : "%.4f", s.p);
        if (s.p < 0.05)
            lince_document_row_marked(d);
        else
            lince_document_row(d);
    }
    lince_document_table_end(d);
    lince_document_paragraph(
        d,
        TR("Differences are those of the first minus the second, fold by fold. The corrected resampled "
           "t-test (Nadeau and Bengio 2003): t = mean / sqrt((1/k + n_test/n_train) s²), with k = %zu folds, "
           "n_test/n_train = 1/(k - 1) (what was held out to validate counts as trained on) and k - 1 "
           "degrees of freedom."),
        p->of[0].folds);
}

static void write_assumptions(lince_document *d, const pair *p)
{
    (void)p;
    lince_document_item(d, "%s",
                        TR("The differences of the folds are taken for draws of a normal distribution. With "
                           "few folds that cannot be checked; look at them below."));
    lince_document_item(
        d, "%s",
        TR("The training parts of the folds overlap, so that the differences are not independent. The "
           "correction takes their correlation for n_test/(n_test + n_train), a rule of thumb: in Nadeau and "
           "Bengio's simulations the corrected test errs about as often as it says, the usual one far more "
           "often."));
    lince_document_item(
        d, "%s",
        TR("Each setting was trained once on a fold: what another seed would have done is not in it."));
    lince_document_item(
        d, "%s",
        TR("Settings that were chosen by these same folds look better than they are; and one p is for one "
           "question: of twenty comparisons of equals, one comes out below 0.05 by luck."));
    lince_document_item(d, "%s", TR("Nothing is said of data of another origin than these."));
}

static void write_folds(lince_document *d, const pair *p)
{
    const char *headings[] = {N_("fold"), N_("tested"), name_of(p, 0), name_of(p, 1), N_("difference")};
    const lince_cv_measure *m = &labelling_of(p)->measures[0];
    lince_document_paragraph(d, "%s", TR(labelling_of(p)->each_fold));
    lince_document_table_begin(d, 0);
    lince_document_headings(d, headings, 5);
    for (size_t i = 0; i < p->of[0].folds; i++) {
        double a = m->of(&p->of[0].facts[i]), b = m->of(&p->of[1].facts[i]);
        lince_document_cell(d, "%zu", i + 1);
        lince_document_cell(d, "%zu", p->of[0].facts[i].test_count);
        cell(d, a, 100);
        cell(d, b, 100);
        cell(d, a - b, 100);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_settings(lince_document *d, const pair *p)
{
    const lince_setting_info *info;
    const char *headings[] = {N_("setting"), name_of(p, 0), name_of(p, 1)};
    char number[2][LINCE_NUMBER_MAX];
    const char *value[2];
    lince_document_table_begin(d, 3);
    lince_document_headings(d, headings, 3);
    for (size_t s = 0; (info = lince_setting_at(s)); s++) {
        for (int k = 0; k < 2; k++)
            value[k] = lince_settings_text(&p->of[k].facts[0].settings, info->name, number[k]);
        if (!strcmp(info->name, "out") || !strcmp(value[0], value[1])) continue;
        lince_document_cell(d, "--%s", info->name);
        for (int k = 0; k < 2; k++) lince_document_cell(d, "%s", *value[k] ? value[k] : "–");
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static const struct {
    const char *title; /* untranslated */
    void (*write)(lince_document *d, const pair *p);
} sections[] = {
    {N_("Is the difference more than luck?"), write_test},
    {N_("What the test takes for granted"), write_assumptions},
    {N_("Fold by fold"), write_folds},
    {N_("Settings that differ"), write_settings},
};

static int write_page(const pair *p, const lince_document_backend *backend, const char *folder,
                      const char *file)
{
    enum { COUNT = sizeof sections / sizeof *sections };
    const char *titles[COUNT];
    lince_buffer verdict = {0};
    lince_document document = {.backend = backend, .language = lince_language(), .folder = folder},
                   *d = &document;
    for (size_t i = 0; i < COUNT; i++) titles[i] = TR(sections[i].title);
    backend->begin(d, TR("Comparison of cross-validations"));
    put_verdict(p, &verdict);
    if (verdict.data) lince_document_note(d, "%s", verdict.data);
    lince_buffer_release(&verdict);
    lince_document_contents(d, titles, COUNT);
    for (int i = 0; i < COUNT; i++) {
        lince_document_heading(d, "%d. %s", i + 1, titles[i]);
        sections[i].write(d, p);
    }
    return lince_document_write(d, file);
}

/* --- JSON and text -------------------------------------------------------------------------------- */

static json_t *comparison_json(const pair *p)
{
    json_t *all = json_object();
    for (const lince_cv_measure *m = labelling_of(p)->measures; m->key; m++) {
        lince_resampled s = difference(p, m);
        json_t *one = lince_cv_spread_json(&s, -INFINITY, INFINITY);
        lince_json_put(&one, "t", lince_json_measure(s.t));
        lince_json_put(&one, "p", lince_json_measure(s.p));
        lince_json_put(&all, m->key, one);
    }
    return lince_json_pack("{s:[s, s], s:I, s:o}", "cross-validations", name_of(p, 0), name_of(p, 1), "folds",
                           (json_int_t)p->of[0].folds, "first minus second", all);
}

static int write_all(const pair *p, const char *folder, int json, char **text)
{
    char *dump;
    lince_buffer out = {0};
    LINCE_TRY(write_page(p, &lince_document_html, folder, "compare.html"));
    LINCE_TRY(write_page(p, &lince_document_markdown, folder, "compare.md"));
    LINCE_TRY(lince_cv_dump(comparison_json(p), folder, "compare.json", &dump));
    if (json)
        lince_buffer_puts(&out, dump);
    else {
        put_verdict(p, &out);
        lince_buffer_puts(&out, "\n");
    }
    lince_free(dump);
    *text = out.data;
    return out.error;
}

int lince_cv_compare(const char *first, const char *second, const char *out, int json, char *folder,
                     size_t folder_size, char **text)
{
    LINCE_NEED(first);
    LINCE_NEED(second);
    LINCE_NEED(folder);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    pair p = {0};
    char made[LINCE_PATH_MAX];
    *text = NULL;
    if (lince_is_same_file(first, second))
        return lince_fail(LINCE_EUSAGE, "compare: %s and %s are one cross-validation", first, second);
    int code = lince_cv_read(&p.of[0], first);
    if (!code) code = lince_cv_read(&p.of[1], second);
    if (!code) code = check_folds(&p);
    if (!code) code = lince_run_new_folder(made, out && *out ? out : "runs/compare");
    if (!code) {
        snprintf(folder, folder_size, "%s", made);
        code = write_all(&p, made, json, text);
    }
    for (int k = 0; k < 2; k++) lince_cv_release(&p.of[k]);
    return code;
}
