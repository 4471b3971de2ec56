/* A convolution of square windows as cases list it. */
#ifndef LINCE_TESTS_CONV_SHAPE_H
#define LINCE_TESTS_CONV_SHAPE_H

#include "kernels/conv.h"

typedef struct shape {
    int n, in, height, width, out, kernel, stride, padding, groups;
} shape;

static inline int conv_positions(int in, int kernel, int stride, int padding)
{
    return (in + 2 * padding - kernel) / stride + 1;
}

static inline lince_conv conv_of_shape(shape s, int block)
{
    return (lince_conv){.batch = s.n,
                        .in = {s.in, s.height, s.width, s.in < block ? 1 : block},
                        .out = {s.out, conv_positions(s.height, s.kernel, s.stride, s.padding),
                                conv_positions(s.width, s.kernel, s.stride, s.padding), block},
                        .kernel = {s.kernel, s.kernel},
                        .stride = {s.stride, s.stride},
                        .padding = {s.padding, s.padding},
                        .groups = s.groups};
}

#endif
