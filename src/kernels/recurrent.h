/* Recurrent cells over packed texts (kernels/packed.h), one direction of one layer. PyTorch's equations and
 * order of gates (torch.nn.RNN, GRU, LSTM); s is the logistic function, * elementwise, h' and c' the previous
 * step's state (0 before the first), a_g and b_g the products of the input and of h' with gate g's weights,
 * biases in:
 *
 *     rnn   h = tanh(a + b), or max(0, a + b)
 *     gru   r = s(a_r + b_r);  z = s(a_z + b_z);  n = tanh(a_n + r * b_n);  h = (1 - z) * n + z * h'
 *     lstm  i, f, o = s(a + b);  g = tanh(a_g + b_g);  c = f * c' + i * g;  h = o * tanh(c) */
#ifndef LINCE_KERNELS_RECURRENT_H
#define LINCE_KERNELS_RECURRENT_H

#include "core/tensor.h"
#include "kernels/exec.h"
#include "kernels/packed.h"

typedef enum lince_cell { LINCE_RNN_TANH, LINCE_RNN_RELU, LINCE_GRU, LINCE_LSTM } lince_cell;

typedef struct lince_recurrent {
    lince_cell cell;
    int hidden;               /* H; G is the number of gates */
    bool reverse;             /* from each text's last step to its first */
    const float *w;           /* weight_hh */
    int units;                /* of the order in which it lies (below); 0 for backward */
    const float *b_ih, *b_hh; /* biases [G H] */
    const float *x;           /* [..][G H]: products of the inputs, without bias */
    const int32_t *slot;      /* [rows] row of x; NULL: the row itself */
    float *h;                 /* [rows] of H floats, ld apart: the result */
    size_t ld;
    float *previous; /* [rows][H]: each row's h' */
    float *c;        /* lstm [rows][H] */
    /* [rows][lince_cell_saved()]: forward leaves what backward needs (gru: b_n r z n; lstm: i f g o) and
     * backward the gradients before the nonlinearities (rnn: a; gru: b_n a_r a_z a_n; lstm: as saved). */
    float *gates;
    /* [rows] of H floats, ld apart; backward only: the gradients of the results, to which it adds what flows
     * back from the steps behind, so that they become the whole derivative of the loss by each state. */
    float *dh;
    float *work; /* lince_recurrent_work() floats */
} lince_recurrent;

/* How weight_hh lies in memory. units 0: as PyTorch has it, [G H][H]. Else in the order in which forward reads it, all gates of
 * `units` units side by side, zeros behind the last unit:
 *     [block of units][k: unit of h'][gate][unit]
 * A net that only answers keeps it so, instead of packing it anew in each pass. */
typedef struct lince_recurrent_order {
    int gates, hidden, units;
} lince_recurrent_order;

/* As a net's activations have blocks of so many channels: the rows of that level read it as it lies. */
lince_recurrent_order lince_recurrent_order_of(lince_cell cell, int hidden, int block);

static inline size_t lince_recurrent_order_size(const lince_recurrent_order *o)
{
    int units = o->units ? lince_round_up(o->hidden, o->units) : o->hidden;
    return (size_t)o->gates * (size_t)units * (size_t)o->hidden;
}

/* Where the weight of row `row` of the G H, and of unit k of h', is. */
static inline size_t lince_recurrent_order_at(const lince_recurrent_order *o, int row, int k)
{
    size_t gate = (size_t)(row / o->hidden), unit = (size_t)(row % o->hidden), units = (size_t)o->units,
           hidden = (size_t)o->hidden;
    if (!units) return (size_t)row * hidden + (size_t)k;
    return ((unit / units * hidden + (size_t)k) * (size_t)o->gates + gate) * units + unit % units;
}

int lince_cell_gates(lince_cell cell);             /* G */
int lince_cell_saved(lince_cell cell, int hidden); /* floats a row */
size_t lince_recurrent_work(lince_cell cell, int hidden, int groups);

/* The same bits on any number of threads. */
void lince_recurrent_forward(const lince_exec *exec, const lince_packed *packed, const lince_recurrent *r);
void lince_recurrent_backward(const lince_exec *exec, const lince_packed *packed, const lince_recurrent *r);

/* What the rows of RECURRENT and RECURRENT_BACKWARD are handed; packing and slots are the host's. */
typedef struct lince_recurrent_args {
    const lince_packed *packed;
    lince_recurrent r;
} lince_recurrent_args;

#endif
