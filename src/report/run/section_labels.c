/* The test where samples have several labels: each class is there or not. */
#include "report/run/sections.h"

#include <math.h>
#include <stdio.h>

static void cell_share(lince_document *d, double value)
{
    if (isnan(value))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, "%.3f", value);
}

static void write_measures(lince_document *d, const lince_facts *f)
{
    const lince_label_metrics *m = &f->of_labels;
    lince_document_paragraph(
        d,
        TR("Test samples: %zu, with %.2f labels on average. All labels are right in %.2f %% of them (subset "
           "accuracy); of all entries, each class of each sample, %.2f %% are wrong (Hamming loss). The mean of the "
           "classes' average precision (mAP), which needs no threshold, is %.4f."),
        m->n, m->n ? m->micro.support / (double)m->n : 0, 100 * m->accuracy, 100 * m->hamming,
        f->curves.average_precision);
}

static void cells_of_score(lince_document *d, const lince_class_score *s)
{
    cell_share(d, s->precision);
    cell_share(d, s->recall);
    cell_share(d, s->f1);
}

static void write_averages(lince_document *d, const lince_label_metrics *m)
{
    static const char *const headings[] = {N_("average"), N_("precision"), N_("recall (sensitivity)"), "F1"};
    const struct {
        const char *name;
        const lince_class_score *score;
    } list[] = {{N_("all entries (micro)"), &m->micro},
                {N_("mean of the classes (macro)"), &m->macro},
                {N_("mean of the classes by their samples (weighted)"), &m->weighted},
                {N_("mean of the samples (samples)"), &m->samples}};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 4);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        lince_document_cell(d, "%s", TR(list[i].name));
        cells_of_score(d, list[i].score);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* A row a class: its scores. */
static void write_classes(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {
        N_("class"),     N_("precision"), N_("recall (sensitivity)"), "F1", N_("average precision"),
        N_("AUC (ROC)"), N_("threshold")};
    const lince_label_metrics *m = &f->of_labels;
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, sizeof headings / sizeof *headings);
    for (int i = 0; i < m->classes; i++) {
        int c = m->listed[i];
        const lince_curve *curve = f->curves.each ? &f->curves.each[c] : NULL;
        lince_document_cell(d, "%s", m->names[c]);
        cells_of_score(d, &m->per_class[c]);
        cell_share(d, curve ? curve->average_precision : NAN);
        cell_share(d, curve ? curve->auc : NAN);
        cell_share(d, lince_fact_number(f->thresholds, m->names[c]));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* A class's own matrix, two by two, a row. */
void lince_write_label_confusions(lince_document *d, const lince_label_metrics *m)
{
    static const char *const headings[] = {N_("class"), N_("there and answered"), N_("answered, not there"),
                                           N_("there, not answered"), N_("neither")};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, sizeof headings / sizeof *headings);
    for (int i = 0; i < m->classes; i++) {
        const lince_label_count *k = &m->count[m->listed[i]];
        lince_document_cell(d, "%s", m->names[m->listed[i]]);
        lince_document_cell(d, "%lld", (long long)k->hits);
        lince_document_cell(d, "%lld", (long long)k->alarms);
        lince_document_cell(d, "%lld", (long long)k->misses);
        lince_document_cell(d, "%lld", (long long)k->rest);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

void lince_section_labels(lince_document *d, const lince_facts *f)
{
    if (!f->tested) {
        lince_document_paragraph(
            d, "%s",
            TR("There is no test result: the data set has no test part, or the run was stopped before it."));
        return;
    }
    write_measures(d, f);
    lince_write_views(d, f);
    write_averages(d, &f->of_labels);
    write_classes(d, f);
    lince_document_paragraph(
        d, "%s",
        TR("A class is answered where its probability reaches its threshold. Precision: how many of a class's answers "
           "are right. Recall, or sensitivity: how many of a class's samples were found. F1: the harmonic mean of "
           "both."));
    lince_document_subheading(d, TR("Confusion of each class with its absence"));
    lince_write_label_confusions(d, &f->of_labels);
    lince_write_groups(d, f);
    lince_document_figure(d, "precision_recall", TR("Curves of precision over recall, a class each"),
                          TR("Precision and recall at all thresholds, by class."));
    lince_write_temperature(d, f);
    lince_write_quantized(d, f);
}
