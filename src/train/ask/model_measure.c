/* lince_model_measure: what a model is worth, as numbers. */
#include "core/error.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "train/ask/model_internal.h"

/* Of several labels: there is no confusion of one class with another, and the accuracy is that of whole sets. */
static int take_several(const lince_label_metrics *found, lince_measures *m)
{
    size_t classes = (size_t)found->classes;
    double *scores = lince_alloc(3 * classes, sizeof *scores);
    size_t *counts = lince_alloc(classes, sizeof *counts);
    m->precision = scores; /* owns them */
    m->support = counts;
    if (!scores || !counts) return LINCE_ENOMEM;
    m->recall = scores + classes;
    m->f1 = scores + 2 * classes;
    for (size_t c = 0; c < classes; c++) {
        m->precision[c] = found->per_class[c].precision;
        m->recall[c] = found->per_class[c].recall;
        m->f1[c] = found->per_class[c].f1;
        m->support[c] = (size_t)found->per_class[c].support;
    }
    m->samples = found->n;
    m->classes = found->classes;
    m->loss = found->loss;
    m->accuracy = found->accuracy;
    m->macro_precision = found->macro.precision;
    m->macro_recall = found->macro.recall;
    m->macro_f1 = found->macro.f1;
    m->weighted_precision = found->weighted.precision;
    m->weighted_recall = found->weighted.recall;
    m->weighted_f1 = found->weighted.f1;
    return 0;
}

static int take(const lince_metrics *found, lince_measures *m)
{
    size_t classes = (size_t)found->classes;
    double *scores = lince_alloc(3 * classes, sizeof *scores);
    size_t *counts = lince_alloc(classes * (classes + 1), sizeof *counts);
    m->precision = scores; /* owns them; and `support` the counts */
    m->support = counts;
    if (!scores || !counts) return LINCE_ENOMEM;
    m->recall = scores + classes;
    m->f1 = scores + 2 * classes;
    m->confusion = counts + classes;
    for (size_t c = 0; c < classes; c++) {
        m->precision[c] = found->per_class[c].precision;
        m->recall[c] = found->per_class[c].recall;
        m->f1[c] = found->per_class[c].f1;
        m->support[c] = (size_t)found->per_class[c].support;
    }
    for (size_t i = 0; i < classes * classes; i++) m->confusion[i] = (size_t)found->confusion[i];
    m->samples = found->n;
    m->classes = found->classes;
    m->loss = found->loss;
    m->accuracy = found->accuracy;
    m->macro_precision = found->macro.precision;
    m->macro_recall = found->macro.recall;
    m->macro_f1 = found->macro.f1;
    m->weighted_precision = found->weighted.precision;
    m->weighted_recall = found->weighted.recall;
    m->weighted_f1 = found->weighted.f1;
    return 0;
}

int lince_model_measure(lince_model *m, const char *data, const char *part, const lince_observer *observer,
                        lince_measures *measures)
{
    LINCE_NEED(m);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_measures own = LINCE_MEASURES_INIT;
    lince_dataset *dataset;
    lince_evaluation e;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    LINCE_TRY(lince_sized_check(&own, measures, "lince_measures"));
    int code = lince_model_on_part(m, data, part, false, &heard, &dataset, &e);
    if (!code) code = e.labelling->several ? take_several(&e.of_labels, &own) : take(&e.metrics, &own);
    lince_sized_write(measures, &own);
    lince_evaluation_release(&e);
    lince_dataset_free(dataset);
    return code;
}

void lince_measures_release(lince_measures *measures)
{
    lince_measures none = LINCE_MEASURES_INIT;
    if (!measures) return;
    lince_free(measures->precision);
    lince_free(measures->support);
    lince_sized_write(measures, &none);
}
