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

static void join_sample(void *context, size_t n)
{
    const lince_concat_args *j = context;
    size_t size_a = lince_shape_size(j->in[0]), size_b = lince_shape_size(j->in[1]),
           size = lince_shape_size(j->out);
    float *y = j->y + n * size;
    memcpy(y, j->x[0] + n * size_a, size_a * sizeof *y);
    if (j->in[0].channels % j->in[0].block == 0) {
        memcpy(y + size_a, j->x[1] + n * size_b, size_b * sizeof *y);
        return;
    }
    memset(y + size_a, 0, (size - size_a) * sizeof *y);
    copy_channels(j->in[1], j->x[1] + n * size_b, 0, j->out, y, (size_t)j->in[0].channels,
                  (size_t)j->in[1].channels);
}

static void split_sample(void *context, size_t n)
{
    const lince_concat_args *j = context;
    size_t size = lince_shape_size(j->out), first = 0;
    const float *dy = j->dy + n * size;
    const lince_shape *shapes = j->in;
    for (int k = 0; k < 2; first += (size_t)shapes[k].channels, k++) {
        size_t part = lince_shape_size(shapes[k]);
        if (!j->dx[k]) continue;
        float *to = j->dx[k] + n * part;
        if (first % (size_t)j->out.block == 0 && shapes[k].channels % shapes[k].block == 0) {
            memcpy(to, dy + channel_at(j->out, first), part * sizeof *to);
            continue;
        }
        memset(to, 0, part * sizeof *to);
        copy_channels(j->out, dy, first, shapes[k], to, 0, (size_t)shapes[k].channels);
    }
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
