#include "core/display.h"
#include "core/json.h"
#include "core/memory.h"
#include "metrics/paired.h"
#include "report/run/sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a split flatters that puts the same samples on both sides. */
static void write_seen(lince_document *d, const json_t *seen)
{
    const json_t *known = json_object_get(seen, "known"), *new = json_object_get(seen, "new");
    double n = lince_fact_number(known, "n"), rest = lince_fact_number(new, "n");
    double known_accuracy = lince_fact_number(known, "accuracy"),
           new_accuracy = lince_fact_number(new, "accuracy");
    if (n <= 0 || rest <= 0) return;
    double all = (n * known_accuracy + rest * new_accuracy) / (n + rest);
    char flattery[128] = "";
    if (all - new_accuracy >= 0.0005)
        snprintf(flattery, sizeof flattery, TR(" The split flatters the result by %.1f points."),
                 100 * (all - new_accuracy));
    lince_document_note(d,
                        TR("Test samples that are also in the training part, as they are or nearly so: %.0f, "
                           "of which %.2f %% were classified correctly; new ones: %.0f, of which %.2f %% "
                           "were.%s"),
                        n, 100 * known_accuracy, rest, 100 * new_accuracy, flattery);
}

static void cell_share(lince_document *d, double value)
{
    if (isnan(value))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, "%.3f", value);
}

static void write_score(lince_document *d, const char *name, const lince_class_score *s, double auc,
                        double average_precision, bool marked)
{
    lince_document_cell(d, "%s", name);
    cell_share(d, s->precision);
    cell_share(d, s->recall);
    cell_share(d, s->specificity);
    cell_share(d, s->f1);
    cell_share(d, auc);
    cell_share(d, average_precision);
    lince_document_cell(d, "%.0f", s->support);
    if (marked)
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

/* Few classes in their order; many by F1, the lowest first: that is where to look. */
static void write_each(lince_document *d, const lince_facts *f)
{
    const lince_metrics *m = &f->test;
    int *order = m->classes > LINCE_MANY_CLASSES ? lince_classes_by_f1(m, &d->out) : NULL;
    for (int i = 0; i < m->classes; i++) {
        int c = order ? order[m->classes - 1 - i] : m->listed[i];
        const lince_curve *curve = f->curves.each ? &f->curves.each[c] : NULL;
        write_score(d, m->names[c], &m->per_class[c], curve ? curve->auc : NAN,
                    curve ? curve->average_precision : NAN, false);
    }
    lince_free(order);
}

static void write_scores(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {
        N_("class"), N_("precision"), N_("recall (sensitivity)"), N_("specificity"),
        "F1",        N_("AUC (ROC)"), N_("average precision"),    N_("samples")};
    const lince_metrics *m = &f->test;
    bool curves = f->curves.each;
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 8);
    write_each(d, f);
    write_score(d, TR("mean of the classes (macro)"), &m->macro, curves ? f->curves.auc : NAN,
                curves ? f->curves.average_precision : NAN, true);
    write_score(d, TR("mean of the samples (weighted)"), &m->weighted, NAN, NAN, true);
    lince_document_table_end(d);
    if (m->classes > LINCE_MANY_CLASSES)
        lince_document_paragraph(d, "%s", TR("The classes are in the order of their F1, the lowest first."));
    lince_document_paragraph(
        d, "%s",
        TR("Precision: how many of the samples given to a class belong to it. Recall, or "
           "sensitivity: how many of a class were found. Specificity: how many of the "
           "others were not taken for it. F1: the harmonic mean of precision and recall."));
}

/* --- two classes: where to draw the line ---------------------------------------------------------- */

static void write_threshold(lince_document *d, const lince_curve *c, double threshold, bool marked)
{
    lince_curve_point p = lince_curve_at(c, threshold);
    double all = (double)(c->positives + c->negatives), called = (double)(p.hits + p.alarms);
    lince_document_cell(d, "%.2f", threshold);
    cell_share(d, lince_curve_sensitivity(c, &p));
    cell_share(d, lince_curve_specificity(c, &p));
    cell_share(d, lince_curve_precision(&p));
    cell_share(d, 2.0 * (double)p.hits / (called + (double)c->positives));
    cell_share(d, (double)(p.hits + c->negatives - p.alarms) / all);
    lince_document_cell(d, "%zu", p.alarms);
    lince_document_cell(d, "%zu", c->positives - p.hits);
    if (marked)
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

static void write_thresholds(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {
        N_("threshold"), N_("sensitivity"),     N_("specificity"),    N_("precision"), "F1",
        N_("accuracy"),  N_("false positives"), N_("false negatives")};
    static const double thresholds[] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95};
    const lince_curve *c = &f->curves.each[1];
    const char *name = f->test.names[1];
    if (!c->positives || !c->negatives) return;
    lince_document_subheading(d, TR("Where to draw the line"));
    lince_document_paragraph(
        d,
        TR("A sample counts as %s where the network gives that class the threshold's probability or more; "
           "the marked row is what the other figures are made with. A lower threshold finds more of them and "
           "raises more false alarms."),
        name);
    lince_document_table_begin(d, 0);
    lince_document_headings(d, headings, 8);
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++)
        write_threshold(d, c, thresholds[i], thresholds[i] == 0.5);
    lince_document_table_end(d);
}

/* --- at every threshold --------------------------------------------------------------------------- */

static void write_curves(lince_document *d, const lince_facts *f)
{
    char alt[512];
    bool two = f->test.classes == 2;
    snprintf(alt, sizeof alt,
             TR("Curve of sensitivity against false alarms, with the diagonal of chance; the area below the "
                "curve is %.3f."),
             two ? f->curves.each[1].auc : f->curves.auc);
    lince_document_figure(
        d, "roc", alt,
        two ? TR("Receiver operating characteristic (ROC): sensitivity against the share of false alarms, "
                 "for every threshold; in brackets the area below the curve (AUC). On the dashed line, the "
                 "network knows nothing.")
            : TR("Receiver operating characteristic (ROC) of each class against the others: sensitivity "
                 "against the share of false alarms, for every threshold; in brackets the area below the "
                 "curve (AUC). On the dashed line, the network knows nothing."));
    snprintf(alt, sizeof alt, TR("Curves of precision against recall; the mean average precision is %.3f."),
             f->curves.average_precision);
    lince_document_figure(d, "precision_recall", alt,
                          TR("Precision against recall of each class, for every threshold; in brackets the "
                             "average precision. Where a class is rare, this says more than the ROC."));
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
        snprintf(one, sizeof one, TR("%.*s taken for %.*s: %lld"),
                 LINCE_CUT(m->names[pairs[i].true_class], 80), LINCE_CUT(m->names[pairs[i].predicted], 80),
                 (long long)pairs[i].count);
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
        TR("Bars of precision, recall and F1 of each class; the highest F1 is %.2f (%.*s), the lowest %.2f "
           "(%.*s)."),
        m->per_class[best].f1, LINCE_CUT(m->names[best], 80), m->per_class[worst].f1,
        LINCE_CUT(m->names[worst], 80));
    lince_document_figure(d, "per_class", alt,
                          m->classes <= 30 ? TR("Precision, recall and F1 of each class.")
                                           : TR("Precision, recall and F1 of the 15 best and the 15 worst "
                                                "classes by F1."));
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
           "confidence can be taken at its word; bars below it mean too much confidence. The line of dots "
           "says how many of the predictions have that confidence."));
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
    lince_document_paragraph(
        d,
        TR("Samples of the test part: %zu; of these, %.2f %% were classified correctly (95 %% interval: %.1f "
           "to %.1f %%). Loss: %.4f; expected calibration error: %.2f %%."),
        m->n, 100 * m->accuracy, 100 * interval.low, 100 * interval.high, m->loss, 100 * m->ece);
    lince_write_views(d, f);
    if (m->classes > 5)
        lince_document_paragraph(d, TR("The true class is among the five most probable ones for %.2f %%."),
                                 100 * m->top5);
    if (f->seen) write_seen(d, f->seen);
    write_scores(d, f);
    if (m->classes > LINCE_MANY_CLASSES) write_pairs(d, m);
    write_confusion(d, m);
    if (m->classes <= LINCE_MANY_CLASSES) write_pairs(d, m);
    write_classes(d, m);
    lince_write_groups(d, f);
    if (f->curves.each && m->classes == 2) write_thresholds(d, f);
    if (f->curves.each) write_curves(d, f);
    write_calibration(d, m);
    lince_write_temperature(d, f);
    lince_write_quantized(d, f);
}
