#include "tune/importance.h"

#include <math.h>

enum { GOOD_ONE_OF = 4, FIFTHS = 5, MOST_BINS = 256 };

/* Choices are bins of their own, ranges have fifths; more choices than there is room for share the last. */
static size_t bin_of(const lince_dimension *d, double place, size_t bins)
{
    double at = d->count ? place : place * FIFTHS;
    return at < (double)bins ? (size_t)at : bins - 1;
}

static void count_bins(const lince_dimension *d, size_t at, const lince_observation *known, size_t count,
                       size_t bins, double *n)
{
    for (size_t i = 0; i < bins; i++) n[i] = 1; /* as if each had been seen once */
    for (size_t i = 0; i < count; i++) n[bin_of(d, known[i].place[at], bins)]++;
}

/* The sum over `all` of (good / all - 1)^2, less what a quarter that was drawn blindly would give: the counts
 * of m of n drawn without putting back vary by m p (1 - p) (n - m) / (n - 1). */
static double divergence(const lince_space *space, size_t at, const lince_observation *known, size_t n)
{
    const lince_dimension *d = &space->dims[at];
    double good[MOST_BINS], all[MOST_BINS], sum = 0;
    size_t m = (n + GOOD_ONE_OF - 1) / GOOD_ONE_OF, bins = !d->count              ? FIFTHS
                                                           : d->count < MOST_BINS ? d->count
                                                                                  : MOST_BINS;
    count_bins(d, at, known, m, bins, good);
    count_bins(d, at, known, n, bins, all);
    double of_good = (double)(m + bins), of_all = (double)(n + bins);
    for (size_t i = 0; i < bins; i++) {
        double ratio = good[i] / of_good / (all[i] / of_all) - 1;
        sum += ratio * ratio * all[i] / of_all;
    }
    double chance = (double)m * (double)(bins - 1) * (double)(n - m) / ((double)(n - 1) * of_good * of_good);
    return fmax(sum - chance, 0);
}

void lince_importance(const lince_space *space, const lince_observation *known, size_t count, double *share)
{
    double sum = 0;
    for (size_t i = 0; i < space->count; i++) sum += share[i] = divergence(space, i, known, count);
    for (size_t i = 0; i < space->count; i++) share[i] = sum > 0 ? share[i] / sum : 0;
}
