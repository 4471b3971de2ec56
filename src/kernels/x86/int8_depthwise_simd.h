/* The vector code of int8_depthwise.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/int8_depthwise.h"
#include "kernels/x86/int8_finish.h"

#define UNROLL _Pragma("GCC unroll 4")

/* Some vectors of channels of a pixel, from channel c on; x: of its window. */
INLINE void finish_channels(const lince_int8_row *d, const float *w, size_t columns, int vectors,
                            const uint8_t *x, size_t c, size_t at)
{
    vec sum[4];
    UNROLL for (int k = 0; k < vectors; k++) sum[k] = vec_zero();
    w += c;
    for (size_t run = 0; run < d->runs; run++)
        for (size_t i = 0; i < columns; i++, w += d->channels) {
            const uint8_t *tap = x + run * d->x_run + i * d->channels + c;
            UNROLL for (int k = 0; k < vectors; k++) sum[k] =
                vec_fma(vec_load_bytes(tap + k * LANES), vec_load(w + k * LANES), sum[k]);
        }
    UNROLL for (int k = 0; k < vectors; k++)
    {
        size_t first = c + (size_t)k * LANES;
        vec t = result_of(d, sum[k], vec_load(d->factor + first), vec_load(d->offset + first),
                          d->other ? d->other + at + first : NULL);
        put_bytes(d->y + at + first, t);
    }
}

lince_int8_depthwise_line LINE;

void LINE(const lince_int8_row *d, const float *w, size_t columns, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *x = d->x + i * d->x_pixel;
        size_t c = 0, at = i * d->y_pixel;
        for (; c + 4 * LANES <= d->channels; c += 4 * LANES) finish_channels(d, w, columns, 4, x, c, at);
        for (; c + LANES <= d->channels; c += LANES) finish_channels(d, w, columns, 1, x, c, at);
        if (c < d->channels)
            finish_channels(d, w, columns, 1, x, d->channels - LANES, at); /* some once more */
    }
}
