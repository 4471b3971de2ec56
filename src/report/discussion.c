#include "core/i18n.h"
#include "report/sections.h"

#include <math.h>
#include <string.h>

typedef lince_document document;
typedef lince_facts facts;

enum { PAIRS = 5 };

/* Shares that are worth a word; rules of thumb, each quoted with the numbers that it was applied to. */
static const double GAP = 0.08, TOO_LOW = 0.75, MISCALIBRATED = 0.05;

int lince_most_confused(const lince_metrics *m, lince_confused_pair *pairs, int most)
{
    int found = 0;
    for (int r = 0; r < m->classes; r++)
        for (int c = 0; c < m->classes; c++) {
            int64_t count = m->confusion[r * m->classes + c];
            if (r == c || !count || (found == most && count <= pairs[most - 1].count)) continue;
            int at = found < most ? found++ : most - 1;
            for (; at > 0 && pairs[at - 1].count < count; at--) pairs[at] = pairs[at - 1];
            pairs[at] = (lince_confused_pair){r, c, count};
        }
    return found;
}

static void write_confused(document *d, const lince_metrics *m)
{
    lince_confused_pair pairs[PAIRS];
    int count = lince_most_confused(m, pairs, PAIRS), worst = 0;
    for (int c = 1; c < m->classes; c++)
        if (m->per_class[c].f1 < m->per_class[worst].f1) worst = c;
    if (!count) {
        lince_document_paragraph(d, "%s", TR("No test sample was mistaken."));
        return;
    }
    lince_document_paragraph(
        d, TR("The hardest class is %s: precision %.2f, recall %.2f, F1 %.2f. The most frequent mistakes:"),
        m->names[worst], m->per_class[worst].precision, m->per_class[worst].recall, m->per_class[worst].f1);
    const char *headings[] = {TR("true class"), TR("taken for"), TR("samples"), TR("share of the class")};
    lince_document_table_begin(d, 2);
    for (int k = 0; k < 4; k++) lince_document_cell(d, "%s", headings[k]);
    lince_document_row(d);
    for (int i = 0; i < count; i++) {
        lince_document_cell(d, "%s", m->names[pairs[i].true_class]);
        lince_document_cell(d, "%s", m->names[pairs[i].predicted]);
        lince_document_cell(d, "%lld", (long long)pairs[i].count);
        lince_document_cell(d, "%.1f %%",
                            100 * (double)pairs[i].count / m->per_class[pairs[i].true_class].support);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static bool augmented(const facts *f)
{
    return f->settings.augment && strcmp(f->settings.augment, "none") != 0;
}

static void write_fit(document *d, const facts *f)
{
    if (f->best < 0) return;
    const lince_epoch *e = &f->history.epochs[f->best];
    if (!f->validated)
        lince_document_paragraph(d,
                                 TR("Training accuracy ended at %.2f %%. Without validation, nothing can be "
                                    "said about overfitting; try --val-split 0.1."),
                                 100 * e->train_accuracy);
    else if (e->train_accuracy - e->val_accuracy > GAP)
        lince_document_paragraph(
            d,
            TR("Overfitting: in epoch %d the training accuracy was %.2f %%, the validation accuracy %.2f %%. "
               "Try %s, --dropout 0.5, --weight-decay 5e-4 or more data."),
            e->epoch, 100 * e->train_accuracy, 100 * e->val_accuracy,
            augmented(f) ? "--augment crop=4,flip,translate=0.1,jitter=0.2,erase=0.25"
                         : "--augment standard");
    else if (e->train_accuracy < TOO_LOW)
        lince_document_paragraph(
            d,
            TR("Underfitting: in epoch %d the training accuracy was only %.2f %% (validation %.2f %%). Try "
               "more --epochs, another --lr, or a model with batch normalisation (--model vgg16_bn)."),
            e->epoch, 100 * e->train_accuracy, 100 * e->val_accuracy);
    else
        lince_document_paragraph(
            d, TR("Training and validation agree: %.2f %% and %.2f %% in epoch %d; no sign of overfitting."),
            100 * e->train_accuracy, 100 * e->val_accuracy, e->epoch);
}

/* What the last epochs say: still rising, or past the best. */
static void write_length(document *d, const facts *f)
{
    int last = (int)f->history.count - 1;
    if (!f->validated) return;
    if (f->best == last && last > 0)
        lince_document_paragraph(
            d, TR("The last epoch was the best one: training was probably still improving. Try --epochs %d."),
            2 * (last + 1));
    else if (f->best == last)
        lince_document_paragraph(d, "%s",
                                 TR("One epoch says little about where the curves go. Try --epochs 10."));
    else if (last - f->best >= 3)
        lince_document_paragraph(d,
                                 TR("The best epoch was %d of %d; those after it brought nothing. Try "
                                    "--patience 3, or a falling rate (--scheduler cosine)."),
                                 f->best + 1, last + 1);
}

static void write_calibration(document *d, const lince_metrics *m)
{
    double confidence = 0;
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++)
        confidence += m->bins[i].confidence * (double)m->bins[i].n / (double)m->n;
    if (m->ece <= MISCALIBRATED)
        lince_document_paragraph(d,
                                 TR("The network's confidence can be trusted: on average %.1f %%, with %.1f "
                                    "%% right (calibration error %.1f %%)."),
                                 100 * confidence, 100 * m->accuracy, 100 * m->ece);
    else if (confidence > m->accuracy)
        lince_document_paragraph(d,
                                 TR("The network is too sure of itself: mean confidence %.1f %%, but %.1f %% "
                                    "right (calibration error %.1f %%). Try --label-smoothing 0.1."),
                                 100 * confidence, 100 * m->accuracy, 100 * m->ece);
    else
        lince_document_paragraph(
            d,
            TR("The network is less sure than it could be: mean confidence %.1f %%, but %.1f %% right "
               "(calibration error %.1f %%). Less --label-smoothing or more epochs may help."),
            100 * confidence, 100 * m->accuracy, 100 * m->ece);
}

void lince_section_discussion(document *d, const facts *f)
{
    if (f->settings.val_on_test)
        lince_document_warning(
            d, "%s",
            TR("Read the figures with care: validation was done on the test part (--val-on-test). Leave that "
               "option out for figures that hold for new pictures."));
    write_fit(d, f);
    write_length(d, f);
    if (f->tested) {
        write_confused(d, &f->test);
        write_calibration(d, &f->test);
    }
}
