#include "kernels/pixels.h"
#include "core/parallel.h"

#include <math.h>

enum { LANES = 16 }; /* at most, in a block */

/* One task: one block of channels over all samples, plane by plane, so that sums do not depend on threads. */
typedef struct normalising {
    const lince_pixels *loops;
    const lince_batch_norm *bn;
    lince_shape shape;
    size_t n, block, area; /* area: pixels of a plane */
    bool relu;
    const float *x, *dy;
    float *out, *dgamma, *dbeta;
} normalising;

static size_t plane(const normalising *w, size_t sample, size_t cb)
{
    return sample * lince_shape_size(w->shape) + cb * w->area * w->block;
}

/* Batch mean and variance of the block's channels, and the running statistics they move. One walk gives both,
 * because sums are taken around the first plane's mean, close enough that nothing cancels:
 *     mean = o + E(x - o),  variance = E(x - o)^2 - (mean - o)^2 */
static void measure_block(const normalising *w, size_t cb, float *mean, float *inv_std)
{
    const lince_batch_norm *bn = w->bn;
    double count = (double)(w->n * w->area), sum[LANES] = {0}, squares[LANES] = {0};
    float origin[LANES] = {0};
    w->loops->moments(w->x + plane(w, 0, cb), w->area, w->block, origin, sum, squares);
    for (size_t c = 0; c < w->block; c++)
        origin[c] = (float)(sum[c] / (double)w->area), sum[c] = squares[c] = 0;
    for (size_t s = 0; s < w->n; s++)
        w->loops->moments(w->x + plane(w, s, cb), w->area, w->block, origin, sum, squares);
    for (size_t c = 0; c < w->block; c++) {
        double off = sum[c] / count, variance = fmax(squares[c] / count - off * off, 0);
        double unbiased = count > 1 ? variance * count / (count - 1) : variance;
        mean[c] = (float)((double)origin[c] + off);
        inv_std[c] = (float)(1 / sqrt(variance + (double)bn->eps));
        float *rm = bn->running_mean + cb * w->block + c, *rv = bn->running_var + cb * w->block + c;
        *rm = (1 - bn->momentum) * *rm + bn->momentum * mean[c];
        *rv = (1 - bn->momentum) * *rv + bn->momentum * (float)unbiased;
    }
}

static void forward_block(void *context, size_t cb)
{
    const normalising *w = context;
    const lince_batch_norm *bn = w->bn;
    size_t b = w->block;
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
        w->loops->affine(w->x + plane(w, s, cb), w->area, b, scale, shift, w->relu, w->out + plane(w, s, cb));
}

static normalising describe(const lince_pixels *loops, const lince_batch_norm_args *a)
{
    return (normalising){.loops = loops,
                         .bn = &a->bn,
                         .shape = a->shape,
                         .n = a->n,
                         .block = (size_t)a->shape.block,
                         .area = (size_t)a->shape.height * (size_t)a->shape.width,
                         .relu = a->relu,
                         .x = a->x,
                         .dy = a->dy,
                         .out = a->y,
                         .dgamma = a->dgamma,
                         .dbeta = a->dbeta};
}

static size_t blocks(lince_shape shape)
{
    return (size_t)(lince_round_up(shape.channels, shape.block) / shape.block);
}

void lince_pixels_forward(const lince_pixels *loops, const lince_kernel *kernel,
                          const lince_batch_norm_args *a)
{
    normalising w = describe(loops, a);
    lince_parallel(kernel->exec.threads, blocks(a->shape), forward_block, &w);
}

/* With u = x - mean, s = 1/std, m the number of values a channel has:
 *     dbeta = sum dy,  dgamma = s sum u dy
 *     batch statistics:  dx = gamma s (dy - dbeta/m - u s^2 (sum u dy)/m);  given ones:  dx = gamma s dy */
static void backward_block(void *context, size_t cb)
{
    const normalising *w = context;
    const lince_batch_norm *bn = w->bn;
    size_t b = w->block;
    const float *mean = bn->mean + cb * b, *s = bn->inv_std + cb * b;
    double m = (double)(w->n * w->area), sum[LANES] = {0}, product[LANES] = {0};
    for (size_t n = 0; n < w->n; n++)
        w->loops->products(w->x + plane(w, n, cb), w->dy + plane(w, n, cb), w->area, b, mean, sum, product);
    float k[3 * LANES];
    for (size_t c = 0; c < b; c++) {
        if (w->dbeta) w->dbeta[cb * b + c] = (float)sum[c];
        if (w->dgamma) w->dgamma[cb * b + c] = (float)(product[c] * (double)s[c]);
        double gs = (double)bn->gamma[cb * b + c] * (double)s[c];
        k[c] = (float)gs;
        k[b + c] = bn->train ? (float)(-gs * (double)s[c] * (double)s[c] * product[c] / m) : 0;
        k[2 * b + c] = bn->train ? (float)(-gs * sum[c] / m) : 0;
    }
    for (size_t n = 0; n < w->n && w->out; n++)
        w->loops->combine(w->x + plane(w, n, cb), w->dy + plane(w, n, cb), w->area, b, mean, k,
                          w->out + plane(w, n, cb));
}

void lince_pixels_backward(const lince_pixels *loops, const lince_kernel *kernel,
                           const lince_batch_norm_args *a)
{
    normalising w = describe(loops, a);
    lince_parallel(kernel->exec.threads, blocks(a->shape), backward_block, &w);
}
