/* A shortcut to more channels and fewer pixels. */
#ifndef LINCE_LAYERS_PAD_SHORTCUT_H
#define LINCE_LAYERS_PAD_SHORTCUT_H

#include "layers/layer.h"

typedef struct lince_pad_shortcut_layer_args {
    int channels; /* of the output, at least the input's */
    int stride;   /* of every so many rows and columns one is kept */
} lince_pad_shortcut_layer_args;

#endif
