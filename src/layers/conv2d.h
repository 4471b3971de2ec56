/* torch.nn.Conv2d; and torch.nn.Linear over the channels of each pixel, as of a map of tokens. */
#ifndef LINCE_LAYERS_CONV2D_H
#define LINCE_LAYERS_CONV2D_H

#include "layers/init.h"
#include "layers/window.h"

typedef struct lince_conv2d_layer_args {
    int channels;        /* of the output */
    int kernel;          /* pixels of a square filter's side */
    int stride;          /* pixels from one filter's place to the next; 0: 1 */
    int padding;         /* zeros around the picture, in pixels */
    lince_window window; /* of filters that are not square, instead of these three */
    int groups;          /* of channels, each of which sees its own inputs alone; 0: 1 */
    bool linear; /* the weight has a linear layer's shape [channels][inputs]; nothing is said of windows */
    bool no_bias;
    bool fixed_weight; /* the weight is not trained, the bias is */
    bool identity;     /* the first outputs begin as the inputs (torch.nn.init.dirac_) */
    lince_init_rule init;
    float init_std; /* 0: kaiming_normal_(mode="fan_out"), sqrt(2 / (channels pixels)) */
} lince_conv2d_layer_args;

#endif
