#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <string.h>

static size_t plane_of(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * (size_t)s.block;
}

static size_t blocks_of(lince_shape s)
{
    return (size_t)(lince_round_up(s.channels, s.block) / s.block);
}

/* A block of channels of a sample. */
static void prepend_plane(void *context, size_t index)
{
    const lince_prepend_args *a = context;
    size_t b = (size_t)a->in.block, plane = plane_of(a->in);
    float *y = a->to + index * (plane + b);
    memcpy(y, a->token + index % blocks_of(a->in) * b, b * sizeof *y);
    memcpy(y + b, a->from + index * plane, plane * sizeof *y);
}

static void drop_plane(void *context, size_t index)
{
    const lince_prepend_args *a = context;
    size_t b = (size_t)a->in.block, plane = plane_of(a->in);
    memcpy(a->to + index * plane, a->from + index * (plane + b) + b, plane * sizeof *a->to);
}

/* The token's gradient is the sum of what it received in each sample. */
static void sum_tokens(void *context, size_t block)
{
    const lince_prepend_args *a = context;
    size_t b = (size_t)a->in.block, plane = plane_of(a->in) + b, blocks = blocks_of(a->in);
    for (size_t c = 0; c < b; c++) {
        double sum = 0;
        for (size_t n = 0; n < a->n; n++) sum += (double)a->from[(n * blocks + block) * plane + c];
        a->dtoken[block * b + c] = (float)sum;
    }
}

static void prepend(const lince_kernel *kernel, const void *args)
{
    lince_prepend_args a = *(const lince_prepend_args *)args;
    lince_parallel(kernel->exec.threads, a.n * blocks_of(a.in), prepend_plane, &a);
}

static void prepend_backward(const lince_kernel *kernel, const void *args)
{
    lince_prepend_args a = *(const lince_prepend_args *)args;
    if (a.to) lince_parallel(kernel->exec.threads, a.n * blocks_of(a.in), drop_plane, &a);
    if (a.dtoken) lince_parallel(kernel->exec.threads, blocks_of(a.in), sum_tokens, &a);
}

LINCE_REF_ROW(prepend, PREPEND);
LINCE_REF_ROW(prepend_backward, PREPEND_BACKWARD);
