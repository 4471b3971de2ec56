#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/onednn/fence.h"
#include "kernels/onednn/onednn.h"
#include "kernels/operands.h"

enum { BLOCK = 128 };

static dnnl_status_t multiply(void *context)
{
    const lince_gemm_args *p = context;
    return dnnl_sgemm(p->ta ? 'T' : 'N', p->tb ? 'T' : 'N', (dnnl_dim_t)p->m, (dnnl_dim_t)p->n,
                      (dnnl_dim_t)p->k, 1, p->a, (dnnl_dim_t)p->lda, p->b, (dnnl_dim_t)p->ldb, p->beta, p->c,
                      (dnnl_dim_t)p->ldc);
}

/* A block of C by one thread: the library's own division would make sums depend on their number. */
static void onednn_block(void *context, size_t index)
{
    const lince_gemm_args *p = context;
    size_t across = (p->n + BLOCK - 1) / BLOCK, i = index / across * BLOCK, j = index % across * BLOCK;
    size_t rows = p->m - i < BLOCK ? p->m - i : BLOCK, columns = p->n - j < BLOCK ? p->n - j : BLOCK;
    const float *a = p->a + (p->ta ? i : i * p->lda), *b = p->b + (p->tb ? j * p->ldb : j);
    float *c = p->c + i * p->ldc + j;
    lince_parallel_use(1);
    lince_gemm_args block = {p->ta, p->tb, rows, columns, p->k, a, p->lda, b, p->ldb, p->beta, c, p->ldc};
    if (lince_onednn_fenced(multiply, &block)) lince_gemm_ref.run(&(lince_kernel){.exec.threads = 1}, &block);
}

/* Its first call makes its code, by a call_once which an exception (of memory that is not there) cannot leave: glibc then ends
 * the process. What it takes is seen beforehand (see conv.c). */
static void run(const lince_kernel *kernel, const void *args)
{
    enum { ENOUGH = 1 << 20 };
    lince_gemm_args p = *(const lince_gemm_args *)args;
    if (lince_memory_at_hand(ENOUGH)) {
        lince_gemm_ref.run(kernel, args);
        return;
    }
    lince_onednn_mask();
    lince_parallel(kernel->exec.threads, ((p.m + BLOCK - 1) / BLOCK) * ((p.n + BLOCK - 1) / BLOCK),
                   onednn_block, &p);
}

/* The library refuses an empty sum. */
static bool supports(const void *geometry)
{
    return ((const lince_gemm_args *)geometry)->k > 0;
}

const lince_op_row lince_gemm_onednn = {
    .op = LINCE_OP_GEMM, .name = "onednn", .same_bits = true, .supports = supports, .run = run};
