#include "train/measure/feed.h"

#include <string.h>

void lince_feed(lince_net *net, const lince_batch *batch)
{
    if (batch->tokens) {
        lince_net_set_tokens(net, batch->n, batch->tokens, batch->length, batch->steps);
        return;
    }
    size_t input = lince_shape_size(lince_net_input_shape(net));
    memcpy(lince_net_input(net), batch->x, (size_t)batch->n * input * sizeof(float));
}
