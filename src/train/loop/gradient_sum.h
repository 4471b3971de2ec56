/* Gradients of several passes, added up for one update: of several batches (--accumulate), of a batch's shards
 * (--shards), of the shares of a group's members. With pass b's loss the mean over weights W_b (its samples, or
 * the sum of their classes' weights) the sum is W_b grad_b over the passes, and divided by the sum of W_b the
 * gradient of one batch of them all.
 *
 * A piece of the sum is what is added in turn: a shard's gradients, of one batch after the other. Pieces are added
 * in a tree by their number (lince_group_sum), whoever has them. */
#ifndef LINCE_TRAIN_GRADIENT_SUM_H
#define LINCE_TRAIN_GRADIENT_SUM_H

#include "group/group.h"
#include "net/net.h"

/* Of one parameter in one piece; of a sparse one the rows that any pass touched, in the order of their first
 * touch. */
typedef struct lince_param_sum {
    float *sum;          /* the device's */
    int32_t *row, *slot; /* [capacity] table row of the sum's; [rows of the table] the other way, -1: none */
    int32_t *at;         /* [rows of a pass] where in the sum they belong */
    size_t rows;
    float *merged; /* where there are several pieces: the sum's size, of the device: of the rows of all */
} lince_param_sum;

typedef struct lince_gradient_sum {
    const lince_group *group;
    size_t params, pieces, own; /* own: of this member, at least the room of one */
    lince_param_sum *of;        /* [own][param]; the first piece's is the whole sum once they are merged */
    double *weight;             /* [own] sum of W_b; 0: nothing was added */
    lince_store store;          /* of the sums */
    /* For merging: */
    int32_t *listed;        /* the rows of all pieces, behind each other */
    uint64_t *counts;       /* [pieces] of them */
    float **values;         /* [own] */
    lince_access *accesses; /* [own] */
} lince_gradient_sum;

/* For up to `passes` passes of each of the `pieces`, of all that has a gradient now. LINCE_ENOMEM. */
int lince_gradient_sum_init(lince_gradient_sum *sum, const lince_net *net, size_t passes, size_t pieces,
                            const lince_group *group);
void lince_gradient_sum_release(lince_gradient_sum *sum);

/* Adds weight times the gradients of the net's last pass to the i-th of the own pieces. */
void lince_gradient_sum_add(lince_gradient_sum *sum, size_t i, const lince_net *net, double weight);

/* All pieces, those to which nothing was added among them, become one sum, the same in all members. */
int lince_gradient_sum_merge(lince_gradient_sum *sum, const lince_net *net);
void lince_gradient_sum_clear(lince_gradient_sum *sum);

#endif
