/* torch.nn.ZeroPad2d. */
#ifndef LINCE_LAYERS_ZERO_PAD2D_H
#define LINCE_LAYERS_ZERO_PAD2D_H

#include "layers/layer.h"

typedef struct lince_zero_pad2d_layer_args {
    int top, bottom, left, right; /* rows and columns of zeros, 0 or more */
} lince_zero_pad2d_layer_args;

#endif
