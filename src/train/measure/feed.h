/* A batch into a net's input. */
#ifndef LINCE_TRAIN_FEED_H
#define LINCE_TRAIN_FEED_H

#include "data/loader/loader.h"
#include "net/net.h"

/* Copies numbers, packs sequences. */
void lince_feed(lince_net *net, const lince_batch *batch);

#endif
