/* What is computed with bytes besides products (bytes.h), in loops over neighbouring channels that compilers turn into vectors. */
#include "kernels/bytes.h"
#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/op.h"

#include <string.h>

static bool is_plain(lince_shape s)
{
    return s.block == 1 && s.height * s.width > 1;
}

/* --- floats and bytes --------------------------------------------------------------------------------- */

/* `count` floats that lie `x_step` apart to bytes `step` apart. */
LINCE_EACH_LEVEL(to_bytes_range,
                 (const float *x, size_t count, float scale, float zero, uint8_t *to, size_t step),
                 (x, count, scale, zero, to, step))
{
    uint8_t some[256];
    for (size_t done = 0; done < count; done += sizeof some) {
        size_t n = count - done < sizeof some ? count - done : sizeof some;
        for (size_t i = 0; i < n; i++) some[i] = lince_to_byte(rintf(x[done + i] / scale) + zero);
        for (size_t i = 0; i < n; i++) to[(done + i) * step] = some[i];
    }
}

/* A plain map, or vectors of features: channels c .. of each pixel. */
static void sample_to_bytes(void *context, size_t n)
{
    const lince_bytes_args *a = context;
    size_t area = (size_t)a->shape.height * (size_t)a->shape.width, pixel = lince_bytes_pixel(a->shape),
           channels = (size_t)a->shape.channels, b = (size_t)a->shape.block;
    const float *x = a->x + n * lince_shape_size(a->shape);
    uint8_t *to = a->bytes + n * lince_bytes_size(a->shape);
    float scale = a->scale.scale, zero = (float)a->scale.zero;
    if (area == 1) {
        to_bytes_range(x, channels, scale, zero, to, 1);
        memset(to + channels, 0, pixel - channels);
    } else if (is_plain(a->shape)) {
        if (channels < pixel) memset(to, 0, area * pixel);
        for (size_t c = 0; c < channels; c++) to_bytes_range(x + c * area, area, scale, zero, to + c, pixel);
    } else {
        if (channels < pixel) memset(to, 0, area * pixel);
        for (size_t c = 0; c < channels; c += b)
            for (size_t i = 0; i < area; i++)
                to_bytes_range(x + (c * area + i * b), channels - c < b ? channels - c : b, scale, zero,
                               to + i * pixel + c, 1);
    }
}

LINCE_EACH_LEVEL(from_bytes_range, (const uint8_t *from, size_t count, float scale, int zero, float *x),
                 (from, count, scale, zero, x))
{
    for (size_t i = 0; i < count; i++) x[i] = scale * (float)(from[i] - zero);
}

static void sample_from_bytes(void *context, size_t n)
{
    const lince_bytes_args *a = context;
    size_t area = (size_t)a->shape.height * (size_t)a->shape.width, pixel = lince_bytes_pixel(a->shape),
           channels = (size_t)a->shape.channels, b = (size_t)a->shape.block;
    const uint8_t *from = a->bytes + n * lince_bytes_size(a->shape);
    float *x = a->x + n * lince_shape_size(a->shape);
    for (size_t c = 0; c < channels; c += b) {
        size_t count = channels - c < b ? channels - c : b;
        for (size_t i = 0; i < area; i++) {
            float *to = x + c * area + i * b;
            from_bytes_range(from + i * pixel + c, count, a->scale.scale, a->scale.zero, to);
            for (size_t k = count; k < b; k++) to[k] = 0;
        }
    }
}

static void to_bytes(const lince_kernel *kernel, const void *args)
{
    lince_bytes_args operands = *(const lince_bytes_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, sample_to_bytes, &operands);
}

static void from_bytes(const lince_kernel *kernel, const void *args)
{
    lince_bytes_args operands = *(const lince_bytes_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, sample_from_bytes, &operands);
}

/* --- max pooling --------------------------------------------------------------------------------------- */

LINCE_EACH_LEVEL(keep_larger, (uint8_t * y, const uint8_t *x, size_t n), (y, x, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] > y[i] ? x[i] : y[i];
}

/* One line of results: each place of the window for all its pixels. */
static void pool_line(void *context, size_t index)
{
    const lince_max_pool_bytes_args *a = context;
    const lince_window *w = &a->window;
    size_t height = (size_t)a->out.height, pixel = lince_bytes_pixel(a->in),
           row = (size_t)a->in.width * pixel;
    const uint8_t *x = a->x + index / height * lince_bytes_size(a->in);
    uint8_t *y = a->y + index * (size_t)a->out.width * pixel;
    memset(y, 0, (size_t)a->out.width * pixel);
    for (int ky = 0; ky < w->kernel[0]; ky++) {
        int iy = (int)(index % height) * w->stride[0] - w->padding[0] + ky;
        if (iy < 0 || iy >= a->in.height) continue;
        for (int i = 0; i < a->out.width; i++) {
            int first = i * w->stride[1] - w->padding[1], end = first + w->kernel[1];
            if (end > a->in.width) end = a->in.width;
            for (int ix = first < 0 ? 0 : first; ix < end; ix++)
                keep_larger(y + (size_t)i * pixel, x + (size_t)iy * row + (size_t)ix * pixel, pixel);
        }
    }
}

static void max_pool(const lince_kernel *kernel, const void *args)
{
    lince_max_pool_bytes_args operands = *(const lince_max_pool_bytes_args *)args;
    lince_parallel(kernel->exec.threads, operands.n * (size_t)operands.out.height, pool_line, &operands);
}

/* --- depthwise convolution ------------------------------------------------------------------------------ */

LINCE_EACH_LEVEL(add_products, (int32_t * sum, const uint8_t *x, const int8_t *w, size_t n), (sum, x, w, n))
{
    for (size_t i = 0; i < n; i++) sum[i] += (int16_t)x[i] * (int16_t)w[i];
}

LINCE_EACH_LEVEL(add_padding, (int32_t * sum, int pad, const int8_t *w, size_t n), (sum, pad, w, n))
{
    for (size_t i = 0; i < n; i++) sum[i] += pad * w[i];
}

/* Behind the last channel the sums are zero, and so are factors and offsets. */
LINCE_EACH_LEVEL(finish, (const lince_conv_int8_args *a, const int32_t *sum, size_t n, size_t at),
                 (a, sum, n, at))
{
    const float *factor = a->factor, *offset = a->offset;
    uint8_t *y = a->y + at;
    if (a->other)
        for (size_t o = 0; o < n; o++) y[o] = lince_to_byte(lince_int8_result(a, sum[o], o, at + o));
    else
        for (size_t o = 0; o < n; o++) y[o] = lince_to_byte((float)sum[o] * factor[o] + offset[o]);
}

typedef struct work {
    const lince_conv *c;
    const lince_conv_int8_args *a;
    size_t workers;
} work;

static void sum_pixel(const work *w, const uint8_t *x, int y_out, int x_out, int32_t *sum)
{
    const lince_conv *c = w->c;
    size_t pixel = lince_bytes_pixel(c->in);
    const int8_t *weights = w->a->w;
    memset(sum, 0, pixel * sizeof *sum);
    for (int ky = 0; ky < c->kernel[0]; ky++)
        for (int kx = 0; kx < c->kernel[1]; kx++, weights += pixel) {
            int iy = y_out * c->stride[0] - c->padding[0] + ky,
                ix = x_out * c->stride[1] - c->padding[1] + kx;
            if (iy < 0 || iy >= c->in.height || ix < 0 || ix >= c->in.width)
                add_padding(sum, w->a->pad, weights, pixel);
            else
                add_products(sum, x + ((size_t)iy * (size_t)c->in.width + (size_t)ix) * pixel, weights,
                             pixel);
        }
}

static void depthwise_worker(void *context, size_t index)
{
    const work *w = context;
    lince_shape out = w->c->out;
    size_t pixel = lince_bytes_pixel(out), height = (size_t)out.height, lines = (size_t)w->c->batch * height;
    int32_t *sum = (int32_t *)w->a->scratch + index * pixel;
    for (size_t i = index * lines / w->workers; i < (index + 1) * lines / w->workers; i++)
        for (int x = 0; x < out.width; x++) {
            sum_pixel(w, w->a->x + i / height * lince_bytes_size(w->c->in), (int)(i % height), x, sum);
            finish(w->a, sum, pixel, (i * (size_t)out.width + (size_t)x) * pixel);
        }
}

static bool supports(const void *geometry)
{
    const lince_conv *c = geometry;
    return c->groups > 1 && c->groups == c->in.channels && c->groups == c->out.channels;
}

static int create(lince_kernel *k)
{
    const lince_conv *c = k->geometry;
    k->scratch = (size_t)k->exec.threads * lince_bytes_pixel(c->out) * sizeof(int32_t);
    return 0;
}

/* Of floats there is no need. */
static void depthwise(const lince_kernel *k, const void *args)
{
    size_t workers = (size_t)k->exec.threads;
    lince_parallel(k->exec.threads, workers, depthwise_worker, &(work){k->geometry, args, workers});
}

const lince_op_row lince_conv_int8_depthwise = {.op = LINCE_OP_CONV_INT8,
                                                .name = "depthwise",
                                                .same_bits = true,
                                                .supports = supports,
                                                .create = create,
                                                .run = depthwise};

#define ROW(row_name, row_op, function) \
    const lince_op_row row_name = {.op = row_op, .name = "portable", .same_bits = true, .run = function}
ROW(lince_to_bytes_portable, LINCE_OP_TO_BYTES, to_bytes);
ROW(lince_from_bytes_portable, LINCE_OP_FROM_BYTES, from_bytes);
ROW(lince_max_pool_bytes_portable, LINCE_OP_MAX_POOL_BYTES, max_pool);
