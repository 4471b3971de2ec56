/* The inside of lince_weights, for readers of formats. */
#ifndef LINCE_WEIGHTS_INTERNAL_H
#define LINCE_WEIGHTS_INTERNAL_H

#include "core/buffer.h"
#include "core/contents.h"
#include "weights/weights.h"

struct lince_weights {
    const lince_weights_format *format;
    lince_tensor *tensors; /* names are lince_alloc'ed */
    size_t count, capacity;
    size_t *by_name;          /* [count] places in tensors, sorted by name */
    lince_metadata *metadata; /* texts are lince_alloc'ed */
    size_t metadata_count, metadata_capacity;
    lince_buffer notes; /* a line each */
    void **copies;      /* data that the file has in another order */
    size_t copy_count, copy_capacity;
    bool has_checksum;   /* which was right */
    lince_contents file; /* which tensors point into; empty where the bytes are the caller's */
};

/* Adds a tensor; its name is copied. */
int lince_weights_add(lince_weights *weights, const lince_tensor *tensor, const char *name, size_t name_size);

/* Memory that lives as long as the weights, for data that the file has in another form; NULL: none is left. */
void *lince_weights_own(lince_weights *weights, size_t bytes);

/* Adds a pair of texts. */
int lince_weights_add_metadata(lince_weights *weights, const char *key, const char *value);

/* Sorts the names, after the last was added or changed; LINCE_EFORMAT where one is there twice. `file`: for
 * the message. */
int lince_weights_index(lince_weights *weights, const char *file);

/* UTF-8 without a NUL: fit to be a name. */
bool lince_is_name(const char *bytes, size_t size);

/* What every writer asks of tensors: bytes that follow from the shape, names that are there once and are
 * UTF-8. LINCE_ESHAPE, LINCE_EDATA. */
int lince_tensors_check(const char *path, const lince_tensor *tensors, size_t count);

#endif
