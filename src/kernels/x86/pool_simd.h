/* The vector code of pool.h, for the instruction set that the including file is compiled with. */
#include "kernels/kernels.h"
#include "kernels/x86/pool.h"
#include "kernels/x86/vector.h"

#include <float.h>
#include <string.h>

/* The first of the largest; a NaN is larger than all, so that it is seen. */
INLINE void take(vec x, float position, vec *most, vec *at)
{
    vec_mask larger = vec_larger(x, *most);
    *most = vec_select(larger, x, *most);
    *at = vec_select(larger, vec_all(position), *at);
}

static void max_halves(lince_shape in, lince_shape out, bool gate, const float *x, float *y, uint8_t *taken)
{
    size_t row = (size_t)in.width * LANES;
    for (int oy = 0; oy < out.height; oy++, x += 2 * row)
        for (int ox = 0; ox < out.width; ox++, y += LANES, taken += LANES) {
            const float *cell = x + 2 * ox * LANES;
            vec most = vec_load(cell), at = vec_zero();
            take(vec_load(cell + LANES), 1, &most, &at);
            take(vec_load(cell + row), 2, &most, &at);
            take(vec_load(cell + row + LANES), 3, &most, &at);
            if (gate) at = vec_select(vec_larger(most, vec_zero()), at, vec_all(LINCE_TAKEN_NONE));
            vec_store(y, most);
            vec_store_bytes(taken, at);
        }
}

/* Of a window along an axis what lies in the map: [begin, end). */
typedef struct part {
    int begin, end;
} part;

INLINE part part_of(const lince_window *w, int axis, int i, int size)
{
    int first = i * w->stride[axis] - w->padding[axis];
    return (part){first < 0 ? -first : 0, first + w->kernel[axis] > size ? size - first : w->kernel[axis]};
}

/* taken NULL: nobody wants to know. */
INLINE void max_windows(const lince_pool_args *p, const float *x, float *y, uint8_t *taken)
{
    ptrdiff_t row = (ptrdiff_t)p->in.width * LANES;
    for (int oy = 0; oy < p->out.height; oy++) {
        part rows = part_of(&p->w, 0, oy, p->in.height);
        const float *line = x + (oy * p->w.stride[0] - p->w.padding[0]) * row;
        for (int ox = 0; ox < p->out.width; ox++, y += LANES) {
            part columns = part_of(&p->w, 1, ox, p->in.width);
            const float *window = line + (ptrdiff_t)(ox * p->w.stride[1] - p->w.padding[1]) * LANES;
            vec most = vec_all(-FLT_MAX), at = vec_zero();
            for (int ky = rows.begin; ky < rows.end; ky++)
                for (int kx = columns.begin; kx < columns.end; kx++) {
                    vec value = vec_load(window + ky * row + (ptrdiff_t)kx * LANES);
                    if (taken)
                        take(value, (float)(ky * p->w.kernel[1] + kx), &most, &at);
                    else
                        most = vec_select(vec_larger(value, most), value, most);
                }
            vec_store(y, most);
            if (!taken) continue;
            if (p->gate) at = vec_select(vec_larger(most, vec_zero()), at, vec_all(LINCE_TAKEN_NONE));
            vec_store_bytes(taken, at);
            taken += LANES;
        }
    }
}

static void max_plane(const lince_pool_args *p, const float *x, float *y, uint8_t *taken)
{
    if (taken)
        max_windows(p, x, y, taken);
    else
        max_windows(p, x, y, NULL);
}

INLINE void put(float *to, vec dy, vec at, float position)
{
    vec_store(to, vec_select(vec_equal(at, vec_all(position)), dy, vec_zero()));
}

/* Writes all of dx: an odd last row or column is in no window. */
static void max_plane_backward(lince_shape in, lince_shape out, const float *dy, const uint8_t *taken,
                               float *dx)
{
    size_t row = (size_t)in.width * LANES, used = (size_t)out.width * 2 * LANES;
    for (int oy = 0; oy < out.height; oy++, dx += 2 * row) {
        for (int ox = 0; ox < out.width; ox++, dy += LANES, taken += LANES) {
            float *cell = dx + 2 * ox * LANES;
            vec gradient = vec_load(dy), at = vec_load_bytes(taken);
            put(cell, gradient, at, 0);
            put(cell + LANES, gradient, at, 1);
            put(cell + row, gradient, at, 2);
            put(cell + row + LANES, gradient, at, 3);
        }
        memset(dx + used, 0, (row - used) * sizeof *dx);
        memset(dx + row + used, 0, (row - used) * sizeof *dx);
    }
    memset(dx, 0, (size_t)(in.height - 2 * out.height) * row * sizeof *dx);
}

const lince_pool_simd POOL_SIMD = {LANES, max_plane, max_halves, max_plane_backward};
