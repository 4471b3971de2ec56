/* Blocking, after K. Goto & R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, with
 * panels small enough for the stack: each task packs what it needs, and tasks share nothing. */
#include "kernels/x86/gemm.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/far.h"
#include "kernels/x86/row.h"

#include <string.h>
#include <xmmintrin.h>

enum {
    OUTER_K = 256,    /* depth of a packed panel: it and a strip of A stay near the first-level cache */
    DOT_K = 4096,     /* depth of a pass of dot products */
    BLOCK_ROWS = 144, /* of C, in one task: whole tiles of 4, 6 and 8 rows */
    BLOCK_COLUMNS = 384,
    MAX_COLUMNS = 48, /* of a panel */
};

typedef struct product {
    const lince_gemm_simd *simd;
    int threads;
    bool ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    const float *a, *b;
    float beta, *c;
    size_t height, width;             /* of a tile */
    size_t rows;                      /* of a block of C, at most */
    size_t row_blocks, column_blocks; /* into which C is cut: a task each */
    bool stream;
} product;

static size_t blocks_of(size_t n, size_t block)
{
    return (n + block - 1) / block;
}

/* Cuts C into blocks of at most BLOCK_ROWS rows and about BLOCK_COLUMNS columns, nearly equal, of whole
 * tiles; into more where the threads would not all have work. */
static void cut(product *p, size_t height, size_t width)
{
    size_t tiles = blocks_of(p->n, width), row_blocks = blocks_of(p->m, BLOCK_ROWS);
    size_t wanted = p->threads > 1 ? 2 * (size_t)p->threads : 1;
    p->height = height;
    p->width = width;
    row_blocks = lince_larger(row_blocks, blocks_of(wanted, tiles));
    p->rows = blocks_of(blocks_of(p->m, row_blocks), height) * height;
    p->row_blocks = blocks_of(p->m, p->rows);
    p->column_blocks = lince_larger(blocks_of(p->n, BLOCK_COLUMNS), blocks_of(wanted, p->row_blocks));
    p->column_blocks = lince_smaller(p->column_blocks, tiles);
}

/* The part of C that task `index` computes. */
typedef struct block {
    size_t i, j, rows, columns;
    float *c;
} block;

static block block_at(const product *p, size_t index)
{
    size_t tiles = blocks_of(p->n, p->width), column = index % p->column_blocks;
    size_t i = index / p->column_blocks * p->rows;
    size_t j = column * tiles / p->column_blocks * p->width;
    size_t end = lince_smaller((column + 1) * tiles / p->column_blocks * p->width, p->n);
    return (block){i, j, lince_smaller(p->rows, p->m - i), end - j, p->c + i * p->ldc + j};
}

/* Makes beta 0 or 1. */
static void scale(const product *p, const block *b)
{
    if (p->beta == 0 || p->beta == 1) return;
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->columns; j++) b->c[i * p->ldc + j] *= p->beta;
}

/* An empty sum. */
static void clear(const product *p, const block *b)
{
    for (size_t i = 0; i < b->rows && p->beta == 0; i++)
        memset(b->c + i * p->ldc, 0, b->columns * sizeof *b->c);
}

/* --- outer ---------------------------------------------------------------------------------------- */

/* A's part [b->rows][depth] of this task as strips: [row][OUTER_K], or [l][outer_rows] for each strip where A
 * lies transposed. Rows missing from the last strip are zero. */
static void pack_strips(const product *p, const block *b, size_t l, size_t depth, float *strips)
{
    size_t height = p->height, last = b->rows - b->rows % height;
    if (last < b->rows) memset(strips + last * OUTER_K, 0, height * OUTER_K * sizeof *strips);
    if (p->ta)
        p->simd->strips(depth, b->rows, p->a + l * p->lda + b->i, p->lda, strips, height * OUTER_K);
    else
        for (size_t r = 0; r < b->rows; r++)
            memcpy(strips + r * OUTER_K, p->a + (b->i + r) * p->lda + l, depth * sizeof *strips);
}

static const float *panel_of(const product *p, const block *b, size_t l, size_t j)
{
    return p->tb ? p->b + (b->j + j) * p->ldb + l : p->b + l * p->ldb + b->j + j;
}

/* The panel behind this one, or the first of the next pass, where there is one. */
static lince_gemm_ahead panel_after(const product *p, const block *b, size_t l, size_t j)
{
    size_t width = p->width, depth = OUTER_K, lines = width * sizeof(float) / 64;
    j += width;
    if (j >= b->columns) j = 0, l += OUTER_K;
    if (l + depth > p->k || j + width > b->columns) return (lince_gemm_ahead){0};
    const char *from = (const char *)panel_of(p, b, l, j);
    if (p->tb) return (lince_gemm_ahead){from, width, p->ldb * sizeof(float), depth * sizeof(float) / 64};
    return (lince_gemm_ahead){from, depth, p->ldb * sizeof(float), lines};
}

/* Of the tile that begins where `left` rows are left. Two low ones rather than a whole one and a nearly empty
 * one; strips of transposed A are whole tiles. */
static size_t tile_rows(const product *p, size_t left)
{
    size_t few = p->simd->outer_few;
    return !p->ta && left > p->height && left <= 2 * few ? few : lince_smaller(p->height, left);
}

static void outer_pass(const product *p, const block *b, size_t l, const float *strips, float *panel,
                       lince_gemm_store store)
{
    size_t height = p->height, width = p->width, depth = lince_smaller(OUTER_K, p->k - l);
    size_t row = p->ta ? 1 : OUTER_K, step = p->ta ? height : 1;
    for (size_t j = 0; j < b->columns; j += width) {
        size_t columns = lince_smaller(width, b->columns - j);
        lince_gemm_ahead ahead = panel_after(p, b, l, j);
        p->simd->pack(depth, columns, panel_of(p, b, l, j), p->ldb, p->tb, panel);
        for (size_t r = 0, rows; r < b->rows; r += rows, ahead.rows = 0) {
            rows = tile_rows(p, b->rows - r);
            p->simd->outer(depth, strips + r * OUTER_K, row, step, panel, &ahead, b->c + r * p->ldc + j,
                           p->ldc, rows, columns, store);
        }
    }
}

static void outer_task(void *context, size_t index)
{
    _Alignas(64) float strips[BLOCK_ROWS * OUTER_K], panel[OUTER_K * MAX_COLUMNS];
    const product *p = context;
    block b = block_at(p, index);
    scale(p, &b);
    if (!p->k) clear(p, &b);
    for (size_t l = 0; l < p->k; l += OUTER_K) {
        bool first = l == 0 && p->beta == 0;
        pack_strips(p, &b, l, lince_smaller(OUTER_K, p->k - l), strips);
        outer_pass(p, &b, l, strips, panel,
                   !first      ? LINCE_GEMM_ADD
                   : p->stream ? LINCE_GEMM_STREAM
                               : LINCE_GEMM_SET);
    }
    if (p->stream) _mm_sfence(); /* before others read what was streamed */
}

static void run_outer(product *p)
{
    cut(p, p->simd->outer_rows, p->simd->outer_columns);
    p->stream = p->k <= OUTER_K && p->ldc % 16 == 0 && lince_is_far(p->c, p->m * p->ldc);
    lince_parallel(p->threads, p->row_blocks * p->column_blocks, outer_task, p);
}

/* --- dot ------------------------------------------------------------------------------------------ */

static void dot_pass(const product *p, const block *b, size_t l, bool add)
{
    size_t height = p->height, width = p->width, depth = lince_smaller(DOT_K, p->k - l);
    for (size_t j = 0; j < b->columns; j += width)
        for (size_t r = 0; r < b->rows; r += height)
            p->simd->dot(depth, p->a + (b->i + r) * p->lda + l, p->lda, p->b + (b->j + j) * p->ldb + l,
                         p->ldb, r == 0 && j + 2 * width <= b->columns, b->c + r * p->ldc + j, p->ldc,
                         lince_smaller(height, b->rows - r), lince_smaller(width, b->columns - j), add);
}

static void dot_task(void *context, size_t index)
{
    const product *p = context;
    block b = block_at(p, index);
    scale(p, &b);
    for (size_t l = 0; l < p->k; l += DOT_K) dot_pass(p, &b, l, l > 0 || p->beta != 0);
}

static void run_dot(product *p)
{
    cut(p, p->simd->dot_rows, p->simd->dot_columns);
    lince_parallel(p->threads, p->row_blocks * p->column_blocks, dot_task, p);
}

/* --- choice --------------------------------------------------------------------------------------- */

/* Of A B^T. Dot products pay for adding up lanes once for each element of C; packing B's columns pays once
 * for each element of B. */
bool lince_gemm_x86_dots(const lince_gemm_simd *simd, bool ta, bool tb, size_t m, size_t n, size_t k)
{
    size_t edge = lince_smaller(m, n);
    return !ta && tb && edge <= simd->dot_edge && k >= 8 * edge;
}

static void run(const lince_gemm_simd *simd, const lince_kernel *kernel, const lince_gemm_args *a)
{
    product p = {.simd = simd,
                 .threads = kernel->exec.threads,
                 .ta = a->ta,
                 .tb = a->tb,
                 .m = a->m,
                 .n = a->n,
                 .k = a->k,
                 .lda = a->lda,
                 .ldb = a->ldb,
                 .ldc = a->ldc,
                 .a = a->a,
                 .b = a->b,
                 .beta = a->beta,
                 .c = a->c};
    if (!a->m || !a->n) return;
    if (lince_gemm_x86_dots(simd, a->ta, a->tb, a->m, a->n, a->k))
        run_dot(&p);
    else
        run_outer(&p);
}

LINCE_X86_ROW(gemm, GEMM, avx512, AVX512, lince_gemm_simd_avx512, NULL, run);
LINCE_X86_ROW(gemm, GEMM, avx2, AVX2, lince_gemm_simd_avx2, NULL, run);
