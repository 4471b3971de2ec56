#include "kernels/x86/gemm.h"
#include "core/parallel.h"
#include "kernels/kernels.h"
#include "kernels/onednn/onednn.h"

/* --- the truth ------------------------------------------------------------------------------------ */

typedef struct product {
    bool ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    const float *a, *b;
    float beta, *c;
} product;

static void one_row(void *context, size_t i)
{
    const product *p = context;
    for (size_t j = 0; j < p->n; j++) {
        double sum = p->beta != 0 ? (double)p->beta * p->c[i * p->ldc + j] : 0;
        for (size_t l = 0; l < p->k; l++)
            sum += (double)(p->ta ? p->a[l * p->lda + i] : p->a[i * p->lda + l]) *
                   (p->tb ? p->b[j * p->ldb + l] : p->b[l * p->ldb + j]);
        p->c[i * p->ldc + j] = (float)sum;
    }
}

void lince_gemm_ref(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                    const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    product p = {ta, tb, m, n, k, lda, ldb, ldc, a, b, beta, c};
    lince_parallel(threads, m, one_row, &p);
}

/* --- oneDNN --------------------------------------------------------------------------------------- */

enum { BLOCK = 128 };

/* A block of C by one thread: the library's own division would make sums depend on their number. */
static void onednn_block(void *context, size_t index)
{
    const product *p = context;
    size_t across = (p->n + BLOCK - 1) / BLOCK, i = index / across * BLOCK, j = index % across * BLOCK;
    size_t rows = p->m - i < BLOCK ? p->m - i : BLOCK, columns = p->n - j < BLOCK ? p->n - j : BLOCK;
    const float *a = p->a + (p->ta ? i : i * p->lda), *b = p->b + (p->tb ? j * p->ldb : j);
    float *c = p->c + i * p->ldc + j;
    lince_parallel_use(1);
    if (dnnl_sgemm(p->ta ? 'T' : 'N', p->tb ? 'T' : 'N', (dnnl_dim_t)rows, (dnnl_dim_t)columns,
                   (dnnl_dim_t)p->k, 1, a, (dnnl_dim_t)p->lda, b, (dnnl_dim_t)p->ldb, p->beta, c,
                   (dnnl_dim_t)p->ldc) != dnnl_success)
        lince_gemm_ref(1, p->ta, p->tb, rows, columns, p->k, a, p->lda, b, p->ldb, p->beta, c, p->ldc);
}

static void onednn(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                   const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    product p = {ta, tb, m, n, k, lda, ldb, ldc, a, b, beta, c};
    if (k == 0) { /* the library refuses an empty sum */
        lince_gemm_ref(threads, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    lince_onednn_mask();
    lince_parallel(threads, ((m + BLOCK - 1) / BLOCK) * ((n + BLOCK - 1) / BLOCK), onednn_block, &p);
}

/* --- our own -------------------------------------------------------------------------------------- */

#ifdef __x86_64__

static void avx512(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                   const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    lince_gemm_x86(&lince_gemm_avx512, threads, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

static void avx2(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                 const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    lince_gemm_x86(&lince_gemm_avx2, threads, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

#endif

/* --- choice --------------------------------------------------------------------------------------- */

const lince_gemm_implementation lince_gemm_implementations[] = {
#ifdef __x86_64__
    {"avx512", LINCE_AVX512, avx512}, {"avx2", LINCE_AVX2, avx2},
#endif
    {"onednn", LINCE_PLAIN, onednn},  {"ref", LINCE_PLAIN, lince_gemm_ref}, {0},
};

void lince_gemm(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const lince_gemm_implementation *best = lince_gemm_implementations;
    while (best->needs > lince_cpu_level()) best++;
    best->run(threads, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}
