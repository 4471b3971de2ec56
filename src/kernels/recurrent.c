#include "kernels/recurrent.h"
#include "core/tensor.h"
#include "kernels/op.h"

#include <assert.h>

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

lince_recurrent_order lince_recurrent_order_of(lince_cell cell, int hidden, int block)
{
    enum { BLOCKS = 4 }; /* of units side by side where there is one gate */
    int gates = lince_cell_gates(cell), units = gates == 1 ? BLOCKS * block : block;
    return (lince_recurrent_order){gates, hidden, block > 1 ? units : 0};
}

/* Packed weights, and for each group two gradients a unit; units rounded up to any implementation's block. */
size_t lince_recurrent_work(lince_cell cell, int hidden, int groups)
{
    size_t padded = (size_t)lince_round_up(hidden, 64);
    return (size_t)(lince_cell_gates(cell) * hidden) * padded + (size_t)groups * LINCE_GROUP * 2 * padded;
}

void lince_recurrent_forward(const lince_exec *exec, const lince_packed *packed, const lince_recurrent *r)
{
    lince_op_run(exec, LINCE_OP_RECURRENT, &(lince_recurrent_args){packed, *r});
}

void lince_recurrent_backward(const lince_exec *exec, const lince_packed *packed, const lince_recurrent *r)
{
    assert(!r->units);
    lince_op_run(exec, LINCE_OP_RECURRENT_BACKWARD, &(lince_recurrent_args){packed, *r});
}
