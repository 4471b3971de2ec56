#include "kernels/recurrent.h"

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

size_t lince_recurrent_work(lince_cell cell, int hidden, int groups)
{
    (void)cell;
    return (size_t)groups * LINCE_GROUP * 2 * (size_t)hidden;
}

void lince_recurrent_forward(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    lince_recurrent_forward_ref(threads, packed, r);
}

void lince_recurrent_backward(int threads, const lince_packed *packed, const lince_recurrent *r)
{
    lince_recurrent_backward_ref(threads, packed, r);
}
