/* y = factor x */
#ifndef LINCE_LAYERS_SCALE_H
#define LINCE_LAYERS_SCALE_H

#include "layers/layer.h"

typedef struct lince_scale_layer_args {
    float factor;
} lince_scale_layer_args;

#endif
