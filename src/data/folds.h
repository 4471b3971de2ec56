/* The folds of a cross-validation: each sample is in one of them. */
#ifndef LINCE_DATA_FOLDS_H
#define LINCE_DATA_FOLDS_H

#include "data/groups.h"

/* fold[samples], 0..folds-1, as a function of the seed, the labels and the order of the samples, which are
 * sorted by label (of several labels by the rarest of each). Stratified: each class's samples, in an order drawn by seed, are dealt to the folds in
 * turn, and the next class goes on where the last one ended, so that the folds' sizes differ by one at most,
 * in each class and in all. LINCE_ENOMEM. */
int lince_folds_stratified(const lince_samples *samples, size_t strata, size_t folds, uint64_t seed,
                           uint32_t *fold);

/* Whole groups, as a function of the seed, the labels and the groups' names. Groups whose classes are most
 * uneven come first (of equal ones in an order drawn by seed), and each goes to the fold where it leaves the
 * classes' shares most even: the least mean over classes of the standard deviation over folds, and of equal
 * ones the fold with the fewest samples; as scikit-learn's StratifiedGroupKFold. There are at least as many
 * groups as folds. LINCE_ENOMEM. */
int lince_folds_grouped(const lince_samples *samples, size_t strata, const lince_groups *groups, size_t folds,
                        uint64_t seed, uint32_t *fold);

#endif
