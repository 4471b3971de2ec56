/* The safetensors format: 8 bytes of header size (little-endian), a JSON header, then the tensors' bytes.
 * https://github.com/huggingface/safetensors (format section) */
#ifndef LINCE_WEIGHTS_SAFETENSORS_H
#define LINCE_WEIGHTS_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

typedef enum lince_dtype {
    LINCE_F32, LINCE_F16, LINCE_BF16, LINCE_F64, LINCE_I64, LINCE_I32, LINCE_U8, LINCE_BOOL, LINCE_DTYPES
} lince_dtype;

const char *lince_dtype_name(lince_dtype dtype); /* "F32" */
size_t lince_dtype_size(lince_dtype dtype);      /* bytes */

enum { LINCE_MAX_DIMS = 8 };

/* A named tensor, row-major and contiguous. `data` is borrowed. */
typedef struct lince_tensor {
    const char *name;
    lince_dtype dtype;
    int ndim;
    int64_t dims[LINCE_MAX_DIMS];
    const void *data;
    size_t bytes;
} lince_tensor;

/* Any weights file, opened: tensors in file order, and string metadata. The file is memory-mapped; tensors point into it. */
typedef struct lince_weights lince_weights;

int lince_safetensors_open(lince_weights **weights, const char *path);
void lince_weights_free(lince_weights *weights);

size_t lince_weights_count(const lince_weights *weights);
const lince_tensor *lince_weights_at(const lince_weights *weights, size_t index);
const lince_tensor *lince_weights_find(const lince_weights *weights, const char *name); /* NULL: not there */
const char *lince_weights_metadata(const lince_weights *weights, const char *key);      /* NULL: not there */

/* Copies a tensor's elements as floats (F32, F16, BF16, F64 exactly or rounded to nearest even; integers by value). */
void lince_tensor_floats(const lince_tensor *tensor, float *out);

typedef struct lince_metadata {
    const char *key, *value;
} lince_metadata;

/* Writes a file, whole or not at all (fsync before and after the rename). Same input, same bytes. */
int lince_safetensors_write(const char *path, const lince_tensor *tensors, size_t count,
                            const lince_metadata *metadata, size_t metadata_count);

#endif
