/* The arithmetic of layers other than convolution and recurrence. Batches are n samples; tensors as
 * core/tensor.h describes them. All of it works on contiguous memory, divided into tasks by data, never by
 * threads; what a task does is plain C, compiled for each level, or vector code of x86/. */
#ifndef LINCE_KERNELS_KERNELS_H
#define LINCE_KERNELS_KERNELS_H

#include "core/cpu.h"
#include "core/tensor.h"

#include <stdbool.h>
#include <stdint.h>

/* C[m][n] = op(A)[m][k] op(B)[k][n] + beta C, row-major; ld: floats from row to row. */
typedef void lince_gemm_function(int threads, bool transpose_a, bool transpose_b, size_t m, size_t n,
                                 size_t k, const float *a, size_t lda, const float *b, size_t ldb, float beta,
                                 float *c, size_t ldc);
/* By the best implementation that the machine can run. All give the same bits on any number of threads. */
lince_gemm_function lince_gemm;
/* By its definition, summed in double: the truth. */
lince_gemm_function lince_gemm_ref;

typedef struct lince_gemm_implementation {
    const char *name;
    lince_level needs; /* of the machine */
    lince_gemm_function *run;
} lince_gemm_implementation;

/* Best first, the truth last; name NULL behind it. */
extern const lince_gemm_implementation lince_gemm_implementations[];

/* sum[channels, rounded up to the block] = sum over samples and pixels of dy: the gradient of a bias. */
void lince_sum_channels(int threads, lince_shape shape, size_t n, const float *dy, float *sum);

/* y[rows][n] += bias[n];  bias_gradient[n] = sum over rows of dy[rows][n] */
void lince_add_bias(int threads, float *y, const float *bias, size_t rows, size_t n);
void lince_sum_rows(int threads, const float *dy, float *sum, size_t rows, size_t n);

/* y = max(x, 0); dx = dy where y > 0, else 0. x and y, dx and dy may be the same memory. */
void lince_relu(int threads, const float *x, float *y, size_t n);
void lince_relu_backward(int threads, const float *y, const float *dy, float *dx, size_t n);

/* y = min(max(x, 0), 6); dx = dy where 0 < y < 6, else 0. Likewise. */
void lince_relu6(int threads, const float *x, float *y, size_t n);
void lince_relu6_backward(int threads, const float *y, const float *dy, float *dx, size_t n);

/* With s(x) = 1 / (1 + exp(-x)), to 3e-7 of it: y = s(x) and y = x s(x). Likewise in place. */
void lince_sigmoid(int threads, const float *x, float *y, size_t n);
void lince_sigmoid_backward(int threads, const float *y, const float *dy, float *dx, size_t n);
void lince_silu(int threads, const float *x, float *y, size_t n);
void lince_silu_backward(int threads, const float *x, const float *dy, float *dx, size_t n);

/* y = x P(x), P the standard normal distribution function: P(-|x|) to (6e-7 + 6e-8 x^2 / 2) of it, and not
 * below P(-12.9). Likewise. */
void lince_gelu(int threads, const float *x, float *y, size_t n);
void lince_gelu_backward(int threads, const float *x, const float *dy, float *dx, size_t n);

/* y *= factor */
void lince_scale(int threads, float *y, float factor, size_t n);

/* y = a + b, rectified or not; y += x */
void lince_sum(int threads, const float *a, const float *b, bool relu, float *y, size_t n);
void lince_accumulate(int threads, float *y, const float *x, size_t n);

/* Inverted dropout: y = x / (1 - p) where kept, else 0. Sample i's mask is a function of key[i] and `layer`
 * only, so that backward draws it again instead of storing it. `size`: floats a sample. */
void lince_dropout(int threads, const float *x, float *y, size_t n, size_t size, float p, const uint64_t *key,
                   uint64_t layer);
/* n numbers of it, dropped by the random blocks of `key` from number `block` on. */
void lince_drop(uint64_t key, uint64_t block, const float *x, float *y, size_t n, float p);

/* y = 0 for the samples that are left out, with probability p, else x / (1 - p); drawn as dropout's masks. */
void lince_drop_samples(int threads, const float *x, float *y, size_t n, size_t size, float p,
                        const uint64_t *key, uint64_t layer);

/* y[c, pixel] = x[c, pixel] s[c]; dx = dy s, ds[c] = sum over pixels of dy x (dx, ds may be NULL). */
void lince_scale_channels(int threads, lince_shape shape, size_t n, const float *x, const float *s, float *y);
void lince_scale_channels_backward(int threads, lince_shape shape, size_t n, const float *x, const float *s,
                                   const float *dy, float *dx, float *ds);

/* Zeros in the padding channels. */
void lince_clear_padding(int threads, lince_shape shape, size_t n, float *blocked);

typedef struct lince_window {
    int kernel[2], stride[2], padding[2]; /* height, width */
} lince_window;

/* Max pooling; `taken` holds, for each output, the position in its window (kernel area at most 255), or, with
 * `gate`, LINCE_TAKEN_NONE where the largest is not positive: it passes no gradient down. */
enum { LINCE_TAKEN_NONE = 255 };
void lince_max_pool(int threads, lince_window w, lince_shape in, lince_shape out, size_t n, bool gate,
                    const float *x, float *y, uint8_t *taken);
void lince_max_pool_backward(int threads, lince_window w, lince_shape in, lince_shape out, size_t n,
                             const float *dy, const uint8_t *taken, float *dx);

/* Average pooling; windows lie inside. */
void lince_avg_pool(int threads, lince_window w, lince_shape in, lince_shape out, size_t n, const float *x,
                    float *y);
void lince_avg_pool_backward(int threads, lince_window w, lince_shape in, lince_shape out, size_t n,
                             const float *dy, float *dx);

/* Adaptive average pooling: output cell i averages the inputs [floor(i*in/out), ceil((i+1)*in/out)). */
void lince_adaptive_avg_pool(int threads, lince_shape in, lince_shape out, size_t n, const float *x,
                             float *y);
void lince_adaptive_avg_pool_backward(int threads, lince_shape in, lince_shape out, size_t n, const float *dy,
                                      float *dx);

/* y = a's channels, then b's; and the parts of dy (da, db may be NULL). Heights, widths and blocks are the
 * same. */
void lince_concat(int threads, lince_shape a, lince_shape b, lince_shape out, size_t n, const float *xa,
                  const float *xb, float *y);
void lince_concat_backward(int threads, lince_shape a, lince_shape b, lince_shape out, size_t n,
                           const float *dy, float *da, float *db);

/* y[c + d, i, j] = x[c, stride i, stride j], d = (out - in channels) / 2; other channels zero. And its
 * transpose. */
void lince_pad_shortcut(int threads, lince_shape in, lince_shape out, int stride, size_t n, const float *x,
                        float *y);
void lince_pad_shortcut_backward(int threads, lince_shape in, lince_shape out, int stride, size_t n,
                                 const float *dy, float *dx);

/* Batch normalisation over n samples (Ioffe & Szegedy 2015), per channel:
 *     y = gamma (x - mean) / sqrt(var + eps) + beta
 * mean and inv_std [channels, rounded up to the block]: of the batch (train; biased variance) or as given.
 * Also updates the running statistics in training: r = (1 - momentum) r + momentum batch, with the unbiased
 * variance, as PyTorch. */
typedef struct lince_batch_norm {
    float *gamma, *beta, *running_mean, *running_var; /* [channels rounded up] */
    float *mean, *inv_std;                            /* [channels rounded up], of the last forward */
    float eps, momentum;
    bool train; /* use and update batch statistics */
} lince_batch_norm;

/* relu: y is rectified as well. */
void lince_batch_norm_forward(int threads, const lince_batch_norm *bn, lince_shape shape, size_t n, bool relu,
                              const float *x, float *y);
/* dgamma, dbeta may be NULL. */
void lince_batch_norm_backward(int threads, const lince_batch_norm *bn, lince_shape shape, size_t n,
                               const float *x, const float *dy, float *dx, float *dgamma, float *dbeta);

/* nChw{b}c to NCHW and back; padding channels of the blocked form become zero. */
void lince_to_plain(int threads, lince_shape shape, size_t n, const float *blocked, float *plain);
void lince_from_plain(int threads, lince_shape shape, size_t n, const float *plain, float *blocked);

#endif
