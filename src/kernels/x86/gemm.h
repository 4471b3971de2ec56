/* Matrix products on x86: what the driver (gemm.c) and the vector code (gemm_simd.h, compiled once for each
 * instruction set) say to each other. Two forms cover the transposes without reordering the larger operand:
 *
 *   outer   C[rows][columns] = sum over l of A[rows][l] B[l][columns]: a column of A times a row of B at a
 *           time. B is packed into panels, A into strips; both stay in the caches.
 *   dot     C[i][j] = <A[i], B[j]> where both lie along l, as in x W^T: nothing is packed, each is read once
 *           into registers, and sums are added up across the lanes at the end. */
#ifndef LINCE_KERNELS_X86_GEMM_H
#define LINCE_KERNELS_X86_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* How a tile meets what C holds. */
typedef enum lince_gemm_store { LINCE_GEMM_SET, LINCE_GEMM_ADD, LINCE_GEMM_STREAM } lince_gemm_store;

/* What a tile fetches meanwhile into the second-level cache: `lines` of 64 bytes from each of some rows. */
typedef struct lince_gemm_ahead {
    const char *from;
    size_t rows, pitch, lines; /* pitch: bytes */
} lince_gemm_ahead;

typedef struct lince_gemm_simd {
    /* Sizes of a tile of each form: accumulators fill the registers. */
    size_t outer_rows, outer_columns, dot_rows, dot_columns;
    size_t outer_few; /* rows of a low tile of the form `outer`, which costs less than one of outer_rows */
    size_t dot_edge;  /* of C, the shorter, up to which dot products are the faster form */

    /* One tile: a[r * row + l * step], r < outer_rows; b[l * outer_columns + c]. The first `rows` and
     * `columns` of the result are stored. STREAM needs full columns and c aligned to 64 bytes. */
    void (*outer)(size_t k, const float *a, size_t row, size_t step, const float *b,
                  const lince_gemm_ahead *ahead, float *c, size_t ldc, size_t rows, size_t columns,
                  lince_gemm_store store);

    /* One tile: a[r * lda + l], b[c * ldb + l], r < rows <= dot_rows, c < columns <= dot_columns. Ahead: the
     * next dot_columns rows of b are there, and will be wanted next. */
    void (*dot)(size_t k, const float *a, size_t lda, const float *b, size_t ldb, bool ahead, float *c,
                size_t ldc, size_t rows, size_t columns, bool add);

    /* Strip s of transposed A begins at out + s * pitch: [k][outer_rows], a[l * lda + r]. */
    void (*strips)(size_t k, size_t rows, const float *a, size_t lda, float *out, size_t pitch);

    /* A panel [k][outer_columns] of op(B), zeros behind the first `columns`. `transposed`: b[c * ldb + l]. */
    void (*pack)(size_t k, size_t columns, const float *b, size_t ldb, bool transposed, float *panel);
} lince_gemm_simd;

extern const lince_gemm_simd lince_gemm_simd_avx512, lince_gemm_simd_avx2;

/* Whether the form `dot` computes this product. */
bool lince_gemm_x86_dots(const lince_gemm_simd *simd, bool transpose_a, bool transpose_b, size_t m, size_t n,
                         size_t k);

#endif
