/* Which trial goes on: asynchronous successive halving, L. Li et al., "A system for massively parallel
 * hyperparameter tuning", MLSys 2020. Rungs are numbers of epochs, each `reduction` times the one before; of
 * the trials that are known at a rung the best 1/reduction go on to the next. */
#ifndef LINCE_TUNE_ASHA_H
#define LINCE_TUNE_ASHA_H

#include <stdbool.h>
#include <stddef.h>

enum { LINCE_RUNGS_MAX = 20 };

typedef struct lince_rungs {
    int reduction, count;
    int epochs[LINCE_RUNGS_MAX]; /* ascending; the last is a whole run's */
} lince_rungs;

/* `least`: epochs of the first rung, at least. */
void lince_rungs_init(lince_rungs *rungs, int epochs, int least, int reduction);

/* Where a trial stands. */
typedef struct lince_standing {
    int sent;                      /* rungs it was sent to */
    int reached;                   /* of them, those whose result is known; all where it ended by itself */
    bool failed;                   /* at the last it was sent to: the worst of all */
    double score[LINCE_RUNGS_MAX]; /* of the rungs reached, the higher the better */
} lince_standing;

/* The trial to send one rung higher; -1: none. The highest rungs first. */
int lince_asha_promote(const lince_rungs *rungs, const lince_standing *trials, size_t count);

/* The best of those that got farthest; -1: all failed, or none is known. */
int lince_asha_leader(const lince_standing *trials, size_t count);

#endif
