/* The vector code of finish.h, for the instruction set that the including file is compiled with. */
#ifndef LINCE_KERNELS_X86_FINISH_SIMD_H
#define LINCE_KERNELS_X86_FINISH_SIMD_H

#include "kernels/x86/activation.h"
#include "kernels/x86/finish.h"

#define UNROLL _Pragma("GCC unroll 16")

/* Sums of `count` pixels for the vector that `channel` floats lie before: they are `pitch` apart, and their results, at y + at,
 * `step` floats. What is asked is asked once for all. far: written past the caches (kernels/far.h). */
INLINE void finish_pixels(const lince_finish *f, size_t channel, ptrdiff_t at, size_t step, int count,
                          int pitch, bool far, vec *sum, float *y)
{
    y += at;
    if (f->bias) {
        vec bias = vec_load(f->bias + channel);
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] = vec_add(sum[r * pitch], bias);
    }
    if (f->scale) {
        vec scale = vec_load(f->scale + channel), shift = vec_load(f->shift + channel);
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] = vec_fma(scale, sum[r * pitch], shift);
    }
    if (f->addend) {
        const float *addend = f->addend + at;
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] =
            vec_add(sum[r * pitch], vec_load(addend + (size_t)r * step));
    }
    if (f->activation == LINCE_RELU || f->activation == LINCE_RELU6)
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] = vec_relu(sum[r * pitch]);
    if (f->activation == LINCE_RELU6)
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] = vec_min(vec_all(6), sum[r * pitch]);
    if (f->activation == LINCE_HARD_SWISH)
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] =
            vec_mul(sum[r * pitch], vec_hard_logistic(sum[r * pitch]));
    if (f->activation == LINCE_HARD_SIGMOID)
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] = vec_hard_logistic(sum[r * pitch]);
    if (f->gate) {
        const float *gate = f->gate + at;
        UNROLL for (int r = 0; r < count; r++) sum[r * pitch] =
            vec_where_positive(sum[r * pitch], vec_load(gate + (size_t)r * step));
    }
    if (far)
        UNROLL for (int r = 0; r < count; r++) vec_stream(y + (size_t)r * step, sum[r * pitch]);
    else
        UNROLL for (int r = 0; r < count; r++) vec_store(y + (size_t)r * step, sum[r * pitch]);
}

/* Of results that were written: `vectors` one after the other. */
static __attribute__((unused)) void activate(const lince_finish *f, float *y, size_t vectors)
{
    if (f->activation == LINCE_SILU)
        for (size_t i = 0; i < vectors; i++) vec_store(y + i * LANES, vec_silu(vec_load(y + i * LANES)));
    if (f->activation == LINCE_SIGMOID)
        for (size_t i = 0; i < vectors; i++) vec_store(y + i * LANES, vec_logistic(vec_load(y + i * LANES)));
    if (f->activation == LINCE_GELU)
        for (size_t i = 0; i < vectors; i++) vec_store(y + i * LANES, vec_gelu(vec_load(y + i * LANES)));
}

#endif
