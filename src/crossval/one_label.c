/* Cross-validation of samples of one label: accuracy, the confusion matrix, and samples that belong to another class. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "text/csv.h"

#include <math.h>
#include <stdio.h>

/* --- measures ------------------------------------------------------------------------------------- */

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

static double loss(const lince_facts *f)
{
    return f->test.loss;
}

static double ece(const lince_facts *f)
{
    return f->test.ece;
}

static const lince_cv_measure measures[] = {
    {"accuracy", N_("accuracy, %"), N_("accuracy"), true, 1, accuracy, true, false},
    {"macro precision", N_("precision, %"), N_("precision"), true, 1, precision, false, false},
    {"macro recall", N_("recall, %"), N_("recall"), true, 1, recall, false, false},
    {"macro f1-score", N_("F1, %"), "F1", true, 1, f1, true, false},
    {"weighted f1-score", N_("F1 weighted by class sizes, %"), NULL, true, 1, weighted_f1, false, false},
    {"top5", N_("among the five most probable, %"), NULL, true, 1, top5, false, false},
    {"roc auc", N_("AUC (ROC)"), NULL, false, 1, lince_cv_auc, true, false},
    {"average precision", N_("average precision"), NULL, false, 1, lince_cv_average_precision, false, false},
    {"loss", N_("test loss"), NULL, false, INFINITY, loss, true, true},
    {"ece", N_("expected calibration error, %"), NULL, true, 1, ece, false, false},
    {.key = NULL},
};

/* --- all samples together ------------------------------------------------------------------------- */

static int pool(lince_cv_results *r)
{
    lince_metrics *all = &r->all.test;
    LINCE_TRY(lince_metrics_init(all, r->classes, (const char *const *)r->names));
    for (size_t i = 0; i < r->n; i++) {
        size_t fold;
        const lince_outcome_row *row = lince_cv_sample(r, i, &fold);
        lince_metrics_add(all, row->label, r->probability + i * (size_t)r->classes, row->predicted,
                          r->facts[fold].test_loss); /* their mean */
    }
    lince_metrics_finish(all);
    return 0;
}

static json_t *json(const lince_cv_results *r)
{
    return lince_metrics_json(&r->all.test);
}

static double agreement(const lince_cv_results *r)
{
    return r->all.test.accuracy;
}

static void write_all(lince_document *d, const lince_cv_results *r)
{
    const lince_metrics *all = &r->all.test;
    lince_buffer report = {0};
    char alt[512];
    lince_document_paragraph(d,
                             TR("Every sample once (%zu in all), as the model saw it that had not learned "
                                "from it (predictions.csv): %.2f %% were classified rightly."),
                             all->n, 100 * all->accuracy);
    lince_metrics_report(all, &report);
    lince_document_code(d, lince_buffer_part(&d->out, &report));
    lince_buffer_release(&report);
    snprintf(
        alt, sizeof alt,
        TR("Matrix of %d by %d classes, darkest where most samples are; %.1f per cent of them lie on the "
           "diagonal, where class and prediction agree."),
        all->classes, all->classes, 100 * all->accuracy);
    lince_document_figure(
        d, "confusion", alt,
        TR("Confusion matrix: rows are the true class, columns the predicted one. The colour "
           "is the share of the row."));
}

/* --- labels --------------------------------------------------------------------------------------- */

static const char *truth(const lince_cv_results *r, const lince_outcome_row *row)
{
    return r->names[row->label];
}

static const char *answer(const lince_cv_results *r, const lince_outcome_row *row)
{
    return r->names[row->predicted];
}

static int find_issues(lince_cv_results *r)
{
    size_t fold;
    int32_t *label = lince_alloc(r->n + 1, sizeof *label);
    if (!label) return LINCE_ENOMEM;
    for (size_t i = 0; i < r->n; i++) label[i] = lince_cv_sample(r, i, &fold)->label;
    int code = lince_label_issues(r->probability, label, r->n, r->classes, &r->issues, &r->issue_count);
    lince_free(label);
    return code;
}

static size_t labels(const lince_cv_results *r)
{
    return r->n;
}

static void put_issue(const lince_cv_results *r, const lince_label_issue *issue, lince_buffer *out)
{
    lince_csv_put(out, r->names[issue->given]);
    lince_buffer_puts(out, ",");
    lince_csv_put(out, r->names[issue->suggested]);
}

static void name(const lince_cv_results *r, const lince_label_issue *issue, bool suggested,
                 char out[LINCE_CV_NAME])
{
    snprintf(out, LINCE_CV_NAME, "%s", r->names[suggested ? issue->suggested : issue->given]);
}

const lince_cv_labelling lince_cv_one_label = {
    .measures = measures,
    .pool = pool,
    .find_issues = find_issues,
    .labels = labels,
    .truth = truth,
    .answer = answer,
    .probability = true,
    .issue_columns = "label,suggested",
    .put_issue = put_issue,
    .name = name,
    .agreement = agreement,
    .json = json,
    .figure = "confusion",
    .write_all = write_all,
    .division = N_("%zu samples were divided into %zu folds, each with the same share of every class."),
    .verdict = N_("Accuracy %.2f %% over %zu folds (standard deviation %.2f; 95 %% interval, corrected "
                  "for what the folds share: %.2f to %.2f %%)."),
    .issues = N_("Labels that are likely wrong: %zu of %zu (label_issues.csv)."),
    .weak = N_("The models take %.0f %% of all samples for another class: most of what is listed may be "
               "their own mistakes."),
    .method =
        N_("Labels that are likely wrong: %zu of %zu (%.2f %%), by confident learning (Northcutt, Jiang and "
           "Chuang 2021): how many labels of one class are truly another's is estimated from the "
           "out-of-fold probabilities, with a threshold for each class; so many samples, the ones that the "
           "model puts farthest from their label, are listed. Where the model is weak, many of them are its "
           "own mistakes: look before you change a label."),
    .better = N_("%s is more accurate than %s by %.2f points, which is more than luck (95 %% interval: %.2f "
                 "to %.2f; corrected resampled t-test: t = %.2f, degrees of freedom: %zu, p = %.4f)."),
    .ahead = N_("%s is ahead of %s by %.2f points of accuracy, but not distinguishable from it (95 %% "
                "interval: %.2f to %.2f; corrected resampled t-test: t = %.2f, degrees of freedom: %zu, p = "
                "%.4f)."),
    .means = N_(
        "Means and standard deviations over the folds; precision, recall and F1 are means of the classes."),
    .each_fold = N_("Accuracy in per cent, fold by fold."),
};
