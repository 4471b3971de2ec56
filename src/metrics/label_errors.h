/* Which samples have a wrong label, by what a classifier says that has not learned from them: confident
 * learning (C. G. Northcutt, L. Jiang, I. L. Chuang, "Confident learning: estimating uncertainty in dataset
 * labels", JAIR 70, 2021). */
#ifndef LINCE_METRICS_LABEL_ERRORS_H
#define LINCE_METRICS_LABEL_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sample whose label is likely wrong. */
typedef struct lince_label_issue {
    size_t sample;
    int32_t class;            /* of several labels which one; given and suggested: 1, it is there, or 0 */
    int32_t given, suggested; /* its label, and the most probable class */
    double self_confidence;   /* probability of the given label */
    double margin; /* (self_confidence - probability of the suggested class + 1) / 2: the lower, the likelier
                      is a mistake; below 0.5 */
} lince_label_issue;

/* Of n samples with probability[n][classes] out of fold, and their given labels: the likely mistakes into a
 * new array *issues (lince_free), the least margin first.
 *
 * t_k is the mean probability of class k over the samples labelled so. A sample is counted as truly k where
 * its probability of k reaches t_k (of several such classes the most probable one): the counts
 * C[given][true], scaled so that each row has as many samples as the label, estimate how many of the label s
 * are truly k. So many of them, those with the largest p_k - p_s, are candidates ("prune by noise rate"), and
 * of these the ones whose most probable class is not the given one. As cleanlab.filter.find_label_issues does
 * by default, ranked by "normalized_margin". LINCE_ENOMEM. */
int lince_label_issues(const float *probability, const int32_t *label, size_t n, int classes,
                       lince_label_issue **issues, size_t *count);

/* Likewise of samples of several labels, there[n][classes]: each class by itself against its absence (A. Thyagarajan et al.,
 * "Identifying incorrect annotations in multi-label classification data", 2022), as cleanlab's
 * find_multilabel_issues_per_class. Of a sample there may be several. */
int lince_label_issues_several(const float *probability, const bool *there, size_t n, int classes,
                               lince_label_issue **issues, size_t *count);

#endif
