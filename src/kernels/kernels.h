/* Operations (op.h) other than convolution, recurrence and what is done to packed texts, as functions. Batches
 * are n samples; tensors as core/tensor.h describes them. All work on contiguous memory of the context's
 * device, divided into tasks by data, never by threads. */
#ifndef LINCE_KERNELS_KERNELS_H
#define LINCE_KERNELS_KERNELS_H

#include "core/tensor.h"
#include "kernels/exec.h"

#include <stdbool.h>
#include <stdint.h>

/* y[n] = value; y = x; y = factor x; y = x + number. x and y may be the same memory, but for a copy. */
void lince_fill(const lince_exec *exec, float *y, float value, size_t n);
void lince_copy(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_scale(const lince_exec *exec, const float *x, float *y, float factor, size_t n);
void lince_shift(const lince_exec *exec, const float *x, float *y, float number, size_t n);

/* y = a + b, rectified or not; y += x */
void lince_sum(const lince_exec *exec, const float *a, const float *b, bool relu, float *y, size_t n);
void lince_accumulate(const lince_exec *exec, float *y, const float *x, size_t n);

/* y = a / b */
void lince_quotient(const lince_exec *exec, const float *a, const float *b, float *y, size_t n);

/* C[m][n] = op(A)[m][k] op(B)[k][n] + beta C, row-major; ld: floats from row to row. The same bits on any
 * number of threads. */
void lince_gemm(const lince_exec *exec, bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

/* sum[channels, rounded up to the block] = sum over samples and pixels of dy: the gradient of a bias. */
void lince_sum_channels(const lince_exec *exec, lince_shape shape, size_t n, const float *dy, float *sum);

/* y[rows][n] += bias[n];  bias_gradient[n] = sum over rows of dy[rows][n] */
void lince_add_bias(const lince_exec *exec, float *y, const float *bias, size_t rows, size_t n);
void lince_sum_rows(const lince_exec *exec, const float *dy, float *sum, size_t rows, size_t n);

/* y = max(x, 0); dx = dy where y > 0, else 0. x and y, dx and dy may be the same memory. */
void lince_relu(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_relu_backward(const lince_exec *exec, const float *y, const float *dy, float *dx, size_t n);

/* y = min(max(x, 0), 6); dx = dy where 0 < y < 6, else 0. Likewise. */
void lince_relu6(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_relu6_backward(const lince_exec *exec, const float *y, const float *dy, float *dx, size_t n);

/* With h(x) = min(max(x + 3, 0), 6) / 6 (Howard et al. 2019): y = h(x), dx = dy / 6 where 0 < y < 1, else 0; and
 * y = x h(x), dx = 0 below -3, dy (x / 3 + 1 / 2) up to 3, dy above. Likewise. */
void lince_hard_sigmoid(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_hard_sigmoid_backward(const lince_exec *exec, const float *y, const float *dy, float *dx,
                                 size_t n);
void lince_hard_swish(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_hard_swish_backward(const lince_exec *exec, const float *x, const float *dy, float *dx, size_t n);

/* With s(x) = 1 / (1 + exp(-x)), to 3e-7 of it: y = s(x) and y = x s(x). Likewise in place. */
void lince_sigmoid(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_sigmoid_backward(const lince_exec *exec, const float *y, const float *dy, float *dx, size_t n);
void lince_silu(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_silu_backward(const lince_exec *exec, const float *x, const float *dy, float *dx, size_t n);

/* y = x P(x), P the standard normal distribution function: P(-|x|) to (6e-7 + 6e-8 x^2 / 2) of it, and not
 * below P(-12.9). Likewise. */
void lince_gelu(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_gelu_backward(const lince_exec *exec, const float *x, const float *dy, float *dx, size_t n);

/* y = erf(x); dx = dy 2 exp(-x^2) / sqrt(pi). Likewise. */
void lince_error_function(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_error_function_backward(const lince_exec *exec, const float *x, const float *dy, float *dx,
                                   size_t n);

/* y = x where x > 0, else exp(x) - 1, to 3e-7 of it; dx = dy where y > 0, else dy (y + 1). Likewise. */
void lince_elu(const lince_exec *exec, const float *x, float *y, size_t n);
void lince_elu_backward(const lince_exec *exec, const float *y, const float *dy, float *dx, size_t n);

/* Inverted dropout: y = x / (1 - p) where kept, else 0. Sample i's mask is a function of key[i] and `layer`
 * only, so that backward draws it again instead of storing it. `size`: floats a sample. */
void lince_dropout(const lince_exec *exec, const float *x, float *y, size_t n, size_t size, float p,
                   const uint64_t *key, uint64_t layer);

/* y = 0 for the samples that are left out, with probability p, else x / (1 - p); drawn as dropout's masks. */
void lince_drop_samples(const lince_exec *exec, const float *x, float *y, size_t n, size_t size, float p,
                        const uint64_t *key, uint64_t layer);

/* y[c, pixel] = x[c, pixel] s[c]; dx = dy s, ds[c] = sum over pixels of dy x (dx, ds may be NULL). */
void lince_scale_channels(const lince_exec *exec, lince_shape shape, size_t n, const float *x, const float *s,
                          float *y);
void lince_scale_channels_backward(const lince_exec *exec, lince_shape shape, size_t n, const float *x,
                                   const float *s, const float *dy, float *dx, float *ds);

/* Zeros in the padding channels. */
void lince_clear_padding(const lince_exec *exec, lince_shape shape, size_t n, float *blocked);

typedef struct lince_window {
    int kernel[2], stride[2], padding[2]; /* height, width */
} lince_window;

/* Max pooling; `taken` holds, for each output, the position in its window (kernel area at most 255), or, with
 * `gate`, LINCE_TAKEN_NONE where the largest is not positive: it passes no gradient down. NULL: nobody wants to know. */
enum { LINCE_TAKEN_NONE = 255 };
void lince_max_pool(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out, size_t n,
                    bool gate, const float *x, float *y, uint8_t *taken);
void lince_max_pool_backward(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out,
                             size_t n, const float *dy, const uint8_t *taken, float *dx);

/* Average pooling; windows lie inside. */
void lince_avg_pool(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out, size_t n,
                    const float *x, float *y);
void lince_avg_pool_backward(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out,
                             size_t n, const float *dy, float *dx);

/* Adaptive average pooling: output cell i averages the inputs [floor(i*in/out), ceil((i+1)*in/out)). */
void lince_adaptive_avg_pool(const lince_exec *exec, lince_shape in, lince_shape out, size_t n,
                             const float *x, float *y);
void lince_adaptive_avg_pool_backward(const lince_exec *exec, lince_shape in, lince_shape out, size_t n,
                                      const float *dy, float *dx);

/* What is joined to what. Heights, widths and blocks are the same. */
typedef struct lince_join {
    lince_shape a, b, out;
    size_t pitch_a, pitch; /* floats from a sample of a and of out to the next one's; 0: their sizes */
} lince_join;

/* y = a's channels, then b's; and the parts of dy (da, db may be NULL). Where xa is y, and da dy, a is in its place, and stays
 * as it is. */
void lince_concat(const lince_exec *exec, const lince_join *join, size_t n, const float *xa, const float *xb,
                  float *y);
void lince_concat_backward(const lince_exec *exec, const lince_join *join, size_t n, const float *dy,
                           float *da, float *db);

/* Channels picked: y[c] = x[begin + (c mod groups) size + floor(c / groups)] with size = channels of y / groups. One
 * group: as they stand; several: one of each in turn, as ShuffleNet's. And its transpose. */
typedef struct lince_pick {
    int begin, groups;
} lince_pick;
void lince_pick_channels(const lince_exec *exec, lince_shape in, lince_shape out, lince_pick pick, size_t n,
                         const float *x, float *y);
void lince_pick_channels_backward(const lince_exec *exec, lince_shape in, lince_shape out, lince_pick pick,
                                  size_t n, const float *dy, float *dx);

/* y[c + d, i, j] = x[c, stride i, stride j], d = (out - in channels) / 2; other channels zero. And its
 * transpose. */
void lince_pad_shortcut(const lince_exec *exec, lince_shape in, lince_shape out, int stride, size_t n,
                        const float *x, float *y);
void lince_pad_shortcut_backward(const lince_exec *exec, lince_shape in, lince_shape out, int stride,
                                 size_t n, const float *dy, float *dx);

/* Batch normalisation over n samples (Ioffe & Szegedy 2015), per channel:
 *     y = gamma (x - mean) / sqrt(var + eps) + beta
 * mean and inv_std [channels, rounded up to the block]: of the batch (train; biased variance) or as given.
 * Also updates the running statistics in training: r = (1 - momentum) r + momentum batch, with the unbiased
 * variance, as PyTorch. */
typedef struct lince_batch_norm {
    float *gamma, *beta, *running_mean, *running_var; /* [channels rounded up] */
    float *mean, *inv_std;                            /* [channels rounded up], of the last forward */
    float eps, momentum;
    bool train;   /* use and update batch statistics */
    size_t pitch; /* floats from a sample of x, and of dx, to the next one's; 0: the shape's size */
    /* Means and biased variances of the batch, [2][channels rounded up]. Training leaves them in `moments` (NULL: nowhere),
     * and takes those of the first `known_channels` channels, whole blocks, from `known` (of so many channels) where it is not NULL. */
    double *moments;
    const double *known;
    int known_channels;
    /* Where x is a part of a batch: sums over all of it, [2][channels rounded up], and behind them the number of values that
     * a channel has. Forward: of x and of x^2. Backward: of dy and of (x - mean) dy, each part's times its weight, which its dy is
     * yet to be multiplied by. NULL: x is the batch. Running statistics are left alone, unless `moves`. */
    const double *whole;
    double weight;
    bool moves;
} lince_batch_norm;

/* Doubles of such sums. */
static inline size_t lince_batch_norm_sums(lince_shape shape)
{
    return 2 * (size_t)lince_round_up(shape.channels, shape.block) + 1;
}

/* relu: y is rectified as well. */
void lince_batch_norm_forward(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape, size_t n,
                              bool relu, const float *x, float *y);
/* Of given statistics, y = scale x + shift: [channels rounded up] each. */
void lince_batch_norm_affine(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape,
                             float *scale, float *shift);
/* Of a part of n samples the sums; of no samples zeros. */
void lince_batch_norm_look(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape, size_t n,
                           const float *x, double *sums);
void lince_batch_norm_look_back(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape,
                                size_t n, const float *x, const float *dy, double *sums);
/* add: dx is added to what is there. dgamma, dbeta may be NULL. */
void lince_batch_norm_backward(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape,
                               size_t n, const float *x, const float *dy, bool add, float *dx, float *dgamma,
                               float *dbeta);

/* Layer normalisation (Ba, Kiros & Hinton 2016) of each sample's pixels by themselves, over their channels:
 *     y = gamma (x - mean) / sqrt(var + eps) + beta,   var: the biased one
 * moments [n][2][height width]: means, and 1 / sqrt(var + eps), of the last forward. */
typedef struct lince_layer_norm {
    const float *gamma, *beta; /* [channels rounded up] */
    float *moments;
    float eps;
} lince_layer_norm;

void lince_layer_norm_forward(const lince_exec *exec, const lince_layer_norm *ln, lince_shape shape, size_t n,
                              const float *x, float *y);
/* dx may be NULL; or dgamma and dbeta may. */
void lince_layer_norm_backward(const lince_exec *exec, const lince_layer_norm *ln, lince_shape shape,
                               size_t n, const float *x, const float *dy, float *dx, float *dgamma,
                               float *dbeta);

/* y = x, `top` rows and `left` columns further down and right, among zeros; and its transpose. */
void lince_pad(const lince_exec *exec, lince_shape in, lince_shape out, int top, int left, size_t n,
               const float *x, float *y);
void lince_pad_backward(const lince_exec *exec, lince_shape in, lince_shape out, int top, int left, size_t n,
                        const float *dy, float *dx);

/* A token before a sample's pixels, which become a row: y [1][1 + height width]. Its gradient is the sum over samples
 * (dx, dtoken may be NULL). token [channels rounded up]. */
void lince_prepend(const lince_exec *exec, lince_shape in, size_t n, const float *x, const float *token,
                   float *y);
void lince_prepend_backward(const lince_exec *exec, lince_shape in, size_t n, const float *dy, float *dx,
                            float *dtoken);

/* Squares of 2 x 2 pixels become one pixel of four times the channels: y[k C + c, i, j] = x[c, 2 i + k % 2, 2 j + k / 2],
 * zeros where x ends before; and its transpose. */
void lince_merge_pixels(const lince_exec *exec, lince_shape in, lince_shape out, size_t n, const float *x,
                        float *y);
void lince_merge_pixels_backward(const lince_exec *exec, lince_shape in, lince_shape out, size_t n,
                                 const float *dy, float *dx);

/* nChw{b}c to NCHW and back; padding channels of the blocked form become zero. */
void lince_to_plain(const lince_exec *exec, lince_shape shape, size_t n, const float *blocked, float *plain);
void lince_from_plain(const lince_exec *exec, lince_shape shape, size_t n, const float *plain,
                      float *blocked);

#endif
