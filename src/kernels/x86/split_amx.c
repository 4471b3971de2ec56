/* The vector code of split.h. */
#include "kernels/x86/finish_simd.h"
#include "kernels/x86/split.h"

enum {
    TILE = SPLIT_BLOCK,
    TILE_SIZE = TILE * SPLIT_SIDE,      /* bfloat16 */
    PART = 2 * TILE_SIZE,               /* of a step */
    ROW = SPLIT_SIDE * sizeof(uint16_t) /* bytes of a tile's row */
};

/* --- packing -------------------------------------------------------------------------------------------- */

/* A float's parts, each in the upper half of 32 bits. */
typedef struct parts {
    __m512i part[SPLIT_PARTS];
} parts;

/* The nearest bfloat16; of two as near the one away from zero. What is no number may become one here, and is what is left, then. */
INLINE __m512i nearest(__m512 x)
{
    __m512i half = _mm512_set1_epi32(0x8000), upper = _mm512_set1_epi32((int)0xffff0000);
    return _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(x), half), upper);
}

INLINE parts split(__m512 x)
{
    parts p;
    p.part[0] = nearest(x);
    x = _mm512_sub_ps(x, _mm512_castsi512_ps(p.part[0]));
    p.part[1] = nearest(x);
    p.part[2] = _mm512_castps_si512(_mm512_sub_ps(x, _mm512_castsi512_ps(p.part[1])));
    return p;
}

/* 16 bfloat16 of `low`, behind them those of `high`. */
INLINE void store_behind(__m512 low, __m512 high, uint16_t *to)
{
    const __m512i upper = _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31,
                                           29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    parts l = split(low), h = split(high);
    UNROLL for (int i = 0; i < SPLIT_PARTS; i++)
        _mm512_storeu_si512(to + i * PART, _mm512_permutex2var_epi16(l.part[i], upper, h.part[i]));
}

/* In pairs: low[0], high[0], low[1], ... */
INLINE void store_paired(__m512 low, __m512 high, uint16_t *to)
{
    parts l = split(low), h = split(high);
    UNROLL for (int i = 0; i < SPLIT_PARTS; i++)
        _mm512_storeu_si512(to + i * PART,
                            _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(l.part[i], 16), h.part[i]));
}

INLINE __m512 load_at(const float *block, ptrdiff_t at)
{
    return !block || at < 0 ? _mm512_setzero_ps() : _mm512_loadu_ps(block + at);
}

void lince_split_positions(lince_split_pair blocks, const ptrdiff_t *at, uint16_t *to)
{
    for (size_t i = 0; i < SPLIT_SIDE; i++)
        store_behind(load_at(blocks.first, at[i]), load_at(blocks.second, at[i]), to + i * SPLIT_SIDE);
}

void lince_split_channels(lince_split_pair blocks, const ptrdiff_t *at, uint16_t *to)
{
    for (size_t b = 0; b < 2; b++) {
        const float *block = b ? blocks.second : blocks.first;
        vec low[TILE], high[TILE];
        UNROLL for (size_t i = 0; i < TILE; i++) low[i] = load_at(block, at[i]);
        vec_transpose(low);
        UNROLL for (size_t i = 0; i < TILE; i++) high[i] = load_at(block, at[TILE + i]);
        vec_transpose(high);
        for (size_t i = 0; i < TILE; i++) store_behind(low[i], high[i], to + b * TILE_SIZE + i * SPLIT_SIDE);
    }
}

void lince_split_columns(lince_split_pair blocks, const ptrdiff_t *at, uint16_t *to)
{
    for (size_t b = 0; b < 2; b++) {
        const float *block = b ? blocks.second : blocks.first;
        for (size_t i = 0; i < TILE; i++)
            store_paired(load_at(block, at[2 * i]), load_at(block, at[2 * i + 1]),
                         to + b * TILE_SIZE + i * SPLIT_SIDE);
    }
}

void lince_split_weights(const float *const blocks[2][2], bool back, uint16_t *to)
{
    for (size_t terms = 0; terms < 2; terms++)
        for (size_t columns = 0; columns < 2; columns++) {
            const float *block = back ? blocks[columns][terms] : blocks[terms][columns];
            vec w[TILE]; /* [term][column] */
            UNROLL for (size_t i = 0; i < TILE; i++) w[i] = load_at(block, (ptrdiff_t)(i * TILE));
            if (back) vec_transpose(w);
            uint16_t *pairs = to + columns * TILE_SIZE + terms * TILE / 2 * SPLIT_SIDE;
            for (size_t i = 0; i < TILE; i += 2) store_paired(w[i], w[i + 1], pairs + i / 2 * SPLIT_SIDE);
        }
}

/* --- products: tiles 0 to 3 are sums, 4 and 5 of rows, 6 and 7 of columns ------------------------------- */

#define LOAD_ROWS(part)                                      \
    do {                                                     \
        _tile_loadd(4, rows + (part)*PART, ROW);             \
        _tile_loadd(5, rows + (part)*PART + TILE_SIZE, ROW); \
    } while (0)
#define LOAD_COLUMNS(part)                                      \
    do {                                                        \
        _tile_loadd(6, columns + (part)*PART, ROW);             \
        _tile_loadd(7, columns + (part)*PART + TILE_SIZE, ROW); \
    } while (0)
#define MULTIPLY()               \
    do {                         \
        _tile_dpbf16ps(0, 4, 6); \
        _tile_dpbf16ps(1, 5, 6); \
        _tile_dpbf16ps(2, 4, 7); \
        _tile_dpbf16ps(3, 5, 7); \
    } while (0)

void lince_split_multiply(const uint16_t *rows, const uint16_t *columns, size_t steps, float *c)
{
    enum { H, M, L };
    const uint16_t *first_rows = rows, *first_columns = columns;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t i = 0; i < steps; i++, rows += SPLIT_STEP, columns += SPLIT_STEP) {
        LOAD_ROWS(L);
        LOAD_COLUMNS(H);
        MULTIPLY();
        LOAD_ROWS(M);
        MULTIPLY();
        LOAD_COLUMNS(M);
        MULTIPLY();
        LOAD_ROWS(H);
        MULTIPLY();
        LOAD_COLUMNS(L);
        MULTIPLY();
    }
    rows = first_rows, columns = first_columns;
    for (size_t i = 0; i < steps; i++, rows += SPLIT_STEP, columns += SPLIT_STEP) {
        LOAD_ROWS(H);
        LOAD_COLUMNS(H);
        MULTIPLY();
    }
    _tile_stored(0, c, ROW);
    _tile_stored(1, c + TILE * TILE, ROW);
    _tile_stored(2, c + 2 * TILE * TILE, ROW);
    _tile_stored(3, c + 3 * TILE * TILE, ROW);
}

void lince_split_add(const float *sums, bool first, size_t count, float *c)
{
    for (size_t i = 0; i < count; i += LANES)
        vec_store(c + i, first ? vec_load(sums + i) : vec_add(vec_load(c + i), vec_load(sums + i)));
}

/* `count` rows, whose results are neighbours. */
INLINE void finish_rows(const lince_finish *f, const float *sums, const float *c, ptrdiff_t at, int count,
                        float *y)
{
    vec sum[4];
    UNROLL for (int r = 0; r < count; r++)
    {
        sum[r] = vec_load(c + r * LANES);
        if (sums) sum[r] = vec_add(sum[r], vec_load(sums + r * LANES));
    }
    finish_pixels(f, 0, at, LANES, count, 1, lince_finish_streams(f), sum, y);
    if (!lince_finish_holds(f)) activate(f, y + at, (size_t)count);
}

void lince_split_finish(const lince_finish *f, const float *sums, const float *c, const ptrdiff_t *at,
                        size_t count, float *y)
{
    for (size_t i = 0; i < count;) {
        bool four = i + 4 <= count && at[i + 3] == at[i] + 3 * LANES;
        if (four)
            finish_rows(f, sums ? sums + i * LANES : NULL, c + i * LANES, at[i], 4, y);
        else
            finish_rows(f, sums ? sums + i * LANES : NULL, c + i * LANES, at[i], 1, y);
        i += four ? 4 : 1;
    }
}
