#include "kernels/x86/recurrent.h"
#include "core/parallel.h"
#include "core/tensor.h"
#include "kernels/x86/row.h"

/* r->work: the packed weights, unless r->w is packed, then each group's carry. */
typedef struct job {
    const lince_recurrent_simd *simd;
    const lince_packed *texts;
    const lince_recurrent *r;
    size_t block;   /* floats of a block of packed weights */
    size_t weights; /* of all of them */
} job;

static job job_of(const lince_recurrent_simd *simd, const lince_packed *texts, const lince_recurrent *r,
                  int units)
{
    size_t gates = (size_t)lince_cell_gates(r->cell), hidden = (size_t)r->hidden;
    job j = {simd, texts, r, gates * hidden * (size_t)units, 0};
    j.weights = gates * hidden * (size_t)lince_round_up(r->hidden, units);
    return j;
}

static void pack_forward(void *context, size_t block)
{
    const job *j = context;
    j->simd->pack_forward(j->r, (int)block, j->r->work + block * j->block);
}

static void forward(void *context, size_t group)
{
    const job *j = context;
    j->simd->forward(j->texts, j->r, j->r->units ? j->r->w : j->r->work, (int)group);
}

static void run_forward(const lince_recurrent_simd *simd, const lince_kernel *kernel,
                        const lince_recurrent_args *a)
{
    job j = job_of(simd, a->packed, &a->r, simd->forward_units(a->r.cell));
    if (!a->r.units) lince_parallel(kernel->exec.threads, j.weights / j.block, pack_forward, &j);
    lince_parallel(kernel->exec.threads, (size_t)a->packed->groups, forward, &j);
}

static void pack_backward(void *context, size_t block)
{
    const job *j = context;
    j->simd->pack_backward(j->r, (int)block, j->r->work + block * j->block);
}

static void backward(void *context, size_t group)
{
    const job *j = context;
    size_t carry = 2 * LINCE_GROUP * (size_t)lince_round_up(j->r->hidden, j->simd->backward_units);
    j->simd->backward(j->texts, j->r, j->r->work, (int)group, j->r->work + j->weights + group * carry);
}

static void run_backward(const lince_recurrent_simd *simd, const lince_kernel *kernel,
                         const lince_recurrent_args *a)
{
    job j = job_of(simd, a->packed, &a->r, simd->backward_units);
    lince_parallel(kernel->exec.threads, j.weights / j.block, pack_backward, &j);
    lince_parallel(kernel->exec.threads, (size_t)a->packed->groups, backward, &j);
}

/* Weights that are to be packed, or that lie as this level's vectors want them. */
static bool in_order(const lince_recurrent_simd *simd, const lince_recurrent_args *a)
{
    return !a->r.units || a->r.units == simd->forward_units(a->r.cell);
}

static bool in_order_avx512(const void *args)
{
    return in_order(&lince_recurrent_simd_avx512, args);
}

static bool in_order_avx2(const void *args)
{
    return in_order(&lince_recurrent_simd_avx2, args);
}

LINCE_X86_ROW(recurrent, RECURRENT, avx512, AVX512, lince_recurrent_simd_avx512, in_order_avx512,
              run_forward);
LINCE_X86_ROW(recurrent, RECURRENT, avx2, AVX2, lince_recurrent_simd_avx2, in_order_avx2, run_forward);
LINCE_X86_ROW(recurrent_backward, RECURRENT_BACKWARD, avx512, AVX512, lince_recurrent_simd_avx512, NULL,
              run_backward);
LINCE_X86_ROW(recurrent_backward, RECURRENT_BACKWARD, avx2, AVX2, lince_recurrent_simd_avx2, NULL,
              run_backward);
