#include "kernels/x86/int8_finish.h"
#include "kernels/x86/int8_winograd.h"

#define UNROLL _Pragma("GCC unroll 16")

enum { PANEL = 16, EIGHT = 8, POINTS = LINCE_INT8_POINTS };

/* --- transforms --------------------------------------------------------------------------------------------- */

INLINE __m256i add16(__m256i a, __m256i b)
{
    return _mm256_add_epi16(a, b);
}

INLINE __m256i sub16(__m256i a, __m256i b)
{
    return _mm256_sub_epi16(a, b);
}

INLINE __m128i load16(const void *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

/* B x, of x and what is `step` apart. */
INLINE void times_b(const __m256i *x, int step, __m256i *y)
{
    y[0] = sub16(x[0], x[2 * step]);
    y[step] = add16(x[step], x[2 * step]);
    y[2 * step] = sub16(x[2 * step], x[step]);
    y[3 * step] = sub16(x[step], x[3 * step]);
}

void lince_int8_winograd_input(const uint8_t *const pixel[16], size_t channels, int16_t *v, size_t stride)
{
    for (size_t c = 0; c < channels; c += 16) {
        __m256i x[16], columns[16], all[16];
        UNROLL for (int i = 0; i < 16; i++) x[i] = _mm256_cvtepu8_epi16(load16(pixel[i] + c));
        UNROLL for (int i = 0; i < 4; i++) times_b(x + i, 4, columns + i);
        UNROLL for (int i = 0; i < 4; i++) times_b(columns + 4 * i, 1, all + 4 * i);
        UNROLL for (int i = 0; i < POINTS; i++) vec_ints_store(v + (size_t)i * stride + c, all[i]);
    }
}

/* G w: three become four. */
INLINE void times_g(const __m256i *w, int step, __m256i *u, int to)
{
    __m256i outer = add16(w[0], w[2 * step]);
    u[0] = add16(w[0], w[0]);
    u[to] = add16(outer, w[step]);
    u[2 * to] = sub16(outer, w[step]);
    u[3 * to] = add16(w[2 * step], w[2 * step]);
}

void lince_int8_winograd_weights(const int8_t *w, size_t fours, int16_t *u, size_t stride)
{
    enum { QUARTER = 16 }; /* four outputs by four inputs */
    for (size_t four = 0; four < fours; four++)
        for (size_t q = 0; q < PANEL * 4 / QUARTER; q++) {
            __m256i taps[9], columns[12], all[16];
            UNROLL for (int i = 0; i < 9; i++) taps[i] =
                _mm256_cvtepi8_epi16(load16(w + ((size_t)i * fours + four) * PANEL * 4 + q * QUARTER));
            UNROLL for (int i = 0; i < 3; i++) times_g(taps + i, 3, columns + i, 3);
            UNROLL for (int i = 0; i < 4; i++) times_g(columns + 3 * i, 1, all + 4 * i, 1);
            int16_t *to = u + ((q / 2 * fours + four) * 2 + q % 2) * QUARTER;
            UNROLL for (int i = 0; i < POINTS; i++) vec_ints_store(to + (size_t)i * stride, all[i]);
        }
}

/* --- products ------------------------------------------------------------------------------------------------ */

/* One after the other, as they are written: compilers that order them anew run out of registers. */
INLINE __m256i add_products(__m256i sum, __m256i x, __m256i w)
{
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, w));
    __asm__ volatile("" : "+x"(sum));
    return sum;
}

/* Of each output two sums, of which the first and the second two of four channels are added. */
INLINE void multiply(int tiles, const int16_t *u, const int16_t *v, size_t fours, int32_t *m)
{
    __m256i sum[6][2];
    const int16_t *x[2] = {v, v + 3 * 4 * fours};
    size_t one = 4 * fours;
    UNROLL for (int t = 0; t < tiles; t++) sum[t][0] = sum[t][1] = vec_ints_zero();
    for (size_t four = 0; four < fours; four++, u += 4 * EIGHT) {
        __m256i first = vec_ints_load(u), second = vec_ints_load(u + 2 * EIGHT);
        UNROLL for (int t = 0; t < tiles; t++)
        {
            int64_t channels;
            memcpy(&channels, x[t / 3] + (size_t)(t % 3) * one, sizeof channels);
            __m256i all = _mm256_set1_epi64x(channels);
            sum[t][0] = add_products(sum[t][0], all, first);
            sum[t][1] = add_products(sum[t][1], all, second);
        }
        UNROLL for (int i = 0; i < 2; i++) x[i] += 4;
    }
    UNROLL for (int t = 0; t < tiles; t++)
    {
        __m256i both = _mm256_hadd_epi32(sum[t][0], sum[t][1]); /* 0 1 4 5, 2 3 6 7 */
        vec_ints_store(m + t * PANEL, _mm256_permute4x64_epi64(both, 0xD8));
    }
}

static void multiply_some(size_t tiles, const int16_t *u, const int16_t *v, size_t fours, int32_t *m)
{
    switch (tiles) {
    case 6: multiply(6, u, v, fours, m); return;
    case 5: multiply(5, u, v, fours, m); return;
    case 4: multiply(4, u, v, fours, m); return;
    case 3: multiply(3, u, v, fours, m); return;
    case 2: multiply(2, u, v, fours, m); return;
    default: multiply(1, u, v, fours, m);
    }
}

void lince_int8_winograd_multiply(const int16_t *u, const int16_t *v, size_t fours, size_t tiles, int32_t *m)
{
    size_t calls = (tiles + 5) / 6;
    for (size_t i = 0; i < calls; i++) {
        size_t begin = i * tiles / calls, end = (i + 1) * tiles / calls;
        for (size_t half = 0; half < 2; half++)
            multiply_some(end - begin, u + half * fours * 4 * EIGHT, v + begin * 4 * fours, fours,
                          m + begin * PANEL + half * EIGHT);
    }
}

/* --- results -------------------------------------------------------------------------------------------------- */

/* A x, of x and what is `step` apart: four become two. */
INLINE void times_a(const __m256i *x, int step, __m256i *y, int to)
{
    __m256i sum = _mm256_add_epi32(x[step], x[2 * step]), difference = _mm256_sub_epi32(x[step], x[2 * step]);
    y[0] = _mm256_add_epi32(x[0], sum);
    y[to] = _mm256_sub_epi32(difference, x[3 * step]);
}

/* Eight outputs of a tile. */
INLINE void transform_back(const int32_t *m, size_t stride, int32_t *upper, int32_t *lower)
{
    __m256i x[POINTS], rows[8], y[4];
    UNROLL for (int i = 0; i < POINTS; i++) x[i] = vec_ints_load(m + (size_t)i * stride);
    UNROLL for (int i = 0; i < 4; i++) times_a(x + i, 4, rows + i, 4);
    UNROLL for (int i = 0; i < 2; i++) times_a(rows + 4 * i, 1, y + 2 * i, 1);
    UNROLL for (int i = 0; i < 2; i++)
    {
        vec_ints_store(upper + i * PANEL, _mm256_srai_epi32(y[i], 2));
        vec_ints_store(lower + i * PANEL, _mm256_srai_epi32(y[2 + i], 2));
    }
}

void lince_int8_winograd_results(const int32_t *m, size_t stride, size_t tiles, size_t pixels,
                                 const lince_int8_row *upper, const lince_int8_row *lower)
{
    int32_t sums[2][LINCE_INT8_TILES_IN_RESULTS * 2 * PANEL];
    for (size_t t = 0; t < tiles; t++)
        for (size_t half = 0; half < PANEL; half += EIGHT)
            transform_back(m + t * PANEL + half, stride, sums[0] + t * 2 * PANEL + half,
                           sums[1] + t * 2 * PANEL + half);
    finish(upper, sums[0], pixels, 1);
    if (lower) finish(lower, sums[1], pixels, 1);
}
