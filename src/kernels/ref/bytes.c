/* The truth of what is computed with bytes (bytes.h). */
#include "kernels/bytes.h"
#include "core/parallel.h"
#include "kernels/op.h"

#include <string.h>

static size_t float_at(lince_shape s, size_t n, int c, int pixel)
{
    size_t b = (size_t)s.block, area = (size_t)s.height * (size_t)s.width;
    return n * lince_shape_size(s) + ((size_t)c / b * area + (size_t)pixel) * b + (size_t)c % b;
}

static void sample_to_bytes(void *context, size_t n)
{
    const lince_bytes_args *a = context;
    size_t pixel = lince_bytes_pixel(a->shape);
    uint8_t *to = a->bytes + n * lince_bytes_size(a->shape);
    for (int i = 0; i < a->shape.height * a->shape.width; i++)
        for (int c = 0; c < (int)pixel; c++)
            to[(size_t)i * pixel + (size_t)c] =
                c < a->shape.channels
                    ? lince_to_byte(rintf(a->x[float_at(a->shape, n, c, i)] / a->scale.scale) +
                                    (float)a->scale.zero)
                    : 0;
}

/* The padding channels of a block are zero. */
static void sample_from_bytes(void *context, size_t n)
{
    const lince_bytes_args *a = context;
    size_t pixel = lince_bytes_pixel(a->shape);
    const uint8_t *from = a->bytes + n * lince_bytes_size(a->shape);
    for (int c = 0; c < lince_round_up(a->shape.channels, a->shape.block); c++)
        for (int i = 0; i < a->shape.height * a->shape.width; i++)
            a->x[float_at(a->shape, n, c, i)] =
                c < a->shape.channels
                    ? a->scale.scale * (float)(from[(size_t)i * pixel + (size_t)c] - a->scale.zero)
                    : 0;
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

static uint8_t largest(const lince_max_pool_bytes_args *a, const uint8_t *x, int y_out, int x_out, size_t c)
{
    uint8_t most = 0;
    const lince_window *w = &a->window;
    for (int ky = 0; ky < w->kernel[0]; ky++)
        for (int kx = 0; kx < w->kernel[1]; kx++) {
            int iy = y_out * w->stride[0] - w->padding[0] + ky,
                ix = x_out * w->stride[1] - w->padding[1] + kx;
            if (iy < 0 || iy >= a->in.height || ix < 0 || ix >= a->in.width) continue;
            uint8_t q = x[((size_t)iy * (size_t)a->in.width + (size_t)ix) * lince_bytes_pixel(a->in) + c];
            most = q > most ? q : most;
        }
    return most;
}

static void pool_sample(void *context, size_t n)
{
    const lince_max_pool_bytes_args *a = context;
    size_t pixel = lince_bytes_pixel(a->out);
    const uint8_t *x = a->x + n * lince_bytes_size(a->in);
    uint8_t *y = a->y + n * lince_bytes_size(a->out);
    for (int i = 0; i < a->out.height * a->out.width; i++)
        for (size_t c = 0; c < pixel; c++)
            y[(size_t)i * pixel + c] = largest(a, x, i / a->out.width, i % a->out.width, c);
}

static void max_pool(const lince_kernel *kernel, const void *args)
{
    lince_max_pool_bytes_args operands = *(const lince_max_pool_bytes_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, pool_sample, &operands);
}

static void concat_pixels(void *context, size_t begin, size_t end)
{
    const lince_concat_bytes_args *a = context;
    lince_shape out = a->in[0];
    out.channels += a->in[1].channels;
    size_t first = (size_t)a->in[0].channels, second = (size_t)a->in[1].channels,
           pixel = lince_bytes_pixel(out);
    for (size_t i = begin; i < end; i++) {
        uint8_t *y = a->y + i * pixel;
        memcpy(y, a->x[0] + i * lince_bytes_pixel(a->in[0]), first);
        memcpy(y + first, a->x[1] + i * lince_bytes_pixel(a->in[1]), second);
        memset(y + first + second, 0, pixel - first - second);
    }
}

static void concat(const lince_kernel *kernel, const void *args)
{
    enum { GRAIN = 256 };
    lince_concat_bytes_args operands = *(const lince_concat_bytes_args *)args;
    size_t pixels = operands.n * (size_t)operands.in[0].height * (size_t)operands.in[0].width;
    lince_parallel_ranges(kernel->exec.threads, pixels, GRAIN, concat_pixels, &operands);
}

typedef struct work {
    const lince_conv *c;
    const lince_conv_int8_args *a;
} work;

static int32_t sum_of(const work *w, const uint8_t *x, int o, int y_out, int x_out)
{
    const lince_conv *c = w->c;
    int per_group = c->in.channels / c->groups, first = o / (c->out.channels / c->groups) * per_group;
    int32_t sum = 0;
    for (int ky = 0; ky < c->kernel[0]; ky++)
        for (int kx = 0; kx < c->kernel[1]; kx++) {
            int iy = y_out * c->stride[0] - c->padding[0] + ky,
                ix = x_out * c->stride[1] - c->padding[1] + kx;
            bool inside = iy >= 0 && iy < c->in.height && ix >= 0 && ix < c->in.width;
            const uint8_t *pixel =
                inside ? x + ((size_t)iy * (size_t)c->in.width + (size_t)ix) * lince_bytes_pixel(c->in)
                       : NULL;
            for (int i = 0; i < per_group; i++)
                sum += (pixel ? pixel[first + i] : w->a->pad) *
                       w->a->w[lince_conv_int8_weight_at(c, o, i, ky, kx)];
        }
    return sum;
}

static void conv_sample(void *context, size_t n)
{
    const work *w = context;
    lince_shape out = w->c->out;
    size_t pixel = lince_bytes_pixel(out), outs = (size_t)out.channels, area = lince_bytes_size(out) / pixel;
    const uint8_t *x = w->a->x + n * lince_bytes_size(w->c->in);
    for (size_t i = n * area; i < (n + 1) * area; i++) {
        int at = (int)(i - n * area);
        for (size_t o = outs; w->a->y && o < pixel; o++) w->a->y[i * pixel + o] = 0;
        for (size_t o = 0; o < outs; o++) {
            int32_t sum = sum_of(w, x, (int)o, at / out.width, at % out.width);
            float t = lince_int8_result(w->a, sum, o, i * pixel + o);
            if (w->a->y)
                w->a->y[i * pixel + o] = lince_to_byte(t);
            else
                w->a->floats[i * outs + o] = t;
        }
    }
}

static void conv(const lince_kernel *kernel, const void *args)
{
    const lince_conv *c = kernel->geometry;
    lince_parallel(kernel->exec.threads, (size_t)c->batch, conv_sample, &(work){c, args});
}

static void look_up_range(void *context, size_t begin, size_t end)
{
    const lince_look_up_args *a = context;
    for (size_t i = begin; i < end; i++) a->y[i] = a->table[a->x[i]];
}

static void look_up(const lince_kernel *kernel, const void *args)
{
    lince_look_up_args operands = *(const lince_look_up_args *)args;
    lince_parallel_ranges(kernel->exec.threads, operands.n, 1 << 14, look_up_range, &operands);
}

#define ROW(row_name, row_op, function) \
    const lince_op_row row_name = {.op = row_op, .name = "ref", .same_bits = true, .run = function}
ROW(lince_to_bytes_ref, LINCE_OP_TO_BYTES, to_bytes);
ROW(lince_from_bytes_ref, LINCE_OP_FROM_BYTES, from_bytes);
ROW(lince_max_pool_bytes_ref, LINCE_OP_MAX_POOL_BYTES, max_pool);
ROW(lince_concat_bytes_ref, LINCE_OP_CONCAT_BYTES, concat);
ROW(lince_look_up_ref, LINCE_OP_LOOK_UP_BYTES, look_up);
ROW(lince_conv_int8_ref, LINCE_OP_CONV_INT8, conv);
