/* The learning rate range test: L. N. Smith, "Cyclical learning rates for training neural networks", WACV
 * 2017. The rate grows from step to step by one factor, and the loss tells where learning begins and where it
 * breaks down. The network is a new one each time: no weights that are kept are touched. */
#ifndef LINCE_TRAIN_RANGE_TEST_H
#define LINCE_TRAIN_RANGE_TEST_H

#include "settings/settings.h"

#include <lince/train.h>

#include <stddef.h>

typedef struct lince_range_test {
    double from, to; /* rates of the first and of the last step */
    int steps;
    double *lr, *loss, *smoothed; /* [count], a step each; loss: of its batch */
    size_t count;                 /* steps done: fewer than wanted where the loss exploded */
    size_t chosen;                /* the step whose rate is suggested */
} lince_range_test;

/* Fills all but from, to and steps, which the caller sets. LINCE_EUSAGE where those make no range;
 * LINCE_EDATA where too few steps were done before the loss exploded to suggest anything. Release in any
 * case. */
int lince_range_test_run(lince_range_test *test, const lince_settings *settings,
                         const lince_observer *observer);
void lince_range_test_release(lince_range_test *test);

/* The rate that --lr find stands for, by the usual range, set and told. */
int lince_range_test_choose(lince_settings *settings, const lince_observer *observer);

/* fastai's valley rule (its callback/schedule.py): of the steps, the longest falling sequence, not
 * necessarily of neighbours; of its stretch of steps the one at the middle of the second third begins, in
 * whole steps: start + stretch/3 + stretch/6. */
int lince_valley(const double *loss, size_t count, size_t *at);

#endif
