#include "core/cpu.h"
#include "core/parallel.h"
#include "kernels/ref/row.h"

/* One plane: a block of channels of one sample, all its pixels with the same factors. */
typedef struct scaling {
    size_t area, block;
    const float *x, *s, *dy;
    float *y, *dx, *ds;
} scaling;

LINCE_EACH_LEVEL(scale_plane, (const float *x, const float *s, size_t area, size_t b, float *y),
                 (x, s, area, b, y))
{
    for (size_t i = 0; i < area; i++)
        for (size_t c = 0; c < b; c++) y[i * b + c] = x[i * b + c] * s[c];
}

LINCE_EACH_LEVEL(product_plane, (const float *x, const float *dy, size_t area, size_t b, float *sum),
                 (x, dy, area, b, sum))
{
    for (size_t c = 0; c < b; c++) sum[c] = 0;
    for (size_t i = 0; i < area; i++)
        for (size_t c = 0; c < b; c++) sum[c] += x[i * b + c] * dy[i * b + c];
}

static void forward_plane(void *context, size_t plane)
{
    const scaling *k = context;
    size_t at = plane * k->area * k->block;
    scale_plane(k->x + at, k->s + plane * k->block, k->area, k->block, k->y + at);
}

static void backward_plane(void *context, size_t plane)
{
    const scaling *k = context;
    size_t at = plane * k->area * k->block, channel = plane * k->block;
    if (k->ds) product_plane(k->x + at, k->dy + at, k->area, k->block, k->ds + channel);
    if (k->dx) scale_plane(k->dy + at, k->s + channel, k->area, k->block, k->dx + at);
}

static size_t area(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width;
}

static size_t planes(lince_shape s, size_t n)
{
    return n * (size_t)(lince_round_up(s.channels, s.block) / s.block);
}

static scaling scaling_of(const lince_scale_channels_args *a)
{
    return (scaling){area(a->shape), (size_t)a->shape.block, a->x, a->s, a->dy, a->y, a->dx, a->ds};
}

static void scale_channels(const lince_kernel *kernel, const void *args)
{
    const lince_scale_channels_args *a = args;
    scaling k = scaling_of(a);
    lince_parallel(kernel->exec.threads, planes(a->shape, a->n), forward_plane, &k);
}

static void scale_channels_backward(const lince_kernel *kernel, const void *args)
{
    const lince_scale_channels_args *a = args;
    scaling k = scaling_of(a);
    lince_parallel(kernel->exec.threads, planes(a->shape, a->n), backward_plane, &k);
}

LINCE_REF_ROW(scale_channels, SCALE_CHANNELS);
LINCE_REF_ROW(scale_channels_backward, SCALE_CHANNELS_BACKWARD);
