/* Temperature scaling: C. Guo, G. Pleiss, Y. Sun & K. Q. Weinberger, "On calibration of modern neural
 * networks", 2017, section 4.2. One number T > 0 that all scores are divided by before the softmax (of several labels, before
 * each class's sigmoid), fitted on samples that the weights were not trained on. The order of the classes stays, and with it
 * what is predicted; so does which classes reach one half. */
#ifndef LINCE_METRICS_TEMPERATURE_H
#define LINCE_METRICS_TEMPERATURE_H

#include "metrics/metrics.h"

/* Beyond these the samples say nothing of the temperature: all of them are right, or none better than
 * chance. */
#define LINCE_TEMPERATURE_LEAST 0.05
#define LINCE_TEMPERATURE_MOST  20.0

/* Scores, and what is true of their samples: a class of each, or of several labels which classes are there. */
typedef struct lince_scored {
    const float *scores; /* [n][classes] */
    size_t n;
    int classes;
    const int32_t *label; /* [n] */
    const bool *there;    /* [n][classes] of several labels; NULL: of one */
} lince_scored;

/* The T within those bounds that minimises the mean cross-entropy of the scores / T (of several labels the binary one, over
 * all classes), to 1e-10 of itself. NaN where there are no samples. */
double lince_fit_temperature(const lince_scored *scored);

/* How far probabilities can be taken at their word. Of several labels each class of each sample counts for itself. */
typedef struct lince_reliability {
    size_t n;
    double loss; /* mean cross-entropy; of several labels the classes' mean of the binary one */
    double
        brier; /* mean of the squared distance from the true class's unit vector, 0 to 2 (Brier 1950); of several labels
                     the classes' mean of the squared distance from what is there, 0 to 1 */
    double ece; /* as lince_metrics; of several labels, of a class's probability and the share that has it */
    lince_calibration_bin bins[LINCE_CALIBRATION_BINS];
} lince_reliability;

/* Adds a sample. */
void lince_reliability_add(lince_reliability *reliability, const lince_scored *scored, size_t sample,
                           double temperature);
/* Turns sums into means; call once. */
void lince_reliability_finish(lince_reliability *reliability);

/* {"value": T, "before": {"n", "loss", "brier", "ece", "calibration"}, "after": {...}}; NULL when out of
 * memory. */
json_t *lince_calibration_json(double temperature, const lince_reliability *before,
                               const lince_reliability *after);

#endif
