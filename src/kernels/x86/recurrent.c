#include "kernels/x86/recurrent.h"
#include "core/parallel.h"
#include "core/tensor.h"

/* r->work: the packed weights, then each group's carry. */
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
    j->simd->forward(j->texts, j->r, j->r->work, (int)group);
}

void lince_recurrent_forward_x86(const lince_recurrent_simd *simd, int threads, const lince_packed *texts,
                                 const lince_recurrent *r)
{
    job j = job_of(simd, texts, r, simd->forward_units(r->cell));
    lince_parallel(threads, j.weights / j.block, pack_forward, &j);
    lince_parallel(threads, (size_t)texts->groups, forward, &j);
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

void lince_recurrent_backward_x86(const lince_recurrent_simd *simd, int threads, const lince_packed *texts,
                                  const lince_recurrent *r)
{
    job j = job_of(simd, texts, r, simd->backward_units);
    lince_parallel(threads, j.weights / j.block, pack_backward, &j);
    lince_parallel(threads, (size_t)texts->groups, backward, &j);
}
