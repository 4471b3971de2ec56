/* What a classifier's predictions are worth: scikit-learn's numbers, in scikit-learn's words. */
#ifndef LINCE_METRICS_METRICS_H
#define LINCE_METRICS_METRICS_H

#include "core/buffer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lince_class_score {
    double precision, recall, f1; /* 0 where undefined, as scikit-learn's zero_division=0 */
    double specificity;           /* of the samples of other classes, how many were left alone */
    double support;               /* samples of the true class */
} lince_class_score;

enum { LINCE_CALIBRATION_BINS = 15 };

typedef struct lince_calibration_bin {
    size_t n;
    double confidence, accuracy; /* means over the bin's samples */
} lince_calibration_bin;

/* Adds a sample; and turns sums into means, which gives the expected calibration error of n samples. */
void lince_calibration_add(lince_calibration_bin bins[LINCE_CALIBRATION_BINS], double confidence, bool right);
double lince_calibration_finish(lince_calibration_bin bins[LINCE_CALIBRATION_BINS], size_t n);

/* [{"n", "confidence", "accuracy"}, ...], and back; NULL when out of memory. */
json_t *lince_calibration_bins(const lince_calibration_bin bins[LINCE_CALIBRATION_BINS]);
void lince_calibration_read(lince_calibration_bin bins[LINCE_CALIBRATION_BINS], const json_t *array);

typedef struct lince_metrics {
    int classes;
    char **names; /* [classes], copies */
    int *listed;  /* [classes], the order in which they are listed (core/class_order.h) */
    size_t n;
    double loss;           /* mean of the loss that was trained with, without label smoothing */
    double accuracy, top5; /* fractions; top5 counts a sample whose class is among the 5 most probable */
    int64_t *confusion;    /* [classes][classes], row: true class */
    /* The averages are of all classes; one that no sample has counts with its zeros. */
    lince_class_score *per_class, macro, weighted;
    double *spare; /* [classes], for adding up */
    double ece;    /* expected calibration error over equal-width bins (Guo et al. 2017) */
    lince_calibration_bin bins[LINCE_CALIBRATION_BINS];
} lince_metrics;

int lince_metrics_init(lince_metrics *metrics, int classes, const char *const *names);
void lince_metrics_release(lince_metrics *metrics);

/* Adds one sample: its true label, the probabilities [classes], the class that they answer, and the loss. */
void lince_metrics_add(lince_metrics *metrics, int label, const float *probability, int predicted,
                       double loss);

/* Turns counts into fractions; call once, after the last sample. */
void lince_metrics_finish(lince_metrics *metrics);

/* What sklearn.metrics.classification_report prints with its default settings, to the letter. */
void lince_metrics_report(const lince_metrics *metrics, lince_buffer *out);

/* The object that `lince eval --json` prints (see docs); a new reference, NULL when out of memory. */
json_t *lince_metrics_json(const lince_metrics *metrics);

/* What measures of one label and of several share: a class's line of the report, its object in JSON, and numbers added as
 * numpy adds them. */
void lince_score_put(lince_buffer *out, const char *name, int width, const lince_class_score *score);
json_t *lince_score_json(const lince_class_score *score);
double lince_pairwise_sum(const double *x, size_t n);

/* Back from that object (a run's test.json). The scores are computed again from the confusion matrix; loss,
 * top5, ece and calibration are read. LINCE_EFORMAT names what is missing or does not fit; release after
 * success. */
int lince_metrics_from_json(lince_metrics *metrics, const json_t *object);

#endif
