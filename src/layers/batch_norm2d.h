/* torch.nn.BatchNorm2d. */
#ifndef LINCE_LAYERS_BATCH_NORM2D_H
#define LINCE_LAYERS_BATCH_NORM2D_H

#include "layers/layer.h"

typedef struct lince_batch_norm2d_layer_args {
    float momentum;    /* share of a batch in the running statistics, 0 to 1; 0: 0.1 */
    bool fixed_weight; /* the weight stays 1, the bias is trained */
    float eps;         /* added to variances; 0: 1e-5 */
} lince_batch_norm2d_layer_args;

#endif
