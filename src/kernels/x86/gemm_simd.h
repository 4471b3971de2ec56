/* The vector code of gemm.h, for the instruction set that the including file is compiled with, which also
 * says how many accumulators there are: ROWS x VECTORS (outer; 2 or 3 vectors; a low tile has FEW_ROWS),
 * DOT_ROWS x DOT_COLUMNS (dot). */
#include "kernels/x86/gemm.h"
#include "kernels/x86/vector.h"

#include <string.h>

enum { COLUMNS = VECTORS * LANES };

#define UNROLL _Pragma("GCC unroll 16")

/* --- outer ---------------------------------------------------------------------------------------- */

INLINE void store_vector(float *c, vec x, lince_gemm_store store)
{
    if (store == LINCE_GEMM_STREAM)
        vec_stream(c, x);
    else
        vec_store(c, store == LINCE_GEMM_ADD ? vec_add(vec_load(c), x) : x);
}

INLINE void store_first(float *c, vec x, size_t n, bool add)
{
    vec_store_first(c, n, add ? vec_add(vec_load_first(c, n), x) : x);
}

/* sum += column of A times row of B */
INLINE void outer_step(vec sum[ROWS][VECTORS], size_t height, int vectors, const float *a, size_t row,
                       const float *b)
{
    vec line[VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) line[v] = vec_load(b + v * LANES);
    UNROLL for (size_t r = 0; r < height; r++)
    {
        vec x = vec_all(a[r * row]);
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = vec_fma(x, line[v], sum[r][v]);
    }
}

INLINE void outer_sum(vec sum[ROWS][VECTORS], size_t height, int vectors, size_t k, const float *a,
                      size_t row, size_t step, const float *b, const lince_gemm_ahead *ahead)
{
    size_t l = 0;
    UNROLL for (size_t r = 0; r < height; r++) UNROLL for (int v = 0; v < vectors; v++) sum[r][v] =
        vec_zero();
    for (const char *next = ahead->from; l < k && l < ahead->rows; l++, next += ahead->pitch) {
        for (size_t line = 0; line < ahead->lines; line++) vec_prefetch(next + line * 64);
        outer_step(sum, height, vectors, a + l * step, row, b + l * COLUMNS);
    }
    for (; l < k; l++) outer_step(sum, height, vectors, a + l * step, row, b + l * COLUMNS);
}

INLINE void outer_whole(size_t k, const float *a, size_t row, size_t step, const float *b,
                        const lince_gemm_ahead *ahead, float *c, size_t ldc, lince_gemm_store store)
{
    vec sum[ROWS][VECTORS];
    outer_sum(sum, ROWS, VECTORS, k, a, row, step, b, ahead);
    UNROLL for (size_t r = 0; r < ROWS; r++) UNROLL for (size_t v = 0; v < VECTORS; v++)
        store_vector(c + r * ldc + v * LANES, sum[r][v], store);
}

/* A tile at the edge of C: only so many rows and vectors as are needed, the last vector perhaps in part. */
INLINE void outer_part(size_t height, int vectors, size_t k, const float *a, size_t row, size_t step,
                       const float *b, const lince_gemm_ahead *ahead, float *c, size_t ldc, size_t rows,
                       size_t columns, bool add)
{
    vec sum[ROWS][VECTORS];
    size_t last = columns - (size_t)(vectors - 1) * LANES;
    outer_sum(sum, height, vectors, k, a, row, step, b, ahead);
    UNROLL for (size_t r = 0; r < height; r++) UNROLL for (int v = 0; v < vectors; v++) if (r < rows)
        store_first(c + r * ldc + v * LANES, sum[r][v], v < vectors - 1 ? LANES : last, add);
}

static void outer(size_t k, const float *a, size_t row, size_t step, const float *b,
                  const lince_gemm_ahead *ahead, float *c, size_t ldc, size_t rows, size_t columns,
                  lince_gemm_store store)
{
    bool add = store == LINCE_GEMM_ADD;
    if (columns <= LANES)
        outer_part(ROWS, 1, k, a, row, step, b, ahead, c, ldc, rows, columns, add);
    else if (VECTORS > 2 && columns <= 2 * LANES)
        outer_part(ROWS, 2, k, a, row, step, b, ahead, c, ldc, rows, columns, add);
    else if (rows <= FEW_ROWS)
        outer_part(FEW_ROWS, VECTORS, k, a, row, step, b, ahead, c, ldc, rows, columns, add);
    else if (rows < ROWS || columns < COLUMNS)
        outer_part(ROWS, VECTORS, k, a, row, step, b, ahead, c, ldc, rows, columns, add);
    else if (store == LINCE_GEMM_STREAM)
        outer_whole(k, a, row, step, b, ahead, c, ldc, LINCE_GEMM_STREAM);
    else
        outer_whole(k, a, row, step, b, ahead, c, ldc, add ? LINCE_GEMM_ADD : LINCE_GEMM_SET);
}

/* --- packing -------------------------------------------------------------------------------------- */

/* ROWS floats of each row of transposed A for each strip. */
static void strips(size_t k, size_t rows, const float *a, size_t lda, float *out, size_t pitch)
{
    size_t whole = rows - rows % ROWS;
    for (size_t l = 0; l < k; l++, a += lda, out += ROWS) {
        for (size_t r = 0; r < whole; r += ROWS) memcpy(out + r / ROWS * pitch, a + r, ROWS * sizeof *a);
        for (size_t r = whole; r < rows; r++) out[whole / ROWS * pitch + r - whole] = a[r];
    }
}

static void pack_rows(size_t k, size_t columns, const float *b, size_t ldb, float *panel)
{
    for (size_t l = 0; l < k; l++, b += ldb, panel += COLUMNS) UNROLL for (size_t v = 0; v < VECTORS; v++)
        {
            size_t left = columns > v * LANES ? columns - v * LANES : 0;
            vec x = left >= LANES ? vec_load(b + v * LANES)
                    : left        ? vec_load_first(b + v * LANES, left)
                                  : vec_zero();
            vec_store(panel + v * LANES, x);
        }
}

/* One square of LANES rows of b, turned; those behind the first `rows` are zero. */
INLINE void pack_square(const float *b, size_t ldb, size_t rows, size_t k, float *panel)
{
    vec square[LANES];
    UNROLL for (size_t i = 0; i < LANES; i++) square[i] = i >= rows   ? vec_zero()
                                                          : k < LANES ? vec_load_first(b + i * ldb, k)
                                                                      : vec_load(b + i * ldb);
    vec_transpose(square);
    UNROLL for (size_t i = 0; i < LANES; i++) if (i < k) vec_store(panel + i * COLUMNS, square[i]);
}

static void pack_columns(size_t k, size_t columns, const float *b, size_t ldb, float *panel)
{
    for (size_t v = 0; v < VECTORS; v++) {
        size_t left = columns > v * LANES ? columns - v * LANES : 0;
        for (size_t l = 0; l < k; l += LANES)
            pack_square(b + v * LANES * ldb + l, ldb, left, k - l, panel + l * COLUMNS + v * LANES);
    }
}

static void pack(size_t k, size_t columns, const float *b, size_t ldb, bool transposed, float *panel)
{
    if (transposed)
        pack_columns(k, columns, b, ldb, panel);
    else
        pack_rows(k, columns, b, ldb, panel);
}

/* --- dot ------------------------------------------------------------------------------------------ */

/* sum[c][r] += a[r] b[c], lane by lane. */
INLINE void dot_step(vec sum[DOT_COLUMNS][DOT_ROWS], const vec a[DOT_ROWS], const vec b[DOT_COLUMNS])
{
    UNROLL for (int c = 0; c < DOT_COLUMNS; c++) UNROLL for (int r = 0; r < DOT_ROWS; r++) sum[c][r] =
        vec_fma(a[r], b[c], sum[c][r]);
}

/* The rows and columns that a tile at the edge lacks repeat its last: computed, not stored. */
static void dot(size_t k, const float *a, size_t lda, const float *b, size_t ldb, bool ahead, float *c,
                size_t ldc, size_t rows, size_t columns, bool add)
{
    const float *x[DOT_ROWS], *y[DOT_COLUMNS];
    vec sum[DOT_COLUMNS][DOT_ROWS], u[DOT_ROWS], w[DOT_COLUMNS];
    UNROLL for (size_t r = 0; r < DOT_ROWS; r++) x[r] = a + (r < rows ? r : rows - 1) * lda;
    UNROLL for (size_t i = 0; i < DOT_COLUMNS; i++) y[i] = b + (i < columns ? i : columns - 1) * ldb;
    UNROLL for (int i = 0; i < DOT_COLUMNS; i++) UNROLL for (int r = 0; r < DOT_ROWS; r++) sum[i][r] =
        vec_zero();
    size_t l = 0;
    for (; l + LANES <= k; l += LANES) {
        UNROLL for (int r = 0; r < DOT_ROWS; r++) u[r] = vec_load(x[r] + l);
        UNROLL for (int i = 0; i < DOT_COLUMNS; i++) w[i] = vec_load(y[i] + l);
        if (ahead) UNROLL for (int i = 0; i < DOT_COLUMNS; i++) vec_prefetch(y[i] + DOT_COLUMNS * ldb + l);
        dot_step(sum, u, w);
    }
    if (l < k) {
        UNROLL for (int r = 0; r < DOT_ROWS; r++) u[r] = vec_load_first(x[r] + l, k - l);
        UNROLL for (int i = 0; i < DOT_COLUMNS; i++) w[i] = vec_load_first(y[i] + l, k - l);
        dot_step(sum, u, w);
    }
    UNROLL for (size_t i = 0; i < DOT_COLUMNS; i++)
    {
        float total[DOT_ROWS];
        _mm_storeu_ps(total, vec_sum4(sum[i][0], sum[i][1], sum[i][2], sum[i][3]));
        for (size_t r = 0; r < rows && i < columns; r++)
            c[r * ldc + i] = add ? c[r * ldc + i] + total[r] : total[r];
    }
}

const lince_gemm_simd GEMM_SIMD = {.outer_rows = ROWS,
                                   .outer_few = FEW_ROWS,
                                   .outer_columns = COLUMNS,
                                   .dot_rows = DOT_ROWS,
                                   .dot_columns = DOT_COLUMNS,
                                   .dot_edge = DOT_EDGE,
                                   .outer = outer,
                                   .dot = dot,
                                   .strips = strips,
                                   .pack = pack};
