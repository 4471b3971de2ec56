#include "train/feed.h"

#include <string.h>

void lince_feed(lince_net *net, const lince_batch *batch)
{
    size_t input = lince_shape_size(lince_net_layer(net, 1)->in[0]);
    memcpy(lince_net_input(net), batch->x, (size_t)batch->n * input * sizeof(float));
}
