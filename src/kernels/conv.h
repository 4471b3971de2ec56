/* Two-dimensional convolution: geometry, layouts, and the table of implementations.
 *
 * Activations are nChw{b}c (core/tensor.h). Weights lie in compute layout
 *     [O/bo][I/bi][kh][kw][bi][bo]     bi, bo: the blocks of input and output, padding zero
 * for groups = 1, [C/b][kh][kw][b] for depthwise ones (a group a channel), and as PyTorch has them,
 * [O][I/groups][kh][kw], for other grouped convolutions. */
#ifndef LINCE_KERNELS_CONV_H
#define LINCE_KERNELS_CONV_H

#include "core/cpu.h"
#include "core/tensor.h"

#include <stdbool.h>

typedef struct lince_conv {
    int batch;
    lince_shape in, out;
    int kernel[2], stride[2], padding[2]; /* height, width */
    int groups;
} lince_conv;

typedef enum lince_direction { LINCE_FORWARD, LINCE_BACKWARD_DATA, LINCE_BACKWARD_WEIGHTS } lince_direction;

/*  forward           y[n,o] = b[o] + sum_i x[n,i] (*) w[o,i]             x, w, b -> y
 *  backward data     dL/dx: the transposed convolution of dL/dy          y, w -> x     (gradients in x and y)
 *  backward weights  dL/dw, dL/db                                        x, y -> w, b  (gradients in y, w, b)
 * b may be NULL in all three. */
typedef struct lince_conv_args {
    float *x, *w, *b, *y;
    void *scratch; /* `scratch` bytes of the kernel, contents do not matter */
    bool relu;     /* forward: y = max(y, 0) */
    const float
        *gate; /* backward data: the gradient is zero where gate, laid out as x, is not positive; or NULL */
} lince_conv_args;

typedef struct lince_conv_kernel lince_conv_kernel;

typedef struct lince_conv_implementation {
    const char *name;
    int revision;      /* goes up where speed or bits change: choices made before are void (choices.h) */
    lince_level needs; /* of the machine */
    bool fuses;        /* run does args.relu and args.gate itself; else they are done after it */
    bool same_bits;    /* whatever the number of threads */
    /* LINCE_EUNSUPPORTED where it does not do this geometry. */
    int (*create)(lince_conv_kernel *kernel);
    void (*run)(lince_conv_kernel *kernel, const lince_conv_args *args);
    void (*release)(lince_conv_kernel *kernel);
} lince_conv_implementation;

/* One implementation, made for one geometry and direction. */
struct lince_conv_kernel {
    const lince_conv_implementation *implementation;
    lince_conv conv;
    lince_direction direction;
    int has_bias, threads;
    size_t scratch; /* bytes that run needs */
    void *plan;
};

/* The implementations, best guess first, plain C last; NULL after the last. */
extern const lince_conv_implementation *const lince_conv_implementations[];

extern const lince_conv_implementation lince_conv_ref, lince_conv_onednn_direct, lince_conv_onednn_winograd,
    lince_conv_winograd_avx512, lince_conv_winograd_avx2, lince_conv_depthwise_avx512,
    lince_conv_depthwise_avx2, lince_conv_direct_avx512, lince_conv_direct_avx2;

/* Makes the implementation that is best for this geometry on this machine (choose.c). Deterministic:
 * one whose bits depend on the number of threads runs on one. */
int lince_conv_kernel_init(lince_conv_kernel *kernel, const lince_conv *conv, lince_direction direction,
                           int has_bias, int threads, bool deterministic);
/* Makes the named one: for tests and measurements. LINCE_EUNSUPPORTED where the machine lacks its level. */
int lince_conv_kernel_init_as(lince_conv_kernel *kernel, const lince_conv_implementation *implementation,
                              const lince_conv *conv, lince_direction direction, int has_bias, int threads);
void lince_conv_kernel_run(lince_conv_kernel *kernel, const lince_conv_args *args);
void lince_conv_kernel_release(lince_conv_kernel *kernel);

/* Each channel by itself, blocks and all. */
bool lince_conv_is_depthwise(const lince_conv *conv);

/* Floats of the weights in compute layout. */
size_t lince_conv_weights_size(const lince_conv *conv);

/* Puts the weights of outputs begin..end, PyTorch's w[o - begin][i][y][x] in `rows`, into compute layout. */
void lince_conv_weights_put(const lince_conv *conv, const float *rows, float *memory, size_t begin,
                            size_t end);

/* Where w[o][i][y][x] lies in compute layout. */
size_t lince_conv_weight_at(const lince_conv *conv, int o, int i, int y, int x);

#endif
