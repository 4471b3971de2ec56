/* What is told of each fold, and of all. */
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "data/dataset.h"

#include <math.h>

static double accuracy(const lince_facts *f)
{
    return f->test.accuracy;
}

static double precision(const lince_facts *f)
{
    return f->test.macro.precision;
}

static double recall(const lince_facts *f)
{
    return f->test.macro.recall;
}

static double f1(const lince_facts *f)
{
    return f->test.macro.f1;
}

static double weighted_f1(const lince_facts *f)
{
    return f->test.weighted.f1;
}

static double top5(const lince_facts *f)
{
    return f->test.classes > 5 ? f->test.top5 : NAN;
}

static double auc(const lince_facts *f)
{
    return f->curves.each ? f->curves.auc : NAN;
}

static double average_precision(const lince_facts *f)
{
    return f->curves.each ? f->curves.average_precision : NAN;
}

static double loss(const lince_facts *f)
{
    return f->test.loss;
}

static double ece(const lince_facts *f)
{
    return f->test.ece;
}

static const lince_cv_measure measures[] = {
    [LINCE_CV_ACCURACY] = {"accuracy", N_("accuracy, %"), true, 1, accuracy, false},
    [LINCE_CV_PRECISION] = {"macro precision", N_("precision, %"), true, 1, precision, false},
    [LINCE_CV_RECALL] = {"macro recall", N_("recall, %"), true, 1, recall, false},
    [LINCE_CV_F1] = {"macro f1-score", N_("F1, %"), true, 1, f1, false},
    {"weighted f1-score", N_("F1 weighted by class sizes, %"), true, 1, weighted_f1, false},
    {"top5", N_("among the five most probable, %"), true, 1, top5, false},
    {"roc auc", N_("AUC (ROC)"), false, 1, auc, false},
    {"average precision", N_("average precision"), false, 1, average_precision, false},
    {"loss", N_("test loss"), false, INFINITY, loss, true},
    {"ece", N_("expected calibration error, %"), true, 1, ece, false},
};

const lince_cv_measure *lince_cv_measure_at(size_t index)
{
    return index < sizeof measures / sizeof *measures ? &measures[index] : NULL;
}

lince_resampled lince_cv_over_folds(const lince_cv_results *r, const lince_cv_measure *measure)
{
    double values[LINCE_FOLDS_MAX];
    for (size_t i = 0; i < r->folds; i++) values[i] = measure->of(&r->facts[i]);
    return lince_resample(values, r->folds);
}

const char *const lince_cv_class_keys[] = {"recall", "precision", "f1-score"};

/* A fold without a sample of the class, as groups may leave one, has no recall of it. */
static double of_class(const lince_facts *f, int class, int score)
{
    const lince_class_score *s = &f->test.per_class[class];
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
