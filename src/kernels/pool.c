#include "core/parallel.h"
#include "kernels/kernels.h"

#include <float.h>
#include <string.h>

/* Planes: one block of channels of one sample, [height][width][block]. */
typedef struct pooling {
    lince_window w;
    lince_shape in, out;
    const float *from;
    float *to;
    uint8_t *taken;
} pooling;

static size_t plane(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * (size_t)s.block;
}

static size_t planes(lince_shape s, size_t n)
{
    return n * lince_shape_size(s) / plane(s);
}

/* One output cell: all channels of the block at once. */
static inline void max_cell(const pooling *p, const float *x, int oy, int ox, float *y, uint8_t *taken,
                            size_t block)
{
    for (size_t c = 0; c < block; c++) y[c] = -FLT_MAX, taken[c] = 0;
    for (int ky = 0; ky < p->w.kernel[0]; ky++)
        for (int kx = 0; kx < p->w.kernel[1]; kx++) {
            int iy = oy * p->w.stride[0] - p->w.padding[0] + ky,
                ix = ox * p->w.stride[1] - p->w.padding[1] + kx;
            if (iy < 0 || iy >= p->in.height || ix < 0 || ix >= p->in.width) continue;
            const float *from = x + ((size_t)iy * (size_t)p->in.width + (size_t)ix) * block;
            uint8_t position = (uint8_t)(ky * p->w.kernel[1] + kx);
            for (size_t c = 0; c < block; c++) {
                int larger = !(from[c] <= y[c]); /* a NaN is taken, so that it is seen */
                y[c] = larger ? from[c] : y[c];
                taken[c] = larger ? position : taken[c];
            }
        }
}

LINCE_CLONES static void max_plane(const pooling *p, const float *x, float *y, uint8_t *taken)
{
    size_t cell = 0;
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, cell++) {
            if (p->in.block == 16)
                max_cell(p, x, oy, ox, y + cell * 16, taken + cell * 16, 16);
            else
                max_cell(p, x, oy, ox, y + cell * (size_t)p->in.block, taken + cell * (size_t)p->in.block,
                         (size_t)p->in.block);
        }
}

static void max_task(void *context, size_t i)
{
    const pooling *p = context;
    max_plane(p, p->from + i * plane(p->in), p->to + i * plane(p->out), p->taken + i * plane(p->out));
}

void lince_max_pool(int threads, lince_window w, lince_shape in, lince_shape out, size_t n, const float *x,
                    float *y, uint8_t *taken)
{
    lince_parallel(threads, planes(in, n), max_task, &(pooling){w, in, out, x, y, taken});
}

static void max_backward_task(void *context, size_t i)
{
    const pooling *p = context;
    size_t block = (size_t)p->in.block, cell = 0;
    const float *dy = p->from + i * plane(p->out);
    const uint8_t *taken = p->taken + i * plane(p->out);
    float *dx = p->to + i * plane(p->in);
    memset(dx, 0, plane(p->in) * sizeof *dx);
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, cell++)
            for (size_t c = 0; c < block; c++) {
                int position = taken[cell * block + c];
                int iy = oy * p->w.stride[0] - p->w.padding[0] + position / p->w.kernel[1];
                int ix = ox * p->w.stride[1] - p->w.padding[1] + position % p->w.kernel[1];
                dx[((size_t)iy * (size_t)p->in.width + (size_t)ix) * block + c] += dy[cell * block + c];
            }
}

void lince_max_pool_backward(int threads, lince_window w, lince_shape in, lince_shape out, size_t n,
                             const float *dy, const uint8_t *taken, float *dx)
{
    lince_parallel(threads, planes(in, n), max_backward_task,
                   &(pooling){w, in, out, dy, dx, (uint8_t *)taken});
}

/* --- adaptive average ----------------------------------------------------------------------------- */

static int cell_begin(int i, int in, int out)
{
    return i * in / out;
}

static int cell_end(int i, int in, int out)
{
    return ((i + 1) * in + out - 1) / out;
}

/* Calls for each pair of an output cell and an input cell in its window would hide the loops; both directions
 * walk the same window with 1 / area as the weight. */
static void average_plane(const pooling *p, const float *x, float *y)
{
    size_t block = (size_t)p->in.block;
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, y += block) {
            int y0 = cell_begin(oy, p->in.height, p->out.height),
                y1 = cell_end(oy, p->in.height, p->out.height);
            int x0 = cell_begin(ox, p->in.width, p->out.width), x1 = cell_end(ox, p->in.width, p->out.width);
            float share = 1.0f / (float)((y1 - y0) * (x1 - x0));
            for (size_t c = 0; c < block; c++) y[c] = 0;
            for (int iy = y0; iy < y1; iy++)
                for (int ix = x0; ix < x1; ix++)
                    for (size_t c = 0; c < block; c++)
                        y[c] += x[((size_t)iy * (size_t)p->in.width + (size_t)ix) * block + c];
            for (size_t c = 0; c < block; c++) y[c] *= share;
        }
}

static void spread_plane(const pooling *p, const float *dy, float *dx)
{
    size_t block = (size_t)p->in.block;
    memset(dx, 0, plane(p->in) * sizeof *dx);
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, dy += block) {
            int y0 = cell_begin(oy, p->in.height, p->out.height),
                y1 = cell_end(oy, p->in.height, p->out.height);
            int x0 = cell_begin(ox, p->in.width, p->out.width), x1 = cell_end(ox, p->in.width, p->out.width);
            float share = 1.0f / (float)((y1 - y0) * (x1 - x0));
            for (int iy = y0; iy < y1; iy++)
                for (int ix = x0; ix < x1; ix++)
                    for (size_t c = 0; c < block; c++)
                        dx[((size_t)iy * (size_t)p->in.width + (size_t)ix) * block + c] += dy[c] * share;
        }
}

static void average_task(void *context, size_t i)
{
    const pooling *p = context;
    average_plane(p, p->from + i * plane(p->in), p->to + i * plane(p->out));
}

static void spread_task(void *context, size_t i)
{
    const pooling *p = context;
    spread_plane(p, p->from + i * plane(p->out), p->to + i * plane(p->in));
}

void lince_adaptive_avg_pool(int threads, lince_shape in, lince_shape out, size_t n, const float *x, float *y)
{
    lince_parallel(threads, planes(in, n), average_task,
                   &(pooling){.in = in, .out = out, .from = x, .to = y});
}

void lince_adaptive_avg_pool_backward(int threads, lince_shape in, lince_shape out, size_t n, const float *dy,
                                      float *dx)
{
    lince_parallel(threads, planes(in, n), spread_task,
                   &(pooling){.in = in, .out = out, .from = dy, .to = dx});
}
