/* The vector code of int8.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/int8.h"

#include <immintrin.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

enum { PANEL = 16 };

/* --- sixteen outputs ------------------------------------------------------------------------------------ */

#ifdef __AVX512VNNI__

typedef __m512i sums; /* of the 16 outputs of a panel */
typedef __m512i whole;
enum { PARTS = 1 };

INLINE whole all_of(const uint8_t *four)
{
    int32_t word;
    memcpy(&word, four, sizeof word);
    return _mm512_set1_epi32(word);
}

INLINE sums add_products(sums sum, whole x, const int8_t *w)
{
    return _mm512_dpbusd_epi32(sum, x, _mm512_loadu_si512(w));
}

INLINE sums nothing(void)
{
    return _mm512_setzero_si512();
}

typedef __m512 results;

INLINE results results_of(sums sum, const float *factor, const float *offset)
{
    results scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(factor));
    return _mm512_add_ps(scaled, _mm512_loadu_ps(offset));
}

INLINE results with_other(results r, const uint8_t *other, float factor)
{
    __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)other));
    return _mm512_add_ps(r, _mm512_mul_ps(_mm512_cvtepi32_ps(bytes), _mm512_set1_ps(factor)));
}

INLINE void put_floats(float *to, results r)
{
    _mm512_storeu_ps(to, r);
}

INLINE void put_bytes(uint8_t *to, results r)
{
    results kept = _mm512_min_ps(_mm512_max_ps(r, _mm512_setzero_ps()), _mm512_set1_ps(255));
    _mm_storeu_si128((__m128i *)(void *)to, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(kept)));
}

#else

enum { PARTS = 2 };
typedef __m256i sums; /* of 8 outputs */
typedef __m256i whole;

INLINE whole all_of(const uint8_t *four)
{
    int32_t word;
    memcpy(&word, four, sizeof word);
    return _mm256_set1_epi32(word);
}

/* Without VNNI by way of sums of two in 16 bits, into which they fit (LINCE_INT8_PAIR). */
INLINE sums add_products(sums sum, whole x, const int8_t *w)
{
    __m256i weights = _mm256_loadu_si256((const __m256i *)(const void *)w);
#ifdef __AVXVNNI__
    return _mm256_dpbusd_avx_epi32(sum, x, weights);
#else
    __m256i pairs = _mm256_maddubs_epi16(x, weights);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
#endif
}

INLINE sums nothing(void)
{
    return _mm256_setzero_si256();
}

typedef __m256 results;

INLINE results results_of(sums sum, const float *factor, const float *offset)
{
    results scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_loadu_ps(factor));
    return _mm256_add_ps(scaled, _mm256_loadu_ps(offset));
}

INLINE results with_other(results r, const uint8_t *other, float factor)
{
    __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)other));
    return _mm256_add_ps(r, _mm256_mul_ps(_mm256_cvtepi32_ps(bytes), _mm256_set1_ps(factor)));
}

INLINE void put_floats(float *to, results r)
{
    _mm256_storeu_ps(to, r);
}

INLINE void put_bytes(uint8_t *to, results r)
{
    results kept = _mm256_min_ps(_mm256_max_ps(r, _mm256_setzero_ps()), _mm256_set1_ps(255));
    __m256i whole_numbers = _mm256_cvtps_epi32(kept);
    __m128i half =
        _mm_packus_epi32(_mm256_castsi256_si128(whole_numbers), _mm256_extracti128_si256(whole_numbers, 1));
    _mm_storel_epi64((__m128i *)(void *)to, _mm_packus_epi16(half, half));
}

#endif

enum { PART = PANEL / PARTS }; /* outputs of a vector */

/* --- rows ------------------------------------------------------------------------------------------------- */

/* A vector's results where fewer than all belong to y. */
INLINE void finish_some(const lince_int8_row *d, size_t at, size_t first, size_t count, sums sum)
{
    uint8_t other[PART] = {0}, bytes[PART];
    float floats[PART];
    results r = results_of(sum, d->factor + first, d->offset + first);
    if (d->other) {
        memcpy(other, d->other + at, count);
        r = with_other(r, other, d->other_factor);
    }
    if (d->y) {
        put_bytes(bytes, r);
        memcpy(d->y + at, bytes, count);
    } else {
        put_floats(floats, r);
        memcpy(d->floats + at, floats, count * sizeof *floats);
    }
}

INLINE void finish(const lince_int8_row *d, size_t pixel, size_t first, sums sum)
{
    size_t at = pixel * d->y_pixel + first;
    if (first >= d->channels) return;
    if (first + PART > d->channels) {
        finish_some(d, at, first, d->channels - first, sum);
        return;
    }
    results r = results_of(sum, d->factor + first, d->offset + first);
    if (d->other) r = with_other(r, d->other + at, d->other_factor);
    if (d->y)
        put_bytes(d->y + at, r);
    else
        put_floats(d->floats + at, r);
}

/* pixels x panels sums in registers. Three distances from each of some pointers are all that an address can be made of. */
INLINE void row(int pixels, int panels, const lince_int8_row *d)
{
    sums sum[14][LINCE_INT8_MOST_PANELS * PARTS];
    size_t one = d->x_pixel, three = 3 * one;
    UNROLL for (int r = 0; r < pixels; r++)
    {
        UNROLL for (int k = 0; k < panels * PARTS; k++) sum[r][k] = nothing();
    }
    const int8_t *w = d->w;
    for (size_t run = 0; run < d->runs; run++) {
        const uint8_t *x[4];
        UNROLL for (int g = 0; 4 * g < pixels; g++) x[g] = d->x + run * d->x_run + (size_t)g * 4 * one;
        for (size_t four = 0; four < d->fours; four++, w += PANEL * 4) {
            UNROLL for (int r = 0; r < pixels; r++)
            {
                size_t away = r % 4 == 3 ? three : (size_t)(r % 4) * one;
                whole a = all_of(x[r / 4] + away);
                UNROLL for (int k = 0; k < panels * PARTS; k++) sum[r][k] =
                    add_products(sum[r][k], a,
                                 w + (size_t)(k / PARTS) * d->w_panel + (size_t)(k % PARTS) * PART * 4);
            }
            UNROLL for (int g = 0; 4 * g < pixels; g++) x[g] += 4;
        }
    }
    UNROLL for (int r = 0; r < pixels; r++)
    {
        UNROLL for (int k = 0; k < panels * PARTS; k++) finish(d, (size_t)r, (size_t)k * PART, sum[r][k]);
    }
}

#define ROW(pixels, panels)                                      \
    static void row_##pixels##x##panels(const lince_int8_row *d) \
    {                                                            \
        row(pixels, panels, d);                                  \
    }

/* 28 sums of 32 registers, or 12 of 16. */
#ifdef __AVX512VNNI__
ROW(7, 4)
ROW(4, 4)
ROW(2, 4)
ROW(1, 4)
ROW(14, 2)
ROW(8, 2)
ROW(7, 2)
ROW(4, 2)
ROW(2, 2)
ROW(1, 2)
ROW(14, 1)
ROW(8, 1)
ROW(7, 1)
ROW(4, 1)
ROW(2, 1)
ROW(1, 1)
const lince_int8_simd INT8_SIMD = {
    .panels = {4, 2, 1},
    .usual = 2,
    .of = {{{7, 4, 2, 1}, {row_7x4, row_4x4, row_2x4, row_1x4}},
           {{14, 8, 7, 4, 2, 1}, {row_14x2, row_8x2, row_7x2, row_4x2, row_2x2, row_1x2}},
           {{14, 8, 7, 4, 2, 1}, {row_14x1, row_8x1, row_7x1, row_4x1, row_2x1, row_1x1}}}};
#else
ROW(3, 2)
ROW(2, 2)
ROW(1, 2)
ROW(6, 1)
ROW(4, 1)
ROW(3, 1)
ROW(2, 1)
ROW(1, 1)
const lince_int8_simd INT8_SIMD = {.panels = {2, 1},
                                   .usual = 2,
                                   .of = {{{3, 2, 1}, {row_3x2, row_2x2, row_1x2}},
                                          {{6, 4, 3, 2, 1}, {row_6x1, row_4x1, row_3x1, row_2x1, row_1x1}}}};
#endif
