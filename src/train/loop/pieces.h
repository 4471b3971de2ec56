/* A batch is cut into pieces, which go through the net by themselves: its shards (--shards), of which each member of
 * a group has some, or without them what each member has of it, which for one alone is the whole. A piece's
 * gradient, its losses and the statistics of its batch norms depend on the piece alone, and the batch's are added up
 * from them in a tree by their number, so that with shards they do not depend on how many members there are. */
#ifndef LINCE_TRAIN_PIECES_H
#define LINCE_TRAIN_PIECES_H

#include "data/loader/loader.h"
#include "group/tree.h"
#include "net/net.h"

typedef struct lince_pieces {
    lince_tree tree;
    size_t count, own; /* own: of this member, at least the room of one */
    lince_store norms; /* running statistics: those before the batch, and behind them each own piece's */
    size_t statistics; /* numbers, each */
    double (*sums)[2]; /* [own] right answers and losses */
    int *n;            /* [own] of pieces side by side what net.h's lince_net_together says */
    const uint64_t **key;
    double *weight;
} lince_pieces;

/* LINCE_ENOMEM. */
int lince_pieces_init(lince_pieces *pieces, lince_net *net, size_t count, const lince_group *group);
void lince_pieces_release(lince_pieces *pieces);

/* Samples of the largest piece of a batch. */
int lince_pieces_most(int batch, size_t pieces);

/* Before a batch, also of a member without pieces; and around the pass of an own piece of n samples, of a batch of `whole`, which moves
 * the statistics of batch norms that are not frozen: each piece begins with those of before the batch. */
void lince_pieces_start(lince_pieces *pieces, lince_net *net);
void lince_pieces_begin(lince_pieces *pieces, lince_net *net, size_t i);
void lince_pieces_end(lince_pieces *pieces, lince_net *net, size_t i, int n, int whole);

/* Their right answers and losses become those of all pieces, in the first one's. */
int lince_pieces_count(lince_pieces *pieces);

/* After all: statistics are the mean of all pieces' by their samples, and the batch counts once. */
int lince_pieces_merge(lince_pieces *pieces, lince_net *net);

#endif
