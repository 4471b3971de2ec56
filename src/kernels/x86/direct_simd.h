/* The vector code of direct.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/direct.h"
#include "kernels/x86/finish_simd.h"

enum { VECTORS = LINCE_DIRECT_VECTORS, ROWS = LINCE_DIRECT_ROWS };

/* One channel of one tap: a term of each sum. */
INLINE void add_channel(int pixels, int vectors, int step, const float *x, const float *w, size_t w_vector,
                        vec sum[ROWS][VECTORS])
{
    vec factor[VECTORS];
    UNROLL for (int k = 0; k < vectors; k++) factor[k] = vec_load(w + (size_t)k * w_vector);
    UNROLL for (int r = 0; r < pixels; r++)
    {
        vec a = vec_all(x[r * step]);
        UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_fma(a, factor[k], sum[r][k]);
    }
}

/* One tap of one block: `channels` terms of each sum, four at a time, because counting would take turns from the
 * multiply-adds. The pixels that the next results begin at are fetched meanwhile: of each block they are few, so that the
 * processor does not see them coming. */
INLINE void add_block(int pixels, int vectors, int channels, int step, const float *x, const float *w,
                      size_t w_vector, vec sum[ROWS][VECTORS])
{
    enum { AT_ONCE = 4 };
    const float *next = x + pixels * step;
    int c = 0;
    for (; c + AT_ONCE <= channels; c += AT_ONCE, x += AT_ONCE, w += AT_ONCE * LANES, next += AT_ONCE * step)
        UNROLL for (int i = 0; i < AT_ONCE; i++)
        {
            if (step >= LANES) vec_prefetch(next + i * step);
            add_channel(pixels, vectors, step, x + i, w + i * LANES, w_vector, sum);
        }
    for (; c < channels; c++, x++, w += LANES) add_channel(pixels, vectors, step, x, w, w_vector, sum);
}

INLINE void add_tap(int pixels, int vectors, int channels, int step, const lince_direct_row *d, size_t b,
                    size_t t, vec sum[ROWS][VECTORS])
{
    add_block(pixels, vectors, channels, step, d->x + (ptrdiff_t)(b * d->x_block) + d->x_tap[t],
              d->w + (ptrdiff_t)(b * d->w_block) + d->w_tap[t], d->w_vector, sum);
}

/* All whole blocks of the one tap: nothing is counted that is not needed, so that the sums stay in registers. */
INLINE void add_pixels(int pixels, int vectors, size_t blocks, const lince_direct_row *d,
                       vec sum[ROWS][VECTORS])
{
    const float *x = d->x, *w = d->w, *ahead = d->ahead;
    size_t w_vector = d->w_vector, x_block = d->x_block;
    for (size_t b = 0; b < blocks; b++, x += x_block, w += LANES * LANES) {
        for (size_t i = d->ahead_vectors; i > 0; i--, ahead += LANES)
            UNROLL for (int k = 0; k < vectors; k++) vec_prefetch(ahead + (size_t)k * w_vector);
        add_block(pixels, vectors, LANES, LANES, x, w, w_vector, sum);
    }
}

INLINE void begin(int pixels, int vectors, const lince_direct_row *d, vec sum[ROWS][VECTORS])
{
    if (d->begun)
        UNROLL for (int r = 0; r < pixels; r++) UNROLL for (int k = 0; k < vectors; k++) sum[r][k] =
            vec_load(d->y + (size_t)r * d->y_pixel + (size_t)k * d->y_vector);
    else
        UNROLL for (int r = 0; r < pixels; r++) UNROLL for (int k = 0; k < vectors; k++) sum[r][k] =
            vec_zero();
}

INLINE void leave(int pixels, int vectors, const lince_direct_row *d, vec sum[ROWS][VECTORS])
{
    UNROLL for (int r = 0; r < pixels; r++) UNROLL for (int k = 0; k < vectors; k++)
        vec_store(d->y + (size_t)r * d->y_pixel + (size_t)k * d->y_vector, sum[r][k]);
}

/* pixels x vectors sums in registers: each channel of each tap loads `vectors` vectors and `pixels`
 * scalars. */
INLINE void row(bool one_tap, int pixels, int vectors, int channels, int step, const lince_direct_row *d)
{
    vec sum[ROWS][VECTORS];
    begin(pixels, vectors, d, sum);
    size_t whole = d->last == channels ? d->blocks : d->blocks - 1;
    if (one_tap)
        add_pixels(pixels, vectors, whole, d, sum);
    else
        for (size_t b = 0; b < whole; b++)
            for (size_t t = 0; t < d->taps; t++) add_tap(pixels, vectors, channels, step, d, b, t, sum);
    for (size_t t = 0; t < d->taps && whole < d->blocks; t++)
        add_tap(pixels, vectors, d->last, step, d, whole, t, sum);
    if (d->open)
        leave(pixels, vectors, d, sum);
    else
        UNROLL for (int k = 0; k < vectors; k++)
            finish_pixels(&d->finish, (size_t)k * LANES, (ptrdiff_t)((size_t)k * d->y_vector), d->y_pixel,
                          pixels, VECTORS, false, &sum[0][k], d->y);
}

/* A pixel's terms: x of `rows` channels, or taps, times dy of `vectors` vectors. */
INLINE void add_pixel(int rows, int vectors, const float *x, const ptrdiff_t *tap, const float *dy,
                      size_t dy_vector, vec sum[ROWS][VECTORS])
{
    vec factor[VECTORS];
    UNROLL for (int k = 0; k < vectors; k++) factor[k] = vec_load(dy + (size_t)k * dy_vector);
    UNROLL for (int r = 0; r < rows; r++)
    {
        vec a = vec_all(tap ? x[tap[r]] : x[r]);
        UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_fma(a, factor[k], sum[r][k]);
    }
}

/* `rows` x vectors sums in registers over all pixels, of x `step` floats apart. tap: where the rows lie; NULL: one after the
 * other; ahead: see direct.h. Four pixels at a time: counting would take turns from the multiply-adds. */
INLINE void outer(int rows, int vectors, const lince_direct_outer *o, const ptrdiff_t *tap, size_t first,
                  size_t step, const float *ahead)
{
    enum { AT_ONCE = 4 };
    vec sum[ROWS][VECTORS];
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_zero();
    }
    for (size_t i = 0; i < o->lines; i++) {
        const float *x = o->x + i * o->x_line + first, *dy = o->dy + i * o->dy_line;
        size_t j = 0;
        for (; j + AT_ONCE <= o->pixels; j += AT_ONCE, x += AT_ONCE * step, dy += AT_ONCE * LANES)
            UNROLL for (size_t k = 0; k < AT_ONCE; k++)
            {
                if (ahead) vec_prefetch(ahead + (j + k) * LANES);
                add_pixel(rows, vectors, x + k * step, tap, dy + k * LANES, o->dy_vector, sum);
            }
        for (; j < o->pixels; j++, x += step, dy += LANES)
            add_pixel(rows, vectors, x, tap, dy, o->dy_vector, sum);
    }
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int k = 0; k < vectors; k++)
        {
            float *dw = o->dw + (first + (size_t)r) * LANES + (size_t)k * o->w_vector;
            vec_store(dw, vec_add(vec_load(dw), sum[r][k]));
        }
    }
}

static void sum_pixels(const float *dy, size_t pixels, float *sum)
{
    vec total = vec_zero();
    for (size_t i = 0; i < pixels; i++) total = vec_add(total, vec_load(dy + i * LANES));
    vec_store(sum, vec_add(vec_load(sum), total));
}

static void transpose(const float *from, size_t count, float *to)
{
    vec r[LANES];
    for (size_t n = 0; n < count; n++, from += LANES * LANES, to += LANES * LANES) {
        UNROLL for (int i = 0; i < LANES; i++) r[i] = vec_load(from + i * LANES);
        vec_transpose(r);
        UNROLL for (int i = 0; i < LANES; i++) vec_store(to + i * LANES, r[i]);
    }
}

#define ROW(name, pixels, vectors, channels, step)                           \
    static void row_##name##_##pixels##x##vectors(const lince_direct_row *d) \
    {                                                                        \
        row(false, pixels, vectors, channels, step, d);                      \
    }
#define ONE_TAP(name, pixels, vectors, channels, step)                       \
    static void row_##name##_##pixels##x##vectors(const lince_direct_row *d) \
    {                                                                        \
        row(true, pixels, vectors, channels, step, d);                       \
    }
#define TAPS(rows, vectors)                                                                \
    static void taps_##rows##x##vectors(const lince_direct_outer *o, const ptrdiff_t *tap) \
    {                                                                                      \
        outer(rows, vectors, o, tap, 0, o->x_pixel, NULL);                                 \
    }
#define CHANNELS(vectors)                                                              \
    static void channels_##vectors(const lince_direct_outer *o)                        \
    {                                                                                  \
        for (size_t i = 0; i < 2; i++)                                                 \
            if (o->x_pixel != LANES)                                                   \
                outer(LANES / 2, vectors, o, NULL, i * LANES / 2, o->x_pixel, NULL);   \
            else if (o->ahead[i])                                                      \
                outer(LANES / 2, vectors, o, NULL, i * LANES / 2, LANES, o->ahead[i]); \
            else                                                                       \
                outer(LANES / 2, vectors, o, NULL, i * LANES / 2, LANES, NULL);        \
    }

/* 28 sums of 32 registers, or 12 of 16. */
#if defined(__AVX512F__)
#define EACH_SIZE(M, name, vectors, channels, step) \
    M(name, 14, vectors, channels, step)            \
    M(name, 8, vectors, channels, step)             \
    M(name, 7, vectors, channels, step)             \
    M(name, 4, vectors, channels, step)             \
    M(name, 2, vectors, channels, step) M(name, 1, vectors, channels, step)
#define EACH_ROWS(M, v) \
    M(1, v)             \
    M(2, v)             \
    M(3, v) M(4, v) M(5, v) M(6, v) M(7, v) M(8, v) M(9, v) M(10, v) M(11, v) M(12, v) M(13, v) M(14, v)
enum { MOST_ROWS = 14 };
#define SIZES 14, 8, 7, 4, 2, 1
#else
#define EACH_SIZE(M, name, vectors, channels, step) \
    M(name, 6, vectors, channels, step)             \
    M(name, 4, vectors, channels, step)             \
    M(name, 3, vectors, channels, step)             \
    M(name, 2, vectors, channels, step) M(name, 1, vectors, channels, step)
#define EACH_ROWS(M, v) M(1, v) M(2, v) M(3, v) M(4, v) M(5, v) M(6, v)
enum { MOST_ROWS = 6 };
#define SIZES           6, 4, 3, 2, 1
#endif

#define EACH_STEP(M, vectors)                           \
    EACH_SIZE(M, block, vectors, LANES, LANES)          \
    EACH_SIZE(M, two_blocks, vectors, LANES, 2 * LANES) \
    EACH_SIZE(M, one, vectors, 1, 1) EACH_SIZE(M, two, vectors, 1, 2) EACH_SIZE(M, four, vectors, 1, 4)

EACH_SIZE(ONE_TAP, pixel, 1, LANES, LANES)
EACH_SIZE(ONE_TAP, pixel, 2, LANES, LANES)
EACH_STEP(ROW, 1)
EACH_STEP(ROW, 2)
EACH_ROWS(TAPS, 1)
EACH_ROWS(TAPS, 2)
CHANNELS(1)
CHANNELS(2)

#define ROW_ENTRY(name, pixels, vectors, channels, step) row_##name##_##pixels##x##vectors,
#define ROW_ENTRIES(name)                     \
    {                                         \
        {EACH_SIZE(ROW_ENTRY, name, 1, , )},  \
        {                                     \
            EACH_SIZE(ROW_ENTRY, name, 2, , ) \
        }                                     \
    }
#define TAPS_ENTRY(rows, vectors) taps_##rows##x##vectors,

const lince_direct_simd DIRECT_SIMD = {
    .lanes = LANES,
    .rows = MOST_ROWS,
    .size = {SIZES},
    .row = {ROW_ENTRIES(pixel), ROW_ENTRIES(block), ROW_ENTRIES(two_blocks), ROW_ENTRIES(one),
            ROW_ENTRIES(two), ROW_ENTRIES(four)},
    .channels = {channels_1, channels_2},
    .taps = {{EACH_ROWS(TAPS_ENTRY, 1)}, {EACH_ROWS(TAPS_ENTRY, 2)}},
    .activate = activate,
    .sum = sum_pixels,
    .transpose = transpose,
};
