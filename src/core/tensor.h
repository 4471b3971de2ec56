/* Shapes and layouts of activations. Data are always float, 64-byte aligned, in a store of the
 * device (kernels/store.h). */
#ifndef LINCE_CORE_TENSOR_H
#define LINCE_CORE_TENSOR_H

#include <stddef.h>

/* One sample's shape and how a batch of n lies in memory: nChw{b}c, that is
 *     data[((n * C/b + c/b) * h + y) * w + x) * b + c % b],   C = channels rounded up to b,
 * with zeros in the padding channels. b = 1 is plain NCHW. A vector of features has h = w = 1. */
typedef struct lince_shape {
    int channels, height, width;
    int block; /* b: 1, 8 or 16 */
} lince_shape;

/* What a batch of an activation consists of: samples of the layout above, or, for texts, packed rows of
 * `channels` floats (height is the largest number of steps, width and block are 1): one for each step of each
 * text, or only one for each distinct token of the batch, where nothing but the token matters.
 * kernels/packed.h says which row is whose; memory behind the last row is undefined. Or samples whose values
 * are bytes, in the order of kernels/bytes.h (block is 1). */
typedef enum lince_rows { LINCE_SAMPLES, LINCE_STEPS, LINCE_TOKENS, LINCE_BYTES } lince_rows;

static inline int lince_round_up(int n, int multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Floats of one sample in memory, padding channels included. */
static inline size_t lince_shape_size(lince_shape s)
{
    return (size_t)lince_round_up(s.channels, s.block) * (size_t)s.height * (size_t)s.width;
}

/* Elements of one sample as PyTorch counts them. */
static inline size_t lince_shape_elements(lince_shape s)
{
    return (size_t)s.channels * (size_t)s.height * (size_t)s.width;
}

#endif
