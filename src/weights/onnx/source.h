/* An ONNX file, read: protobuf's messages (onnx/schema.proto), its tensors by name, and their numbers. */
#ifndef LINCE_WEIGHTS_ONNX_SOURCE_H
#define LINCE_WEIGHTS_ONNX_SOURCE_H

#include "core/buffer.h"
#include "core/hash.h"
#include "onnx/schema.pb-c.h"

#include <stdbool.h>

typedef struct lince_onnx_source {
    const char *file; /* for messages, and where external data lie beside it */
    Lince__Onnx__Model *model;
    lince_map tensors; /* a name's hash -> 1 + place among the initializers */
    bool is_outline;   /* large tensors' numbers are left out */
} lince_onnx_source;

/* From bytes; close in any case. LINCE_EFORMAT where they are no such file, LINCE_EUNSUPPORTED for a version of
 * the operators that is not known. */
int lince_onnx_open(lince_onnx_source *source, const void *bytes, size_t size, const char *file);
void lince_onnx_close(lince_onnx_source *source);

/* An initializer, or NULL. */
const Lince__Onnx__Tensor *lince_onnx_find(const lince_onnx_source *source, const char *name);

/* What the metadata say of a key; NULL: nothing. */
const char *lince_onnx_said(const lince_onnx_source *source, const char *key);

/* Elements by its dimensions; 0 where these are negative or too many. */
size_t lince_onnx_elements(const Lince__Onnx__Tensor *tensor);

/* Its numbers, which are looked for in the message, or in a file beside it; LINCE_EFORMAT where there are not as
 * many as the dimensions say: there are, once lince_onnx_holds says so. Whole numbers are those of INT64 and INT32. */
int lince_onnx_read_floats(const lince_onnx_source *source, const Lince__Onnx__Tensor *tensor, float *out);
int lince_onnx_read_longs(const lince_onnx_source *source, const Lince__Onnx__Tensor *tensor, int64_t *out);

/* Before memory is taken for them: whether the numbers are there. LINCE_EFORMAT, LINCE_EIO. */
int lince_onnx_holds(const lince_onnx_source *source, const Lince__Onnx__Tensor *tensor);

/* LINCE_EFORMAT with file, tensor and rule. */
int lince_onnx_refuse(const char *file, const Lince__Onnx__Tensor *tensor, const char *rule);
#define LINCE_ONNX_MISCOUNTED N_("its numbers are not as many as its dimensions say")

/* The graph without its large tensors' numbers, as text, which needs no other file; and such a text, opened: close in any case.
 * LINCE_EDATA, LINCE_EFORMAT. */
int lince_onnx_outline(const lince_onnx_source *source, lince_buffer *text);
int lince_onnx_open_outline(lince_onnx_source *source, const char *text);

/* Tensors of so few numbers may be constants that the graph depends on, and stay in the outline. */
enum { LINCE_ONNX_SMALL = 16 };

#endif
