/* Two-dimensional convolution: geometry, layouts, and what the rows of CONV (op.h) are handed.
 *
 * Activations are nChw{b}c (core/tensor.h). Weights lie in compute layout
 *     [O/bo][I/bi][kh][kw][bi][bo]     bi, bo: the blocks of input and output, padding zero
 * where I are the inputs of a group, and bi is 1 where these are no whole blocks: [C/b][kh][kw][b] for depthwise ones, a group a
 * channel. */
#ifndef LINCE_KERNELS_CONV_H
#define LINCE_KERNELS_CONV_H

#include "core/tensor.h"
#include "kernels/epilogue.h"
#include "kernels/op.h"

#include <stdbool.h>

typedef struct lince_conv {
    int batch;
    lince_shape in, out;
    int kernel[2], stride[2], padding[2]; /* height, width */
    int groups;
} lince_conv;

typedef enum lince_direction { LINCE_FORWARD, LINCE_BACKWARD_DATA, LINCE_BACKWARD_WEIGHTS } lince_direction;

/* LINCE_OP_CONV multiplies floats. LINCE_OP_CONV_BF16 rounds what it multiplies, x, w and y, to the nearest bfloat16; sums,
 * biases and results are floats. */

/* The geometry that a kernel is made for. */
typedef struct lince_conv_task {
    lince_conv conv;
    lince_direction direction;
    bool has_bias;
} lince_conv_task;

/*  forward           y[n,o] = b[o] + sum_i x[n,i] (*) w[o,i]             x, w, b -> y
 *  backward data     dL/dx: the transposed convolution of dL/dy          y, w -> x     (gradients in x and y)
 *  backward weights  dL/dw, dL/db                                        x, y -> w, b  (gradients in y, w, b)
 * b may be NULL in all three. */
typedef struct lince_conv_args {
    float *x, *w, *b, *y;
    void *scratch;                  /* `scratch` bytes of the kernel, contents do not matter */
    bool relu;                      /* forward: y = max(y, 0) */
    const lince_epilogue *epilogue; /* forward, of rows that do it (op.h), instead of `relu`; or NULL */
    bool add;                       /* backward data, of rows that do it (op.h): added to what is in x */
    const float *
        gate; /* backward data: the gradient, or that sum, is zero where gate, laid out as x, is not positive; or NULL */
} lince_conv_args;

/* For rows that do not do args.relu and args.gate themselves, after what they do: passes over memory of their
 * own. */
void lince_conv_finish(const lince_kernel *kernel, const lince_conv_args *args);

/* How rows are measured (choose.c). */
extern const lince_op_timing lince_conv_timing;

/* Each channel by itself, blocks and all. */
bool lince_conv_is_depthwise(const lince_conv *conv);

/* Groups of several inputs, which are whole blocks, as its outputs are. */
bool lince_conv_groups_blocks(const lince_conv *conv);

/* Floats of the weights in compute layout. */
size_t lince_conv_weights_size(const lince_conv *conv);

/* Puts the weights of outputs begin..end, PyTorch's w[o - begin][i][y][x] in `rows`, into compute layout. */
void lince_conv_weights_put(const lince_conv *conv, const float *rows, float *memory, size_t begin,
                            size_t end);

/* The other way: of all outputs, as PyTorch has them. */
void lince_conv_weights_take(const lince_conv *conv, const float *memory, float *rows);

/* Where w[o][i][y][x] lies in compute layout. */
size_t lince_conv_weight_at(const lince_conv *conv, int o, int i, int y, int x);

#endif
