#include "kernels/x86/gemm.h"
#include "core/parallel.h"
#include "kernels/choose.h"
#include "kernels/kernels.h"

#include <oneapi/dnnl/dnnl.h>

/* --- the truth ------------------------------------------------------------------------------------ */

typedef struct product {
    bool ta, tb;
    size_t n, k, lda, ldb, ldc;
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
    product p = {ta, tb, n, k, lda, ldb, ldc, a, b, beta, c};
    lince_parallel(threads, m, one_row, &p);
}

/* --- oneDNN --------------------------------------------------------------------------------------- */

static void onednn(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                   const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    lince_parallel_use(threads);
    dnnl_status_t status =
        dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k, 1.0f, a,
                   (dnnl_dim_t)lda, b, (dnnl_dim_t)ldb, beta, c, (dnnl_dim_t)ldc);
    if (status != dnnl_success) lince_gemm_ref(threads, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
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
    {"avx512", 16, avx512}, {"avx2", 8, avx2},
#endif
    {"onednn", 1, onednn},  {"ref", 1, lince_gemm_ref}, {0},
};

void lince_gemm(int threads, bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const lince_gemm_implementation *best = lince_gemm_implementations;
    while (best->lanes > lince_preferred_block()) best++;
    best->run(threads, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}
