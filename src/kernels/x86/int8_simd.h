/* The vector code of int8.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/int8.h"
#include "kernels/x86/int8_finish.h"

#include <string.h>

#define UNROLL _Pragma("GCC unroll 16")

enum { PANEL = 16, PARTS = PANEL / LANES }; /* outputs of a panel, and the vectors that hold them */

/* --- products ----------------------------------------------------------------------------------------------- */

INLINE vec_ints all_of(const uint8_t *four)
{
    int32_t word;
    memcpy(&word, four, sizeof word);
    return vec_ints_all(word);
}

/* Without VNNI by way of sums of two in 16 bits, into which they fit (LINCE_INT8_PAIR). */
INLINE vec_ints add_products(vec_ints sum, vec_ints x, const int8_t *w)
{
    vec_ints weights = vec_ints_load(w);
#if defined(__AVX512VNNI__)
    return _mm512_dpbusd_epi32(sum, x, weights);
#elif defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(sum, x, weights);
#elif defined(__AVX512F__)
    __m512i pairs = _mm512_maddubs_epi16(x, weights);
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
#else
    __m256i pairs = _mm256_maddubs_epi16(x, weights);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
#endif
}

/* pixels x panels sums in registers. Three distances from each of some pointers are all that an address can be made of. */
INLINE void row(int pixels, int panels, const lince_int8_row *d)
{
    vec_ints sum[14][LINCE_INT8_MOST_PANELS * PARTS];
    int32_t sums[14 * LINCE_INT8_MOST_PANELS * PANEL];
    size_t one = d->x_pixel, three = 3 * one;
    UNROLL for (int r = 0; r < pixels; r++)
    {
        UNROLL for (int k = 0; k < panels * PARTS; k++) sum[r][k] = vec_ints_zero();
    }
    const int8_t *w = d->w;
    for (size_t run = 0; run < d->runs; run++) {
        const uint8_t *x[4];
        UNROLL for (int g = 0; 4 * g < pixels; g++) x[g] = d->x + run * d->x_run + (size_t)g * 4 * one;
        for (size_t four = 0; four < d->fours; four++, w += PANEL * 4) {
            UNROLL for (int r = 0; r < pixels; r++)
            {
                size_t away = r % 4 == 3 ? three : (size_t)(r % 4) * one;
                vec_ints a = all_of(x[r / 4] + away);
                UNROLL for (int k = 0; k < panels * PARTS; k++) sum[r][k] =
                    add_products(sum[r][k], a,
                                 w + (size_t)(k / PARTS) * d->w_panel + (size_t)(k % PARTS) * LANES * 4);
            }
            UNROLL for (int g = 0; 4 * g < pixels; g++) x[g] += 4;
        }
    }
    UNROLL for (int r = 0; r < pixels; r++)
    {
        UNROLL for (int k = 0; k < panels * PARTS; k++)
            vec_ints_store(sums + r * panels * PANEL + k * LANES, sum[r][k]);
    }
    finish(d, sums, (size_t)pixels, (size_t)panels);
}

#define ROW(pixels, panels)                                      \
    static void row_##pixels##x##panels(const lince_int8_row *d) \
    {                                                            \
        row(pixels, panels, d);                                  \
    }

/* 28 sums of 32 registers, or 12 of 16. */
#ifdef __AVX512F__
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
