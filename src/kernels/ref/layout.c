#include "core/parallel.h"
#include "kernels/ref/row.h"

static void sample_to_plain(void *context, size_t n)
{
    const lince_layout_args *r = context;
    size_t b = (size_t)r->shape.block, area = (size_t)r->shape.height * (size_t)r->shape.width;
    const float *from = r->x + n * lince_shape_size(r->shape);
    float *to = r->y + n * lince_shape_elements(r->shape);
    for (size_t c = 0; c < (size_t)r->shape.channels; c++)
        for (size_t i = 0; i < area; i++) to[c * area + i] = from[(c / b * area + i) * b + c % b];
}

static void sample_from_plain(void *context, size_t n)
{
    const lince_layout_args *r = context;
    size_t b = (size_t)r->shape.block, area = (size_t)r->shape.height * (size_t)r->shape.width;
    size_t padded = (size_t)lince_round_up(r->shape.channels, r->shape.block);
    const float *from = r->x + n * lince_shape_elements(r->shape);
    float *to = r->y + n * lince_shape_size(r->shape);
    for (size_t c = 0; c < padded; c++)
        for (size_t i = 0; i < area; i++)
            to[(c / b * area + i) * b + c % b] = c < (size_t)r->shape.channels ? from[c * area + i] : 0;
}

static void clear_sample(void *context, size_t n)
{
    const lince_layout_args *r = context;
    size_t b = (size_t)r->shape.block, used = (size_t)r->shape.channels % b,
           area = (size_t)r->shape.height * (size_t)r->shape.width;
    float *last = r->y + (n + 1) * lince_shape_size(r->shape) - area * b;
    for (size_t i = 0; i < area; i++)
        for (size_t c = used; c < b; c++) last[i * b + c] = 0;
}

static void to_plain(const lince_kernel *kernel, const void *args)
{
    lince_layout_args operands = *(const lince_layout_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, sample_to_plain, &operands);
}

static void from_plain(const lince_kernel *kernel, const void *args)
{
    lince_layout_args operands = *(const lince_layout_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, sample_from_plain, &operands);
}

static void clear_padding(const lince_kernel *kernel, const void *args)
{
    lince_layout_args operands = *(const lince_layout_args *)args;
    if (operands.shape.channels % operands.shape.block)
        lince_parallel(kernel->exec.threads, operands.n, clear_sample, &operands);
}

LINCE_REF_ROW(to_plain, TO_PLAIN);
LINCE_REF_ROW(from_plain, FROM_PLAIN);
LINCE_REF_ROW(clear_padding, CLEAR_PADDING);
