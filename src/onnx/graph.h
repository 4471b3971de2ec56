/* An ONNX graph while it is written (https://onnx.ai; operators of opset 17), node by node.
 *
 * What is computed is a value, called by a name that the graph keeps. Failures stick to the graph, as to a lince_buffer: values
 * are NULL from then on, which every function takes, and lince_onnx_save says what was wrong. */
#ifndef LINCE_ONNX_GRAPH_H
#define LINCE_ONNX_GRAPH_H

#include "core/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lince_onnx lince_onnx;
typedef const char *lince_onnx_value;

/* Elements of tensors, by their numbers in the schema. */
typedef enum lince_onnx_type {
    LINCE_ONNX_FLOAT = 1,
    LINCE_ONNX_UINT8 = 2,
    LINCE_ONNX_INT8 = 3,
    LINCE_ONNX_INT32 = 6,
    LINCE_ONNX_INT64 = 7
} lince_onnx_type;

int lince_onnx_new(lince_onnx **graph);
void lince_onnx_free(lince_onnx *graph);

/* The first failure; and one from elsewhere, where it is the first. */
int lince_onnx_error(const lince_onnx *graph);
void lince_onnx_fail(lince_onnx *graph, int code);

/* What names of nodes begin with from here on: the layer that they are of. */
void lince_onnx_scope(lince_onnx *graph, const char *name);

/* --- nodes ---------------------------------------------------------------------------------------- */

/* Adds a node of an operator; its (first) output. An input that is left out is "".
 *     lince_onnx_value y = LINCE_ONNX(graph, "Conv", x, weight, bias);
 *     lince_onnx_ints(graph, "strides", 2, (int64_t[]){2, 2}); */
#define LINCE_ONNX(graph, op, ...)                                      \
    lince_onnx_node(graph, op, (const lince_onnx_value[]){__VA_ARGS__}, \
                    sizeof((const lince_onnx_value[]){__VA_ARGS__}) / sizeof(lince_onnx_value))
lince_onnx_value lince_onnx_node(lince_onnx *graph, const char *op, const lince_onnx_value *inputs,
                                 size_t count);

/* Attributes of the node that was added last. */
void lince_onnx_int(lince_onnx *graph, const char *name, int64_t value);
void lince_onnx_ints(lince_onnx *graph, const char *name, size_t count, const int64_t *values);
void lince_onnx_real(lince_onnx *graph, const char *name, float value);
void lince_onnx_text(lince_onnx *graph, const char *name, const char *value);
void lince_onnx_texts(lince_onnx *graph, const char *name, size_t count,
                      const char *value); /* the same so often */

/* The same of the last node but for tensors: all that most nodes have. */
lince_onnx_value lince_onnx_transpose(lince_onnx *graph, lince_onnx_value x, size_t count,
                                      const int64_t *order);
/* x[..., begin:end:step, ...] of one axis. */
lince_onnx_value lince_onnx_slice(lince_onnx *graph, lince_onnx_value x, int64_t axis, int64_t begin,
                                  int64_t end, int64_t step);

/* --- tensors -------------------------------------------------------------------------------------- */

/* Constants; of one dimension, or of none where count is 0 (then of one value). */
lince_onnx_value lince_onnx_floats(lince_onnx *graph, size_t count, const float *values);
lince_onnx_value lince_onnx_longs(lince_onnx *graph, size_t count, const int64_t *values);
lince_onnx_value lince_onnx_scalar(lince_onnx *graph, float value);

/* A tensor of floats under a name, as which nodes use it; memory for its values (all 0), or NULL. */
float *lince_onnx_tensor(lince_onnx *graph, const char *name, int ndim, const int *dims);

/* The same of whole numbers. */
void *lince_onnx_whole(lince_onnx *graph, const char *name, lince_onnx_type type, int ndim, const int *dims);

/* Whole numbers, as which a scale's zero is known, or a bias. */
lince_onnx_value lince_onnx_byte(lince_onnx *graph, uint8_t value);
lince_onnx_value lince_onnx_ints32(lince_onnx *graph, size_t count, const int32_t *values);

/* One without a name of its own; its values are copied. */
lince_onnx_value lince_onnx_matrix(lince_onnx *graph, int rows, int columns, const float *values);

/* --- edges ---------------------------------------------------------------------------------------- */

/* A dimension of what goes in or out: a number, or the name of one that is known only when it runs. */
typedef struct lince_onnx_dim {
    int64_t size; /* 0: */
    const char *name;
} lince_onnx_dim;

lince_onnx_value lince_onnx_input(lince_onnx *graph, const char *name, const char *about,
                                  lince_onnx_type type, size_t ndim, const lince_onnx_dim *dims);
void lince_onnx_output(lince_onnx *graph, lince_onnx_value value, const char *name, const char *about,
                       size_t ndim, const lince_onnx_dim *dims);

/* Of sequences: how many steps each has, an int64 a sample. */
void lince_onnx_set_lengths(lince_onnx *graph, lince_onnx_value lengths);
lince_onnx_value lince_onnx_lengths(const lince_onnx *graph);

/* The inputs and outputs with their shapes, a line each: "input input: float [batch, 3, 32, 32]". */
void lince_onnx_tell(const lince_onnx *graph, lince_buffer *out);

/* --- the file ------------------------------------------------------------------------------------- */

void lince_onnx_metadata(lince_onnx *graph, const char *key, const char *value);

/* Writes it, whole or not at all. `name`: of the graph. LINCE_EUNSUPPORTED where it takes more than ONNX's files may. */
int lince_onnx_save(lince_onnx *graph, const char *name, const char *path);

#endif
