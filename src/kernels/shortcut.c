#include "core/parallel.h"
#include "kernels/kernels.h"

#include <string.h>

typedef struct padding {
    lince_shape in, out;
    size_t stride;
    const float *from;
    float *to;
} padding;

/* Where channel c of a sample begins; its pixels are `block` floats apart. */
static size_t channel_at(lince_shape s, size_t c)
{
    size_t b = (size_t)s.block;
    return c / b * (size_t)s.height * (size_t)s.width * b + c % b;
}

/* Walks the pairs of pixels that belong together: x[c, s i, s j] and y[c + d, i, j]. */
static void pad_sample(void *context, size_t n)
{
    const padding *p = context;
    size_t b = (size_t)p->in.block, shift = (size_t)(p->out.channels - p->in.channels) / 2;
    const float *x = p->from + n * lince_shape_size(p->in);
    float *y = p->to + n * lince_shape_size(p->out);
    memset(y, 0, lince_shape_size(p->out) * sizeof *y);
    for (size_t c = 0; c < (size_t)p->in.channels; c++)
        for (size_t i = 0; i < (size_t)p->out.height; i++) {
            const float *from = x + channel_at(p->in, c) + i * p->stride * (size_t)p->in.width * b;
            float *to = y + channel_at(p->out, c + shift) + i * (size_t)p->out.width * b;
            for (size_t j = 0; j < (size_t)p->out.width; j++) to[j * b] = from[j * p->stride * b];
        }
}

static void unpad_sample(void *context, size_t n)
{
    const padding *p = context;
    size_t b = (size_t)p->in.block, shift = (size_t)(p->out.channels - p->in.channels) / 2;
    const float *dy = p->from + n * lince_shape_size(p->out);
    float *dx = p->to + n * lince_shape_size(p->in);
    memset(dx, 0, lince_shape_size(p->in) * sizeof *dx);
    for (size_t c = 0; c < (size_t)p->in.channels; c++)
        for (size_t i = 0; i < (size_t)p->out.height; i++) {
            const float *from = dy + channel_at(p->out, c + shift) + i * (size_t)p->out.width * b;
            float *to = dx + channel_at(p->in, c) + i * p->stride * (size_t)p->in.width * b;
            for (size_t j = 0; j < (size_t)p->out.width; j++) to[j * p->stride * b] = from[j * b];
        }
}

void lince_pad_shortcut(int threads, lince_shape in, lince_shape out, int stride, size_t n, const float *x,
                        float *y)
{
    lince_parallel(threads, n, pad_sample, &(padding){in, out, (size_t)stride, x, y});
}

void lince_pad_shortcut_backward(int threads, lince_shape in, lince_shape out, int stride, size_t n,
                                 const float *dy, float *dx)
{
    lince_parallel(threads, n, unpad_sample, &(padding){in, out, (size_t)stride, dy, dx});
}
