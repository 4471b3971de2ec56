#include "core/parallel.h"
#include "kernels/kernels.h"

#include <string.h>

typedef struct joining {
    lince_shape a, b, out;
    const float *dy;
    const float *from[2];
    float *to[2], *y;
} joining;

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
    const joining *j = context;
    size_t size_a = lince_shape_size(j->a), size_b = lince_shape_size(j->b), size = lince_shape_size(j->out);
    float *y = j->y + n * size;
    memcpy(y, j->from[0] + n * size_a, size_a * sizeof *y);
    if (j->a.channels % j->a.block == 0) {
        memcpy(y + size_a, j->from[1] + n * size_b, size_b * sizeof *y);
        return;
    }
    memset(y + size_a, 0, (size - size_a) * sizeof *y);
    copy_channels(j->b, j->from[1] + n * size_b, 0, j->out, y, (size_t)j->a.channels, (size_t)j->b.channels);
}

static void split_sample(void *context, size_t n)
{
    const joining *j = context;
    size_t size = lince_shape_size(j->out), first = 0;
    const float *dy = j->dy + n * size;
    lince_shape shapes[] = {j->a, j->b};
    for (int k = 0; k < 2; first += (size_t)shapes[k].channels, k++) {
        size_t part = lince_shape_size(shapes[k]);
        if (!j->to[k]) continue;
        float *to = j->to[k] + n * part;
        if (first % (size_t)j->out.block == 0 && shapes[k].channels % shapes[k].block == 0) {
            memcpy(to, dy + channel_at(j->out, first), part * sizeof *to);
            continue;
        }
        memset(to, 0, part * sizeof *to);
        copy_channels(j->out, dy, first, shapes[k], to, 0, (size_t)shapes[k].channels);
    }
}

void lince_concat(int threads, lince_shape a, lince_shape b, lince_shape out, size_t n, const float *xa,
                  const float *xb, float *y)
{
    lince_parallel(threads, n, join_sample, &(joining){.a = a, .b = b, .out = out, .from = {xa, xb}, .y = y});
}

void lince_concat_backward(int threads, lince_shape a, lince_shape b, lince_shape out, size_t n,
                           const float *dy, float *da, float *db)
{
    lince_parallel(threads, n, split_sample,
                   &(joining){.a = a, .b = b, .out = out, .dy = dy, .to = {da, db}});
}
