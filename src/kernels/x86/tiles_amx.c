/* The vector code of tiles.h: AMX-TILE and AMX-BF16 for products, AVX512-BF16 for rounding. Numbers too small to be normal
 * count as zero in all of them. */
#include "kernels/x86/tiles.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

/* Eight tiles of 16 rows of 64 bytes. A constant: compilers do not see that the instruction reads all of it. */
void lince_tiles_begin(void)
{
    static const struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } config = {.palette = 1,
                .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                .rows = {TILE, TILE, TILE, TILE, TILE, TILE, TILE, TILE}};
    _tile_loadconfig(&config);
}

void lince_tiles_end(void)
{
    _tile_release();
}

/* --- packing ------------------------------------------------------------------------------------------------- */

INLINE __m512 pixel_at(const float *block, int32_t pixel)
{
    return pixel < 0 ? _mm512_setzero_ps() : _mm512_loadu_ps(block + (size_t)pixel * TILE);
}

/* 16 bfloat16 of `low`, behind them those of `high`. */
INLINE __m512i rounded(__m512 low, __m512 high)
{
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* The same in pairs: low[0], high[0], low[1], ... */
INLINE __m512i paired(__m512 low, __m512 high)
{
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23,
                                           7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_permutexvar_epi16(order, rounded(low, high));
}

/* A matrix of 16 x 16 words of 32 bits. */
INLINE void transpose(__m512i m[TILE])
{
    __m512i t[TILE];
    for (int i = 0; i < TILE; i += 2) {
        t[i] = _mm512_unpacklo_epi32(m[i], m[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(m[i], m[i + 1]);
    }
    for (int i = 0; i < TILE; i += 4)
        for (int k = 0; k < 2; k++) { /* column 2k + h of each quarter, rows i to i + 3 */
            m[i + 2 * k] = _mm512_unpacklo_epi64(t[i + k], t[i + k + 2]);
            m[i + 2 * k + 1] = _mm512_unpackhi_epi64(t[i + k], t[i + k + 2]);
        }
    for (int i = 0; i < 4; i++) { /* columns i, 4 + i, 8 + i, 12 + i */
        __m512i a = _mm512_shuffle_i32x4(m[i], m[i + 4], 0x88),
                b = _mm512_shuffle_i32x4(m[i], m[i + 4], 0xdd),
                c = _mm512_shuffle_i32x4(m[i + 8], m[i + 12], 0x88),
                d = _mm512_shuffle_i32x4(m[i + 8], m[i + 12], 0xdd);
        t[i] = _mm512_shuffle_i32x4(a, c, 0x88);
        t[i + 8] = _mm512_shuffle_i32x4(a, c, 0xdd);
        t[i + 4] = _mm512_shuffle_i32x4(b, d, 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(b, d, 0xdd);
    }
    for (int i = 0; i < TILE; i++) m[i] = t[i];
}

void lince_tiles_pack_positions(const float *first, const float *second, const int32_t *pixel,
                                size_t positions, uint16_t *to)
{
    for (size_t i = 0; i < positions; i++)
        _mm512_storeu_si512(to + i * PAIRED,
                            rounded(pixel_at(first, pixel[i]),
                                    second ? pixel_at(second, pixel[i]) : _mm512_setzero_ps()));
}

void lince_tiles_pack_pairs(const float *block, const int32_t *pixel, size_t positions, uint16_t *to)
{
    for (size_t i = 0; i < positions; i += 2)
        _mm512_storeu_si512(to + i * TILE, paired(pixel_at(block, pixel[i]), pixel_at(block, pixel[i + 1])));
}

void lince_tiles_pack_channels(const float *block, const int32_t *pixel, size_t positions, uint16_t *to,
                               size_t pitch)
{
    for (size_t i = 0; i < positions; i += PAIRED) {
        size_t pairs = (positions - i < PAIRED ? positions - i : PAIRED) / 2;
        __mmask16 mask = (__mmask16)((1u << pairs) - 1);
        __m512i m[TILE];
        for (size_t k = 0; k < TILE; k++) {
            const int32_t *p = pixel + i + 2 * k;
            m[k] = k < pairs ? paired(pixel_at(block, p[0]), pixel_at(block, p[1])) : _mm512_setzero_si512();
        }
        transpose(m);
        for (size_t c = 0; c < TILE; c++) _mm512_mask_storeu_epi32(to + c * pitch + i, mask, m[c]);
    }
}

void lince_tiles_pack_weights(const float *first, const float *second, uint16_t *to)
{
    for (size_t k = 0; k < TILE; k++) {
        const float *block = k < TILE / 2 ? first : second, *row = block + 2 * k % TILE * TILE;
        __m512i pairs =
            block ? paired(_mm512_loadu_ps(row), _mm512_loadu_ps(row + TILE)) : _mm512_setzero_si512();
        _mm512_storeu_si512(to + k * PAIRED, pairs);
    }
}

void lince_tiles_pack_weights_back(const float *first, const float *second, uint16_t *to)
{
    __m512i m[TILE]; /* [input][pair of outputs] */
    for (size_t i = 0; i < TILE; i++)
        m[i] = rounded(_mm512_loadu_ps(first + i * TILE),
                       second ? _mm512_loadu_ps(second + i * TILE) : _mm512_setzero_ps());
    transpose(m);
    for (size_t k = 0; k < TILE; k++) _mm512_storeu_si512(to + k * PAIRED, m[k]);
}

/* --- products: tiles 0 to 3 are sums, 4 and 5 of A, 6 and 7 of B ------------------------------------------------ */

enum { ROW = 64 }; /* bytes of a tile's row */

INLINE void multiply_all(void)
{
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 5, 6);
    _tile_dpbf16ps(2, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
}

void lince_tiles_multiply(const lince_tiles_product *p, float c[2][POSITIONS][TILE])
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    const uint16_t *a = p->a, *b0 = p->b[0], *b1 = p->b[1];
    for (size_t block = 0; block < p->blocks; block++, a += p->a_block)
        for (size_t t = 0; t < p->taps; t++, b0 += TILE_SIZE, b1 += TILE_SIZE) {
            _tile_loadd(6, b0, ROW);
            _tile_loadd(4, a + p->tap[t], ROW);
            _tile_loadd(5, a + p->tap[t] + TILE_SIZE, ROW);
            _tile_loadd(7, b1, ROW);
            multiply_all();
        }
    _tile_stored(0, c[0][0], ROW);
    _tile_stored(1, c[0][TILE], ROW);
    _tile_stored(2, c[1][0], ROW);
    _tile_stored(3, c[1][TILE], ROW);
}

void lince_tiles_store(const lince_tiles_result *r, const float c[POSITIONS][TILE], const int32_t *pixel,
                       size_t positions)
{
    const __m512 zero = _mm512_setzero_ps();
    __m512 bias = r->bias ? _mm512_loadu_ps(r->bias) : zero;
    for (size_t i = 0; i < positions; i++) {
        if (pixel[i] < 0) continue;
        size_t at = (size_t)pixel[i] * TILE;
        __m512 y = _mm512_loadu_ps(c[i]);
        if (r->bias) y = _mm512_add_ps(y, bias);
        if (r->relu) y = _mm512_max_ps(zero, y); /* what is no number stays so */
        if (r->gate)
            y = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(_mm512_loadu_ps(r->gate + at), zero, _CMP_GT_OQ), y);
        _mm512_storeu_ps(r->y + at, y);
    }
}

#define BEGIN(tile, memory)                 \
    do {                                    \
        if ((memory) && p->add) {           \
            _tile_loadd(tile, memory, ROW); \
        } else {                            \
            _tile_zero(tile);               \
        }                                   \
    } while (0)
#define END(tile, memory)                    \
    do {                                     \
        if (memory) {                        \
            _tile_stored(tile, memory, ROW); \
        }                                    \
    } while (0)

void lince_tiles_add_outer(const lince_tiles_outer *p)
{
    size_t pitch = p->pitch * sizeof(uint16_t);
    BEGIN(0, p->c[0][0]);
    BEGIN(1, p->c[1][0]);
    BEGIN(2, p->c[0][1]);
    BEGIN(3, p->c[1][1]);
    const uint16_t *x0 = p->x[0], *x1 = p->x[1], *dy0 = p->dy[0], *dy1 = p->dy[1];
    for (size_t i = 0; i < p->positions; i += PAIRED) {
        _tile_loadd(6, dy0 + i * TILE, ROW);
        _tile_loadd(4, x0 + i, pitch);
        _tile_loadd(5, x1 + i, pitch);
        _tile_loadd(7, dy1 + i * TILE, ROW);
        multiply_all();
    }
    END(0, p->c[0][0]);
    END(1, p->c[1][0]);
    END(2, p->c[0][1]);
    END(3, p->c[1][1]);
}
