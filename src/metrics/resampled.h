/* What the folds of a cross-validation say of a mean, and of a difference. */
#ifndef LINCE_METRICS_RESAMPLED_H
#define LINCE_METRICS_RESAMPLED_H

#include <stddef.h>

/* Student's t distribution: the two-sided p-value of t, and the t that |T| stays below with probability
 * `share`. */
double lince_student_p(double t, double freedom);
double lince_student_quantile(double share, double freedom);

/* Values of k folds. Their training parts overlap, so that they are not independent: the usual variance of
 * their mean, s^2 / k, is too small. The corrected one is (1/k + n_test/n_train) s^2 (C. Nadeau, Y. Bengio,
 * "Inference for the generalization error", Machine Learning 52, 2003), with 1/(k - 1) for n_test/n_train.
 * No estimate from the folds alone is right for every data set and learner (Y. Bengio, Y. Grandvalet, "No
 * unbiased estimator of the variance of k-fold cross-validation", JMLR 5, 2004). */
typedef struct lince_resampled {
    double mean, deviation; /* s, with k - 1 */
    double half;            /* of the 95 % interval as if the folds were independent */
    double half_corrected;  /* of the corrected one */
    double t, p;            /* of a mean of zero, corrected, k - 1 degrees of freedom; two-sided */
} lince_resampled;

/* values[k], k of 2 or more. What is not a number in any fold is not a number in all. */
lince_resampled lince_resample(const double *values, size_t k);

#endif
