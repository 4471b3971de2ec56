/* Sums of what members have computed piece by piece, in an order that depends on the pieces alone: a binary tree by
 * their number, ((0 + 1) + (2 + 3)) + ((4 + 5) + ...), whoever has them. A node of the tree is the sum of pieces that
 * lie beside each other. A member adds up what it can by itself (lince_tree_stack) and the rest is added along with
 * messages. Where two members meet, the one adds the odd ranges of a vector and the other the even ones, and in the end
 * each range goes to all from where it was added last: so everyone sends and receives about twice the vector, however
 * many they are (Rabenseifner 2004, with the order of additions fixed). */
#ifndef LINCE_GROUP_TREE_H
#define LINCE_GROUP_TREE_H

#include "group/group.h"

#include <stdbool.h>
#include <stdint.h>

/* --- pieces that come in order, one after the other ---------------------------------------------------- */

/* Of pieces begin to begin + width - 1, as far as there are so many. */
typedef struct lince_tree_node {
    size_t begin, width;
} lince_tree_node;

/* The nodes that the pieces so far add up to, of which no two are added to each other. */
enum { LINCE_TREE_DEPTH = 64 };
typedef struct lince_tree_stack {
    size_t pieces, count;
    lince_tree_node node[LINCE_TREE_DEPTH];
} lince_tree_stack;

/* A piece on top. */
void lince_tree_push(lince_tree_stack *stack, size_t piece);

/* Whether the two on top are to be added: they become one, and the caller adds the upper one to the lower one. To be asked
 * again until it is false. */
bool lince_tree_joins(lince_tree_stack *stack);

/* --- sums over members --------------------------------------------------------------------------------- */

/* How numbers are kept, sent and added. */
typedef struct lince_number {
    size_t size, sent;                                      /* bytes in memory and in a message */
    void (*pack)(void *message, const void *x, size_t n);   /* NULL: sent as they are */
    void (*unpack)(void *x, const void *message, size_t n); /* likewise */
    void (*add)(void *x, const void *message, size_t n);
    void (*join)(void *x, const void *y, size_t n); /* x += y */
} lince_number;

/* Of rounded floats (core/bfloat.h) all values and sums are rounded, so that half as many bytes say them. */
extern const lince_number lince_floats, lince_rounded_floats, lince_doubles;

typedef struct lince_tree {
    const lince_group *group;
    size_t pieces;
    lince_share own; /* of the pieces */
    size_t nodes; /* of all members, that each has after adding up its own pieces; in the order of pieces */
    size_t first, count;          /* of this member among them */
    int *owner;                   /* [nodes] the member that has it */
    struct lince_tree_join *join; /* [nodes - 1] what is added to what */
    int *place;                   /* while adding: [nodes][ranges] the node in whose memory the sum lies */
    size_t bytes;                 /* that this member has sent, for whoever measures */
} lince_tree;

/* LINCE_ENOMEM. */
int lince_tree_init(lince_tree *tree, const lince_group *group, size_t pieces);
void lince_tree_release(lince_tree *tree);

/* The sum of all nodes: value[i] are the `count` numbers of this member's i-th one; afterwards value[0] has the whole sum in
 * all members, which needs room also where a member has no node. The others are written over. `turn`: the number of ranges that were
 * added before, so that others begin. */
int lince_tree_sum(lince_tree *tree, const lince_number *kind, void *const *value, size_t count, size_t turn);

/* The same of values piece by piece, `count` numbers each, behind each other; the first becomes the sum. */
int lince_tree_sum_pieces(lince_tree *tree, const lince_number *kind, void *values, size_t count);

#endif
