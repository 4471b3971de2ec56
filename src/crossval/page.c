/* The page of a cross-validation: its folds, its means, all samples together, and likely label errors. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "report/run/figures.h"
#include "report/run/sections.h"

#include <lince/language.h>
#include <math.h>
#include <string.h>

typedef struct page {
    const lince_cv_results *results;
    char *text[LINCE_CV_SHOWN]; /* of the label issues; NULL: they are pictures, or could not be read */
    lince_gaps gaps;
} page;

static void cell_value(lince_document *d, double value, bool share)
{
    if (!isfinite(value))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, share ? "%.2f" : "%.4f", share ? 100 * value : value);
}

static void cell_interval(lince_document *d, const lince_cv_measure *m, const lince_resampled *s,
                          bool corrected)
{
    double scale = m->share ? 100 : 1;
    lince_interval i = lince_cv_interval(s, corrected, 0, m->most);
    lince_document_cell(d, m->share ? "%.2f – %.2f" : "%.4f – %.4f", scale * i.low, scale * i.high);
}

/* --- folds ---------------------------------------------------------------------------------------- */

static double part_size(const lince_facts *f, const char *part)
{
    return lince_fact_number(json_object_get(json_object_get(f->data, "parts"), part), "n");
}

static void write_division(lince_document *d, const lince_cv_results *r)
{
    const lince_settings *s = &r->facts[0].settings;
    const char *by = s->group_column ? s->group_column : s->group_pattern;
    bool grouped = !strcmp(s->split_by, "group") || (by && !strcmp(s->split_by, "files"));
    double alone =
        lince_fact_number(json_object_get(json_object_get(r->facts[0].data, "split"), "fold"), "left_alone");
    lince_document_paragraph(
        d,
        grouped ? TR("%zu samples were divided into %zu folds: whole groups (%s), with shares of "
                     "the classes as even as they allow.")
                : TR(r->labelling->division),
        r->n, r->folds, by);
    if (alone > 0)
        lince_document_paragraph(d,
                                 TR("Samples of the data's test part, which were left alone for one test at "
                                    "the very end, when everything is chosen: %.0f."),
                                 alone);
    lince_document_paragraph(
        d, "%s",
        TR("Each run was tested on its fold and trained on the others, of which a share was held out to find "
           "the best epoch. All runs begin from the same seed: what the seed does is not in the spread."));
}

static void write_fold(lince_document *d, const lince_cv_results *r, size_t i)
{
    const lince_facts *f = &r->facts[i];
    size_t epochs = f->history.count;
    char duration[32];
    lince_document_cell(d, "%zu", i + 1);
    lince_document_cell(d, "%zu", f->test_count);
    lince_document_cell(d, "%.0f", part_size(f, "train"));
    for (const lince_cv_measure *m = r->labelling->measures; m->key; m++)
        if (m->by_fold) cell_value(d, m->of(f), m->share);
    lince_document_cell(d, "%d", f->best + 1);
    lince_document_cell(d, "%s", lince_duration(epochs ? f->history.epochs[epochs - 1].time : 0, duration));
    lince_document_row(d);
}

static void write_folds(lince_document *d, const page *p)
{
    enum { MOST = 12 };
    const char *headings[MOST] = {N_("fold"), N_("tested"), N_("trained on")};
    const lince_cv_results *r = p->results;
    int count = 3;
    write_division(d, r);
    for (const lince_cv_measure *m = r->labelling->measures; m->key; m++)
        if (m->by_fold) headings[count++] = m->title;
    headings[count++] = N_("best epoch");
    headings[count++] = N_("time");
    lince_document_table_begin(d, 0);
    lince_document_headings(d, headings, count);
    for (size_t i = 0; i < r->folds; i++) write_fold(d, r, i);
    lince_document_table_end(d);
}

/* --- measures ------------------------------------------------------------------------------------- */

static void write_measures(lince_document *d, const page *p)
{
    static const char *const headings[] = {N_("measure"), N_("mean"), N_("standard deviation"),
                                           N_("95 % interval"), N_("95 % interval, corrected")};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 5);
    for (const lince_cv_measure *m = p->results->labelling->measures; m->key; m++) {
        lince_resampled s = lince_cv_over_folds(p->results, m);
        if (!isfinite(s.mean)) continue;
        lince_document_cell(d, "%s", TR(m->title));
        cell_value(d, s.mean, m->share);
        cell_value(d, s.deviation, m->share);
        cell_interval(d, m, &s, false);
        cell_interval(d, m, &s, true);
        lince_document_row(d);
    }
    lince_document_table_end(d);
    lince_document_paragraph(
        d, "%s %s", TR(p->results->labelling->means),
        TR("The first interval is Student's, as if the folds were independent. They are not: any two of them "
           "train on mostly the same samples, so that it is too narrow. The second one widens the variance "
           "from 1/k to 1/k + 1/(k - 1) (Nadeau and Bengio 2003). It is more honest, but no estimate from "
           "the folds alone is right for every case (Bengio and Grandvalet 2004); and none tells of data of "
           "another origin."));
}

static void write_classes(lince_document *d, const page *p)
{
    static const char *const headings[] = {N_("class"), N_("samples"), N_("recall"), N_("precision"), "F1"};
    const lince_facts *all = &p->results->all;
    lince_document_paragraph(d, "%s",
                             TR("Of each class the mean over the folds in per cent, and its standard "
                                "deviation; – where a fold has "
                                "no sample of the class."));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 5);
    for (int i = 0; i < all->test_classes; i++) {
        int class = all->test_listed[i];
        lince_document_cell(d, "%s", all->test_names[class]);
        lince_document_cell(d, "%.0f", all->test_scores[class].support);
        for (int score = 0; score < LINCE_CV_CLASS_SCORES; score++) {
            lince_resampled s = lince_cv_class_over_folds(p->results, class, score);
            if (isfinite(s.mean))
                lince_document_cell(d, "%.1f ± %.1f", 100 * s.mean, 100 * s.deviation);
            else
                lince_document_cell(d, "–");
        }
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_pooled(lince_document *d, const page *p)
{
    p->results->labelling->write_all(d, p->results);
}

/* --- label errors --------------------------------------------------------------------------------- */

static void write_issue_rows(lince_document *d, const page *p, size_t count)
{
    const char *headings[] = {N_("sample"), N_("label"), N_("more likely"), N_("its own, %"), N_("other, %")};
    const lince_cv_results *r = p->results;
    char name[LINCE_CV_NAME];
    if (p->text[0]) headings[0] = N_("text");
    lince_document_table_begin(d, 3);
    lince_document_headings(d, headings, 5);
    for (size_t i = 0; i < count; i++) {
        const lince_label_issue *issue = &r->issues[i];
        size_t fold;
        const lince_outcome_row *row = lince_cv_sample(r, issue->sample, &fold);
        lince_cell_text(d, p->text[i] ? p->text[i] : row->path);
        for (int suggested = 0; suggested < 2; suggested++) {
            r->labelling->name(r, issue, suggested, name);
            lince_document_cell(d, "%s", name);
        }
        lince_document_cell(d, "%.1f", 100 * issue->self_confidence);
        lince_document_cell(d, "%.1f", 100 * (issue->self_confidence + 1 - 2 * issue->margin));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_issues(lince_document *d, const page *p)
{
    const lince_cv_results *r = p->results;
    size_t shown = r->issue_count < LINCE_CV_SHOWN ? r->issue_count : LINCE_CV_SHOWN;
    size_t labels = r->labelling->labels(r);
    lince_document_paragraph(d, TR(r->labelling->method), r->issue_count, labels,
                             100 * (double)r->issue_count / (double)labels);
    if (!shown) return;
    lince_document_paragraph(d,
                             TR("The first %zu; all of them are in label_issues.csv, the most suspicious "
                                "first."),
                             shown);
    lince_document_figure(
        d, "label_issues",
        TR("Pictures whose label is likely wrong, with their label and the likelier class."),
        TR("The label and its probability; → the class that the model finds likelier."));
    write_issue_rows(d, p, shown);
}

static void write_reproduction(lince_document *d, const page *p)
{
    const lince_cv_results *r = p->results;
    lince_document_code(d, r->command);
    lince_document_paragraph(
        d,
        TR("cv.yaml holds the settings; fold-1 to fold-%zu are ordinary runs ('lince report' writes the "
           "report of one). Beside this page: cv.json (every figure), predictions.csv, label_issues.csv. "
           "'lince compare' of two cross-validations with the same folds tests whether they differ."),
        r->folds);
}

/* --- the page ------------------------------------------------------------------------------------- */

static const struct {
    const char *title; /* untranslated */
    void (*write)(lince_document *d, const page *p);
} sections[] = {
    {N_("Folds"), write_folds},
    {N_("Over the folds"), write_measures},
    {N_("Class by class"), write_classes},
    {N_("All samples, out of fold"), write_pooled},
    {N_("Labels to look at"), write_issues},
    {N_("How this was made"), write_reproduction},
};

void lince_cv_verdict(const lince_cv_results *r, lince_buffer *out)
{
    const double weak = 0.2; /* errors, beside which those of the labels are few */
    const lince_cv_labelling *l = r->labelling;
    lince_resampled s = lince_cv_over_folds(r, &l->measures[0]);
    lince_interval i = lince_cv_interval(&s, true, 0, 1);
    double error = 1 - l->agreement(r);
    if (isnan(s.mean))
        lince_cv_tell_undefined(&l->measures[0], out);
    else
        lince_buffer_printf(out, _(l->verdict), 100 * s.mean, r->folds, 100 * s.deviation, 100 * i.low,
                            100 * i.high);
    lince_buffer_puts(out, " ");
    lince_buffer_printf(out, _(l->issues), r->issue_count, l->labels(r));
    if (!r->issue_count || error < weak) return;
    lince_buffer_puts(out, " ");
    lince_buffer_printf(out, _(l->weak), 100 * error);
}

static int write_page(const page *p, const lince_document_backend *backend, const char *file)
{
    enum { COUNT = sizeof sections / sizeof *sections };
    const lince_cv_results *r = p->results;
    char title[512];
    const char *titles[COUNT], *data = lince_fact_text(r->facts[0].data, "path"), *slash = strrchr(data, '/');
    lince_buffer verdict = {0};
    lince_document document = {.backend = backend, .language = lince_language(), .folder = r->run.folder},
                   *d = &document;
    for (size_t i = 0; i < COUNT; i++) titles[i] = TR(sections[i].title);
    snprintf(title, sizeof title, TR("Cross-validation of %s on %s"),
             lince_fact_text(r->facts[0].model, "name"), slash && slash[1] ? slash + 1 : data);
    backend->begin(d, title);
    lince_cv_verdict(r, &verdict);
    if (verdict.data) lince_document_note(d, "%s", verdict.data);
    lince_buffer_release(&verdict);
    if (*p->gaps.figures) lince_document_note(d, TR("Figures are missing: %s"), p->gaps.figures);
    if (*p->gaps.pictures)
        lince_document_note(d, TR("The pictures of samples could not be drawn this time. %s"),
                            p->gaps.pictures);
    lince_document_contents(d, titles, COUNT);
    for (int i = 0; i < COUNT; i++) {
        lince_document_heading(d, "%d. %s", i + 1, titles[i]);
        sections[i].write(d, p);
    }
    return lince_document_write(d, file);
}

int lince_cv_write_pages(const lince_cv_results *r, const lince_observer *observer)
{
    page p = {.results = r, .gaps.observer = observer};
    const char *figure = r->labelling->figure;
    if (figure) lince_gaps_figure(&p.gaps, lince_figure_draw(&r->all, r->run.folder, figure));
    lince_gaps_pictures(&p.gaps, lince_cv_show_issues(r, p.text));
    int code = write_page(&p, &lince_document_html, "report.html");
    if (!code) code = write_page(&p, &lince_document_markdown, "report.md");
    for (size_t i = 0; i < LINCE_CV_SHOWN; i++) lince_free(p.text[i]);
    return code;
}
