/* Where to look next: at random, or by tree-structured Parzen estimators (TPE), J. Bergstra et al.,
 * "Algorithms for hyper-parameter optimization", NIPS 2011. A proposal is a function of the seed, its number
 * and what is known, and of nothing else. */
#ifndef LINCE_TUNE_PROPOSE_H
#define LINCE_TUNE_PROPOSE_H

#include "core/random.h"
#include "tune/space.h"

/* A point that was tried. */
typedef struct lince_observation {
    const double *place; /* [dimensions] */
    double score;        /* the higher the better; -INFINITY: it failed */
} lince_observation;

/* place[dimensions]; `attempt` counts on where the point before was tried already. */
void lince_propose_random(const lince_space *space, uint64_t seed, size_t number, size_t attempt,
                          double *place);

enum { LINCE_TPE_STARTUP = 10 /* so many are known before a proposal is worth more than a random one */ };

/* `known` is sorted, the best first. LINCE_ENOMEM. */
int lince_propose_tpe(const lince_space *space, const lince_observation *known, size_t count, uint64_t seed,
                      size_t number, size_t attempt, double *place);

/* --- Parzen's density over one dimension, from some of its places --------------------------------- */

typedef struct lince_parzen {
    const lince_dimension *dimension;
    size_t count;  /* windows, or choices */
    double *mean;  /* [count], ascending; the prior's among them */
    double *width; /* [count] standard deviations; of a list unused */
    double *share; /* [count] of the probability */
} lince_parzen;

/* `at` is which dimension. LINCE_ENOMEM; release in any case. */
int lince_parzen_init(lince_parzen *parzen, const lince_space *space, size_t at,
                      const lince_observation *known, size_t count);
void lince_parzen_release(lince_parzen *parzen);
double lince_parzen_density(const lince_parzen *parzen, double place);
double lince_parzen_draw(const lince_parzen *parzen, lince_random *random);

#endif
