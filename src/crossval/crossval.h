/* A cross-validation's folder: its runs, and what they say together. */
#ifndef LINCE_CROSSVAL_CROSSVAL_H
#define LINCE_CROSSVAL_CROSSVAL_H

#include "group/group.h"
#include "metrics/label_errors.h"
#include "metrics/paired.h"
#include "metrics/resampled.h"
#include "report/facts/facts.h"
#include "report/page/document.h"
#include "report/page/gaps.h"
#include "settings/settings.h"

#include <lince/cv.h>

typedef struct lince_cv_labelling lince_cv_labelling;

typedef struct lince_cv_results {
    lince_run run;           /* the folder */
    lince_settings settings; /* as given; --folds resolved */
    char *command;           /* as typed */
    size_t folds;
    const lince_cv_labelling *labelling;
    lince_facts *facts;       /* [folds] */
    lince_outcomes *outcomes; /* [folds], each in its test's order */
    size_t n;                 /* samples in all, fold by fold */
    int classes;
    char *const *names; /* [classes] */
    float *probability; /* [n][classes] */
    lince_facts all;    /* of all samples together, as of one test: its measures alone */
    lince_label_issue *issues;
    size_t issue_count;
} lince_cv_results;

/* lince_cv by the members of a group. */
int lince_cv_by(const lince_group *group, const lince_settings *settings, const char *command, int json,
                const lince_observer *observer, char *folder, size_t folder_size, char **text);

/* folds.c: FOLDER/fold-K; and trains those that are not finished, a fold a member. LINCE_EDATA where the data have changed
 * between two of them. */
int lince_cv_fold_path(char out[LINCE_PATH_MAX], const char *folder, size_t fold);
int lince_cv_train(const lince_group *group, const lince_run *run, const lince_settings *settings,
                   const char *command, const lince_observer *observer);

/* results.c: reads a finished one. LINCE_EDATA where a fold is not finished. Release in any case. */
int lince_cv_read(lince_cv_results *results, const char *folder);
void lince_cv_release(lince_cv_results *results);

/* The fold, from 0 on, and the row of a sample of all. */
const lince_outcome_row *lince_cv_sample(const lince_cv_results *results, size_t sample, size_t *fold);

/* What is told of each fold. */
typedef struct lince_cv_measure {
    const char *key, *title;                /* of JSON; untranslated */
    const char *column;                     /* of the table that is printed, untranslated; NULL: not there */
    bool share;                             /* told in per cent */
    double most;                            /* that it can be; 0 is the least */
    double (*of)(const lince_facts *facts); /* NaN: not defined */
    bool by_fold;                           /* in the page's table of folds */
    bool by_loss;                           /* compared between runs of the same loss only */
} lince_cv_measure;

/* What depends on how many labels a sample has, a row each: one_label.c, several_labels.c. */
enum { LINCE_CV_COLUMNS = 4, LINCE_CV_NAME = 256 };
struct lince_cv_labelling {
    const lince_cv_measure *measures; /* the last has no key; by the first one settings are compared */

    /* All samples together, and the labels among them that are likely wrong. */
    int (*pool)(lince_cv_results *results);
    int (*find_issues)(lince_cv_results *results);
    size_t (*labels)(const lince_cv_results *results); /* that may be wrong */

    /* Of a sample, as predictions.csv has them; and whether the probability of the answer stands there, too. */
    const char *(*truth)(const lince_cv_results *results, const lince_outcome_row *row);
    const char *(*answer)(const lince_cv_results *results, const lince_outcome_row *row);
    bool probability;

    /* Of label_issues.csv the columns that name an issue, and what stands there. What it is called otherwise: its label as it is given, or as
     * it is suggested. */
    const char *issue_columns;
    void (*put_issue)(const lince_cv_results *results, const lince_label_issue *issue, lince_buffer *out);
    void (*name)(const lince_cv_results *results, const lince_label_issue *issue, bool suggested,
                 char out[LINCE_CV_NAME]);

    /* From 0 to 1: how far the models agree with the labels. */
    double (*agreement)(const lince_cv_results *results);

    json_t *(*json)(const lince_cv_results *results); /* of all together */
    const char *figure;                               /* likewise; NULL: there is none */
    void (*write_all)(lince_document *d, const lince_cv_results *results);

    /* Untranslated formats. */
    const char *division;          /* samples, folds */
    const char *verdict;           /* of the first measure in per cent: mean, folds, deviation, interval */
    const char *issues;            /* how many, of how many labels */
    const char *weak;              /* what lacks to the agreement, in per cent */
    const char *method;            /* how issues are found: how many, of how many, in per cent */
    const char *better, *ahead;    /* names, points, interval, t, degrees of freedom, p */
    const char *means, *each_fold; /* no formats */
};

extern const lince_cv_labelling lince_cv_one_label, lince_cv_several_labels;

/* measures.c */
/* Means of the classes, of either number of labels; NaN: there are no curves. */
double lince_cv_auc(const lince_facts *facts);
double lince_cv_average_precision(const lince_facts *facts);

lince_resampled lince_cv_over_folds(const lince_cv_results *results, const lince_cv_measure *measure);

/* That a measure has no mean, where a fold has no sample that it could be of. */
void lince_cv_tell_undefined(const lince_cv_measure *measure, lince_buffer *out);

/* Of each class: recall, precision, F1. */
enum { LINCE_CV_CLASS_SCORES = 3 };
extern const char *const lince_cv_class_keys[LINCE_CV_CLASS_SCORES];
lince_resampled lince_cv_class_over_folds(const lince_cv_results *results, int class, int score);

/* The 95 % interval, corrected for the overlap of the folds or not, within what the value can be. */
lince_interval lince_cv_interval(const lince_resampled *spread, bool corrected, double least, double most);

/* {mean, deviation, low, high, "corrected low", "corrected high"}; null for what is not a number. */
json_t *lince_cv_spread_json(const lince_resampled *spread, double least, double most);

/* A JSON object, indented, as a new text; and in a folder's file. Takes the object (NULL: LINCE_ENOMEM). */
int lince_cv_dump(json_t *object, const char *folder, const char *name, char **text);

/* label_sheet.c: the most suspicious samples as plots/label_issues.svg and .png, or their texts into
 * texts[count] (lince_strdup). */
enum { LINCE_CV_SHOWN = 24 };
int lince_cv_show_issues(const lince_cv_results *results, char *texts[LINCE_CV_SHOWN]);

/* page.c: report.html and report.md; and the result in a paragraph. */
int lince_cv_write_pages(const lince_cv_results *results, const lince_observer *observer);
void lince_cv_verdict(const lince_cv_results *results, lince_buffer *out);

#endif
