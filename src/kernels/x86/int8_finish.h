/* What becomes of sums of products of bytes (kernels/bytes.h, lince_int8_result), for the instruction set that the including file is
 * compiled with. */
#ifndef LINCE_KERNELS_X86_INT8_FINISH_H
#define LINCE_KERNELS_X86_INT8_FINISH_H

#include "kernels/x86/int8.h"
#include "kernels/x86/vector.h"

#include <string.h>

INLINE vec result_of(const lince_int8_row *d, vec sum, vec factor, vec offset, const uint8_t *other)
{
    vec t = vec_add(vec_mul(sum, factor), offset);
    return other ? vec_add(t, vec_mul(vec_load_bytes(other), vec_all(d->other_factor))) : t;
}

INLINE vec sum_at(const int32_t *sums)
{
    return vec_of_ints(vec_ints_load(sums));
}

/* The nearest byte; 0 of what is no number. */
INLINE void put_bytes(uint8_t *to, vec t)
{
    vec_store_bytes(to, vec_min(vec_all(255), vec_relu(t)));
}

/* A vector's results where only the first `count` belong to y. */
static inline void finish_some(const lince_int8_row *d, size_t at, size_t count, vec sum, vec factor,
                               vec offset)
{
    uint8_t other[LANES] = {0}, bytes[LANES];
    if (d->other) memcpy(other, d->other + at, count);
    vec t = result_of(d, sum, factor, offset, d->other ? other : NULL);
    if (!d->y) {
        vec_store_first(d->floats + at, count, t);
        return;
    }
    put_bytes(bytes, t);
    memcpy(d->y + at, bytes, count);
}

/* A vector of outputs, from `first` on, of all pixels; sums lie `pitch` apart. */
INLINE void finish_outputs(const lince_int8_row *d, const int32_t *sums, size_t pixels, size_t pitch,
                           size_t first)
{
    size_t step = d->y_pixel, count = d->channels - first;
    vec factor = vec_load(d->factor + first), offset = vec_load(d->offset + first);
    if (count < LANES) {
        for (size_t i = 0; i < pixels; i++)
            finish_some(d, i * step + first, count, sum_at(sums + i * pitch), factor, offset);
    } else if (!d->y) {
        for (size_t i = 0; i < pixels; i++)
            vec_store(d->floats + i * step + first, result_of(d, sum_at(sums + i * pitch), factor, offset,
                                                              d->other ? d->other + i * step + first : NULL));
    } else if (d->other) {
        for (size_t i = 0; i < pixels; i++)
            put_bytes(d->y + i * step + first,
                      result_of(d, sum_at(sums + i * pitch), factor, offset, d->other + i * step + first));
    } else {
        for (size_t i = 0; i < pixels; i++)
            put_bytes(d->y + i * step + first, result_of(d, sum_at(sums + i * pitch), factor, offset, NULL));
    }
}

/* sums[pixel][panel][16]. Not inlined: what it holds in registers would drive sums out of them. */
static __attribute__((noinline, unused)) void finish(const lince_int8_row *d, const int32_t *sums,
                                                     size_t pixels, size_t panels)
{
    enum { PANEL_OUTPUTS = 16 };
    size_t pitch = panels * PANEL_OUTPUTS;
    for (size_t first = 0; first < pitch && first < d->channels; first += LANES)
        finish_outputs(d, sums + first, pixels, pitch, first);
}

#endif
