/* Layer normalisation: the channels of each pixel by their own mean and deviation. Sums over channels are taken lane by lane of
 * their blocks in float, and over lanes in double; pixels some at a time, so that a sample's channels are read from near memory
 * the second and the third time. */
#include "core/cpu.h"
#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <math.h>
#include <string.h>

enum { LANES = 16 /* at most, in a block */, SOME = 16 /* pixels */ };

#define INLINE static inline __attribute__((always_inline))
/* A loop over lanes is a vector where their number is known. */
#define BY_BLOCK(function, b, ...) \
    ((b) == 16 ? function(16, __VA_ARGS__) : (b) == 8 ? function(8, __VA_ARGS__) : function(b, __VA_ARGS__))

/* Some pixels of a sample: blocks of channels lie `stride` floats apart, and the last has `last` channels. */
typedef struct some {
    size_t pixels, blocks, last, stride;
    double channels;
} some;

static size_t area_of(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width;
}

static size_t blocks_of(lince_shape s)
{
    return (size_t)(lince_round_up(s.channels, s.block) / s.block);
}

static some some_of(lince_shape s, size_t begin)
{
    size_t blocks = blocks_of(s), b = (size_t)s.block, left = area_of(s) - begin;
    return (some){left < SOME ? left : SOME, blocks, (size_t)s.channels - (blocks - 1) * b, area_of(s) * b,
                  s.channels};
}

INLINE double sum_of(size_t b, const float *lanes)
{
    double sum = 0;
    for (size_t c = 0; c < b; c++) sum += (double)lanes[c];
    return sum;
}

/* --- forward ---------------------------------------------------------------------------------------------- */

/* The sums of x - mean, or of its squares, of each pixel, lane by lane. */
INLINE void add_up(size_t b, const some *k, const float *x, const float *mean, bool squares,
                   float sums[][LANES])
{
    memset(sums, 0, SOME * sizeof *sums);
    for (size_t o = 0; o < k->blocks; o++)
        for (size_t p = 0; p < k->pixels; p++) {
            const float *at = x + o * k->stride + p * b;
            size_t lanes = o + 1 < k->blocks ? b : k->last;
            for (size_t c = 0; c < lanes; c++) {
                float u = at[c] - (mean ? mean[p] : 0);
                sums[p][c] += squares ? u * u : u;
            }
        }
}

INLINE void normalise(size_t b, const some *k, const lince_layer_norm *ln, const float *x, const float *mean,
                      const float *inv_std, float *y)
{
    for (size_t o = 0; o < k->blocks; o++)
        for (size_t p = 0; p < k->pixels; p++) {
            size_t at = o * k->stride + p * b;
            for (size_t c = 0; c < b; c++)
                y[at + c] = (x[at + c] - mean[p]) * inv_std[p] * ln->gamma[o * b + c] + ln->beta[o * b + c];
        }
}

INLINE void forward_some(size_t b, const some *k, const lince_layer_norm *ln, const float *x, float *y,
                         float *mean, float *inv_std)
{
    float sums[SOME][LANES];
    add_up(b, k, x, NULL, false, sums);
    for (size_t p = 0; p < k->pixels; p++) mean[p] = (float)(sum_of(b, sums[p]) / k->channels);
    add_up(b, k, x, mean, true, sums);
    for (size_t p = 0; p < k->pixels; p++)
        inv_std[p] = (float)(1 / sqrt(sum_of(b, sums[p]) / k->channels + (double)ln->eps));
    normalise(b, k, ln, x, mean, inv_std, y);
}

LINCE_EACH_LEVEL(forward_pixels,
                 (size_t b, const some *k, const lince_layer_norm *ln, const float *x, float *y, float *mean,
                  float *inv_std),
                 (b, k, ln, x, y, mean, inv_std))
{
    BY_BLOCK(forward_some, b, k, ln, x, y, mean, inv_std);
}

static void forward_sample(void *context, size_t n)
{
    const lince_layer_norm_args *a = context;
    size_t area = area_of(a->shape), b = (size_t)a->shape.block, at = n * lince_shape_size(a->shape);
    float *mean = a->ln.moments + n * 2 * area;
    for (size_t p = 0; p < area; p += SOME) {
        some k = some_of(a->shape, p);
        forward_pixels(b, &k, &a->ln, a->x + at + p * b, a->y + at + p * b, mean + p, mean + area + p);
    }
}

/* --- backward --------------------------------------------------------------------------------------------- */

/* With u = (x - mean) / deviation and g = gamma dy:  dx = (g - mean of g - u (mean of g u)) / deviation */
INLINE void input_some(size_t b, const some *k, const float *gamma, const float *x, const float *dy,
                       float *dx, const float *mean, const float *inv_std)
{
    float sums[SOME][LANES] = {{0}}, products[SOME][LANES] = {{0}}, g_mean[SOME], gu_mean[SOME];
    for (size_t o = 0; o < k->blocks; o++)
        for (size_t p = 0; p < k->pixels; p++)
            for (size_t c = 0; c < b; c++) {
                size_t at = o * k->stride + p * b + c;
                float g = gamma[o * b + c] * dy[at];
                sums[p][c] += g;
                products[p][c] += g * ((x[at] - mean[p]) * inv_std[p]);
            }
    for (size_t p = 0; p < k->pixels; p++) {
        g_mean[p] = (float)(sum_of(b, sums[p]) / k->channels);
        gu_mean[p] = (float)(sum_of(b, products[p]) / k->channels);
    }
    for (size_t o = 0; o < k->blocks; o++)
        for (size_t p = 0; p < k->pixels; p++) {
            size_t at = o * k->stride + p * b, lanes = o + 1 < k->blocks ? b : k->last;
            for (size_t c = 0; c < lanes; c++) {
                float g = gamma[o * b + c] * dy[at + c], u = (x[at + c] - mean[p]) * inv_std[p];
                dx[at + c] = (g - g_mean[p] - u * gu_mean[p]) * inv_std[p];
            }
            for (size_t c = lanes; c < b; c++) dx[at + c] = 0;
        }
}

LINCE_EACH_LEVEL(input_pixels,
                 (size_t b, const some *k, const float *gamma, const float *x, const float *dy, float *dx,
                  const float *mean, const float *inv_std),
                 (b, k, gamma, x, dy, dx, mean, inv_std))
{
    BY_BLOCK(input_some, b, k, gamma, x, dy, dx, mean, inv_std);
}

static void backward_sample(void *context, size_t n)
{
    const lince_layer_norm_args *a = context;
    size_t area = area_of(a->shape), b = (size_t)a->shape.block, at = n * lince_shape_size(a->shape);
    const float *mean = a->ln.moments + n * 2 * area;
    for (size_t p = 0; p < area; p += SOME) {
        some k = some_of(a->shape, p);
        input_pixels(b, &k, a->ln.gamma, a->x + at + p * b, a->dy + at + p * b, a->dx + at + p * b, mean + p,
                     mean + area + p);
    }
}

/* Some pixels' dy u and dy, lane by lane. */
INLINE void products_some(size_t b, size_t pixels, const float *x, const float *dy, const float *mean,
                          const float *inv_std, float *products, float *sums)
{
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < b; c++) {
            products[c] += dy[p * b + c] * ((x[p * b + c] - mean[p]) * inv_std[p]);
            sums[c] += dy[p * b + c];
        }
}

LINCE_EACH_LEVEL(products_pixels,
                 (size_t b, size_t pixels, const float *x, const float *dy, const float *mean,
                  const float *inv_std, float *products, float *sums),
                 (b, pixels, x, dy, mean, inv_std, products, sums))
{
    BY_BLOCK(products_some, b, pixels, x, dy, mean, inv_std, products, sums);
}

/* dgamma and dbeta of a block of channels: over some pixels in float, over all in double. */
static void backward_block(void *context, size_t o)
{
    const lince_layer_norm_args *a = context;
    size_t area = area_of(a->shape), b = (size_t)a->shape.block;
    double dgamma[LANES] = {0}, dbeta[LANES] = {0};
    for (size_t n = 0; n < a->n; n++)
        for (size_t p = 0; p < area; p += SOME) {
            float products[LANES] = {0}, sums[LANES] = {0};
            size_t at = n * lince_shape_size(a->shape) + (o * area + p) * b;
            const float *mean = a->ln.moments + n * 2 * area + p;
            products_pixels(b, area - p < SOME ? area - p : SOME, a->x + at, a->dy + at, mean, mean + area,
                            products, sums);
            for (size_t c = 0; c < b; c++) dgamma[c] += (double)products[c], dbeta[c] += (double)sums[c];
        }
    for (size_t c = 0; c < b; c++) {
        a->dgamma[o * b + c] = (float)dgamma[c];
        a->dbeta[o * b + c] = (float)dbeta[c];
    }
}

static void layer_norm(const lince_kernel *kernel, const void *args)
{
    lince_layer_norm_args operands = *(const lince_layer_norm_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, forward_sample, &operands);
}

static void layer_norm_backward(const lince_kernel *kernel, const void *args)
{
    lince_layer_norm_args operands = *(const lince_layer_norm_args *)args;
    if (operands.dgamma)
        lince_parallel(kernel->exec.threads, blocks_of(operands.shape), backward_block, &operands);
    if (operands.dx) lince_parallel(kernel->exec.threads, operands.n, backward_sample, &operands);
}

LINCE_REF_ROW(layer_norm, LAYER_NORM);
LINCE_REF_ROW(layer_norm_backward, LAYER_NORM_BACKWARD);
