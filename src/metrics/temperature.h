/* Temperature scaling: C. Guo, G. Pleiss, Y. Sun & K. Q. Weinberger, "On calibration of modern neural
 * networks", 2017, section 4.2. One number T > 0 that all scores are divided by before the softmax, fitted on
 * samples that the weights were not trained on. The order of the classes stays, and with it what is
 * predicted. */
#ifndef LINCE_METRICS_TEMPERATURE_H
#define LINCE_METRICS_TEMPERATURE_H

#include "metrics/metrics.h"

/* Beyond these the samples say nothing of the temperature: all of them are right, or none better than
 * chance. */
#define LINCE_TEMPERATURE_LEAST 0.05
#define LINCE_TEMPERATURE_MOST  20.0

/* The T within those bounds that minimises the mean cross-entropy of scores[n][classes] / T, to 1e-10 of
 * itself. NaN where there are no samples. */
double lince_fit_temperature(const float *scores, const int32_t *labels, size_t n, int classes);

/* How far probabilities can be taken at their word. */
typedef struct lince_reliability {
    size_t n;
    double loss;  /* mean cross-entropy */
    double brier; /* mean of the squared distance from the true class's unit vector, 0 to 2 (Brier 1950) */
    double ece;   /* as lince_metrics */
    lince_calibration_bin bins[LINCE_CALIBRATION_BINS];
} lince_reliability;

void lince_reliability_add(lince_reliability *reliability, const float *scores, int classes,
                           double temperature, int label);
/* Turns sums into means; call once. */
void lince_reliability_finish(lince_reliability *reliability);

/* {"value": T, "before": {"n", "loss", "brier", "ece", "calibration"}, "after": {...}}; NULL when out of
 * memory. */
json_t *lince_calibration_json(double temperature, const lince_reliability *before,
                               const lince_reliability *after);

#endif
