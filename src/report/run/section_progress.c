#include "report/run/sections.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 40, EVERY = 5 }; /* longer tables show every fifth epoch */

static void cell_loss(lince_document *d, double loss)
{
    if (isnan(loss))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, "%.4f", loss);
}

static void write_epoch(lince_document *d, const lince_epoch *e, double before, bool best)
{
    char time[32];
    lince_document_cell(d, "%d", e->epoch);
    cell_loss(d, e->train_loss);
    lince_cell_percent(d, e->train_accuracy);
    cell_loss(d, e->val_loss);
    lince_cell_percent(d, e->val_accuracy);
    lince_document_cell(d, "%.3g", e->lr);
    lince_document_cell(d, "%s", lince_duration(e->time - before, time));
    if (best)
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

static void write_epochs(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("epoch"),
                                           N_("training loss"),
                                           N_("training accuracy"),
                                           N_("validation loss"),
                                           N_("validation accuracy"),
                                           N_("learning rate"),
                                           N_("time")};
    size_t count = f->history.count;
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 7);
    for (size_t i = 0; i < count; i++) {
        bool best = (int)i == f->best,
             shown = count <= ROWS || best || i == 0 || i == count - 1 || (i + 1) % EVERY == 0;
        if (shown) write_epoch(d, &f->history.epochs[i], i ? f->history.epochs[i - 1].time : 0, best);
    }
    lince_document_table_end(d);
    if (count > ROWS)
        lince_document_paragraph(d, "%s", TR("Every fifth epoch is shown; results.csv has all of them."));
}

static void write_best(lince_document *d, const lince_facts *f)
{
    const lince_epoch *e = &f->history.epochs[f->best];
    if (f->validated)
        lince_document_paragraph(
            d, TR("The weights of epoch %d were kept: it has the best validation accuracy, %.2f %%."),
            e->epoch, 100 * e->val_accuracy);
    else
        lince_document_paragraph(
            d, TR("The weights of epoch %d were kept: it has the best training accuracy, %.2f %%."), e->epoch,
            100 * e->train_accuracy);
    lince_document_paragraph(
        d, "%s",
        f->kinds != LINCE_PICTURES
            ? TR("Training figures are means over an epoch, taken while the network learns and with dropout, "
                 "where there is any, at work; validation is done after each epoch, without it. So training "
                 "can look worse than validation.")
            : TR("Training figures are means over an epoch, taken while the network learns and with "
                 "augmentation and dropout, where there are any, at work; validation is done after each "
                 "epoch, without either. So training can look worse than validation."));
}

static void write_curves(lince_document *d, const lince_facts *f)
{
    const lince_epoch *first = &f->history.epochs[0], *last = &f->history.epochs[f->history.count - 1];
    char alt[512];
    snprintf(alt, sizeof alt,
             f->validated
                 ? TR("Curves of the loss by epoch: training from %.3f to %.3f, validation from %.3f to "
                      "%.3f.")
                 : TR("Curve of the loss by epoch: training from %.3f to %.3f."),
             first->train_loss, last->train_loss, first->val_loss, last->val_loss);
    lince_document_figure(d, "loss", alt,
                          TR("Loss by epoch; the dashed line is the epoch whose weights were kept."));
    snprintf(alt, sizeof alt,
             f->validated
                 ? TR("Curves of the accuracy by epoch: training from %.1f to %.1f per cent, validation "
                      "from %.1f to %.1f.")
                 : TR("Curve of the accuracy by epoch: training from %.1f to %.1f per cent."),
             100 * first->train_accuracy, 100 * last->train_accuracy, 100 * first->val_accuracy,
             100 * last->val_accuracy);
    lince_document_figure(d, "accuracy", alt, TR("Accuracy by epoch, in per cent."));
    snprintf(alt, sizeof alt, TR("Curve of the learning rate by epoch: from %.3g to %.3g."), first->lr,
             last->lr);
    lince_document_figure(d, "lr", alt, TR("Learning rate at the end of each epoch."));
}

void lince_section_progress(lince_document *d, const lince_facts *f)
{
    if (!f->history.count) {
        lince_document_note(d, "%s", TR("No epoch was finished."));
        return;
    }
    write_epochs(d, f);
    write_best(d, f);
    write_curves(d, f);
}
