/* Several classifiers on the same samples: what their scores are worth, and whether a difference is more than
 * luck. */
#ifndef LINCE_METRICS_PAIRED_H
#define LINCE_METRICS_PAIRED_H

#include <stddef.h>
#include <stdint.h>

/* McNemar's test, exact (McNemar 1947): of the samples that exactly one of two classifiers got right,
 * `only_a` and `only_b` in number, each is a fair coin's throw where both are equally good. The two-sided
 * p-value, p = min(1, 2 P(X <= min(only_a, only_b))),   X ~ Binomial(only_a + only_b, 1/2) */
double lince_mcnemar_exact(size_t only_a, size_t only_b);

/* Holm's step-down correction (Holm 1979) of `count` p-values, in place: each may then be read on its own. */
void lince_holm(double *p, size_t count);

/* What the classifiers said. */
typedef struct lince_paired {
    int classes;
    size_t n, runs;
    const int32_t *label;            /* [n] */
    const int32_t *const *predicted; /* [runs][n] */
} lince_paired;

/* Scores of one classifier, in this order; behind them each class's precision, recall and F1. All as
 * scikit-learn defines them, 0 where undefined. */
enum { LINCE_SCORE_ACCURACY, LINCE_SCORE_PRECISION, LINCE_SCORE_RECALL, LINCE_SCORE_F1, LINCE_SCORE_CLASSES };

/* Their number: 4 (the averages over classes are macro averages) + 3 for each class. */
size_t lince_score_count(int classes);

typedef struct lince_interval {
    double value, low, high; /* of all samples; 2.5 % and 97.5 % of the resamples lie beyond */
} lince_interval;

/* The share of `hits` of `n` samples with its 95 % interval, which stays in 0..1 and is of use for few
 * samples (Wilson 1927). n 0: 0 in [0, 1]. */
lince_interval lince_wilson(size_t hits, size_t n);

/* Percentile bootstrap (Efron 1979): `resamples` times n samples are drawn with repetition, the same ones for
 * all classifiers, so that differences are paired. scores and differences [runs][lince_score_count]: each
 * classifier's own, and what it has over classifier `reference`. A function of `seed`. LINCE_ENOMEM. */
int lince_bootstrap(const lince_paired *paired, size_t reference, int resamples, uint64_t seed,
                    lince_interval *scores, lince_interval *differences);

#endif
