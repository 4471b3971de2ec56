#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <string.h>

/* Where channel c of a sample begins; its pixels are `block` floats apart. */
static size_t channel_at(lince_shape s, size_t c)
{
    size_t b = (size_t)s.block;
    return c / b * (size_t)s.height * (size_t)s.width * b + c % b;
}

/* Walks the pairs of pixels that belong together: x[c, s i, s j] and y[c + d, i, j]. */
static void pad_sample(void *context, size_t n)
{
    const lince_pad_shortcut_args *p = context;
    size_t b = (size_t)p->in.block, shift = (size_t)(p->out.channels - p->in.channels) / 2;
    const float *x = p->from + n * lince_shape_size(p->in);
    float *y = p->to + n * lince_shape_size(p->out);
    memset(y, 0, lince_shape_size(p->out) * sizeof *y);
    for (size_t c = 0; c < (size_t)p->in.channels; c++)
        for (size_t i = 0; i < (size_t)p->out.height; i++) {
            const float *from = x + channel_at(p->in, c) + i * (size_t)p->stride * (size_t)p->in.width * b;
            float *to = y + channel_at(p->out, c + shift) + i * (size_t)p->out.width * b;
            for (size_t j = 0; j < (size_t)p->out.width; j++) to[j * b] = from[j * (size_t)p->stride * b];
        }
}

static void unpad_sample(void *context, size_t n)
{
    const lince_pad_shortcut_args *p = context;
    size_t b = (size_t)p->in.block, shift = (size_t)(p->out.channels - p->in.channels) / 2;
    const float *dy = p->from + n * lince_shape_size(p->out);
    float *dx = p->to + n * lince_shape_size(p->in);
    memset(dx, 0, lince_shape_size(p->in) * sizeof *dx);
    for (size_t c = 0; c < (size_t)p->in.channels; c++)
        for (size_t i = 0; i < (size_t)p->out.height; i++) {
            const float *from = dy + channel_at(p->out, c + shift) + i * (size_t)p->out.width * b;
            float *to = dx + channel_at(p->in, c) + i * (size_t)p->stride * (size_t)p->in.width * b;
            for (size_t j = 0; j < (size_t)p->out.width; j++) to[j * (size_t)p->stride * b] = from[j * b];
        }
}

static void pad_shortcut(const lince_kernel *kernel, const void *args)
{
    lince_pad_shortcut_args operands = *(const lince_pad_shortcut_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, pad_sample, &operands);
}

static void pad_shortcut_backward(const lince_kernel *kernel, const void *args)
{
    lince_pad_shortcut_args operands = *(const lince_pad_shortcut_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, unpad_sample, &operands);
}

LINCE_REF_ROW(pad_shortcut, PAD_SHORTCUT);
LINCE_REF_ROW(pad_shortcut_backward, PAD_SHORTCUT_BACKWARD);
