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
                : TR("%zu samples were divided into %zu folds, each with the same share of every class."),
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

static void write_folds(lince_document *d, const page *p)
{
    static const char *const headings[] = {N_("fold"),        N_("tested"),     N_("trained on"),
                                           N_("accuracy, %"), N_("F1, %"),      N_("AUC (ROC)"),
                                           N_("test loss"),   N_("best epoch"), N_("time")};
    const lince_cv_results *r = p->results;
    char duration[32];
    write_division(d, r);
    lince_document_table_begin(d, 0);
    lince_document_headings(d, headings, 9);
    for (size_t i = 0; i < r->folds; i++) {
        const lince_facts *f = &r->facts[i];
        size_t epochs = f->history.count;
        lince_document_cell(d, "%zu", i + 1);
        lince_document_cell(d, "%zu", f->test.n);
        lince_document_cell(d, "%.0f", part_size(f, "train"));
        cell_value(d, f->test.accuracy, true);
        cell_value(d, f->test.macro.f1, true);
        cell_value(d, f->curves.each ? f->curves.auc : NAN, false);
        cell_value(d, f->test.loss, false);
        lince_document_cell(d, "%d", f->best + 1);
        lince_document_cell(d, "%s",
                            lince_duration(epochs ? f->history.epochs[epochs - 1].time : 0, duration));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* --- measures ------------------------------------------------------------------------------------- */

static void write_measures(lince_document *d, const page *p)
{
    static const char *const headings[] = {N_("measure"), N_("mean"), N_("standard deviation"),
                                           N_("95 % interval"), N_("95 % interval, corrected")};
    const lince_cv_measure *m;
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 5);
    for (size_t i = 0; (m = lince_cv_measure_at(i)); i++) {
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
        d, "%s",
        TR("Means and standard deviations over the folds; precision, recall and F1 are means of the classes. "
           "The first interval is Student's, as if the folds were independent. They are not: any two of them "
           "train on mostly the same samples, so that it is too narrow. The second one widens the variance "
           "from 1/k to 1/k + 1/(k - 1) (Nadeau and Bengio 2003). It is more honest, but no estimate from "
           "the folds alone is right for every case (Bengio and Grandvalet 2004); and none tells of data of "
           "another origin."));
}

static void write_classes(lince_document *d, const page *p)
{
    static const char *const headings[] = {N_("class"), N_("samples"), N_("recall"), N_("precision"), "F1"};
    const lince_metrics *all = &p->results->pooled;
    lince_document_paragraph(d, "%s",
                             TR("Of each class the mean over the folds in per cent, and its standard "
                                "deviation; – where a fold has "
                                "no sample of the class."));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 5);
    for (int i = 0; i < all->classes; i++) {
        int class = all->listed[i];
        lince_document_cell(d, "%s", all->names[class]);
        lince_document_cell(d, "%.0f", all->per_class[class].support);
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

/* --- out of fold ---------------------------------------------------------------------------------- */

static void write_pooled(lince_document *d, const page *p)
{
    const lince_metrics *all = &p->results->pooled;
    lince_buffer report = {0};
    char alt[512];
    lince_document_paragraph(d,
                             TR("Every sample once (%zu in all), as the model saw it that had not learned "
                                "from it (predictions.csv): %.2f %% were classified rightly."),
                             all->n, 100 * all->accuracy);
    lince_metrics_report(all, &report);
    lince_document_code(d, lince_buffer_part(&d->out, &report));
    lince_buffer_release(&report);
    snprintf(
        alt, sizeof alt,
        TR("Matrix of %d by %d classes, darkest where most samples are; %.1f per cent of them lie on the "
           "diagonal, where class and prediction agree."),
        all->classes, all->classes, 100 * all->accuracy);
    lince_document_figure(
        d, "confusion", alt,
        TR("Confusion matrix: rows are the true class, columns the predicted one. The colour "
           "is the share of the row."));
}

/* --- label errors --------------------------------------------------------------------------------- */

static void write_issue_rows(lince_document *d, const page *p, size_t count)
{
    const char *headings[] = {N_("sample"), N_("label"), N_("more likely"), N_("its own, %"), N_("other, %")};
    const lince_cv_results *r = p->results;
    if (p->text[0]) headings[0] = N_("text");
    lince_document_table_begin(d, 3);
    lince_document_headings(d, headings, 5);
    for (size_t i = 0; i < count; i++) {
        const lince_label_issue *issue = &r->issues[i];
        size_t fold;
        const lince_outcome_row *row = lince_cv_sample(r, issue->sample, &fold);
        lince_cell_text(d, p->text[i] ? p->text[i] : row->path);
        lince_document_cell(d, "%s", r->pooled.names[issue->given]);
        lince_document_cell(d, "%s", r->pooled.names[issue->suggested]);
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
    lince_document_paragraph(
        d,
        TR("Labels that are likely wrong: %zu of %zu (%.2f %%), by confident learning (Northcutt, Jiang and "
           "Chuang 2021): how many labels of one class are truly another's is estimated from the "
           "out-of-fold probabilities, with a threshold for each class; so many samples, the ones that the "
           "model puts farthest from their label, are listed. Where the model is weak, many of them are its "
           "own mistakes: look before you change a label."),
        r->issue_count, r->n, 100 * (double)r->issue_count / (double)r->n);
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
    lince_resampled s = lince_cv_over_folds(r, lince_cv_measure_at(LINCE_CV_ACCURACY));
    lince_interval i = lince_cv_interval(&s, true, 0, 1);
    lince_buffer_printf(
        out,
        _("Accuracy %.2f %% over %zu folds (standard deviation %.2f; 95 %% interval, corrected "
          "for what the folds share: %.2f to %.2f %%)."),
        100 * s.mean, r->folds, 100 * s.deviation, 100 * i.low, 100 * i.high);
    lince_buffer_puts(out, " ");
    lince_buffer_printf(out, _("Labels that are likely wrong: %zu of %zu (label_issues.csv)."),
                        r->issue_count, r->n);
    const double weak = 0.2; /* errors, beside which those of the labels are few */
    double error = 1 - r->pooled.accuracy;
    if (!r->issue_count || error < weak) return;
    lince_buffer_puts(out, " ");
    lince_buffer_printf(
        out,
        _("The models take %.0f %% of all samples for another class: most of what is listed may be "
          "their own mistakes."),
        100 * error);
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
    lince_facts together = {.tested = true, .test = r->pooled}; /* borrows */
    lince_gaps_figure(&p.gaps, lince_figure_draw(&together, r->run.folder, "confusion"));
    lince_gaps_pictures(&p.gaps, lince_cv_show_issues(r, p.text));
    int code = write_page(&p, &lince_document_html, "report.html");
    if (!code) code = write_page(&p, &lince_document_markdown, "report.md");
    for (size_t i = 0; i < LINCE_CV_SHOWN; i++) lince_free(p.text[i]);
    return code;
}
