/* What a classifier's answers are worth where samples have several labels: scikit-learn's numbers, in scikit-learn's
 * words. Each class is there or not, in a sample and in its answer. */
#ifndef LINCE_METRICS_LABEL_METRICS_H
#define LINCE_METRICS_LABEL_METRICS_H

#include "metrics/curves.h"
#include "metrics/metrics.h"

/* Of a class: multilabel_confusion_matrix. */
typedef struct lince_label_count {
    int64_t hits, alarms, misses, rest; /* true and false positives, false and true negatives */
} lince_label_count;

typedef struct lince_label_metrics {
    int classes;
    char **names; /* [classes], copies */
    int *listed;  /* [classes], the order in which they are listed (core/class_order.h) */
    size_t n;
    double loss; /* mean of the loss that was trained with */
    double
        accuracy;   /* share of the samples all of whose labels are answered, and no others: accuracy_score */
    double hamming; /* share of wrong entries: hamming_loss */
    lince_label_count *count;     /* [classes] */
    lince_class_score *per_class; /* [classes] */
    /* Of all entries together; means over classes, over these by their support; over the samples. Support is that of all
     * classes together. */
    lince_class_score micro, macro, weighted, samples;
    double *of_sample; /* [n][3] precision, recall and F1 of each */
    size_t capacity;
} lince_label_metrics;

int lince_label_metrics_init(lince_label_metrics *metrics, int classes, const char *const *names);
void lince_label_metrics_release(lince_label_metrics *metrics);

/* Adds a sample: which classes are there, and which are answered, [classes] each. LINCE_ENOMEM. */
int lince_label_metrics_add(lince_label_metrics *metrics, const bool *there, const bool *answered,
                            double loss);

/* Turns counts into fractions; call once, after the last sample. LINCE_ENOMEM. */
int lince_label_metrics_finish(lince_label_metrics *metrics);

/* What sklearn.metrics.classification_report prints of several labels with its default settings, to the letter. */
void lince_label_metrics_report(const lince_label_metrics *metrics, lince_buffer *out);

/* The object that `lince eval --json` prints; a new reference, NULL when out of memory. And back: the classes' scores and
 * their averages are computed again from their counts, what is of samples is read. LINCE_EFORMAT; release after
 * success. */
json_t *lince_label_metrics_json(const lince_label_metrics *metrics);
int lince_label_metrics_from_json(lince_label_metrics *metrics, const json_t *object);

/* For each class the threshold of the best F1 that its curve has, in the middle between two samples' probabilities; of
 * equals the highest, and 0.5 where no sample has the class. threshold[curves->classes]. */
void lince_label_thresholds(const lince_curves *curves, float *threshold);

#endif
