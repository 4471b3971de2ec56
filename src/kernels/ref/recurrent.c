#include "kernels/recurrent.h"
#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <math.h>

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* b + w h' for row j of the weights. */
static double recurrent_product(const lince_recurrent *r, int j, const float *previous)
{
    const lince_recurrent_order order = {lince_cell_gates(r->cell), r->hidden, r->units};
    double sum = (double)r->b_hh[j];
    for (int k = 0; k < r->hidden; k++)
        sum += (double)r->w[lince_recurrent_order_at(&order, j, k)] * (double)previous[k];
    return sum;
}

static void forward_unit(const lince_recurrent *r, ptrdiff_t row, ptrdiff_t before, int j)
{
    int hidden = r->hidden, gates = lince_cell_gates(r->cell);
    const float *x = r->x + (r->slot ? r->slot[row] : row) * gates * hidden;
    const float *previous = r->previous + row * hidden;
    float *saved = r->gates + row * lince_cell_saved(r->cell, hidden), *h = r->h + row * (ptrdiff_t)r->ld;
    double a[4], b[4];
    for (int g = 0; g < gates; g++) {
        a[g] = (double)x[g * hidden + j] + (double)r->b_ih[g * hidden + j];
        b[g] = recurrent_product(r, g * hidden + j, previous);
    }
    switch (r->cell) {
    case LINCE_RNN_TANH: h[j] = (float)tanh(a[0] + b[0]); break;
    case LINCE_RNN_RELU: h[j] = a[0] + b[0] <= 0 ? 0 : (float)(a[0] + b[0]); break;
    case LINCE_GRU: {
        double reset = logistic(a[0] + b[0]), z = logistic(a[1] + b[1]), n = tanh(a[2] + reset * b[2]);
        h[j] = (float)((1 - z) * n + z * (double)previous[j]);
        saved[j] = (float)b[2];
        saved[hidden + j] = (float)reset;
        saved[2 * hidden + j] = (float)z;
        saved[3 * hidden + j] = (float)n;
        break;
    }
    case LINCE_LSTM: {
        double i = logistic(a[0] + b[0]), f = logistic(a[1] + b[1]), g = tanh(a[2] + b[2]),
               o = logistic(a[3] + b[3]), c = before < 0 ? 0 : (double)r->c[before * hidden + j];
        c = f * c + i * g;
        r->c[row * hidden + j] = (float)c;
        h[j] = (float)(o * tanh(c));
        const double gate[] = {i, f, g, o};
        for (int k = 0; k < 4; k++) saved[k * hidden + j] = (float)gate[k];
        break;
    }
    }
}

/* The row of the state before `row` (which is rank `rank` of `step`), or -1. */
static ptrdiff_t row_before(const lince_recurrent_args *j, int group, int step, int rank)
{
    int before = j->r.reverse ? step + 1 : step - 1;
    if (before < 0 || rank >= lince_active(j->packed, group, before)) return -1;
    return lince_row(j->packed, group, before) + rank;
}

static void forward_group(void *context, size_t index)
{
    const lince_recurrent_args *q = context;
    int group = (int)index, steps = q->packed->steps, hidden = q->r.hidden;
    for (int s = 0; s < steps; s++) {
        int t = q->r.reverse ? steps - 1 - s : s;
        for (int rank = 0; rank < lince_active(q->packed, group, t); rank++) {
            ptrdiff_t row = lince_row(q->packed, group, t) + rank, before = row_before(q, group, t, rank);
            for (int k = 0; k < hidden; k++)
                q->r.previous[row * hidden + k] = before < 0 ? 0 : q->r.h[before * (ptrdiff_t)q->r.ld + k];
            for (int k = 0; k < hidden; k++) forward_unit(&q->r, row, before, k);
        }
    }
}

static void recurrent(const lince_kernel *kernel, const void *args)
{
    lince_recurrent_args operands = *(const lince_recurrent_args *)args;
    lince_parallel(kernel->exec.threads, (size_t)operands.packed->groups, forward_group, &operands);
}

/* The gradients before the nonlinearities of one unit; returns what flows to h' past the weights. dc: in, of
 * this step's c; out, of the previous one's. */
static double backward_unit(const lince_recurrent *r, ptrdiff_t row, ptrdiff_t before, int j, double dh,
                            double *dc)
{
    int hidden = r->hidden;
    float *saved = r->gates + row * lince_cell_saved(r->cell, hidden);
    double h = (double)r->h[row * (ptrdiff_t)r->ld + j];
    switch (r->cell) {
    case LINCE_RNN_TANH: saved[j] = (float)(dh * (1 - h * h)); return 0;
    case LINCE_RNN_RELU: saved[j] = h > 0 ? (float)dh : 0; return 0;
    case LINCE_GRU: {
        double b = (double)saved[j], reset = (double)saved[hidden + j], z = (double)saved[2 * hidden + j],
               n = (double)saved[3 * hidden + j], da = dh * (1 - z) * (1 - n * n);
        saved[j] = (float)(da * reset);
        saved[hidden + j] = (float)(da * b * reset * (1 - reset));
        saved[2 * hidden + j] = (float)(dh * ((double)r->previous[row * hidden + j] - n) * z * (1 - z));
        saved[3 * hidden + j] = (float)da;
        return dh * z;
    }
    case LINCE_LSTM: {
        double i = (double)saved[j], f = (double)saved[hidden + j], g = (double)saved[2 * hidden + j],
               o = (double)saved[3 * hidden + j], t = tanh((double)r->c[row * hidden + j]);
        double c = before < 0 ? 0 : (double)r->c[before * hidden + j], d = *dc + dh * o * (1 - t * t);
        saved[j] = (float)(d * g * i * (1 - i));
        saved[hidden + j] = (float)(d * c * f * (1 - f));
        saved[2 * hidden + j] = (float)(d * i * (1 - g * g));
        saved[3 * hidden + j] = (float)(dh * t * o * (1 - o));
        *dc = d * f;
        return 0;
    }
    }
    return 0;
}

/* += W^T da for unit k of h'. */
static double back_product(const lince_recurrent *r, ptrdiff_t row, int k)
{
    int hidden = r->hidden, gates = lince_cell_gates(r->cell);
    const float *saved = r->gates + row * lince_cell_saved(r->cell, hidden);
    double sum = 0;
    for (int j = 0; j < gates * hidden; j++) {
        int at = r->cell == LINCE_GRU ? (j + hidden) % (3 * hidden) : j; /* b_n stands first */
        sum += (double)saved[at] * (double)r->w[(ptrdiff_t)j * hidden + k];
    }
    return sum;
}

static void backward_group(void *context, size_t index)
{
    const lince_recurrent_args *q = context;
    const lince_recurrent *r = &q->r;
    int group = (int)index, steps = q->packed->steps, hidden = r->hidden;
    float *carry = r->work + index * LINCE_GROUP * 2 * (size_t)hidden,
          *carry_c = carry + LINCE_GROUP * hidden;
    for (int i = 0; i < 2 * LINCE_GROUP * hidden; i++) carry[i] = 0;
    for (int s = 0; s < steps; s++) {
        int t = r->reverse ? s : steps - 1 - s;
        for (int rank = 0; rank < lince_active(q->packed, group, t); rank++) {
            ptrdiff_t row = lince_row(q->packed, group, t) + rank, before = row_before(q, group, t, rank);
            float *dh = carry + rank * hidden, *dc = carry_c + rank * hidden;
            float *state = r->dh + row * (ptrdiff_t)r->ld;
            for (int k = 0; k < hidden; k++) {
                double dc_k = (double)dc[k];
                state[k] += dh[k];
                dh[k] = (float)backward_unit(r, row, before, k, (double)state[k], &dc_k);
                dc[k] = (float)dc_k;
            }
            for (int k = 0; k < hidden; k++) dh[k] += (float)back_product(r, row, k);
        }
    }
}

static void recurrent_backward(const lince_kernel *kernel, const void *args)
{
    lince_recurrent_args operands = *(const lince_recurrent_args *)args;
    lince_parallel(kernel->exec.threads, (size_t)operands.packed->groups, backward_group, &operands);
}

LINCE_REF_ROW(recurrent, RECURRENT);
LINCE_REF_ROW(recurrent_backward, RECURRENT_BACKWARD);
