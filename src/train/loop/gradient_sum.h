/* Gradients of several passes, added up for one update: of several batches (--accumulate), of a batch's shards
 * (--shards), of the shares of a group's members. With pass b's loss the mean over weights W_b (its samples, or
 * the sum of their classes' weights) the sum is W_b grad_b over the passes, and divided by the sum of W_b the
 * gradient of one batch of them all.
 *
 * A piece of the sum is what is added in turn: a shard's gradients, of one batch after the other. Pieces are added
 * in a tree by their number (group/tree.h), whoever has them: this member's as soon as they are there, so that it keeps a
 * sum a level of the tree instead of one a piece, and those of others while the net computes the gradients of the layers
 * below (travel.h). */
#ifndef LINCE_TRAIN_GRADIENT_SUM_H
#define LINCE_TRAIN_GRADIENT_SUM_H

#include "group/tree.h"
#include "net/net.h"
#include "train/loop/travel.h"

/* Of one parameter in one sum; of a sparse one the rows that any pass touched, in the order of their first
 * touch. */
typedef struct lince_param_sum {
    float *sum;          /* the device's */
    int32_t *row, *slot; /* [capacity] table row of the sum's; [rows of the table] the other way, -1: none */
    int32_t *at;         /* [capacity] where in the sum rows that are added belong */
    size_t rows;
    float *merged; /* of a group of several: the sum's size, of the device: of the rows of all */
} lince_param_sum;

/* Sum `from` is added to sum `to`; of a piece's own first one, STRAIGHT: its gradient is, by itself. */
typedef struct lince_sum_join {
    int to, from;
} lince_sum_join;

typedef struct lince_gradient_sum {
    const lince_group *group;
    lince_tree tree;
    size_t params, sums;
    bool waits;           /* pieces are of several batches, and are added up with the last one */
    bool rounded;         /* all sums are rounded to bfloat16 (--compress) */
    lince_param_sum *of;  /* [sums][param]; the first sum is the whole one once all are merged */
    float **vector;       /* [sums] all dense parameters' sums, those of the last layer first */
    size_t *offset;       /* [param] in it */
    size_t *end;          /* [node] how far it is there once the node's parameters are */
    int *first_param;     /* [node + 1] */
    double *weight;       /* [pieces of this member] sum of W_b; 0: nothing was added */
    lince_store store;    /* of the sums */
    int *sum_of;          /* [pieces of this member] */
    lince_sum_join *join; /* what is added once a piece is there: those of piece i begin at first_join[i] */
    size_t *first_join;
    float *root[LINCE_TREE_DEPTH]; /* the vectors that are left, of which others have the rest; */
    int root_of[LINCE_TREE_DEPTH]; /* and their sums */
    lince_travel travel;
    lince_travel_time rows; /* of what is sparse, which nothing hides */
    double seconds;         /* that adding up the own pieces has taken */
    /* Of the pass that is being added: */
    lince_net *net;
    size_t piece;
    bool is_last; /* of the update's passes */
    bool
        holds; /* nothing goes on its way before all is there, because the members exchange something else meanwhile */
    struct lince_piece_pass {
        float factor;
        bool fresh, empty; /* nothing was added to the piece before; it has no samples now */
    } * pass;              /* [pieces of this member] */
    int32_t *listed;       /* the rows of all members' sums, behind each other */
    uint64_t *counts;      /* [tree.nodes] of them */
} lince_gradient_sum;

/* For up to `passes` passes of each of the `pieces`, of all that has a gradient now. LINCE_ENOMEM. */
int lince_gradient_sum_init(lince_gradient_sum *sum, lince_net *net, size_t passes, size_t pieces,
                            bool rounded, const lince_group *group);
void lince_gradient_sum_release(lince_gradient_sum *sum);

/* A batch begins, of which each own piece passes the net once: in their order, node by node. `last`: the sum is merged
 * behind it, and what is added up goes on its way. */
void lince_gradient_sum_begin(lince_gradient_sum *sum, bool last);

/* The i-th of the own pieces is the next, with that weight; its nodes' gradients are added as they come, from the last
 * node to the first. Pieces that pass the net side by side are all announced, and each has its turn before a node's are added.
 * `sum`: a lince_gradient_sum. */
void lince_gradient_sum_piece(lince_gradient_sum *sum, size_t i, double weight, bool empty);
void lince_gradient_sum_turn(lince_gradient_sum *sum, size_t i);
void lince_gradient_sum_add(void *sum, size_t node);

/* The piece has no samples in this batch. */
void lince_gradient_sum_skip(lince_gradient_sum *sum, size_t i);

/* All pieces, those to which nothing was added among them, become one sum, the same in all members. To be called behind every batch
 * that was the last, also where a pass failed; then the sum is good for nothing. */
int lince_gradient_sum_merge(lince_gradient_sum *sum);
void lince_gradient_sum_clear(lince_gradient_sum *sum);

/* What a node's gradients have cost on their way to other members, by its part of what they travelled with; 0: all nodes', and what is
 * sparse. */
lince_travel_time lince_gradient_sum_time(const lince_gradient_sum *sum, size_t node);

#endif
