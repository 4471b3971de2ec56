/* What the figures say where samples have several labels, and what may help. */
#include "core/display.h"
#include "core/memory.h"
#include "report/run/sections.h"

#include <math.h>
#include <string.h>

enum { SHOWN = 5 };

static const char *name_of(const lince_label_metrics *m, int class)
{
    return m->names[class];
}

static void tell_fit(lince_document *d, const lince_facts *f)
{
    static const double GAP = 0.1;
    if (f->best < 0 || !f->validated) return;
    const lince_epoch *e = &f->history.epochs[f->best];
    if (e->train_accuracy - e->val_accuracy > GAP)
        lince_document_paragraph(
            d,
            TR("Overfitting: in epoch %d all labels were right in %.2f %% of the training samples and in "
               "%.2f %% of the validation samples. The network knows its training samples better than "
               "their kind."),
            e->epoch, 100 * e->train_accuracy, 100 * e->val_accuracy);
}

/* The labels of the least F1, with how they fail. */
static void tell_hardest(lince_document *d, const lince_label_metrics *m, const int *order)
{
    static const char *const headings[] = {N_("class"), "F1", N_("there, not answered"),
                                           N_("answered, not there"), N_("what it means")};
    lince_document_paragraph(d, "%s", TR("The labels that are hardest, and how they fail:"));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 5);
    for (int i = m->classes - 1; i >= 0 && i >= m->classes - SHOWN; i--) {
        const lince_label_count *k = &m->count[order[i]];
        int64_t there = k->hits + k->misses;
        lince_document_cell(d, "%s", name_of(m, order[i]));
        lince_document_cell(d, "%.3f", m->per_class[order[i]].f1);
        lince_document_cell(d, "%lld", (long long)k->misses);
        lince_document_cell(d, "%lld", (long long)k->alarms);
        lince_document_cell(d, "%s",
                            !there                   ? TR("no test sample has it")
                            : !(k->hits + k->alarms) ? TR("it is never answered")
                            : k->misses > 2 * k->alarms
                                ? TR("it is missed: a lower threshold would find more")
                            : k->alarms > 2 * k->misses
                                ? TR("it is answered too readily: a higher threshold would err less")
                            : !(k->misses + k->alarms) ? TR("it is always right")
                                                       : TR("both errors are about as frequent"));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* Whole sets are right far less often than each entry. */
static void tell_sets(lince_document *d, const lince_label_metrics *m)
{
    if (m->accuracy < 0.5 && m->hamming < 0.2)
        lince_document_paragraph(
            d,
            TR("%.1f %% of all entries are right, but all labels of a sample only in %.1f %%: one wrong label is enough for "
               "that. The F1 of the labels and the mAP say more of how well each is known."),
            100 * (1 - m->hamming), 100 * m->accuracy);
}

static void advise(lince_document *d, const char *option, const char *why)
{
    lince_document_cell(d, "%s", option);
    lince_document_cell(d, "%s", why);
    lince_document_row(d);
}

static bool is_rare(const lince_label_metrics *m)
{
    for (int c = 0; c < m->classes; c++)
        if (m->per_class[c].support < 0.1 * (double)m->n) return true;
    return false;
}

static void tell_next(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("option"), N_("reason")};
    const lince_settings *s = &f->settings;
    lince_document_subheading(d, TR("What to try next"));
    lince_document_table_begin(d, 2);
    lince_document_headings(d, headings, 2);
    if (strcmp(s->threshold, "auto") != 0)
        advise(d, "--threshold auto", TR("each label's threshold of the best F1 on the validation part"));
    if (!strcmp(s->positive_weights, "none") && is_rare(&f->of_labels))
        advise(d, "--positive-weights balanced",
               TR("rare labels that are there count as much as that others are not"));
    if (f->kinds == LINCE_PICTURES && (!s->augment || !strcmp(s->augment, "none")))
        advise(d, "--augment standard", TR("pictures that differ in every epoch"));
    if (f->kinds == LINCE_RECORDINGS && (!s->sound_augment || !strcmp(s->sound_augment, "none")))
        advise(d, "--sound-augment standard", TR("recordings that differ in every epoch"));
    if (f->best == (int)f->history.count - 1)
        advise(d, "--epochs", TR("the last epoch was the best: more may go on"));
    lince_document_table_end(d);
}

void lince_section_label_discussion(lince_document *d, const lince_facts *f)
{
    const lince_label_metrics *m = &f->of_labels;
    int *order = f->tested ? lince_buffer_alloc(&d->out, (size_t)m->classes, sizeof *order) : NULL;
    tell_fit(d, f);
    for (int place = 0; order && place < m->classes; place++) {
        int i = place, c = m->listed[place];
        for (; i > 0 && m->per_class[order[i - 1]].f1 < m->per_class[c].f1; i--) order[i] = order[i - 1];
        order[i] = c;
    }
    if (order) tell_hardest(d, m, order);
    if (order) tell_sets(d, m);
    lince_free(order);
    tell_next(d, f);
}
