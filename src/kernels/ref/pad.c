#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <string.h>

/* Where the smaller map lies in a plane of the larger one, in floats. */
typedef struct inside {
    size_t row, out_row, corner;
} inside;

static inside inside_of(const lince_pad_args *a)
{
    size_t b = (size_t)a->in.block, row = (size_t)a->in.width * b, out_row = (size_t)a->out.width * b;
    return (inside){row, out_row, (size_t)a->top * out_row + (size_t)a->left * b};
}

static size_t plane_size(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * (size_t)s.block;
}

static void pad_plane(void *context, size_t plane)
{
    const lince_pad_args *a = context;
    inside k = inside_of(a);
    const float *x = a->from + plane * plane_size(a->in);
    float *y = a->to + plane * plane_size(a->out);
    memset(y, 0, plane_size(a->out) * sizeof *y);
    for (size_t i = 0; i < (size_t)a->in.height; i++)
        memcpy(y + k.corner + i * k.out_row, x + i * k.row, k.row * sizeof *y);
}

static void crop_plane(void *context, size_t plane)
{
    const lince_pad_args *a = context;
    inside k = inside_of(a);
    const float *dy = a->from + plane * plane_size(a->out);
    float *dx = a->to + plane * plane_size(a->in);
    for (size_t i = 0; i < (size_t)a->in.height; i++)
        memcpy(dx + i * k.row, dy + k.corner + i * k.out_row, k.row * sizeof *dx);
}

static size_t planes(const lince_pad_args *a)
{
    return a->n * (size_t)(lince_round_up(a->in.channels, a->in.block) / a->in.block);
}

static void pad(const lince_kernel *kernel, const void *args)
{
    lince_pad_args operands = *(const lince_pad_args *)args;
    lince_parallel(kernel->exec.threads, planes(&operands), pad_plane, &operands);
}

static void pad_backward(const lince_kernel *kernel, const void *args)
{
    lince_pad_args operands = *(const lince_pad_args *)args;
    lince_parallel(kernel->exec.threads, planes(&operands), crop_plane, &operands);
}

LINCE_REF_ROW(pad, PAD);
LINCE_REF_ROW(pad_backward, PAD_BACKWARD);
