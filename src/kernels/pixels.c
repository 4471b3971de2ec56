#include "kernels/pixels.h"
#include "core/parallel.h"
#include "kernels/far.h"

#include <math.h>

enum { LANES = 16 }; /* at most, in a block */

/* One task: one block of channels over all samples, so that sums do not depend on threads. */
typedef struct normalising {
    const lince_pixels *loops;
    const lince_batch_norm *bn;
    lince_shape shape;
    size_t n, block, area; /* area: pixels of a plane */
    lince_planes planes;   /* of a block, of all samples */
    bool relu, add;
    const float *x, *dy;
    float *out, *dgamma, *dbeta, *scale, *shift;
    double *sums;
    size_t channels; /* rounded up */
} normalising;

/* Where a block's first plane lies. */
static size_t first_plane(const normalising *w, size_t cb)
{
    return cb * w->area * w->block;
}

/* Sums of x - o and (x - o)^2 of the block's channels, around the first plane's mean o, close enough that nothing cancels. */
static void sum_block(const normalising *w, size_t cb, float *origin, double *sum, double *squares)
{
    const float *x = w->x + first_plane(w, cb);
    lince_planes first = w->planes;
    first.count = 1;
    w->loops->moments(&first, x, origin, sum, squares);
    for (size_t c = 0; c < w->block; c++)
        origin[c] = (float)(sum[c] / (double)w->area), sum[c] = squares[c] = 0;
    w->loops->moments(&w->planes, x, origin, sum, squares);
}

/* A channel's batch mean and variance, of so many values, and the running statistics they move. */
static void take_moments(const normalising *w, size_t cb, size_t c, double mean, double variance,
                         double count)
{
    const lince_batch_norm *bn = w->bn;
    size_t channel = cb * w->block + c;
    double unbiased = count > 1 ? variance * count / (count - 1) : variance;
    if (bn->moments) bn->moments[channel] = mean, bn->moments[w->channels + channel] = variance;
    bn->mean[channel] = (float)mean;
    bn->inv_std[channel] = (float)(1 / sqrt(variance + (double)bn->eps));
    if (bn->whole && !bn->moves) return;
    float *rm = bn->running_mean + channel, *rv = bn->running_var + channel;
    *rm = (1 - bn->momentum) * *rm + bn->momentum * bn->mean[channel];
    *rv = (1 - bn->momentum) * *rv + bn->momentum * (float)unbiased;
}

/* Batch mean and variance of the block's channels:
 *     mean = o + E(x - o),  variance = E(x - o)^2 - (mean - o)^2 */
static void measure_block(const normalising *w, size_t cb)
{
    double count = (double)(w->n * w->area), sum[LANES] = {0}, squares[LANES] = {0};
    float origin[LANES] = {0};
    sum_block(w, cb, origin, sum, squares);
    for (size_t c = 0; c < w->block; c++) {
        double off = sum[c] / count, variance = fmax(squares[c] / count - off * off, 0);
        take_moments(w, cb, c, (double)origin[c] + off, variance, count);
    }
}

/* What is known of them, if all of them are. */
static bool know_block(const normalising *w, size_t cb)
{
    const lince_batch_norm *bn = w->bn;
    size_t known = bn->known ? (size_t)bn->known_channels : 0;
    if ((cb + 1) * w->block > known) return false;
    size_t stride = (size_t)lince_round_up(bn->known_channels, (int)w->block);
    for (size_t c = 0; c < w->block; c++) {
        const double *of = bn->known + cb * w->block + c;
        take_moments(w, cb, c, of[0], of[stride], (double)(w->n * w->area));
    }
    return true;
}

/* Of the whole batch, of which this is a part. */
static void read_block(const normalising *w, size_t cb)
{
    const double *whole = w->bn->whole;
    double count = whole[2 * w->channels];
    for (size_t c = 0; c < w->block; c++) {
        size_t channel = cb * w->block + c;
        double mean = whole[channel] / count, square = whole[w->channels + channel] / count;
        take_moments(w, cb, c, mean, fmax(square - mean * mean, 0), count);
    }
}

/* Sums around 0, which are those of parts with other origins as well: in doubles of floats nothing that matters cancels. */
static void look_block(void *context, size_t cb)
{
    const normalising *w = context;
    double count = (double)(w->n * w->area), sum[LANES] = {0}, squares[LANES] = {0};
    float origin[LANES] = {0};
    sum_block(w, cb, origin, sum, squares);
    for (size_t c = 0; c < w->block; c++) {
        double o = (double)origin[c];
        w->sums[cb * w->block + c] = sum[c] + count * o;
        w->sums[w->channels + cb * w->block + c] = squares[c] + 2 * o * sum[c] + count * o * o;
    }
}

/* y = scale x + shift, of mean and 1/std. */
static void affine_of(const normalising *w, size_t channel, float mean, float inv_std, float *scale,
                      float *shift)
{
    *scale = w->bn->gamma[channel] * inv_std;
    *shift = w->bn->beta[channel] - mean * *scale;
}

static float given_inv_std(const normalising *w, size_t channel)
{
    return 1 / sqrtf(w->bn->running_var[channel] + w->bn->eps);
}

static void affine_block(void *context, size_t cb)
{
    const normalising *w = context;
    for (size_t c = cb * w->block; c < (cb + 1) * w->block; c++)
        affine_of(w, c, w->bn->running_mean[c], given_inv_std(w, c), w->scale + c, w->shift + c);
}

static void forward_block(void *context, size_t cb)
{
    const normalising *w = context;
    const lince_batch_norm *bn = w->bn;
    size_t b = w->block;
    float *mean = bn->mean + cb * b, *inv_std = bn->inv_std + cb * b, scale[LANES], shift[LANES];
    if (bn->train && bn->whole)
        read_block(w, cb);
    else if (bn->train && !know_block(w, cb))
        measure_block(w, cb);
    for (size_t c = 0; c < b; c++) {
        if (!bn->train) mean[c] = bn->running_mean[cb * b + c], inv_std[c] = given_inv_std(w, cb * b + c);
        affine_of(w, cb * b + c, mean[c], inv_std[c], scale + c, shift + c);
    }
    if (w->n)
        w->loops->affine(&w->planes, w->x + first_plane(w, cb), scale, shift, w->relu,
                         w->out + first_plane(w, cb));
}

static normalising describe(const lince_pixels *loops, const lince_batch_norm_args *a)
{
    size_t block = (size_t)a->shape.block, area = (size_t)a->shape.height * (size_t)a->shape.width,
           size = lince_shape_size(a->shape);
    return (normalising){.loops = loops,
                         .bn = &a->bn,
                         .shape = a->shape,
                         .n = a->n,
                         .block = block,
                         .area = area,
                         .planes = {.far = lince_is_far(a->y, a->n * size),
                                    .count = a->n,
                                    .pitch_x = a->bn.pitch ? a->bn.pitch : size,
                                    .pitch = size,
                                    .pixels = area,
                                    .b = block},
                         .relu = a->relu,
                         .add = a->add,
                         .x = a->x,
                         .dy = a->dy,
                         .out = a->y,
                         .dgamma = a->dgamma,
                         .dbeta = a->dbeta,
                         .scale = a->scale,
                         .shift = a->shift,
                         .sums = a->sums,
                         .channels = (size_t)lince_round_up(a->shape.channels, a->shape.block)};
}

static size_t blocks(lince_shape shape)
{
    return (size_t)(lince_round_up(shape.channels, shape.block) / shape.block);
}

void lince_pixels_forward(const lince_pixels *loops, const lince_kernel *kernel,
                          const lince_batch_norm_args *a)
{
    normalising w = describe(loops, a);
    lince_parallel(kernel->exec.threads, blocks(a->shape),
                   a->sums    ? look_block
                   : a->scale ? affine_block
                              : forward_block,
                   &w);
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
    double m = bn->whole ? bn->whole[2 * w->channels] : (double)(w->n * w->area);
    double sum[LANES] = {0}, product[LANES] = {0};
    const float *x = w->x + first_plane(w, cb), *dy = w->dy + first_plane(w, cb);
    w->loops->products(&w->planes, x, dy, mean, sum, product);
    float k[3 * LANES];
    for (size_t c = 0; c < b && w->sums; c++)
        w->sums[cb * b + c] = sum[c], w->sums[w->channels + cb * b + c] = product[c];
    if (w->sums) return;
    for (size_t c = 0; c < b; c++) {
        if (w->dbeta) w->dbeta[cb * b + c] = (float)sum[c];
        if (w->dgamma) w->dgamma[cb * b + c] = (float)(product[c] * (double)s[c]);
        double gs = (double)bn->gamma[cb * b + c] * (double)s[c];
        k[c] = (float)gs;
        if (bn->whole) {
            sum[c] = bn->weight > 0 ? bn->whole[cb * b + c] / bn->weight : 0;
            product[c] = bn->weight > 0 ? bn->whole[w->channels + cb * b + c] / bn->weight : 0;
        }
        k[b + c] = bn->train ? (float)(-gs * (double)s[c] * (double)s[c] * product[c] / m) : 0;
        k[2 * b + c] = bn->train ? (float)(-gs * sum[c] / m) : 0;
    }
    if (w->out) w->loops->combine(&w->planes, x, dy, mean, k, w->add, w->out + first_plane(w, cb));
}

void lince_pixels_backward(const lince_pixels *loops, const lince_kernel *kernel,
                           const lince_batch_norm_args *a)
{
    normalising w = describe(loops, a);
    lince_parallel(kernel->exec.threads, blocks(a->shape), backward_block, &w);
}
