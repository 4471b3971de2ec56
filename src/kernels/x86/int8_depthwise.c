/* Depthwise convolution of bytes (int8_depthwise.h): line after line, each of which reads a copy of what it sees, with padding. */
#include "kernels/x86/int8_depthwise.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/bytes.h"
#include "kernels/op.h"

#include <string.h>

typedef struct work {
    const lince_conv *c;
    const lince_conv_int8_args *a;
    lince_int8_depthwise_line *line;
    size_t workers;
} work;

static size_t taps_of(const lince_conv *c)
{
    return (size_t)c->kernel[0] * (size_t)c->kernel[1];
}

/* Bytes of a line that is read, with its padding. */
static size_t line_size(const lince_conv *c)
{
    return ((size_t)c->in.width + 2 * (size_t)c->padding[1]) * (size_t)c->in.channels;
}

static size_t weights_size(const lince_conv *c)
{
    return lince_align(taps_of(c) * (size_t)c->in.channels * sizeof(float));
}

static size_t own_size(const lince_conv *c)
{
    return lince_align((size_t)c->kernel[0] * line_size(c));
}

static void copy_lines(const work *w, const uint8_t *sample, size_t y_out, uint8_t *to)
{
    const lince_conv *c = w->c;
    size_t row = (size_t)c->in.width * (size_t)c->in.channels,
           side = (size_t)c->padding[1] * (size_t)c->in.channels;
    for (int ky = 0; ky < c->kernel[0]; ky++, to += line_size(c)) {
        int y = (int)y_out * c->stride[0] - c->padding[0] + ky;
        if (y < 0 || y >= c->in.height) {
            memset(to, w->a->pad, line_size(c));
            continue;
        }
        memset(to, w->a->pad, side);
        memcpy(to + side, sample + (size_t)y * row, row);
        memset(to + side + row, w->a->pad, side);
    }
}

static void run_line(const work *w, size_t index, const float *weights, uint8_t *own)
{
    const lince_conv *c = w->c;
    const lince_conv_int8_args *a = w->a;
    size_t height = (size_t)c->out.height, width = (size_t)c->out.width, channels = (size_t)c->in.channels,
           at = index * width * channels;
    copy_lines(w, a->x + index / height * lince_bytes_size(c->in), index % height, own);
    lince_int8_row row = {.runs = (size_t)c->kernel[0],
                          .x = own,
                          .x_run = line_size(c),
                          .x_pixel = (size_t)c->stride[1] * channels,
                          .factor = a->factor,
                          .offset = a->offset,
                          .other = a->other ? a->other + at : NULL,
                          .other_factor = a->other_factor,
                          .y = a->y + at,
                          .y_pixel = channels,
                          .channels = channels};
    w->line(&row, weights, (size_t)c->kernel[1], width);
}

static void worker(void *context, size_t index)
{
    const work *w = context;
    size_t lines = (size_t)w->c->batch * (size_t)w->c->out.height;
    const float *weights = w->a->scratch;
    uint8_t *own = (uint8_t *)w->a->scratch + weights_size(w->c) + index * own_size(w->c);
    for (size_t i = index * lines / w->workers; i < (index + 1) * lines / w->workers; i++)
        run_line(w, i, weights, own);
}

static void run(const lince_kernel *k, const lince_conv_int8_args *a, lince_int8_depthwise_line *line)
{
    const lince_conv *c = k->geometry;
    float *weights = a->scratch;
    for (size_t i = 0; i < taps_of(c) * (size_t)c->in.channels; i++) weights[i] = a->w[i];
    size_t workers = (size_t)k->exec.threads;
    lince_parallel(k->exec.threads, workers, worker, &(work){c, a, line, workers});
}

static bool supports(const void *geometry)
{
    const lince_conv *c = geometry;
    return c->groups > 1 && c->groups == c->in.channels && c->groups == c->out.channels &&
           c->groups % 4 == 0 && c->groups >= LINCE_INT8_PANEL && taps_of(c) <= LINCE_INT8_DEPTHWISE_TAPS;
}

static int create(lince_kernel *k)
{
    k->scratch = weights_size(k->geometry) + (size_t)k->exec.threads * own_size(k->geometry);
    return 0;
}

#define ROW(level, level_needed)                                                         \
    static void run_##level(const lince_kernel *k, const void *args)                     \
    {                                                                                    \
        run(k, args, lince_int8_depthwise_line_##level);                                 \
    }                                                                                    \
    const lince_op_row lince_conv_int8_depthwise_##level = {.op = LINCE_OP_CONV_INT8,    \
                                                            .name = "depthwise-" #level, \
                                                            .needs = level_needed,       \
                                                            .same_bits = true,           \
                                                            .supports = supports,        \
                                                            .create = create,            \
                                                            .run = run_##level};
ROW(avx512, LINCE_AVX512)
ROW(avx2, LINCE_AVX2)
