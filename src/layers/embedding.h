/* torch.nn.Embedding with padding_idx=0. */
#ifndef LINCE_LAYERS_EMBEDDING_H
#define LINCE_LAYERS_EMBEDDING_H

#include "layers/layer.h"

typedef struct lince_embedding_layer_args {
    int vocabulary; /* rows, one a token */
    int channels;   /* of a row */
} lince_embedding_layer_args;

#endif
