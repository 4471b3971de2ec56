/* How builders add layers. */
#ifndef LINCE_MODELS_MODULE_H
#define LINCE_MODELS_MODULE_H

#include "net/net.h"

/* Adds a layer behind node `from` (and args.from[1], where it has two inputs), its name formatted
 * printf-style. The node's number; negative where it failed, or where `from` is negative already, so that
 * only the last result has to be looked at. */
int lince_module(lince_net *net, int from, lince_layer_args args, const char *name, ...)
    __attribute__((format(printf, 4, 5)));

/* The end that most architectures share: global average pooling as `avgpool`, flatten. */
int lince_global_average(lince_net *net, int from);

#endif
