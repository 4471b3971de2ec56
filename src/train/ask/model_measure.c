/* lince_model_measure: what a model is worth, as numbers. */
#include "core/error.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "train/ask/model_internal.h"

/* Room for each class's scores and count, and for `more` numbers behind the counts; measures own it. */
static int make_room(size_t classes, size_t more, lince_measures *m)
{
    double *scores = lince_alloc(3 * classes, sizeof *scores);
    size_t *counts = lince_alloc(classes + more, sizeof *counts);
    m->precision = scores;
    m->support = counts;
    if (!scores || !counts) return LINCE_ENOMEM;
    m->recall = scores + classes;
    m->f1 = scores + 2 * classes;
    return 0;
}

static void take_classes(const lince_class_score *found, int classes, lince_measures *m)
{
    m->classes = classes;
    for (int c = 0; c < classes; c++) {
        m->precision[c] = found[c].precision;
        m->recall[c] = found[c].recall;
        m->f1[c] = found[c].f1;
        m->support[c] = (size_t)found[c].support;
    }
}

static void take_averages(const lince_class_score *macro, const lince_class_score *weighted,
                          lince_measures *m)
{
    m->macro_precision = macro->precision;
    m->macro_recall = macro->recall;
    m->macro_f1 = macro->f1;
    m->weighted_precision = weighted->precision;
    m->weighted_recall = weighted->recall;
    m->weighted_f1 = weighted->f1;
}

/* Of several labels: there is no confusion of one class with another, and the accuracy is that of whole sets. */
static int take_several(const lince_label_metrics *found, lince_measures *m)
{
    LINCE_TRY(make_room((size_t)found->classes, 0, m));
    take_classes(found->per_class, found->classes, m);
    take_averages(&found->macro, &found->weighted, m);
    m->samples = found->n;
    m->loss = found->loss;
    m->accuracy = found->accuracy;
    return 0;
}

static int take(const lince_metrics *found, lince_measures *m)
{
    size_t classes = (size_t)found->classes;
    LINCE_TRY(make_room(classes, classes * classes, m));
    m->confusion = m->support + classes;
    for (size_t i = 0; i < classes * classes; i++) m->confusion[i] = (size_t)found->confusion[i];
    take_classes(found->per_class, found->classes, m);
    take_averages(&found->macro, &found->weighted, m);
    m->samples = found->n;
    m->loss = found->loss;
    m->accuracy = found->accuracy;
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
