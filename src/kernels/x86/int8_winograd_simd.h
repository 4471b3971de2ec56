/* The vector code of int8_winograd.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/int8_finish.h"
#include "kernels/x86/int8_winograd.h"

#define UNROLL _Pragma("GCC unroll 36")

#ifdef __AVX512F__
#define VEC(operation) _mm512_##operation
enum { PANELS = 2, TILES = 12 }; /* 24 sums of 32 registers, */
#else
#define VEC(operation) _mm256_##operation
enum { PANELS = 1, TILES = 6 }; /* 12 of 16 */
#endif
enum {
    PANEL = 16,
    OUTPUTS = PANELS * PANEL,
    VECTORS = OUTPUTS / LANES,
    SIDE = LINCE_INT8_SIDE,
    SEEN = LINCE_INT8_SEEN,
    POINTS = LINCE_INT8_POINTS
};

/* --- numbers of 16 bits ------------------------------------------------------------------------------------- */

INLINE vec_ints add(vec_ints a, vec_ints b)
{
    return VEC(add_epi16)(a, b);
}

INLINE vec_ints sub(vec_ints a, vec_ints b)
{
    return VEC(sub_epi16)(a, b);
}

INLINE vec_ints twice(vec_ints a)
{
    return add(a, a);
}

INLINE vec_ints four_times(vec_ints a)
{
    return VEC(slli_epi16)(a, 2);
}

/* Bytes of a pixel. */
INLINE vec_ints widened(const uint8_t *p)
{
#ifdef __AVX512F__
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)p));
#else
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
#endif
}

/* --- transforms --------------------------------------------------------------------------------------------- */

/* B x, of x and what is `step` apart. */
INLINE void times_b(const vec_ints *x, int step, vec_ints *y)
{
    vec_ints x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x4 = x[4 * step];
    vec_ints even = sub(x4, four_times(x2)), odd = sub(x3, four_times(x1)), inner = sub(x4, x2),
             outer = twice(sub(x3, x1));
    y[0] = add(four_times(sub(x[0], x2)), inner);
    y[step] = add(even, odd);
    y[2 * step] = sub(even, odd);
    y[3 * step] = add(inner, outer);
    y[4 * step] = sub(inner, outer);
    y[5 * step] = sub(sub(x[5 * step], x3), twice(outer));
}

static void input(const uint8_t *const *pixel, size_t channels, int16_t *v, size_t stride)
{
    for (size_t c = 0; c < channels; c += 2 * LANES) {
        vec_ints x[POINTS], columns[POINTS], all[POINTS];
        UNROLL for (int i = 0; i < POINTS; i++) x[i] = widened(pixel[i] + c);
        UNROLL for (int i = 0; i < SEEN; i++) times_b(x + i, SEEN, columns + i);
        UNROLL for (int i = 0; i < SEEN; i++) times_b(columns + SEEN * i, 1, all + SEEN * i);
        UNROLL for (int i = 0; i < POINTS; i++) vec_ints_store(v + (size_t)i * stride + c, all[i]);
    }
}

/* G w, of three weights `step` apart, to what is `to` apart. */
INLINE void times_g(const vec_ints *w, int step, vec_ints *u, int to)
{
    vec_ints w0 = w[0], w1 = w[step], w2 = w[2 * step], w2x4 = four_times(w2);
    vec_ints ends = four_times(add(w0, w2)), middle = four_times(w1), inner = add(w0, w2x4);
    u[0] = add(twice(w0), four_times(w0));
    u[to] = sub(sub(vec_ints_zero(), ends), middle);
    u[2 * to] = sub(middle, ends);
    u[3 * to] = add(inner, twice(w1));
    u[4 * to] = sub(inner, twice(w1));
    u[5 * to] = add(twice(w2x4), w2x4);
}

/* Of an output's four weights the first two, or the last two: bytes become numbers by way of the upper halves. */
INLINE vec_ints pair_of(vec_ints fours, bool last)
{
    static const uint8_t place[2][16] = {{128, 0, 128, 1, 128, 4, 128, 5, 128, 8, 128, 9, 128, 12, 128, 13},
                                         {128, 2, 128, 3, 128, 6, 128, 7, 128, 10, 128, 11, 128, 14, 128,
                                          15}};
    __m128i one = _mm_loadu_si128((const __m128i *)(const void *)place[last]);
#ifdef __AVX512F__
    vec_ints places = _mm512_broadcast_i32x4(one);
#else
    vec_ints places = _mm256_broadcastsi128_si256(one);
#endif
    return VEC(srai_epi16)(VEC(shuffle_epi8)(fours, places), 8);
}

INLINE void transform_taps(const vec_ints *taps, int16_t *u, size_t stride)
{
    vec_ints columns[POINTS / 2], all[POINTS];
    UNROLL for (int i = 0; i < 3; i++) times_g(taps + i, 3, columns + i, 3);
    UNROLL for (int i = 0; i < SEEN; i++) times_g(columns + 3 * i, 1, all + SEEN * i, 1);
    UNROLL for (int i = 0; i < POINTS; i++) vec_ints_store(u + (size_t)i * stride, all[i]);
}

static void weights(const int8_t *w, size_t fours, int16_t *u, size_t stride)
{
    for (size_t four = 0; four < fours; four++)
        for (size_t first = 0; first < PANEL; first += LANES) {
            vec_ints taps[2][9];
            UNROLL for (int i = 0; i < 9; i++)
            {
                vec_ints tap = vec_ints_load(w + (((size_t)i * fours + four) * PANEL + first) * 4);
                taps[0][i] = pair_of(tap, false);
                taps[1][i] = pair_of(tap, true);
            }
            for (size_t pair = 0; pair < 2; pair++)
                transform_taps(taps[pair], u + ((2 * four + pair) * OUTPUTS + first) * 2, stride);
        }
}

/* --- products ----------------------------------------------------------------------------------------------- */

/* One after the other, as they are written: compilers that order them anew run out of registers. */
INLINE vec_ints add_products(vec_ints sum, vec_ints x, vec_ints w)
{
#if defined(__AVX512VNNI__)
    return _mm512_dpwssd_epi32(sum, x, w);
#elif defined(__AVXVNNI__)
    return _mm256_dpwssd_avx_epi32(sum, x, w);
#else
    sum = VEC(add_epi32)(sum, VEC(madd_epi16)(x, w));
    __asm__ volatile("" : "+v"(sum));
    return sum;
#endif
}

INLINE void multiply_tiles(int tiles, const int16_t *u, const int16_t *v, size_t pixel, size_t pairs,
                           int32_t *m)
{
    vec_ints sum[TILES][VECTORS], w[VECTORS];
    const int16_t *x[(TILES + 3) / 4]; /* three distances from each are all that an address can be made of */
    UNROLL for (int t = 0; t < tiles; t++)
    {
        UNROLL for (int k = 0; k < VECTORS; k++) sum[t][k] = vec_ints_zero();
    }
    UNROLL for (int g = 0; 4 * g < tiles; g++) x[g] = v + (size_t)(4 * g) * pixel;
    for (size_t pair = 0; pair < pairs; pair++, u += OUTPUTS * 2) {
        UNROLL for (int k = 0; k < VECTORS; k++) w[k] = vec_ints_load(u + k * LANES * 2);
        UNROLL for (int t = 0; t < tiles; t++)
        {
            int32_t two;
            memcpy(&two, x[t / 4] + (size_t)(t % 4) * pixel, sizeof two);
            vec_ints all = vec_ints_all(two);
            UNROLL for (int k = 0; k < VECTORS; k++) sum[t][k] = add_products(sum[t][k], all, w[k]);
        }
        UNROLL for (int g = 0; 4 * g < tiles; g++) x[g] += 2;
    }
    UNROLL for (int t = 0; t < tiles; t++)
    {
        UNROLL for (int k = 0; k < VECTORS; k++) vec_ints_store(m + t * OUTPUTS + k * LANES, sum[t][k]);
    }
}

typedef void some_tiles(const int16_t *u, const int16_t *v, size_t pixel, size_t pairs, int32_t *m);

#define SOME(tiles)                                                                                          \
    static void multiply_##tiles(const int16_t *u, const int16_t *v, size_t pixel, size_t pairs, int32_t *m) \
    {                                                                                                        \
        multiply_tiles(tiles, u, v, pixel, pairs, m);                                                        \
    }
SOME(1)
SOME(2)
SOME(3)
SOME(4)
SOME(5)
SOME(6)
#ifdef __AVX512F__
SOME(7)
SOME(8)
SOME(9)
SOME(10)
SOME(11)
SOME(12)
#endif

static void multiply(const int16_t *u, const int16_t *v, size_t pixel, size_t pairs, size_t tiles, int32_t *m)
{
    static some_tiles *const some[TILES] = {multiply_1,  multiply_2, multiply_3, multiply_4,
                                            multiply_5,  multiply_6,
#ifdef __AVX512F__
                                            multiply_7,  multiply_8, multiply_9, multiply_10,
                                            multiply_11, multiply_12
#endif
    };
    size_t calls = (tiles + TILES - 1) / TILES;
    for (size_t i = 0; i < calls; i++) {
        size_t begin = i * tiles / calls, end = (i + 1) * tiles / calls;
        some[end - begin - 1](u, v + begin * pixel, pixel, pairs, m + begin * OUTPUTS);
    }
}

/* --- sums ----------------------------------------------------------------------------------------------------- */

INLINE vec_ints plus(vec_ints a, vec_ints b)
{
    return VEC(add_epi32)(a, b);
}

INLINE vec_ints minus(vec_ints a, vec_ints b)
{
    return VEC(sub_epi32)(a, b);
}

/* A x, of x and what is `step` apart. */
INLINE void times_a(const vec_ints *x, int step, vec_ints *y, int to)
{
    vec_ints x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x4 = x[4 * step], x5 = x[5 * step];
    vec_ints near = plus(x1, x2), far = plus(x3, x4), near_odd = minus(x1, x2), far_odd = minus(x3, x4);
    y[0] = plus(plus(x[0], near), far);
    y[to] = plus(near_odd, plus(far_odd, far_odd));
    y[2 * to] = plus(near, VEC(slli_epi32)(far, 2));
    y[3 * to] = plus(plus(near_odd, VEC(slli_epi32)(far_odd, 3)), plus(x5, x5));
}

/* Of 576 y modulo 2^32. */
INLINE vec_ints quotient(vec_ints y)
{
    return VEC(srai_epi32)(VEC(mullo_epi32)(y, vec_ints_all(LINCE_INT8_INVERSE_OF_9)), 6);
}

INLINE void transform_back(const int32_t *m, size_t stride, bool more, int32_t *s, size_t line)
{
    vec_ints x[POINTS], rows[POINTS], y[POINTS];
    UNROLL for (int i = 0; i < POINTS; i++) x[i] = vec_ints_load(m + (size_t)i * stride);
    UNROLL for (int i = 0; i < SEEN; i++) times_a(x + i, SEEN, rows + i, SEEN);
    UNROLL for (int i = 0; i < SIDE; i++) times_a(rows + SEEN * i, 1, y + SIDE * i, 1);
    UNROLL for (int i = 0; i < SIDE * SIDE; i++)
    {
        int32_t *to = s + (size_t)(i / SIDE) * line + i % SIDE * OUTPUTS;
        vec_ints sum = quotient(y[i]);
        vec_ints_store(to, more ? plus(sum, vec_ints_load(to)) : sum);
    }
}

static void finish_pixels(const lince_int8_row *row, const int32_t *s, size_t pixels)
{
    finish(row, s, pixels, PANELS);
}

static void sums(const int32_t *m, size_t stride, bool more, int32_t *s, size_t line)
{
    for (size_t k = 0; k < OUTPUTS; k += LANES)
        if (more)
            transform_back(m + k, stride, true, s + k, line);
        else
            transform_back(m + k, stride, false, s + k, line);
}

const lince_int8_winograd_simd SIMD = {.channels = 2 * LANES,
                                       .panels = PANELS,
                                       .costs = {COSTS},
                                       .input = input,
                                       .weights = weights,
                                       .multiply = multiply,
                                       .sums = sums,
                                       .finish = finish_pixels};
