/* Gradients of several batches, added up for one update (gradient accumulation). With batch b's loss the mean
 * over weights W_b (its samples, or the sum of their classes' weights) the sum is W_b grad_b over the
 * batches, and divided by the sum of W_b the gradient of one batch of them all. */
#ifndef LINCE_TRAIN_GRADIENT_SUM_H
#define LINCE_TRAIN_GRADIENT_SUM_H

#include "group/group.h"
#include "net/net.h"

/* Of one parameter; of a sparse one the rows that any batch touched, in the order of their first touch. */
typedef struct lince_param_sum {
    float *sum;          /* the device's */
    int32_t *row, *slot; /* [capacity] table row of the sum's; [rows of the table] the other way, -1: none */
    int32_t *at;         /* [rows of a batch] where in the sum they belong */
    size_t capacity, rows;
    /* In a group: */
    float *merged;   /* the sum's size, of the device: of the rows of all members */
    int32_t *listed; /* [listable] the members' rows, behind each other */
    size_t listable;
} lince_param_sum;

typedef struct lince_gradient_sum {
    lince_param_sum *of; /* [param] */
    size_t params;
    lince_store store; /* of the sums */
    double weight;     /* sum of W_b; 0: nothing was added */
} lince_gradient_sum;

/* For up to `batches` batches of each member of the group, of all that has a gradient now. LINCE_ENOMEM. */
int lince_gradient_sum_init(lince_gradient_sum *sum, const lince_net *net, int batches,
                            const lince_group *group);
void lince_gradient_sum_release(lince_gradient_sum *sum);

/* Adds weight times the gradients of the net's last pass. */
void lince_gradient_sum_add(lince_gradient_sum *sum, const lince_net *net, double weight);

/* The members' sums, those of some that have added nothing among them, become one and the same in all. */
int lince_gradient_sum_merge(lince_gradient_sum *sum, const lince_net *net, const lince_group *group);
void lince_gradient_sum_clear(lince_gradient_sum *sum);

/* x[n] of the device becomes the sum of all members' in each. */
int lince_sum_of_members(const lince_group *group, const lince_device *device, float *x, size_t n);

#endif
