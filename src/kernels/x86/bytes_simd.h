/* The vector code of bytes.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/bytes.h"
#include "kernels/x86/int8_finish.h"

lince_bytes_plane_function TO, FROM;

/* Divided, to the nearest, in steps: as the truth does it. */
INLINE vec steps_of(const float *x, vec scale, vec zero)
{
#ifdef __AVX512F__
    vec nearest = _mm512_roundscale_ps(_mm512_div_ps(vec_load(x), scale), 0);
#else
    vec nearest = _mm256_round_ps(_mm256_div_ps(vec_load(x), scale), _MM_FROUND_TO_NEAREST_INT);
#endif
    return vec_add(nearest, zero);
}

void TO(const lince_bytes_plane *p)
{
    vec scale = vec_all(p->scale), zero = vec_all(p->zero);
    for (size_t i = 0; i < p->area; i++) {
        uint8_t *to = p->bytes + i * p->pixel, some[LANES];
        vec t = steps_of(p->x + i * LANES, scale, zero);
        if (p->channels == LANES) {
            put_bytes(to, t);
            continue;
        }
        put_bytes(some, t);
        memset(some + p->channels, 0, LANES - p->channels);
        memcpy(to, some, p->width);
    }
}

void FROM(const lince_bytes_plane *p)
{
    vec scale = vec_all(p->scale), zero = vec_all(p->zero);
    for (size_t i = 0; i < p->area; i++) {
        const uint8_t *from = p->bytes + i * p->pixel;
        uint8_t some[LANES] = {0};
        if (p->channels < LANES) from = memcpy(some, from, p->channels);
        vec_store(p->x + i * LANES, vec_mul(scale, vec_sub(vec_load_bytes(from), zero)));
        for (size_t k = p->channels; k < LANES; k++) p->x[i * LANES + k] = 0;
    }
}
