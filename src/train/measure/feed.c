#include "train/measure/feed.h"

void lince_feed(lince_net *net, const lince_batch *batch)
{
    const lince_input *in = &batch->input;
    if (in->token) lince_net_set_tokens(net, batch->n, in->token, in->length, in->steps);
    if (in->x) lince_net_feed(net, batch->n, in->x);
}
