/* From a pickled object to named tensors: what both of PyTorch's forms have in common. */
#ifndef LINCE_WEIGHTS_TORCH_STATE_H
#define LINCE_WEIGHTS_TORCH_STATE_H

#include "weights/torch/pickle.h"
#include "weights/weights.h"

/* What may be named: OrderedDict, the functions that make a tensor or a parameter, and the storage types. */
extern const lince_pickle_global lince_torch_globals[];

const char *lince_torch_storage_type(lince_dtype dtype); /* "FloatStorage" */

/* A storage as a persistent id describes it:
 *     ("storage", type, key, location, elements[, None or (view's key, first element, elements)]) */
typedef struct lince_torch_storage {
    lince_dtype dtype;
    const char *key; /* without a NUL */
    size_t key_size;
    uint64_t elements;
    uint64_t view_begin, view_elements; /* the part that the tensor refers to: all of it where not said */
} lince_torch_storage;

/* Reads one. `name` and `offset` of the pickle are for messages. LINCE_EFORMAT. */
int lince_torch_storage_read(lince_torch_storage *storage, const lince_pickle_value *persistent,
                             const char *name, size_t offset);

/* Finds a storage's bytes: `size` of them, storage->elements x the type's size. LINCE_EFORMAT. */
typedef int lince_torch_find(const void *context, const lince_torch_storage *storage,
                             const unsigned char **bytes);

typedef struct lince_torch_object {
    const char *name; /* "vgg16.pth: archive/data.pkl" */
    const lince_pickle_value *root;
    size_t offset;    /* of the pickle in the file */
    size_t file_size; /* bounds the memory for tensors that are not contiguous in the file */
    lince_torch_find *find;
    const void *context;
} lince_torch_object;

/* Adds the object's state dict to the weights, and notes where it was found and what else the file holds. */
int lince_torch_state(lince_weights *weights, const lince_torch_object *object);

#endif
