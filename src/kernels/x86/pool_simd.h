/* The vector code of pool.h, for the instruction set that the including file is compiled with. */
#include "kernels/kernels.h"
#include "kernels/x86/pool.h"
#include "kernels/x86/vector.h"

#include <string.h>

/* The first of the largest; a NaN is larger than all, so that it is seen. */
INLINE void take(vec x, float position, vec *most, vec *at)
{
    vec_mask larger = vec_larger(x, *most);
    *most = vec_select(larger, x, *most);
    *at = vec_select(larger, vec_all(position), *at);
}

static void max_plane(lince_shape in, lince_shape out, bool gate, const float *x, float *y, uint8_t *taken)
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

const lince_pool_simd POOL_SIMD = {LANES, max_plane, max_plane_backward};
