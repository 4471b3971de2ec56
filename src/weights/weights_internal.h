/* The inside of lince_weights, for readers of formats. */
#ifndef LINCE_WEIGHTS_INTERNAL_H
#define LINCE_WEIGHTS_INTERNAL_H

#include "weights/weights.h"

struct lince_weights {
    lince_tensor *tensors; /* names are lince_alloc'ed */
    size_t count, capacity;
    char **keys, **values; /* metadata */
    size_t metadata_count;
    void *map; /* of the file; NULL: the caller's bytes */
    size_t map_size;
};

#endif
