/* What is told of each fold, and of all. */
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "data/dataset.h"

#include <math.h>

double lince_cv_auc(const lince_facts *f)
{
    return f->curves.each ? f->curves.auc : NAN;
}

double lince_cv_average_precision(const lince_facts *f)
{
    return f->curves.each ? f->curves.average_precision : NAN;
}

lince_resampled lince_cv_over_folds(const lince_cv_results *r, const lince_cv_measure *measure)
{
    double values[LINCE_FOLDS_MAX];
    for (size_t i = 0; i < r->folds; i++) values[i] = measure->of(&r->facts[i]);
    return lince_resample(values, r->folds);
}

void lince_cv_tell_undefined(const lince_cv_measure *m, lince_buffer *out)
{
    lince_buffer_printf(
        out, _("%s is not defined in every fold, so that there is no mean of it; fewer folds have one."),
        _(m->column));
}

const char *const lince_cv_class_keys[] = {"recall", "precision", "f1-score"};

/* A fold without a sample of the class, as groups may leave one, has no recall of it. */
static double of_class(const lince_facts *f, int class, int score)
{
    const lince_class_score *s = &f->test_scores[class];
    return s->support == 0 ? NAN : score == 0 ? s->recall : score == 1 ? s->precision : s->f1;
}

lince_resampled lince_cv_class_over_folds(const lince_cv_results *r, int class, int score)
{
    double values[LINCE_FOLDS_MAX];
    for (size_t i = 0; i < r->folds; i++) values[i] = of_class(&r->facts[i], class, score);
    return lince_resample(values, r->folds);
}

/* The comparisons keep NaN, which fmax and fmin would not. */
lince_interval lince_cv_interval(const lince_resampled *s, bool corrected, double least, double most)
{
    double half = corrected ? s->half_corrected : s->half, low = s->mean - half, high = s->mean + half;
    return (lince_interval){s->mean, low < least ? least : low, high > most ? most : high};
}

json_t *lince_cv_spread_json(const lince_resampled *s, double least, double most)
{
    lince_interval plain = lince_cv_interval(s, false, least, most),
                   corrected = lince_cv_interval(s, true, least, most);
    return lince_json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "mean", lince_json_measure(s->mean), "deviation",
                           lince_json_measure(s->deviation), "low", lince_json_measure(plain.low), "high",
                           lince_json_measure(plain.high), "corrected low", lince_json_measure(corrected.low),
                           "corrected high", lince_json_measure(corrected.high));
}
