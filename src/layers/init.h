/* How the weights of conv2d and linear begin. */
#ifndef LINCE_LAYERS_INIT_H
#define LINCE_LAYERS_INIT_H

#include "layers/layer.h"

/* fan_in as torch.nn.init counts it. */
typedef enum lince_init_rule {
    LINCE_OWN_INIT,     /* N(0, init_std) of the layer's arguments; bias 0 */
    LINCE_HE_FAN_IN,    /* kaiming_normal_(mode="fan_in"): N(0, sqrt(2 / fan_in)); bias 0 */
    LINCE_HE_UNIFORM,   /* kaiming_uniform_: U(-b, b), b = sqrt(6 / fan_in); bias 0 */
    LINCE_PYTORCH_INIT, /* what PyTorch's modules begin with: weight and bias U(-b, b), b = 1/sqrt(fan_in) */
    LINCE_UNIFORM_FAN_IN, /* the same, with bias 0 */
} lince_init_rule;

/* Sets how a layer's weight (and bias, or NULL) begins; `std`: of LINCE_OWN_INIT. */
void lince_layer_init(lince_param *weight, lince_param *bias, lince_init_rule rule, float std);

#endif
