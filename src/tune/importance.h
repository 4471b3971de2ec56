/* Which settings mattered: PED-ANOVA, S. Watanabe, A. Bansal and F. Hutter, IJCAI 2023. How far the best
 * trials' values of a setting are spread otherwise than those of all, by Pearson's divergence of the two
 * distributions. */
#ifndef LINCE_TUNE_IMPORTANCE_H
#define LINCE_TUNE_IMPORTANCE_H

#include "tune/propose.h"

enum { LINCE_IMPORTANCE_LEAST = 8 /* trials, below which it says nothing */ };

/* `known` is sorted, the best first, and holds LINCE_IMPORTANCE_LEAST at least; share[dimensions], of 1 in
 * all, or 0 where nothing is told apart from chance. */
void lince_importance(const lince_space *space, const lince_observation *known, size_t count, double *share);

#endif
