/* Channels picked, and shuffled. */
#ifndef LINCE_LAYERS_PICK_CHANNELS_H
#define LINCE_LAYERS_PICK_CHANNELS_H

#include "layers/layer.h"

typedef struct lince_pick_channels_layer_args {
    int begin; /* the first */
    int count; /* 0: all behind it */
    int groups; /* that they are taken from in turn, as torch.nn.ChannelShuffle(groups) does; 0: 1, as they stand */
} lince_pick_channels_layer_args;

#endif
