/* Multi-head self-attention (kernels/attention.h says what is computed) of tokens.
 *
 * Tokens are the pixels of a map, as everything else that a net computes with pictures: in blocks of channels
 * (core/tensor.h), so that convolutions, additions and activations are the same operations as everywhere. A vision
 * transformer's tokens are a map of one row, the class token first (prepend_token.c); a Swin transformer's keep their
 * places. A linear layer of each token is a convolution of one pixel whose weight has a linear layer's shape
 * (conv2d.h: `linear`), and torch.nn.LayerNorm over its features is layer_norm2d.
 *
 * The projections are layers of their own, so that freezing, precisions and kernels' choices treat them as any other:
 * this one stands behind that of q, k and v, and before that of the result. In the names of torch.nn.MultiheadAttention,
 *     LINCE_LAYER(conv2d, .channels = 3 * d, .linear = true)    "self_attention.in_proj_"
 *     LINCE_LAYER(attention, .heads = 12)                       "self_attention"
 *     LINCE_LAYER(conv2d, .channels = d, .linear = true)        "self_attention.out_proj" */
#ifndef LINCE_LAYERS_ATTENTION_H
#define LINCE_LAYERS_ATTENTION_H

#include "layers/layer.h"

typedef struct lince_attention_layer_args {
    int heads; /* that the channels divide into */
    int window; /* pixels of the side of a window, whose sides the map's are multiples of; 0: the map is one. Windows
                   have torchvision's relative_position_bias_table */
    int shift; /* pixels that windows begin further down and right; not along an axis that one window fills */
} lince_attention_layer_args;

#endif
