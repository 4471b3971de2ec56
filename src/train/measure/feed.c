#include "train/measure/feed.h"

void lince_feed(lince_net *net, const lince_batch *batch)
{
    if (batch->tokens) {
        lince_net_set_tokens(net, batch->n, batch->tokens, batch->length, batch->steps);
        return;
    }
    lince_net_feed(net, batch->n, batch->x);
}
