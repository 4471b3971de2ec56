/* Packed texts: rows looked up, added up, dropped and read; recurrent cells. */
#include "core/memory.h"
#include "core/random.h"
#include "kernels/operands.h"
#include "kernels/recurrent.h"
#include "kernels/sequence.h"
#include "ops/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts, most steps, features or hidden units: one text of one step; more than a group; units that fill no
 * vector. */
static const int sizes[][3] = {{1, 1, 1}, {3, 5, 7}, {17, 9, 16}, {21, 6, 33}, {40, 12, 20}};
static const int timed_size[] = {64, 40, 128};
enum { VOCABULARY = 9, KEYS = 64 };

typedef struct texts {
    lince_packed packed;
    int n; /* features */
    uint64_t key[KEYS];
} texts;

static void release(op_case *c)
{
    texts *t = c->own;
    lince_packed_release(&t->packed);
    lince_free(t);
}

/* NULL: there is no case of that number. */
static texts *texts_at(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? 1 : sizeof sizes / sizeof *sizes)) return NULL;
    const int *size = timed ? timed_size : sizes[index];
    int32_t token[64 * 40], length[64];
    lince_random r = lince_random_at(lince_key(72, LINCE_STREAM_SYNTH, 0, index));
    for (int i = 0; i < size[0]; i++) {
        length[i] = 1 + (int32_t)lince_random_below(&r, (uint32_t)size[1]);
        for (int s = 0; s < size[1]; s++)
            token[i * size[1] + s] = s < length[i] ? 1 + (int32_t)lince_random_below(&r, VOCABULARY - 1) : 0;
    }
    texts *t = c->own = lince_alloc(1, sizeof *t);
    if (!t || lince_packed_init(&t->packed, size[0], size[1])) abort();
    lince_pack(&t->packed, size[0], token, length, size[1], false);
    t->n = size[2];
    for (uint64_t i = 0; i < KEYS; i++) t->key[i] = 77 * i + 5;
    snprintf(c->what, sizeof c->what, "%d texts, %d rows of %d", size[0], t->packed.rows, t->n);
    return t;
}

/* --- rows --------------------------------------------------------------------------------------------------- */

static lince_sequence_args *sequence_of(const op_case *c)
{
    return (lince_sequence_args *)c->args;
}

/* x has `from` rows, y `to`. */
static texts *make_rows(op_case *c, size_t index, bool timed, size_t (*from)(const lince_packed *),
                        size_t (*to)(const lince_packed *))
{
    texts *t = texts_at(c, index, timed);
    if (!t) return NULL;
    size_t n = (size_t)t->n;
    *sequence_of(c) = (lince_sequence_args){.packed = &t->packed,
                                            .n = n,
                                            .ld = n,
                                            .from_last = n / 2,
                                            .index = t->packed.slot,
                                            .count = (size_t)t->packed.rows};
    op_flat(c, "x", offsetof(lince_sequence_args, x), GIVEN, SIGNED, from(&t->packed) * n)->learns = true;
    op_flat(c, "y", offsetof(lince_sequence_args, y), RESULT, SIGNED, to(&t->packed) * n);
    c->terms = t->packed.rows;
    return t;
}

static size_t steps_of(const lince_packed *p)
{
    return (size_t)p->rows;
}

static size_t tokens_of(const lince_packed *p)
{
    return (size_t)p->distinct;
}

static size_t texts_of(const lince_packed *p)
{
    return (size_t)p->n;
}

static size_t places_of(const lince_packed *p)
{
    return (size_t)p->n * (size_t)p->max_steps;
}

#define ROWS(name, from, to)                                      \
    static bool make_##name(op_case *c, size_t index, bool timed) \
    {                                                             \
        return make_rows(c, index, timed, from, to) != NULL;      \
    }
ROWS(gather, tokens_of, steps_of)
ROWS(uses, steps_of, tokens_of)
ROWS(unpack, steps_of, places_of)
ROWS(read, steps_of, texts_of)
ROWS(give, texts_of, steps_of)

static void gather_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_sequence_args *a = sequence_of(c);
    lince_sum_uses(op_truth(), a->packed, dy, a->n, a->n, d[0]);
}

static void uses_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_sequence_args *a = sequence_of(c);
    lince_gather_rows(op_truth(), dy, a->packed->slot, (size_t)a->packed->rows, a->n, d[0]);
}

static void last_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_sequence_args *a = sequence_of(c);
    lince_read_last_backward(op_truth(), a->packed, dy, a->n, a->from_last, d[0]);
}

static void mean_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_sequence_args *a = sequence_of(c);
    lince_read_mean_backward(op_truth(), a->packed, dy, a->n, d[0]);
}

static bool make_max(op_case *c, size_t index, bool timed, bool backward)
{
    texts *t = backward ? make_rows(c, index, timed, texts_of, steps_of)
                        : make_rows(c, index, timed, steps_of, texts_of);
    if (t)
        op_flat(c, "taken", offsetof(lince_sequence_args, taken), backward ? GIVEN : RESULT, INTEGERS,
                (size_t)(t->packed.n * t->n));
    if (t && !backward) c->operand[0].values = DISTINCT;
    return t != NULL;
}

static bool make_most(op_case *c, size_t index, bool timed)
{
    return make_max(c, index, timed, false);
}

static bool make_most_backward(op_case *c, size_t index, bool timed)
{
    return make_max(c, index, timed, true);
}

/* Each text's first row. */
static void take_first(op_case *c)
{
    const lince_sequence_args *a = sequence_of(c);
    for (int g = 0; g < a->packed->groups; g++)
        for (int rank = 0; rank < lince_group_texts(a->packed, g); rank++)
            for (size_t k = 0; k < a->n; k++)
                a->taken[(size_t)lince_text(a->packed, g, rank) * a->n + k] =
                    lince_row(a->packed, g, 0) + rank;
}

static void most_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_sequence_args *a = sequence_of(c);
    lince_read_max_backward(op_truth(), a->packed, dy, a->n, a->taken, d[0]);
}

static bool make_drop(op_case *c, size_t index, bool timed)
{
    texts *t = texts_at(c, index, timed);
    if (!t) return false;
    size_t n = (size_t)t->n, rows = (size_t)t->packed.rows;
    *(lince_drop_steps_args *)c->args = (lince_drop_steps_args){
        .packed = &t->packed, .n = n, .p = index % 2 ? 0.3f : 0, .key = t->key, .layer = 4};
    op_flat(c, "x", offsetof(lince_drop_steps_args, x), GIVEN, SIGNED, rows * n)->learns = true;
    op_flat(c, "y", offsetof(lince_drop_steps_args, y), RESULT, SIGNED, rows * n);
    return true;
}

static void drop_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_drop_steps_args *a = (const lince_drop_steps_args *)c->args;
    lince_drop_steps(op_truth(), a->packed, dy, NULL, a->n, a->p, a->key, a->layer, d[0]);
}

/* --- cells ---------------------------------------------------------------------------------------------------- */

static lince_recurrent_args *cell_of(const op_case *c)
{
    return (lince_recurrent_args *)c->args;
}

#define IN_R(field) (offsetof(lince_recurrent_args, r) + offsetof(lince_recurrent, field))

/* How weights lie: as PyTorch has them; going forward, also as nets with blocks of 8 and 16 channels keep them. */
static const int blocks[] = {1, 8, 16};
enum { BLOCKS = sizeof blocks / sizeof *blocks };

/* Each size with each cell and order of weights; backwards in time every second. */
static bool make_cell(op_case *c, size_t index, bool timed, bool backward)
{
    static const char *const names[] = {"rnn", "rnn with relu", "gru", "lstm"};
    size_t orders = backward ? 1 : BLOCKS, number = index / 4 / orders;
    texts *t = texts_at(c, number, timed);
    if (!t) return false;
    lince_cell cell = (lince_cell)(index % 4);
    lince_recurrent_order order = lince_recurrent_order_of(cell, t->n, blocks[index / 4 % orders]);
    size_t length = strlen(c->what), hidden = (size_t)t->n, gates = (size_t)lince_cell_gates(cell),
           rows = (size_t)t->packed.rows;
    snprintf(c->what + length, sizeof c->what - length, ", %s%s%s", names[cell],
             number % 2 ? ", reversed" : "", order.units ? ", packed" : "");
    *cell_of(c) = (lince_recurrent_args){
        &t->packed,
        {.cell = cell, .hidden = t->n, .ld = hidden, .reverse = number % 2, .units = order.units}};
    op_role first = backward ? GIVEN : RESULT;
    op_flat(c, "x", IN_R(x), GIVEN, SIGNED, rows * gates * hidden)->learns =
        !backward && cell != LINCE_RNN_RELU && !order.units;
    op_flat(c, "w", IN_R(w), GIVEN, SIGNED, lince_recurrent_order_size(&order));
    op_flat(c, "b_ih", IN_R(b_ih), GIVEN, SIGNED, gates * hidden);
    op_flat(c, "b_hh", IN_R(b_hh), GIVEN, SIGNED, gates * hidden);
    op_flat(c, "h", IN_R(h), first, SIGNED, rows * hidden);
    op_flat(c, "previous", IN_R(previous), first, SIGNED, rows * hidden);
    if (cell == LINCE_LSTM) op_flat(c, "c", IN_R(c), first, SIGNED, rows * hidden);
    /* An rnn saves nothing going forward. */
    op_flat(c, "gates", IN_R(gates), cell < LINCE_GRU || backward ? ADDED_TO : RESULT, SIGNED,
            rows * (size_t)lince_cell_saved(cell, t->n));
    if (backward) op_flat(c, "dh", IN_R(dh), ADDED_TO, SIGNED, rows * hidden);
    c->terms = (double)hidden;
    c->flops = 2.0 * (double)rows * (double)(gates * hidden * hidden);
    return true;
}

static bool make_cell_forward(op_case *c, size_t index, bool timed)
{
    return make_cell(c, index, timed, false);
}

static bool make_cell_backward(op_case *c, size_t index, bool timed)
{
    return make_cell(c, index, timed, true);
}

/* Weights small enough for sums of about one; where states are given, those of a pass forward. */
static void fill_cell(op_case *c)
{
    lince_recurrent_args *a = cell_of(c);
    texts *t = c->own;
    float *w = c->operand[1].memory;
    for (size_t i = 0; i < c->operand[1].n; i++) w[i] /= (float)a->r.hidden;
    if (!a->r.work)
        a->r.work =
            lince_alloc(lince_recurrent_work(a->r.cell, a->r.hidden, t->packed.groups), sizeof(float));
    if (!a->r.work) abort();
    if (c->suite->op == LINCE_OP_RECURRENT_BACKWARD) lince_recurrent_forward(op_truth(), a->packed, &a->r);
}

static void release_cell(op_case *c)
{
    lince_free(cell_of(c)->r.work);
    release(c);
}

/* The derivative by the input's products is what backward leaves in `gates`; the gru's stand behind b_n. */
static void cell_gradient(const op_case *c, const float *dy, float *const *d)
{
    lince_recurrent r = cell_of(c)->r;
    size_t hidden = (size_t)r.hidden, rows = (size_t)cell_of(c)->packed->rows,
           units = (size_t)lince_cell_gates(r.cell) * hidden,
           saved = (size_t)lince_cell_saved(r.cell, r.hidden);
    if (r.cell == LINCE_RNN_RELU) return;
    float *dh = lince_alloc(rows * hidden, sizeof *dh), *gates = lince_alloc(rows * saved, sizeof *gates);
    if (!dh || !gates) abort();
    memcpy(dh, dy, rows * hidden * sizeof *dh);
    memcpy(gates, r.gates, rows * saved * sizeof *gates);
    r.dh = dh, r.gates = gates;
    lince_recurrent_backward(op_truth(), cell_of(c)->packed, &r);
    for (size_t row = 0; row < rows; row++)
        memcpy(d[0] + row * units, gates + row * saved + (saved - units), units * sizeof *gates);
    lince_free(dh), lince_free(gates);
}

const op_suite sequence_suites[] = {
    {.op = LINCE_OP_GATHER_ROWS,
     .make = make_gather,
     .exact = true,
     .gradient = gather_gradient,
     .release = release},
    {.op = LINCE_OP_SUM_USES,
     .make = make_uses,
     .linear = true,
     .gradient = uses_gradient,
     .release = release},
    {.op = LINCE_OP_UNPACK, .make = make_unpack, .exact = true, .release = release},
    {.op = LINCE_OP_READ_LAST,
     .make = make_read,
     .exact = true,
     .hides_nan = true,
     .gradient = last_gradient,
     .release = release},
    {.op = LINCE_OP_READ_LAST_BACKWARD, .make = make_give, .exact = true, .release = release},
    {.op = LINCE_OP_READ_MEAN,
     .make = make_read,
     .linear = true,
     .gradient = mean_gradient,
     .release = release},
    {.op = LINCE_OP_READ_MEAN_BACKWARD, .make = make_give, .linear = true, .release = release},
    {.op = LINCE_OP_READ_MAX,
     .make = make_most,
     .exact = true,
     .gradient = most_gradient,
     .release = release},
    {.op = LINCE_OP_READ_MAX_BACKWARD,
     .make = make_most_backward,
     .fill = take_first,
     .exact = true,
     .release = release},
    {.op = LINCE_OP_DROP_STEPS,
     .make = make_drop,
     .exact = true,
     .hides_nan = true,
     .gradient = drop_gradient,
     .release = release},
    {.op = LINCE_OP_RECURRENT,
     .make = make_cell_forward,
     .fill = fill_cell,
     .slack = 64,
     .gradient = cell_gradient,
     .release = release_cell},
    {.op = LINCE_OP_RECURRENT_BACKWARD,
     .make = make_cell_backward,
     .fill = fill_cell,
     .slack = 256,
     .release = release_cell},
    {.make = NULL},
};
