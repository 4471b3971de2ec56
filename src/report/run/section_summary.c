#include "report/run/sections.h"

static double last_time(const lince_facts *f)
{
    return f->history.count ? f->history.epochs[f->history.count - 1].time : 0;
}

/* Without a test, what validation (or training) says. */
static void write_untested(lince_document *d, const lince_facts *f)
{
    if (f->best < 0) return;
    const lince_epoch *e = &f->history.epochs[f->best];
    if (f->validated) {
        lince_document_card(d, TR("validation accuracy"), "%.2f %%", 100 * e->val_accuracy);
        lince_document_card(d, TR("validation loss"), "%.4f", e->val_loss);
    } else {
        lince_document_card(d, TR("training accuracy"), "%.2f %%", 100 * e->train_accuracy);
        lince_document_card(d, TR("training loss"), "%.4f", e->train_loss);
    }
}

void lince_section_summary(lince_document *d, const lince_facts *f)
{
    char time[32], parameters[32];
    if (f->tested && f->labels == LINCE_SEVERAL) {
        lince_document_card(d, TR("mean average precision"), "%.3f", f->curves.average_precision);
        lince_document_card(d, TR("micro F1"), "%.3f", f->of_labels.micro.f1);
        lince_document_card(d, TR("all labels right"), "%.2f %%", 100 * f->of_labels.accuracy);
        lince_document_card(d, TR("test loss"), "%.4f", f->of_labels.loss);
    } else if (f->tested) {
        lince_document_card(d, TR("test accuracy"), "%.2f %%", 100 * f->test.accuracy);
        lince_document_card(d, TR("macro F1"), "%.3f", f->test.macro.f1);
        lince_document_card(d, TR("test loss"), "%.4f", f->test.loss);
        if (f->validated)
            lince_document_card(d, TR("validation accuracy"), "%.2f %%",
                                100 * f->history.epochs[f->best].val_accuracy);
    } else
        write_untested(d, f);
    lince_document_card(d, TR("classes"), "%zu", json_array_size(json_object_get(f->data, "classes")));
    lince_document_card(d, TR("parameters"), "%s",
                        lince_count_text(lince_fact_number(f->model, "parameters"), parameters));
    lince_document_card(d, TR("epochs"), "%zu", f->history.count);
    lince_document_card(d, TR("training time"), "%s", lince_duration(last_time(f), time));
    if (f->peak_memory > 0) lince_document_card(d, TR("peak memory"), "%.0f MiB", f->peak_memory / (1 << 20));
    if (f->settings.val_on_test)
        lince_document_warning(d, "%s",
                               TR("Validated on the test part: the test figures are not independent."));
}
