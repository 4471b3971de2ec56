/* A net made of an ONNX graph, node by node: a row of operators.def an operator.
 *
 * The graph's values are nodes of the net; or whole numbers (what shapes are computed with, which is done here:
 * such constants are folded away); or tensors. The batch, of which nobody knows how large it is, is -1 among such
 * numbers. */
#ifndef LINCE_WEIGHTS_ONNX_IMPORT_H
#define LINCE_WEIGHTS_ONNX_IMPORT_H

#include "net/net.h"
#include "weights/onnx/source.h"

enum { LINCE_ONNX_LONGS = 16 };

typedef enum lince_onnx_kind {
    LINCE_ONNX_NOTHING,
    LINCE_ONNX_NODE,
    LINCE_ONNX_NUMBERS,
    LINCE_ONNX_INDICES,
    LINCE_ONNX_CONSTANT
} lince_onnx_kind;

typedef struct lince_onnx_item {
    const char *name;
    lince_onnx_kind kind;
    /* a node of the net */
    int node, rank; /* 4: [n][c][h][w]; 2: [n][c]; 5: [n][groups][c / groups][h][w]; 1: [n c h w] */
    bool last;      /* the graph has channels last; the net never does */
    int groups;
    bool swapped; /* rank 5: [n][c / groups][groups][h][w] */
    /* whole numbers */
    int64_t longs[LINCE_ONNX_LONGS];
    size_t count, columns; /* of a table's rows; 0: it is none */
    bool scalar;
    int64_t each; /* of indices: those of a sample are so many more than those of the one before */
    const Lince__Onnx__Tensor *tensor; /* a constant; of indices those of the first sample, NULL: 0 */
    bool turned,
        widened; /* a matrix whose transpose is meant; one axis, to which others were added behind it */
    size_t producer, user; /* 1 + node of the graph that makes it, and that uses it first */
    size_t uses;
} lince_onnx_item;

/* A parameter of the net, and where its numbers are: in a tensor, or made here. */
typedef struct lince_onnx_binding {
    char name[LINCE_NAME_MAX];
    int ndim, dims[4];
    const Lince__Onnx__Tensor *tensor;
    bool transposed; /* the tensor is [in][out] */
    float *values;   /* owned; NULL: the tensor's */
} lince_onnx_binding;

/* A node of the net that joins the channels of two. */
typedef struct lince_onnx_join {
    int first, second, made;
} lince_onnx_join;

typedef struct lince_onnx_import {
    const lince_onnx_source *source;
    lince_net *net;
    int classes;     /* of the output layer; 0: as many as the file's */
    lince_map names; /* a name's hash -> 1 + place in items */
    lince_onnx_item *items;
    size_t item_count, item_capacity;
    bool *done; /* [nodes] of the graph: taken together with another */
    bool *used; /* [nodes] of the net: another one has it as its input */
    size_t used_capacity;
    size_t head; /* 1 + the node whose outputs are the classes */
    lince_onnx_join *joins;
    size_t join_count, join_capacity;
    lince_onnx_binding *bindings;
    size_t binding_count, binding_capacity;
} lince_onnx_import;

/* Adds the graph's layers behind the net's input. Release in any case. LINCE_EUNSUPPORTED with file, node and
 * operator; LINCE_EFORMAT. */
int lince_onnx_build(lince_onnx_import *import);
void lince_onnx_release(lince_onnx_import *import);

/* The picture that goes in: {channels, height, width}, 0 where the file leaves a size open. LINCE_EUNSUPPORTED. */
int lince_onnx_input_shape(const lince_onnx_source *source, lince_shape *shape);

/* --- between import.c and the operators ------------------------------------------------------------- */

typedef int lince_onnx_operator(lince_onnx_import *import, const Lince__Onnx__Node *node);
lince_onnx_operator *lince_onnx_operator_named(const char *name); /* NULL: lince has it not */

/* The item of a name, made where there is none; NULL: LINCE_ENOMEM. All are made before the first node is taken, so
 * that places stay. */
lince_onnx_item *lince_onnx_item_of(lince_onnx_import *import, const char *name);

#endif
