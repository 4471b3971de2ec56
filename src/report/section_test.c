#include "report/sections.h"

#include "metrics/paired.h"

#include <math.h>
#include <stdio.h>

/* What a split flatters that puts the same texts on both sides. */
static void write_seen(lince_document *d, const json_t *seen)
{
    const json_t *known = json_object_get(seen, "known"), *new = json_object_get(seen, "new");
    double n = lince_fact_number(known, "n"), rest = lince_fact_number(new, "n");
    double known_accuracy = lince_fact_number(known, "accuracy"),
           new_accuracy = lince_fact_number(new, "accuracy");
    if (n <= 0 || rest <= 0) return;
    double all = (n * known_accuracy + rest * new_accuracy) / (n + rest);
    lince_document_note(d,
                        TR("%.0f of the test's texts stand in the training part too, word for word or nearly "
                           "so: %.2f %% of them were "
                           "classified rightly, but %.2f %% of the %.0f others. So much does the split "
                           "flatter: %.1f points."),
                        n, 100 * known_accuracy, 100 * new_accuracy, rest, 100 * (all - new_accuracy));
}

static void write_score(lince_document *d, const char *name, const lince_class_score *s, bool marked)
{
    lince_document_cell(d, "%s", name);
    lince_document_cell(d, "%.3f", s->precision);
    lince_document_cell(d, "%.3f", s->recall);
    lince_document_cell(d, "%.3f", s->f1);
    lince_document_cell(d, "%.0f", s->support);
    if (marked)
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

static void write_scores(lince_document *d, const lince_metrics *m)
{
    static const char *const headings[] = {N_("class"), N_("precision"), N_("recall"), "F1", N_("samples")};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 5);
    for (int c = 0; c < m->classes; c++) write_score(d, m->names[c], &m->per_class[c], false);
    write_score(d, TR("mean of the classes (macro)"), &m->macro, true);
    write_score(d, TR("mean of the samples (weighted)"), &m->weighted, true);
    lince_document_table_end(d);
    lince_document_paragraph(d, "%s",
                             TR("Precision: how many of the samples given to a class belong to it. Recall: "
                                "how many of a class were "
                                "found. F1: their harmonic mean."));
}

static void write_confusion(lince_document *d, const lince_metrics *m)
{
    char alt[512];
    snprintf(
        alt, sizeof alt,
        TR("Matrix of %d by %d classes, darkest where most samples are; %.1f per cent of them lie on the "
           "diagonal, where class and prediction agree."),
        m->classes, m->classes, 100 * m->accuracy);
    lince_document_figure(
        d, "confusion", alt,
        TR("Confusion matrix: rows are the true class, columns the predicted one. The colour "
           "is the share of the row."));
    lince_document_figure(d, "confusion_normalised", alt,
                          TR("The same as shares of each row: the diagonal is the recall."));
}

static void write_pairs(lince_document *d, const lince_metrics *m)
{
    enum { PAIRS = 3 };
    lince_confused_pair pairs[PAIRS];
    char alt[1024] = "", one[256];
    int count = lince_most_confused(m, pairs, PAIRS);
    for (int i = 0; i < count; i++) {
        snprintf(one, sizeof one, TR("%.80s taken for %.80s: %lld"), m->names[pairs[i].true_class],
                 m->names[pairs[i].predicted], (long long)pairs[i].count);
        lince_add_name(alt, sizeof alt, one);
    }
    lince_document_figure(
        d, "confused", alt,
        TR("The most confused pairs of classes: true class → prediction, with the number of "
           "samples and their share of the true class."));
}

static void write_classes(lince_document *d, const lince_metrics *m)
{
    char alt[512];
    int best = 0, worst = 0;
    for (int c = 1; c < m->classes; c++) {
        if (m->per_class[c].f1 > m->per_class[best].f1) best = c;
        if (m->per_class[c].f1 < m->per_class[worst].f1) worst = c;
    }
    snprintf(
        alt, sizeof alt,
        TR("Bars of precision, recall and F1 of each class; the highest F1 is %.2f (%.80s), the lowest %.2f "
           "(%.80s)."),
        m->per_class[best].f1, m->names[best], m->per_class[worst].f1, m->names[worst]);
    lince_document_figure(d, "per_class", alt, TR("Precision, recall and F1 of each class."));
}

static void write_calibration(lince_document *d, const lince_metrics *m)
{
    char alt[512];
    snprintf(alt, sizeof alt,
             TR("Bars of the accuracy for predictions of each confidence, beside the diagonal; the expected "
                "calibration error is %.1f per cent."),
             100 * m->ece);
    lince_document_figure(
        d, "calibration", alt,
        TR("Calibration: how often predictions of a given confidence are right. On the dashed line, "
           "confidence "
           "can be taken at its word; bars below it mean too much confidence. The line of dots says how many "
           "of the predictions have that confidence."));
}

void lince_section_test(lince_document *d, const lince_facts *f)
{
    const lince_metrics *m = &f->test;
    if (!f->tested) {
        lince_document_note(
            d, "%s",
            TR("There is no test result: the data set has no test part, or the run was stopped before it."));
        return;
    }
    lince_interval interval = lince_wilson((size_t)lround(m->accuracy * (double)m->n), m->n);
    lince_document_paragraph(d,
                             TR("Of the %zu samples of the test part, %.2f %% were classified rightly (95 %% "
                                "interval: %.1f to %.1f %%). "
                                "Loss: %.4f; expected calibration error: %.2f %%."),
                             m->n, 100 * m->accuracy, 100 * interval.low, 100 * interval.high, m->loss,
                             100 * m->ece);
    if (m->classes > 5)
        lince_document_paragraph(d, TR("The true class is among the five most probable ones for %.2f %%."),
                                 100 * m->top5);
    if (f->seen) write_seen(d, f->seen);
    write_scores(d, m);
    write_confusion(d, m);
    write_pairs(d, m);
    write_classes(d, m);
    write_calibration(d, m);
}
