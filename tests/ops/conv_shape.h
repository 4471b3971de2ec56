/* A convolution as cases list it. */
#ifndef LINCE_TESTS_CONV_SHAPE_H
#define LINCE_TESTS_CONV_SHAPE_H

#include "kernels/conv.h"

/* Kernel, stride and padding are one number for both axes, or BY(height, width). */
typedef struct shape {
    int n, in, height, width, out, kernel, stride, padding, groups;
} shape;

#define BY(height, width) ((height) | ((width) + 1) << 8)

static inline int shape_axis(int number, int axis)
{
    return axis && number >> 8 ? (number >> 8) - 1 : number & 255;
}

static inline int shape_taps(shape s)
{
    return shape_axis(s.kernel, 0) * shape_axis(s.kernel, 1);
}

static inline lince_conv conv_of_shape(shape s, int block)
{
    lince_conv c = {.batch = s.n,
                    .in = {s.in, s.height, s.width, s.in < block ? 1 : block},
                    .out = {s.out, s.height, s.width, block},
                    .groups = s.groups};
    int *out[] = {&c.out.height, &c.out.width};
    for (int axis = 0; axis < 2; axis++) {
        c.kernel[axis] = shape_axis(s.kernel, axis);
        c.stride[axis] = shape_axis(s.stride, axis);
        c.padding[axis] = shape_axis(s.padding, axis);
        *out[axis] = (*out[axis] + 2 * c.padding[axis] - c.kernel[axis]) / c.stride[axis] + 1;
    }
    return c;
}

#endif
