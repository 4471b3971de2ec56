#include "core/cpu.h"
#include "core/parallel.h"
#include "kernels/ref/row.h"

enum { LANES = 16 }; /* at most, in a block */

typedef struct summing {
    lince_shape shape;
    size_t n, area, block;
    const float *dy;
    float *sum;
} summing;

LINCE_EACH_LEVEL(add_plane, (const float *x, size_t area, size_t b, float *sum), (x, area, b, sum))
{
    for (size_t i = 0; i < area; i++)
        for (size_t c = 0; c < b; c++) sum[c] += x[i * b + c];
}

/* One block of channels over all samples, plane by plane, so that sums do not depend on threads. */
static void sum_block(void *context, size_t cb)
{
    const summing *w = context;
    double total[LANES] = {0};
    for (size_t s = 0; s < w->n; s++) {
        float plane[LANES] = {0};
        add_plane(w->dy + s * lince_shape_size(w->shape) + cb * w->area * w->block, w->area, w->block, plane);
        for (size_t c = 0; c < w->block; c++) total[c] += (double)plane[c];
    }
    for (size_t c = 0; c < w->block; c++) w->sum[cb * w->block + c] = (float)total[c];
}

static void sum_channels(const lince_kernel *kernel, const void *args)
{
    const lince_layout_args *a = args;
    size_t blocks = (size_t)(lince_round_up(a->shape.channels, a->shape.block) / a->shape.block);
    lince_parallel(kernel->exec.threads, blocks, sum_block,
                   &(summing){.shape = a->shape,
                              .n = a->n,
                              .area = (size_t)a->shape.height * (size_t)a->shape.width,
                              .block = (size_t)a->shape.block,
                              .dy = a->x,
                              .sum = a->y});
}

LINCE_REF_ROW(sum_channels, SUM_CHANNELS);
