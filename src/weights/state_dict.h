/* A net's parameters as PyTorch's state_dict: to a file, and from one. */
#ifndef LINCE_WEIGHTS_STATE_DICT_H
#define LINCE_WEIGHTS_STATE_DICT_H

#include "core/buffer.h"
#include "net/net.h"
#include "weights/weights.h"

/* Writes all parameters and buffers, in PyTorch's names, shapes and order. */
int lince_state_dict_save(const lince_net *net, const char *path, const lince_metadata *metadata,
                          size_t metadata_count);

typedef struct lince_load_result {
    size_t loaded;      /* parameters taken from the file */
    lince_buffer notes; /* a line for each parameter that was not: missing, of another shape, unexpected */
    size_t different;   /* lines in notes */
} lince_load_result;

/* Copies every tensor whose name and shape fit; says what did not. LINCE_EDATA where nothing fits at all.
 * Release result->notes. */
int lince_state_dict_load(lince_net *net, const lince_weights *weights, lince_load_result *result);

#endif
