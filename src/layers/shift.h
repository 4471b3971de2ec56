/* y = x + number */
#ifndef LINCE_LAYERS_SHIFT_H
#define LINCE_LAYERS_SHIFT_H

#include "layers/layer.h"

typedef struct lince_shift_layer_args {
    float number;
} lince_shift_layer_args;

#endif
