/* torchvision's LayerNorm2d, and of a vector torch.nn.LayerNorm. */
#ifndef LINCE_LAYERS_LAYER_NORM2D_H
#define LINCE_LAYERS_LAYER_NORM2D_H

#include "layers/layer.h"

typedef struct lince_layer_norm2d_layer_args {
    float eps;   /* added to variances; 0: 1e-5 */
    bool vector; /* it stands behind a flatten or a linear layer */
} lince_layer_norm2d_layer_args;

#endif
