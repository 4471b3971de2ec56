/* How builders add layers, and what several families are made of. */
#ifndef LINCE_MODELS_MODULE_H
#define LINCE_MODELS_MODULE_H

#include "layers/batch_norm2d.h"
#include "layers/conv2d.h"
#include "net/net.h"

/* Adds a layer behind node `from` (and args.from[1], where it has two inputs), its name formatted
 * printf-style. The node's number; negative where it failed, or where `from` is negative already, so that
 * only the last result has to be looked at. */
int lince_module(lince_net *net, int from, lince_layer_args args, const char *name, ...)
    __attribute__((format(printf, 4, 5)));

/* Of torchvision's Conv2dNormActivation: a convolution without bias, padded by half its kernel, batch normalisation and an
 * activation (NULL: none), `<name>.0`, `.1` and `.2`. */
typedef struct lince_conv_norm {
    lince_conv2d_layer_args conv;
    lince_batch_norm2d_layer_args norm;
    const lince_layer_type *activation;
} lince_conv_norm;
int lince_conv_norm_activation(lince_net *net, int from, const lince_conv_norm *parts, const char *name, ...)
    __attribute__((format(printf, 4, 5)));

/* Squeeze and excitation (Hu et al. 2018): each channel times a factor that two 1x1 convolutions, to `squeezed` channels and
 * back, draw from the means of all channels. Modules `<name>.fc1` and `.fc2`, as torchvision's. */
int lince_squeeze_excite(lince_net *net, int from, const char *name, int squeezed,
                         const lince_layer_type *activation, const lince_layer_type *scale_activation);

/* Channels of four branches one behind the other, as `<name>`; and the channels of a node. */
int lince_join_channels(lince_net *net, const char *name, int count, const int *branches);
int lince_channels(lince_net *net, int node);

/* As torchvision rounds scaled channels: to a multiple of 8, and not by more than a tenth down. */
int lince_make_divisible(double channels);

/* The end that most architectures share: global average pooling as `avgpool`, flatten. */
int lince_global_average(lince_net *net, int from);

#endif
