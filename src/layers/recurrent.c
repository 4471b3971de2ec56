/* Vanilla RNN, GRU and LSTM: one layer of a stack, one or both directions; kernels/recurrent.h has the
 * equations. Parameters are named, shaped and ordered as torch.nn.RNN's, GRU's and LSTM's.
 *
 * What the input contributes needs no recurrence: it is one product over all rows, and where the input is a
 * table of distinct tokens, over these only. Likewise backwards: the gradients of equal tokens are added up
 * first. */
#include "layers/recurrent.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/recurrent.h"
#include "kernels/sequence.h"

#include <math.h>
#include <stdio.h>

/* What the three have in common: an rnn's begin with it. */
static const lince_recurrent_layer_args *own(const lince_layer *l)
{
    return l->own;
}

static lince_cell cell_of(const lince_layer *l)
{
    if (l->type == &lince_gru_layer) return LINCE_GRU;
    if (l->type == &lince_lstm_layer) return LINCE_LSTM;
    return ((const lince_rnn_layer_args *)l->own)->relu ? LINCE_RNN_RELU : LINCE_RNN_TANH;
}

static int directions(const lince_layer *l)
{
    return own(l)->bidirectional ? 2 : 1;
}

static size_t place(const void *layout, const int *dims, size_t element)
{
    size_t hidden = (size_t)dims[1];
    return lince_recurrent_order_at(layout, (int)(element / hidden), (int)(element % hidden));
}

static void put_rows(const void *layout, const float *rows, float *memory, size_t begin, size_t end)
{
    const lince_recurrent_order *order = layout;
    for (size_t row = begin; row < end; row++, rows += order->hidden)
        for (int k = 0; k < order->hidden; k++)
            memory[lince_recurrent_order_at(order, (int)row, k)] = rows[k];
}

/* Of a net that only answers, recurrent weights lie as they are read. */
static void lay_out(lince_layer *l, lince_param *w)
{
    const lince_recurrent_order *order = l->plan;
    if (!order->units) return;
    w->layout = order;
    w->place = place;
    w->put_rows = put_rows;
    w->size = lince_recurrent_order_size(order);
}

static void add_params(lince_layer *l, int direction)
{
    int hidden = own(l)->hidden, rows = lince_cell_gates(cell_of(l)) * hidden, inputs = l->in[0].channels;
    static const char *const names[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
    for (int i = 0; i < 4; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s_l%d%s", names[i], own(l)->level, direction ? "_reverse" : "");
        lince_param *p = lince_layer_param(l, name, i < 2 ? 2 : 1, (int[]){rows, i ? hidden : inputs});
        p->init = LINCE_INIT_UNIFORM;
        p->init_scale = 1 / sqrtf((float)hidden);
        if (i == 1) lay_out(l, p);
    }
}

/* --- memory: floats, for the largest batch --------------------------------------------------------- */

static size_t rows_of(const lince_layer *l)
{
    return (size_t)l->batch * (size_t)l->in[0].height;
}

/* Of one direction: previous, gates, c. */
static size_t saved_floats(const lince_layer *l)
{
    size_t hidden = (size_t)own(l)->hidden;
    return rows_of(l) * (hidden + (size_t)lince_cell_saved(cell_of(l), own(l)->hidden) +
                         (cell_of(l) == LINCE_LSTM ? hidden : 0));
}

static size_t work_floats(const lince_layer *l)
{
    return lince_recurrent_work(cell_of(l), own(l)->hidden, (l->batch + LINCE_GROUP - 1) / LINCE_GROUP);
}

static int infer(lince_layer *l)
{
    lince_shape in = l->in[0];
    if (!l->in_rows[0])
        return lince_fail(LINCE_ESHAPE, "%s: expects a sequence, found %dx%dx%d", l->name, in.channels,
                          in.height, in.width);
    lince_recurrent_order *order = l->plan = lince_alloc(1, sizeof *order);
    if (!order) return LINCE_ENOMEM;
    *order = lince_recurrent_order_of(cell_of(l), own(l)->hidden, l->inference ? l->block : 1);
    for (int d = 0; d < directions(l); d++) add_params(l, d);
    size_t hidden = (size_t)own(l)->hidden, rows = (size_t)lince_cell_gates(cell_of(l)) * hidden;
    l->out = (lince_shape){directions(l) * own(l)->hidden, in.height, 1, 1};
    l->out_rows = LINCE_STEPS;
    l->saved = (size_t)directions(l) * saved_floats(l) * sizeof(float);
    l->scratch = (rows_of(l) * rows + 4 * hidden + work_floats(l)) * sizeof(float);
    l->macs =
        (double)directions(l) * (double)in.height * (double)rows * ((double)in.channels + (double)hidden);
    return 0;
}

static void release(lince_layer *l)
{
    lince_free(l->plan);
}

/* Scratch: the input's products (or their gradients) first, then what the kernel needs. */
static lince_recurrent direction_of(const lince_layer *l, const lince_pass *p, int d)
{
    lince_cell cell = cell_of(l);
    size_t hidden = (size_t)own(l)->hidden;
    float *saved = (float *)p->saved + (size_t)d * saved_floats(l), *scratch = p->scratch;
    const lince_param *param = &l->params[4 * d];
    lince_recurrent r = {.cell = cell,
                         .hidden = own(l)->hidden,
                         .reverse = d == 1,
                         .w = param[1].value,
                         .units = ((const lince_recurrent_order *)l->plan)->units,
                         .b_ih = param[2].value,
                         .b_hh = param[3].value,
                         .x = scratch,
                         .slot = l->in_rows[0] == LINCE_TOKENS ? p->text->slot : NULL,
                         .h = p->out + (size_t)d * hidden,
                         .ld = (size_t)l->out.channels,
                         .previous = saved,
                         .dh = p->dout ? p->dout + (size_t)d * hidden : NULL};
    r.gates = r.previous + rows_of(l) * hidden;
    r.c = r.gates + rows_of(l) * (size_t)lince_cell_saved(cell, own(l)->hidden);
    r.work = scratch + rows_of(l) * (size_t)lince_cell_gates(cell) * hidden + 4 * hidden;
    return r;
}

/* Rows of the input: of the distinct tokens, or of all steps. */
static size_t inputs_of(const lince_layer *l, const lince_pass *p)
{
    return (size_t)(l->in_rows[0] == LINCE_TOKENS ? p->text->distinct : p->text->rows);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    size_t count = inputs_of(l, p), in = (size_t)l->in[0].channels;
    size_t rows = (size_t)lince_cell_gates(cell_of(l)) * (size_t)own(l)->hidden;
    for (int d = 0; d < directions(l); d++) {
        const lince_param *param = &l->params[4 * d];
        lince_recurrent r = direction_of(l, p, d);
        float *x = p->scratch;
        lince_gemm(l->exec, false, true, count, rows, in, p->in[0], in, param[0].value, in, 0, x, rows);
        lince_recurrent_forward(l->exec, p->text, &r);
    }
}

/* The gradients of the recurrent weights and of the biases, from those before the nonlinearities. */
static void recurrent_gradients(const lince_layer *l, const lince_pass *p, const lince_recurrent *r,
                                const lince_param *param)
{
    size_t hidden = (size_t)r->hidden, n = (size_t)p->text->rows,
           ld = (size_t)lince_cell_saved(r->cell, r->hidden);
    size_t rows = (size_t)lince_cell_gates(r->cell) * hidden;
    float *sum = (float *)p->scratch + rows_of(l) * rows;
    lince_sum_rows(l->exec, r->gates, sum, n, ld);
    if (r->cell != LINCE_GRU) {
        lince_gemm(l->exec, true, false, rows, hidden, n, r->gates, ld, r->previous, hidden, 0, param[1].grad,
                   hidden);
        lince_copy(l->exec, sum, param[2].grad, rows);
        lince_copy(l->exec, sum, param[3].grad, rows);
        return;
    }
    lince_gemm(l->exec, true, false, 2 * hidden, hidden, n, r->gates + hidden, ld, r->previous, hidden, 0,
               param[1].grad, hidden);
    lince_gemm(l->exec, true, false, hidden, hidden, n, r->gates, ld, r->previous, hidden, 0,
               param[1].grad + 2 * hidden * hidden, hidden);
    lince_copy(l->exec, sum + hidden, param[2].grad, rows);
    lince_copy(l->exec, sum + hidden, param[3].grad, 2 * hidden);
    lince_copy(l->exec, sum, param[3].grad + 2 * hidden, hidden);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    size_t count = inputs_of(l, p), in = (size_t)l->in[0].channels, hidden = (size_t)own(l)->hidden;
    lince_cell cell = cell_of(l);
    size_t rows = (size_t)lince_cell_gates(cell) * hidden,
           ld = (size_t)lince_cell_saved(cell, own(l)->hidden);
    for (int d = 0; d < directions(l); d++) {
        const lince_param *param = &l->params[4 * d];
        lince_recurrent r = direction_of(l, p, d);
        lince_recurrent_backward(l->exec, p->text, &r);
        if (param[1].grad) recurrent_gradients(l, p, &r, param);
        const float *da = r.gates + (cell == LINCE_GRU ? hidden : 0);
        if (r.slot) {
            lince_sum_uses(l->exec, p->text, da, ld, rows, p->scratch);
            da = p->scratch;
            ld = rows;
        }
        if (param[0].grad)
            lince_gemm(l->exec, true, false, rows, in, count, da, ld, p->in[0], in, 0, param[0].grad, in);
        if (p->din[0])
            lince_gemm(l->exec, false, false, count, in, rows, da, ld, param[0].value, in, d ? 1 : 0,
                       p->din[0], in);
        ld = (size_t)lince_cell_saved(cell, own(l)->hidden);
    }
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "%d → %s%d%s", l->in[0].channels, own(l)->bidirectional ? "2 × " : "", own(l)->hidden,
             cell_of(l) == LINCE_RNN_RELU ? ", relu" : "");
}

/* --- as ONNX -------------------------------------------------------------------------------------------- */

/* ONNX has the gates' rows in an order of its own: PyTorch's, here, are r z n and i f g o, ONNX's z r h and i o f c. */
static lince_onnx_value gates(const lince_layer *l, lince_onnx *g, lince_onnx_value rows)
{
    static const int orders[][4] = {[LINCE_GRU] = {1, 0, 2}, [LINCE_LSTM] = {0, 3, 1, 2}};
    int hidden = own(l)->hidden, count = lince_cell_gates(cell_of(l));
    if (count == 1) return rows;
    int64_t *order = lince_alloc((size_t)count * (size_t)hidden, sizeof *order);
    if (!order) lince_onnx_fail(g, LINCE_ENOMEM);
    for (int i = 0; i < count * hidden && order; i++)
        order[i] = orders[cell_of(l)][i / hidden] * hidden + i % hidden;
    lince_onnx_value y =
        order ? LINCE_ONNX(g, "Gather", rows, lince_onnx_longs(g, (size_t)count * (size_t)hidden, order))
              : NULL;
    lince_free(order);
    return y;
}

static lince_onnx_value stack(lince_onnx *g, const lince_onnx_value *parts, size_t count)
{
    if (count == 1) return parts[0];
    lince_onnx_value y = lince_onnx_node(g, "Concat", parts, count);
    lince_onnx_int(g, "axis", 0);
    return y;
}

/* Weights [directions][rows][columns], or both biases behind each other [directions][2 rows]: parameters `first` to `last` of
 * each direction. */
static lince_onnx_value weights(const lince_layer *l, lince_onnx *g, int first, int last)
{
    lince_onnx_value all[2];
    for (int d = 0; d < directions(l); d++) {
        lince_onnx_value parts[2];
        for (int i = first; i <= last; i++) parts[i - first] = gates(l, g, l->params[4 * d + i].name);
        all[d] = LINCE_ONNX(g, "Unsqueeze", stack(g, parts, (size_t)(last - first + 1)),
                            lince_onnx_longs(g, 1, &(int64_t){0}));
    }
    return stack(g, all, (size_t)directions(l));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    static const char *const ops[] = {
        [LINCE_RNN_TANH] = "RNN", [LINCE_RNN_RELU] = "RNN", [LINCE_GRU] = "GRU", [LINCE_LSTM] = "LSTM"};
    lince_cell cell = cell_of(l);
    lince_onnx_value w = weights(l, g, 0, 0), r = weights(l, g, 1, 1), b = weights(l, g, 2, 3),
                     length = LINCE_ONNX(g, "Cast", lince_onnx_lengths(g));
    lince_onnx_int(g, "to", LINCE_ONNX_INT32);
    lince_onnx_value y = LINCE_ONNX(g, ops[cell], in[0], w, r, b, length);
    lince_onnx_int(g, "hidden_size", own(l)->hidden);
    lince_onnx_text(g, "direction", directions(l) == 2 ? "bidirectional" : "forward");
    if (cell == LINCE_GRU) lince_onnx_int(g, "linear_before_reset", 1);
    if (cell == LINCE_RNN_RELU) lince_onnx_texts(g, "activations", (size_t)directions(l), "Relu");
    /* [steps][directions][n][hidden] -> [steps][n][features] */
    y = lince_onnx_transpose(g, y, 4, (int64_t[]){0, 2, 1, 3});
    return LINCE_ONNX(g, "Reshape", y, lince_onnx_longs(g, 3, (int64_t[]){0, 0, l->out.channels}));
}

#define RECURRENT(word)                                                                            \
    const lince_layer_type lince_##word##_layer = {.name = #word,                                  \
                                                   .args_size = sizeof(lince_##word##_layer_args), \
                                                   .recurrent = true,                              \
                                                   .inputs = 1,                                    \
                                                   .needs_input = true,                            \
                                                   .needs_output = true,                           \
                                                   .infer = infer,                                 \
                                                   .forward = forward,                             \
                                                   .backward = backward,                           \
                                                   .release = release,                             \
                                                   .describe = describe,                           \
                                                   .express = express}

RECURRENT(rnn);
RECURRENT(gru);
RECURRENT(lstm);
