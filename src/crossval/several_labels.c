/* Cross-validation of samples of several labels: average precision, each class against its absence, and labels that are likely
 * missing, or there by mistake. */
#include "core/display.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "report/run/sections.h"
#include "text/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- measures ------------------------------------------------------------------------------------- */

static double accuracy(const lince_facts *f)
{
    return f->of_labels.accuracy;
}

static double hamming(const lince_facts *f)
{
    return f->of_labels.hamming;
}

static double micro_precision(const lince_facts *f)
{
    return f->of_labels.micro.precision;
}

static double micro_recall(const lince_facts *f)
{
    return f->of_labels.micro.recall;
}

static double micro_f1(const lince_facts *f)
{
    return f->of_labels.micro.f1;
}

static double macro_f1(const lince_facts *f)
{
    return f->of_labels.macro.f1;
}

static double weighted_f1(const lince_facts *f)
{
    return f->of_labels.weighted.f1;
}

static double samples_f1(const lince_facts *f)
{
    return f->of_labels.samples.f1;
}

static double loss(const lince_facts *f)
{
    return f->of_labels.loss;
}

static const lince_cv_measure measures[] = {
    {"mean average precision", N_("mAP, %"), N_("mAP"), true, 1, lince_cv_average_precision, true, false},
    {"micro f1-score", N_("micro F1, %"), N_("micro F1"), true, 1, micro_f1, true, false},
    {"macro f1-score", N_("macro F1, %"), N_("macro F1"), true, 1, macro_f1, true, false},
    {"accuracy", N_("all labels right, %"), N_("all right"), true, 1, accuracy, true, false},
    {"micro precision", N_("micro precision, %"), NULL, true, 1, micro_precision, false, false},
    {"micro recall", N_("micro recall, %"), NULL, true, 1, micro_recall, false, false},
    {"weighted f1-score", N_("F1 weighted by class sizes, %"), NULL, true, 1, weighted_f1, false, false},
    {"samples f1-score", N_("mean F1 of the samples, %"), NULL, true, 1, samples_f1, false, false},
    {"hamming_loss", N_("Hamming loss, %"), NULL, true, 1, hamming, false, false},
    {"roc auc", N_("AUC (ROC)"), NULL, false, 1, lince_cv_auc, false, false},
    {"loss", N_("test loss"), NULL, false, INFINITY, loss, true, true},
    {.key = NULL},
};

/* --- all samples together ------------------------------------------------------------------------- */

static int pool(lince_cv_results *r)
{
    lince_label_metrics *all = &r->all.of_labels;
    LINCE_TRY(lince_label_metrics_init(all, r->classes, (const char *const *)r->names));
    for (size_t i = 0; i < r->n; i++) {
        size_t fold;
        const lince_outcome_row *row = lince_cv_sample(r, i, &fold);
        LINCE_TRY(lince_label_metrics_add(all, row->there, row->answered,
                                          r->facts[fold].test_loss)); /* their mean */
    }
    return lince_label_metrics_finish(all);
}

static json_t *json(const lince_cv_results *r)
{
    return lince_label_metrics_json(&r->all.of_labels);
}

static double agreement(const lince_cv_results *r)
{
    return r->all.of_labels.micro.f1;
}

static void write_all(lince_document *d, const lince_cv_results *r)
{
    const lince_label_metrics *all = &r->all.of_labels;
    lince_buffer report = {0};
    lince_document_paragraph(
        d,
        TR("Every sample once (%zu in all), as the model saw it that had not learned "
           "from it (predictions.csv), with the thresholds of its fold: all labels are right in %.2f %% "
           "of them, and %.2f %% of all entries, each class of each sample, are wrong."),
        all->n, 100 * all->accuracy, 100 * all->hamming);
    lince_label_metrics_report(all, &report);
    lince_document_code(d, lince_buffer_part(&d->out, &report));
    lince_buffer_release(&report);
    lince_write_label_confusions(d, all);
}

/* --- labels --------------------------------------------------------------------------------------- */

static const char *truth(const lince_cv_results *r, const lince_outcome_row *row)
{
    (void)r;
    return row->labels;
}

static const char *answer(const lince_cv_results *r, const lince_outcome_row *row)
{
    (void)r;
    return row->answers;
}

static int find_issues(lince_cv_results *r)
{
    size_t fold, classes = (size_t)r->classes;
    bool *there = lince_alloc(r->n + 1, classes * sizeof *there);
    if (!there) return LINCE_ENOMEM;
    for (size_t i = 0; i < r->n; i++)
        memcpy(there + i * classes, lince_cv_sample(r, i, &fold)->there, classes * sizeof *there);
    int code =
        lince_label_issues_several(r->probability, there, r->n, r->classes, &r->issues, &r->issue_count);
    lince_free(there);
    return code;
}

static size_t labels(const lince_cv_results *r)
{
    return r->n * (size_t)r->classes;
}

static void put_issue(const lince_cv_results *r, const lince_label_issue *issue, lince_buffer *out)
{
    lince_csv_put(out, r->names[issue->class]);
    lince_buffer_printf(out, ",%d,%d", (int)issue->given, (int)issue->suggested);
}

/* Beside "with crescent" the other is "without". */
static void name(const lince_cv_results *r, const lince_label_issue *issue, bool suggested,
                 char out[LINCE_CV_NAME])
{
    if (suggested)
        snprintf(out, LINCE_CV_NAME, "%s", issue->suggested ? _("with") : _("without"));
    else
        snprintf(out, LINCE_CV_NAME, issue->given ? _("with %.*s") : _("without %.*s"),
                 LINCE_CUT(r->names[issue->class], 200));
}

const lince_cv_labelling lince_cv_several_labels = {
    .measures = measures,
    .pool = pool,
    .find_issues = find_issues,
    .labels = labels,
    .truth = truth,
    .answer = answer,
    .issue_columns = "class,label,suggested",
    .put_issue = put_issue,
    .name = name,
    .agreement = agreement,
    .json = json,
    .write_all = write_all,
    .division = N_(
        "%zu samples were divided into %zu folds by the rarest label of each, which all folds have as often, "
        "as nearly as it can be."),
    .verdict = N_(
        "Mean average precision %.2f %% over %zu folds (standard deviation %.2f; 95 %% interval, corrected "
        "for what the folds share: %.2f to %.2f %%)."),
    .issues =
        N_("Labels that are likely missing, or there by mistake: %zu, of %zu entries (label_issues.csv)."),
    .weak = N_(
        "Of the labels that samples have or are answered, %.0f %% do not match: most of what is listed may be the models' "
        "own mistakes."),
    .method = N_(
        "Labels that are likely missing, or there by mistake: %zu, of %zu entries (%.2f %%), by confident learning (Northcutt, "
        "Jiang and Chuang 2021) of each class by itself against its absence (Thyagarajan et al. 2022): how many of "
        "the samples with a label truly lack it, and how many of the others have it, is estimated from the out-of-fold "
        "probabilities; so many, the ones that the model puts farthest from what they are said to be, are listed. "
        "Where the model is weak, many of them are its own mistakes: look before you change a label."),
    .better = N_(
        "%s has a higher mean average precision than %s by %.2f points, which is more than luck (95 %% "
        "interval: %.2f to %.2f; corrected resampled t-test: t = %.2f, degrees of freedom: %zu, p = %.4f)."),
    .ahead = N_(
        "%s is ahead of %s by %.2f points of mean average precision, but not distinguishable from it (95 %% "
        "interval: %.2f to %.2f; corrected resampled t-test: t = %.2f, degrees of freedom: %zu, p = %.4f)."),
    .means = N_(
        "Means and standard deviations over the folds; mAP and macro F1 are means of the classes, micro measures are of "
        "all entries, each class of each sample."),
    .each_fold = N_("Mean average precision in per cent, fold by fold."),
};
