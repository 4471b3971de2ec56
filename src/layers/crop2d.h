/* A part of a map. */
#ifndef LINCE_LAYERS_CROP2D_H
#define LINCE_LAYERS_CROP2D_H

#include "layers/layer.h"

typedef struct lince_crop2d_layer_args {
    int top, left, height, width; /* where it begins, and its size */
} lince_crop2d_layer_args;

#endif
