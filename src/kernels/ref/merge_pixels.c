#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <string.h>

static size_t channel_at(lince_shape s, size_t c)
{
    size_t b = (size_t)s.block;
    return c / b * (size_t)s.height * (size_t)s.width * b + c % b;
}

/* Some channels of a sample, of which block k of the larger map has those of pixel (k % 2, k / 2) of each square:
 * `lanes` neighbours at a time, whole blocks where channels fill them. */
typedef struct corner {
    size_t first, lanes, row, column;
} corner;

/* Calls move for each pixel of `in` that is at this corner: its place, and that of the square. */
static void each_pixel(const lince_merge_args *a, const corner *k, size_t channel, float *map, float *merged,
                       bool back)
{
    size_t b = (size_t)a->in.block, width = (size_t)a->in.width;
    float *x = map + channel_at(a->in, channel), *y = merged + channel_at(a->out, k->first + channel);
    for (size_t i = k->row; i < (size_t)a->in.height; i += 2)
        for (size_t j = k->column; j < width; j += 2) {
            float *at = x + (i * width + j) * b, *square = y + (i / 2 * (size_t)a->out.width + j / 2) * b;
            memcpy(back ? at : square, back ? square : at, k->lanes * sizeof *at);
        }
}

static void walk(const lince_merge_args *a, float *map, float *merged, bool back)
{
    size_t channels = (size_t)a->in.channels, b = (size_t)a->in.block;
    for (size_t k = 0; k < 4; k++) {
        corner at = {k * channels, channels % b ? 1 : b, k % 2, k / 2};
        for (size_t c = 0; c < channels; c += at.lanes) each_pixel(a, &at, c, map, merged, back);
    }
}

static void merge_sample(void *context, size_t n)
{
    const lince_merge_args *a = context;
    size_t in = lince_shape_size(a->in), out = lince_shape_size(a->out);
    float *y = a->to + n * out;
    bool whole = a->in.channels % a->in.block == 0 && a->in.height % 2 == 0 && a->in.width % 2 == 0;
    if (!whole) memset(y, 0, out * sizeof *y);
    walk(a, (float *)a->from + n * in, y, false);
}

static void part_sample(void *context, size_t n)
{
    const lince_merge_args *a = context;
    size_t in = lince_shape_size(a->in), out = lince_shape_size(a->out);
    float *x = a->to + n * in;
    if (a->in.channels % a->in.block) memset(x, 0, in * sizeof *x);
    walk(a, x, (float *)a->from + n * out, true);
}

static void merge_pixels(const lince_kernel *kernel, const void *args)
{
    lince_merge_args a = *(const lince_merge_args *)args;
    lince_parallel(kernel->exec.threads, a.n, merge_sample, &a);
}

static void merge_pixels_backward(const lince_kernel *kernel, const void *args)
{
    lince_merge_args a = *(const lince_merge_args *)args;
    lince_parallel(kernel->exec.threads, a.n, part_sample, &a);
}

LINCE_REF_ROW(merge_pixels, MERGE_PIXELS);
LINCE_REF_ROW(merge_pixels_backward, MERGE_PIXELS_BACKWARD);
