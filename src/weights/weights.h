/* Named tensors in a file: what every weights format is read into. */
#ifndef LINCE_WEIGHTS_WEIGHTS_H
#define LINCE_WEIGHTS_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum lince_dtype {
    LINCE_F32,
    LINCE_F16,
    LINCE_BF16,
    LINCE_F64,
    LINCE_I64,
    LINCE_I32,
    LINCE_U8,
    LINCE_I8,
    LINCE_BOOL,
    LINCE_DTYPES
} lince_dtype;

const char *lince_dtype_name(lince_dtype dtype); /* "F32" */
/* The one whose name these `size` bytes are; false: there is none. */
bool lince_dtype_named(const char *name, size_t size, lince_dtype *dtype);
size_t lince_dtype_size(lince_dtype dtype);  /* bytes */
bool lince_dtype_is_real(lince_dtype dtype); /* F32 F16 BF16 F64 */

enum { LINCE_MAX_DIMS = 8 };

/* A named tensor, row-major and contiguous. `data` is borrowed, and may be unaligned. */
typedef struct lince_tensor {
    const char *name;
    lince_dtype dtype;
    int ndim;
    int64_t dims[LINCE_MAX_DIMS];
    const void *data;
    size_t bytes;
} lince_tensor;

typedef struct lince_metadata {
    const char *key, *value;
} lince_metadata;

/* A weights file, opened: tensors in the file's order, and string metadata. */
typedef struct lince_weights lince_weights;
typedef struct lince_weights_format lince_weights_format; /* formats/format.h */

/* Opens a file of any format of formats/list.def, told by its content. It is read whole: tensors point into that.
 * Names become those that the models here have. LINCE_EIO; LINCE_EFORMAT with place and rule. */
int lince_weights_open(lince_weights **weights, const char *path);

/* The same without the tensors' numbers (data NULL), of which nothing is read where the format allows it; of a checksum what
 * the file says of its tensors and its texts is checked. */
int lince_weights_open_outline(lince_weights **weights, const char *path);

/* The same from bytes that the caller keeps; `name` is for messages. */
int lince_weights_parse(lince_weights **weights, const void *bytes, size_t size, const char *name);

/* Whether the content looks like one of those formats; nothing is checked. */
bool lince_weights_recognise(const char *path);

void lince_weights_free(lince_weights *weights);
const char *lince_weights_format_name(const lince_weights *weights); /* "safetensors" */

/* What was found, renamed or left out on reading, a line each; "" where there is nothing to say. */
const char *lince_weights_notes(const lince_weights *weights);

/* Whether the file has a checksum (checksum.h), which was right. */
bool lince_weights_has_checksum(const lince_weights *weights);

size_t lince_weights_count(const lince_weights *weights);
const lince_tensor *lince_weights_at(const lince_weights *weights, size_t index);
const lince_tensor *lince_weights_find(const lince_weights *weights, const char *name); /* NULL: not there */
const char *lince_weights_metadata(const lince_weights *weights, const char *key);      /* NULL: not there */
const lince_metadata *lince_weights_metadata_at(const lince_weights *weights,
                                                size_t index); /* NULL: no more */

/* Elements of a tensor. */
size_t lince_tensor_elements(const lince_tensor *tensor);

/* Copies elements first .. first + count - 1 as floats (F64 rounded to nearest even, the other kinds exactly
 * or by value). */
void lince_tensor_floats(const lince_tensor *tensor, size_t first, size_t count, float *out);

/* The elements where they lie, where they are floats and aligned as such; NULL otherwise. */
const float *lince_tensor_floats_in_place(const lince_tensor *tensor);

#endif
