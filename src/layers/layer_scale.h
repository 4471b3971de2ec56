/* A factor for each channel, as ConvNeXt's blocks end with. */
#ifndef LINCE_LAYERS_LAYER_SCALE_H
#define LINCE_LAYERS_LAYER_SCALE_H

#include "layers/layer.h"

typedef struct lince_layer_scale_layer_args {
    float init; /* what factors begin as; 0: 1e-6 */
} lince_layer_scale_layer_args;

#endif
