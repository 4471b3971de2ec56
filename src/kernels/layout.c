#include "core/parallel.h"
#include "kernels/kernels.h"

typedef struct reordering {
    lince_shape shape;
    const float *from;
    float *to;
} reordering;

static void sample_to_plain(void *context, size_t n)
{
    const reordering *r = context;
    size_t b = (size_t)r->shape.block, area = (size_t)r->shape.height * (size_t)r->shape.width;
    const float *from = r->from + n * lince_shape_size(r->shape);
    float *to = r->to + n * lince_shape_elements(r->shape);
    for (size_t c = 0; c < (size_t)r->shape.channels; c++)
        for (size_t i = 0; i < area; i++) to[c * area + i] = from[(c / b * area + i) * b + c % b];
}

static void sample_from_plain(void *context, size_t n)
{
    const reordering *r = context;
    size_t b = (size_t)r->shape.block, area = (size_t)r->shape.height * (size_t)r->shape.width;
    size_t padded = (size_t)lince_round_up(r->shape.channels, r->shape.block);
    const float *from = r->from + n * lince_shape_elements(r->shape);
    float *to = r->to + n * lince_shape_size(r->shape);
    for (size_t c = 0; c < padded; c++)
        for (size_t i = 0; i < area; i++)
            to[(c / b * area + i) * b + c % b] = c < (size_t)r->shape.channels ? from[c * area + i] : 0;
}

void lince_to_plain(int threads, lince_shape shape, size_t n, const float *blocked, float *plain)
{
    lince_parallel(threads, n, sample_to_plain, &(reordering){shape, blocked, plain});
}

void lince_from_plain(int threads, lince_shape shape, size_t n, const float *plain, float *blocked)
{
    lince_parallel(threads, n, sample_from_plain, &(reordering){shape, plain, blocked});
}

static void clear_sample(void *context, size_t n)
{
    const reordering *r = context;
    size_t b = (size_t)r->shape.block, used = (size_t)r->shape.channels % b,
           area = (size_t)r->shape.height * (size_t)r->shape.width;
    float *last = r->to + (n + 1) * lince_shape_size(r->shape) - area * b;
    for (size_t i = 0; i < area; i++)
        for (size_t c = used; c < b; c++) last[i * b + c] = 0;
}

void lince_clear_padding(int threads, lince_shape shape, size_t n, float *blocked)
{
    if (shape.channels % shape.block)
        lince_parallel(threads, n, clear_sample, &(reordering){shape, NULL, blocked});
}
