#include "core/parallel.h"
#include "kernels/kernels.h"

#include <math.h>

/* One task: one block of up to 16 channels over all samples. Sums are taken in float along a row and in
 * double over rows: rows are short, so that the float part loses nothing that matters, and the result does
 * not depend on threads. */
enum { LANES = 16 };

typedef struct normalising {
    const lince_batch_norm *bn;
    lince_shape shape;
    size_t n;
    const float *x, *dy;
    float *out, *dgamma, *dbeta;
} normalising;

typedef double lanes[LANES];

static const float *row_of(const normalising *w, const float *base, size_t sample, size_t cb, size_t row)
{
    size_t width = (size_t)w->shape.width * (size_t)w->shape.block;
    return base + sample * lince_shape_size(w->shape) + (cb * (size_t)w->shape.height + row) * width;
}

LINCE_CLONES static void add_row(const float *x, size_t width, size_t b, double *sum)
{
    float part[LANES] = {0};
    for (size_t i = 0; i < width; i++)
        for (size_t c = 0; c < b; c++) part[c] += x[i * b + c];
    for (size_t c = 0; c < b; c++) sum[c] += part[c];
}

LINCE_CLONES static void add_squares(const float *x, const float *mean, size_t width, size_t b, double *sum)
{
    float part[LANES] = {0};
    for (size_t i = 0; i < width; i++)
        for (size_t c = 0; c < b; c++) part[c] += (x[i * b + c] - mean[c]) * (x[i * b + c] - mean[c]);
    for (size_t c = 0; c < b; c++) sum[c] += part[c];
}

LINCE_CLONES static void add_products(const float *x, const float *mean, const float *dy, size_t width,
                                      size_t b, double *sum)
{
    float part[LANES] = {0};
    for (size_t i = 0; i < width; i++)
        for (size_t c = 0; c < b; c++) part[c] += (x[i * b + c] - mean[c]) * dy[i * b + c];
    for (size_t c = 0; c < b; c++) sum[c] += part[c];
}

/* y = scale x + shift */
LINCE_CLONES static void affine_row(const float *x, const float *scale, const float *shift, size_t width,
                                    size_t b, float *y)
{
    for (size_t i = 0; i < width; i++)
        for (size_t c = 0; c < b; c++) y[i * b + c] = x[i * b + c] * scale[c] + shift[c];
}

/* dx = k0 dy + k1 (x - mean) + k2 */
LINCE_CLONES static void backward_row(const float *x, const float *mean, const float *dy, float k[3][LANES],
                                      size_t width, size_t b, float *dx)
{
    for (size_t i = 0; i < width; i++)
        for (size_t c = 0; c < b; c++)
            dx[i * b + c] = k[0][c] * dy[i * b + c] + k[1][c] * (x[i * b + c] - mean[c]) + k[2][c];
}

/* Batch mean and variance of the block's channels, and the running statistics they move. */
static void measure_block(const normalising *w, size_t cb, float *mean, float *inv_std)
{
    const lince_batch_norm *bn = w->bn;
    size_t b = (size_t)w->shape.block, rows = (size_t)w->shape.height, width = (size_t)w->shape.width;
    double count = (double)(w->n * rows * width);
    lanes sum = {0}, squares = {0};
    for (size_t s = 0; s < w->n; s++)
        for (size_t r = 0; r < rows; r++) add_row(row_of(w, w->x, s, cb, r), width, b, sum);
    for (size_t c = 0; c < b; c++) mean[c] = (float)(sum[c] / count);
    for (size_t s = 0; s < w->n; s++)
        for (size_t r = 0; r < rows; r++) add_squares(row_of(w, w->x, s, cb, r), mean, width, b, squares);
    for (size_t c = 0; c < b; c++) {
        double variance = squares[c] / count, unbiased = count > 1 ? squares[c] / (count - 1) : variance;
        inv_std[c] = (float)(1 / sqrt(variance + (double)bn->eps));
        float *rm = bn->running_mean + cb * b + c, *rv = bn->running_var + cb * b + c;
        *rm = (1 - bn->momentum) * *rm + bn->momentum * mean[c];
        *rv = (1 - bn->momentum) * *rv + bn->momentum * (float)unbiased;
    }
}

static void forward_block(void *context, size_t cb)
{
    const normalising *w = context;
    const lince_batch_norm *bn = w->bn;
    size_t b = (size_t)w->shape.block, rows = (size_t)w->shape.height, width = (size_t)w->shape.width;
    float *mean = bn->mean + cb * b, *inv_std = bn->inv_std + cb * b, scale[LANES], shift[LANES];
    if (bn->train) measure_block(w, cb, mean, inv_std);
    for (size_t c = 0; c < b; c++) {
        if (!bn->train) {
            mean[c] = bn->running_mean[cb * b + c];
            inv_std[c] = 1 / sqrtf(bn->running_var[cb * b + c] + bn->eps);
        }
        scale[c] = bn->gamma[cb * b + c] * inv_std[c];
        shift[c] = bn->beta[cb * b + c] - mean[c] * scale[c];
    }
    for (size_t s = 0; s < w->n; s++)
        for (size_t r = 0; r < rows; r++)
            affine_row(row_of(w, w->x, s, cb, r), scale, shift, width, b,
                       (float *)row_of(w, w->out, s, cb, r));
}

void lince_batch_norm_forward(int threads, const lince_batch_norm *bn, lince_shape shape, size_t n,
                              const float *x, float *y)
{
    size_t blocks = (size_t)(lince_round_up(shape.channels, shape.block) / shape.block);
    lince_parallel(threads, blocks, forward_block,
                   &(normalising){.bn = bn, .shape = shape, .n = n, .x = x, .out = y});
}

/* With u = x - mean, s = 1/std, m the number of values a channel has:
 *     dbeta = sum dy,  dgamma = s sum u dy
 *     batch statistics:  dx = gamma s (dy - dbeta/m - u s^2 (sum u dy)/m);  given ones:  dx = gamma s dy */
static void backward_block(void *context, size_t cb)
{
    const normalising *w = context;
    const lince_batch_norm *bn = w->bn;
    size_t b = (size_t)w->shape.block, rows = (size_t)w->shape.height, width = (size_t)w->shape.width;
    const float *mean = bn->mean + cb * b, *s = bn->inv_std + cb * b;
    double m = (double)(w->n * rows * width);
    lanes sum = {0}, products = {0};
    for (size_t n = 0; n < w->n; n++)
        for (size_t r = 0; r < rows; r++) {
            const float *dy = row_of(w, w->dy, n, cb, r);
            add_row(dy, width, b, sum);
            add_products(row_of(w, w->x, n, cb, r), mean, dy, width, b, products);
        }
    float k[3][LANES];
    for (size_t c = 0; c < b; c++) {
        if (w->dbeta) w->dbeta[cb * b + c] = (float)sum[c];
        if (w->dgamma) w->dgamma[cb * b + c] = (float)(products[c] * (double)s[c]);
        double gs = (double)bn->gamma[cb * b + c] * (double)s[c];
        k[0][c] = (float)gs;
        k[1][c] = bn->train ? (float)(-gs * (double)s[c] * (double)s[c] * products[c] / m) : 0;
        k[2][c] = bn->train ? (float)(-gs * sum[c] / m) : 0;
    }
    if (!w->out) return;
    for (size_t n = 0; n < w->n; n++)
        for (size_t r = 0; r < rows; r++)
            backward_row(row_of(w, w->x, n, cb, r), mean, row_of(w, w->dy, n, cb, r), k, width, b,
                         (float *)row_of(w, w->out, n, cb, r));
}

void lince_batch_norm_backward(int threads, const lince_batch_norm *bn, lince_shape shape, size_t n,
                               const float *x, const float *dy, float *dx, float *dgamma, float *dbeta)
{
    size_t blocks = (size_t)(lince_round_up(shape.channels, shape.block) / shape.block);
    lince_parallel(threads, blocks, backward_block, &(normalising){bn, shape, n, x, dy, dx, dgamma, dbeta});
}
