/* By the definition, summed in double. */
#include "core/parallel.h"
#include "kernels/ref/row.h"

static void one_row(void *context, size_t i)
{
    const lince_gemm_args *p = context;
    for (size_t j = 0; j < p->n; j++) {
        double sum = p->beta != 0 ? (double)p->beta * p->c[i * p->ldc + j] : 0;
        for (size_t l = 0; l < p->k; l++)
            sum += (double)(p->ta ? p->a[l * p->lda + i] : p->a[i * p->lda + l]) *
                   (p->tb ? p->b[j * p->ldb + l] : p->b[l * p->ldb + j]);
        p->c[i * p->ldc + j] = (float)sum;
    }
}

static void gemm(const lince_kernel *kernel, const void *args)
{
    lince_gemm_args operands = *(const lince_gemm_args *)args;
    lince_parallel(kernel->exec.threads, operands.m, one_row, &operands);
}

LINCE_REF_ROW(gemm, GEMM);
