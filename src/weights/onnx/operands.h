/* What operators are made of: a node's attributes and inputs, the values that it gives, the net's layers that it becomes.
 * Functions that give an int give an error, or a node of the net where they add one. */
#ifndef LINCE_WEIGHTS_ONNX_OPERANDS_H
#define LINCE_WEIGHTS_ONNX_OPERANDS_H

#include "weights/onnx/import.h"

typedef lince_onnx_import import;
typedef lince_onnx_item item;
typedef Lince__Onnx__Node node;
typedef Lince__Onnx__Tensor tensor;

enum { LINCE_IMPORT_LARGEST = 1 << 28 }; /* elements of a map of one sample, and of a layer's weights */

int lince_import_refuse(const import *m, const node *n, const char *why);
const Lince__Onnx__Attribute *lince_import_attribute(const node *n, const char *name);
int64_t lince_import_whole(const node *n, const char *name, int64_t usual);
float lince_import_real(const node *n, const char *name, float usual);
bool lince_import_says(const node *n, const char *name, const char *text);
/* NULL: it is not there. */
item *lince_import_input(import *m, const node *n, size_t i);
item *lince_import_output(import *m, const node *n);
/* A node of the net as an input; NULL: it is something else. */
item *lince_import_map(import *m, const node *n, size_t i);
/* A constant as it stands in the file; NULL: it is none, or was turned or widened, which few operators ask for. */
const tensor *lince_import_constant(import *m, const node *n, size_t i);
/* Whole numbers: of an input, or where older versions have it, of an attribute. The count, or -1. */
int lince_import_numbers(import *m, const node *n, size_t i, const char *name, int64_t out[LINCE_ONNX_LONGS]);
/* One float of a small constant. */
bool lince_import_number(import *m, const node *n, size_t i, float *out);
lince_shape lince_import_shape_of(const import *m, const item *x);
/* Which of a value's axes is which: 1 channels, 2 height, 3 width; 0 the batch. */
int lince_import_meaning(const item *x, int64_t axis);
/* The output is `node`, otherwise as `like`. */
int lince_import_give(import *m, const node *n, const item *like, int made);
int lince_import_give_rank(import *m, const node *n, const item *like, int made, int rank);
int lince_import_give_numbers(import *m, const node *n, size_t count, const int64_t *values, bool scalar);
/* Of numbers, of which some may be a table (operators_numbers.c): another shape of one or two axes; begin:end:step of an axis;
 * a table's transpose. */
typedef struct lince_import_range {
    int64_t begin, end, axis, step;
} lince_import_range;
int lince_import_reshape_numbers(import *m, const node *n, const item *x, int count, const int64_t *to);
int lince_import_slice_numbers(import *m, const node *n, const item *x, const lince_import_range *range);
int lince_import_transpose_numbers(import *m, const node *n, const item *x);
/* Sums and products of indices (operators_indices.c), of which one input is some. */
int lince_import_indices_arithmetic(import *m, const node *n);
/* The same value under another name. */
int lince_import_pass(import *m, const node *n);
/* Behind `from`, called by the node's number; the net's node, or negative. */
int lince_import_add(import *m, const node *n, int from, int second, lince_layer_args args);
/* One that has weights keeps the name that they have in the file, where that is one of PyTorch's: without the ".weight" of a
 * module's. */
int lince_import_add_named(import *m, const node *n, int from, const tensor *weight, lince_layer_args args);
/* Parameter `param` of node `made` has the tensor's numbers. Of the output layer, other classes are asked for than the
 * file's. */
int lince_import_bind_tensor(import *m, const node *n, int made, int param, const tensor *t, bool transposed);
/* The layer behind x, with weights and perhaps a bias (NULL: none), the output layer where it is that; its value is given. */
int lince_import_weighted(import *m, const node *n, const item *x, lince_layer_args layer,
                          const tensor *weight, bool transposed, const tensor *bias);
/* Or these, which are taken over. */
int lince_import_bind_values(import *m, int made, int param, float *values);
/* a x + b behind node `from`, with a number each for every channel, of which one may be NULL: a convolution of one pixel, of
 * each channel by itself, which is called as the tensor where that has a name of PyTorch's. The net's node. */
int lince_import_affine(import *m, const node *n, int from, const tensor *t, const float *a, const float *b);
/* Whether a constant has one number for each channel of a map: [c][1][1], or where channels are last [c]. */
bool lince_import_by_channel(const import *m, const item *x, const tensor *t);
/* A constant's numbers, lince_alloc'ed; zeros where an outline has them not: then they are in the weights. */
int lince_import_values(const import *m, const tensor *t, float **values);
/* Outputs: the file's, or of the output layer as many as there are classes. */
int lince_import_outputs(const import *m, const node *n, int64_t own);
/* `count` channels from `begin` on, of so many groups in turn (layers/pick_channels.h; 0: as they stand). */
int lince_import_pick(import *m, const node *n, const item *x, int count, int begin, int groups);
/* The node that is the only one to use an output, or NULL. */
const node *lince_import_only_user(const import *m, const item *x);
/* `n` gives what `user`, its only user, would give: that one is done. */
int lince_import_also_gives(import *m, const node *n, const node *user);
int64_t lince_import_clamp(int64_t at, int64_t size);

/* Where node `n` begins a GELU that is written out (operators_activations.c), it and what follows are taken. */
int lince_import_gelu_by_erf(import *m, const node *n, const item *x, bool *taken);

#endif
