#include "kernels/recurrent.h"
#include "core/tensor.h"
#include "kernels/x86/recurrent.h"

int lince_cell_gates(lince_cell cell)
{
    static const int gates[] = {
        [LINCE_RNN_TANH] = 1, [LINCE_RNN_RELU] = 1, [LINCE_GRU] = 3, [LINCE_LSTM] = 4};
    return gates[cell];
}

int lince_cell_saved(lince_cell cell, int hidden)
{
    return (cell == LINCE_GRU ? 4 : lince_cell_gates(cell)) * hidden;
}

/* Packed weights, and for each group two gradients a unit; units rounded up to any implementation's block. */
size_t lince_recurrent_work(lince_cell cell, int hidden, int groups)
{
    size_t padded = (size_t)lince_round_up(hidden, 64);
    return (size_t)(lince_cell_gates(cell) * hidden) * padded + (size_t)groups * LINCE_GROUP * 2 * padded;
}

#ifdef __x86_64__

static void forward_avx512(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    lince_recurrent_forward_x86(&lince_recurrent_avx512, threads, packed, r);
}

static void backward_avx512(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    lince_recurrent_backward_x86(&lince_recurrent_avx512, threads, packed, r);
}

static void forward_avx2(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    lince_recurrent_forward_x86(&lince_recurrent_avx2, threads, packed, r);
}

static void backward_avx2(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    lince_recurrent_backward_x86(&lince_recurrent_avx2, threads, packed, r);
}

#endif

const lince_recurrent_implementation lince_recurrent_implementations[] = {
#ifdef __x86_64__
    {"avx512", LINCE_AVX512, forward_avx512, backward_avx512},
    {"avx2", LINCE_AVX2, forward_avx2, backward_avx2},
#endif
    {"ref", LINCE_PLAIN, lince_recurrent_forward_ref, lince_recurrent_backward_ref},
    {0},
};

static const lince_recurrent_implementation *best(void)
{
    const lince_recurrent_implementation *i = lince_recurrent_implementations;
    while (i->needs > lince_cpu_level()) i++;
    return i;
}

void lince_recurrent_forward(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    best()->forward(threads, packed, r);
}

void lince_recurrent_backward(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    best()->backward(threads, packed, r);
}
