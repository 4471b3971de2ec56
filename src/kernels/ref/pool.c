#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <float.h>
#include <string.h>

/* Planes: one block of channels of one sample, [height][width][block]. */

static size_t plane(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * (size_t)s.block;
}

static size_t planes(lince_shape s, size_t n)
{
    return n * lince_shape_size(s) / plane(s);
}

/* One output cell: all channels of the block at once. */
static inline void max_cell(const lince_pool_args *p, const float *x, int oy, int ox, float *y,
                            uint8_t *taken, size_t block)
{
    for (size_t c = 0; c < block; c++) y[c] = -FLT_MAX;
    for (size_t c = 0; taken && c < block; c++) taken[c] = 0;
    for (int ky = 0; ky < p->w.kernel[0]; ky++)
        for (int kx = 0; kx < p->w.kernel[1]; kx++) {
            int iy = oy * p->w.stride[0] - p->w.padding[0] + ky,
                ix = ox * p->w.stride[1] - p->w.padding[1] + kx;
            if (iy < 0 || iy >= p->in.height || ix < 0 || ix >= p->in.width) continue;
            const float *from = x + ((size_t)iy * (size_t)p->in.width + (size_t)ix) * block;
            uint8_t position = (uint8_t)(ky * p->w.kernel[1] + kx);
            for (size_t c = 0; c < block; c++) {
                int larger = from[c] > y[c] || from[c] != from[c]; /* a NaN is taken, so that it is seen */
                y[c] = larger ? from[c] : y[c];
                if (taken) taken[c] = larger ? position : taken[c];
            }
        }
    for (size_t c = 0; taken && p->gate && c < block; c++)
        if (y[c] <= 0) taken[c] = LINCE_TAKEN_NONE;
}

LINCE_EACH_LEVEL(max_plane, (const lince_pool_args *p, const float *x, float *y, uint8_t *taken),
                 (p, x, y, taken))
{
    size_t cell = 0;
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, cell++) {
            size_t at = cell * (size_t)p->in.block;
            max_cell(p, x, oy, ox, y + at, taken ? taken + at : NULL, (size_t)p->in.block);
        }
}

static void max_task(void *context, size_t i)
{
    const lince_pool_args *p = context;
    max_plane(p, p->from + i * plane(p->in), p->to + i * plane(p->out),
              p->taken ? p->taken + i * plane(p->out) : NULL);
}

static void max_backward_task(void *context, size_t i)
{
    const lince_pool_args *p = context;
    size_t block = (size_t)p->in.block, cell = 0;
    const float *dy = p->from + i * plane(p->out);
    const uint8_t *taken = p->taken + i * plane(p->out);
    float *dx = p->to + i * plane(p->in);
    memset(dx, 0, plane(p->in) * sizeof *dx);
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, cell++)
            for (size_t c = 0; c < block; c++) {
                int position = taken[cell * block + c];
                if (position == LINCE_TAKEN_NONE) continue;
                int iy = oy * p->w.stride[0] - p->w.padding[0] + position / p->w.kernel[1];
                int ix = ox * p->w.stride[1] - p->w.padding[1] + position % p->w.kernel[1];
                dx[((size_t)iy * (size_t)p->in.width + (size_t)ix) * block + c] += dy[cell * block + c];
            }
}

/* --- average -------------------------------------------------------------------------------------- */

/* The inputs that an output cell averages: rows y0 .. y1 - 1, columns x0 .. x1 - 1. */
typedef struct cell {
    int y0, y1, x0, x1;
} cell;

static int cell_begin(int i, int in, int out)
{
    return i * in / out;
}

static int cell_end(int i, int in, int out)
{
    return ((i + 1) * in + out - 1) / out;
}

/* By the window where there is one, else adaptive. */
static cell cell_at(const lince_pool_args *p, int oy, int ox)
{
    const lince_window *w = &p->w;
    if (w->kernel[0])
        return (cell){oy * w->stride[0], oy * w->stride[0] + w->kernel[0], ox * w->stride[1],
                      ox * w->stride[1] + w->kernel[1]};
    return (cell){cell_begin(oy, p->in.height, p->out.height), cell_end(oy, p->in.height, p->out.height),
                  cell_begin(ox, p->in.width, p->out.width), cell_end(ox, p->in.width, p->out.width)};
}

static inline void average_cell(const lince_pool_args *p, cell c, const float *x, float *y, size_t block)
{
    float share = 1.0f / (float)((c.y1 - c.y0) * (c.x1 - c.x0)), sum[16] = {0};
    for (int iy = c.y0; iy < c.y1; iy++)
        for (int ix = c.x0; ix < c.x1; ix++)
            for (size_t k = 0; k < block; k++)
                sum[k] += x[((size_t)iy * (size_t)p->in.width + (size_t)ix) * block + k];
    for (size_t k = 0; k < block; k++) y[k] = sum[k] * share;
}

static inline void spread_cell(const lince_pool_args *p, cell c, const float *dy, float *dx, size_t block)
{
    float share = 1.0f / (float)((c.y1 - c.y0) * (c.x1 - c.x0));
    for (int iy = c.y0; iy < c.y1; iy++)
        for (int ix = c.x0; ix < c.x1; ix++)
            for (size_t k = 0; k < block; k++)
                dx[((size_t)iy * (size_t)p->in.width + (size_t)ix) * block + k] += dy[k] * share;
}

/* Blocks that the compiler knows become vectors. */
LINCE_EACH_LEVEL(average_plane, (const lince_pool_args *p, const float *x, float *y), (p, x, y))
{
    size_t block = (size_t)p->in.block;
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, y += block) {
            if (block == 16)
                average_cell(p, cell_at(p, oy, ox), x, y, 16);
            else
                average_cell(p, cell_at(p, oy, ox), x, y, block);
        }
}

LINCE_EACH_LEVEL(spread_plane, (const lince_pool_args *p, const float *dy, float *dx), (p, dy, dx))
{
    size_t block = (size_t)p->in.block;
    memset(dx, 0, plane(p->in) * sizeof *dx);
    for (int oy = 0; oy < p->out.height; oy++)
        for (int ox = 0; ox < p->out.width; ox++, dy += block) {
            if (block == 16)
                spread_cell(p, cell_at(p, oy, ox), dy, dx, 16);
            else
                spread_cell(p, cell_at(p, oy, ox), dy, dx, block);
        }
}

static void average_task(void *context, size_t i)
{
    const lince_pool_args *p = context;
    average_plane(p, p->from + i * plane(p->in), p->to + i * plane(p->out));
}

static void spread_task(void *context, size_t i)
{
    const lince_pool_args *p = context;
    spread_plane(p, p->from + i * plane(p->out), p->to + i * plane(p->in));
}

static void each_plane(const lince_kernel *kernel, const void *args, lince_task *task)
{
    lince_pool_args operands = *(const lince_pool_args *)args;
    lince_parallel(kernel->exec.threads, planes(operands.in, operands.n), task, &operands);
}

#define ROW(name, id, task)                                        \
    static void name(const lince_kernel *kernel, const void *args) \
    {                                                              \
        each_plane(kernel, args, task);                            \
    }                                                              \
    LINCE_REF_ROW(name, id)
ROW(max_pool, MAX_POOL, max_task);
ROW(max_pool_backward, MAX_POOL_BACKWARD, max_backward_task);
ROW(avg_pool, AVG_POOL, average_task);
ROW(avg_pool_backward, AVG_POOL_BACKWARD, spread_task);
