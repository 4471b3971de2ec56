/* torch.nn.Linear. */
#ifndef LINCE_LAYERS_LINEAR_H
#define LINCE_LAYERS_LINEAR_H

#include "layers/init.h"

typedef struct lince_linear_layer_args {
    int outputs;
    bool no_bias;
    lince_init_rule init;
    float init_std; /* 0: 0.01 */
} lince_linear_layer_args;

#endif
