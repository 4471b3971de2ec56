#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <string.h>

static size_t channel_at(lince_shape s, size_t c)
{
    size_t b = (size_t)s.block;
    return c / b * (size_t)s.height * (size_t)s.width * b + c % b;
}

/* Channels that do not begin where a block does move one by one. */
static void copy_channels(lince_shape from_shape, const float *from, size_t first_from, lince_shape to_shape,
                          float *to, size_t first_to, size_t count)
{
    size_t area = (size_t)to_shape.height * (size_t)to_shape.width, b = (size_t)to_shape.block;
    for (size_t c = 0; c < count; c++) {
        const float *source = from + channel_at(from_shape, first_from + c);
        float *target = to + channel_at(to_shape, first_to + c);
        for (size_t i = 0; i < area; i++) target[i * b] = source[i * b];
    }
}

static size_t pitch_or_size(size_t pitch, lince_shape s)
{
    return pitch ? pitch : lince_shape_size(s);
}

static void join_sample(void *context, size_t n)
{
    const lince_concat_args *c = context;
    const lince_join *j = &c->join;
    size_t size_a = lince_shape_size(j->a), size_b = lince_shape_size(j->b);
    const float *a = c->x[0] + n * pitch_or_size(j->pitch_a, j->a), *b = c->x[1] + n * size_b;
    float *y = c->y + n * pitch_or_size(j->pitch, j->out);
    if (a != y) memcpy(y, a, size_a * sizeof *y);
    if (j->a.channels % j->a.block == 0) {
        memcpy(y + size_a, b, size_b * sizeof *y);
        return;
    }
    memset(y + size_a, 0, (lince_shape_size(j->out) - size_a) * sizeof *y);
    copy_channels(j->b, b, 0, j->out, y, (size_t)j->a.channels, (size_t)j->b.channels);
}

/* The channels of a sample's dy from `first` on. */
static void split_part(const lince_join *j, const float *dy, size_t first, lince_shape part, float *to)
{
    size_t size = lince_shape_size(part);
    if (first % (size_t)j->out.block == 0 && part.channels % part.block == 0) {
        memcpy(to, dy + channel_at(j->out, first), size * sizeof *to);
        return;
    }
    memset(to, 0, size * sizeof *to);
    copy_channels(j->out, dy, first, part, to, 0, (size_t)part.channels);
}

static void split_sample(void *context, size_t n)
{
    const lince_concat_args *c = context;
    const lince_join *j = &c->join;
    const float *dy = c->dy + n * pitch_or_size(j->pitch, j->out);
    if (c->dx[0] && c->dx[0] != c->dy)
        split_part(j, dy, 0, j->a, c->dx[0] + n * pitch_or_size(j->pitch_a, j->a));
    if (c->dx[1]) split_part(j, dy, (size_t)j->a.channels, j->b, c->dx[1] + n * lince_shape_size(j->b));
}

static void concat(const lince_kernel *kernel, const void *args)
{
    lince_concat_args operands = *(const lince_concat_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, join_sample, &operands);
}

static void concat_backward(const lince_kernel *kernel, const void *args)
{
    lince_concat_args operands = *(const lince_concat_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, split_sample, &operands);
}

LINCE_REF_ROW(concat, CONCAT);
LINCE_REF_ROW(concat_backward, CONCAT_BACKWARD);
