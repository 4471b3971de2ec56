/* Every implementation of the recurrent cells against the definition, and the packing that they work on. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/recurrent.h"
#include "ops/rows.h"
#include "ops/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXTS = 21, STEPS = 9, VOCABULARY = 30 };

/* Texts of all lengths, several of each, in no order. */
static void draw_texts(int32_t token[TEXTS][STEPS], int32_t length[TEXTS])
{
    lince_random r = lince_random_at(17);
    for (int i = 0; i < TEXTS; i++) {
        length[i] = 1 + (i * 5) % STEPS;
        for (int t = 0; t < STEPS; t++)
            token[i][t] = t < length[i] ? 1 + (int32_t)lince_random_below(&r, VOCABULARY - 1) : 0;
    }
}

static void pack(lince_packed *packed, bool read_padding)
{
    int32_t token[TEXTS][STEPS], length[TEXTS];
    draw_texts(token, length);
    assert_int_equal(lince_packed_init(packed, TEXTS + 3, STEPS + 2), 0);
    lince_pack(packed, TEXTS, token[0], length, STEPS, read_padding);
}

static void test_packing_gives_each_step_of_each_text_its_row(void **state)
{
    (void)state;
    int32_t token[TEXTS][STEPS], length[TEXTS];
    bool seen[TEXTS][STEPS + 2] = {{false}};
    for (int padding = 0; padding < 2; padding++) {
        lince_packed p;
        int rows = 0;
        draw_texts(token, length);
        pack(&p, padding);
        memset(seen, 0, sizeof seen);
        for (int g = 0; g < p.groups; g++)
            for (int t = 0; t < p.steps; t++)
                for (int r = 0; r < lince_active(&p, g, t); r++, rows++) {
                    int text = lince_text(&p, g, r), row = lince_row(&p, g, t) + r;
                    assert_int_equal(row, rows);
                    assert_int_equal(p.token[row], t < length[text] ? token[text][t] : 0);
                    assert_int_equal(p.vocabulary[p.slot[row]], p.token[row]);
                    seen[text][t] = true;
                }
        assert_int_equal(rows, p.rows);
        for (int i = 0; i < TEXTS; i++)
            for (int t = 0; t < STEPS + 2; t++) assert_int_equal(seen[i][t], padding || t < length[i]);
        lince_packed_release(&p);
    }
}

static void test_packing_lists_the_rows_of_each_distinct_token(void **state)
{
    (void)state;
    lince_packed p;
    pack(&p, false);
    assert_int_equal(p.use_first[0], 0);
    assert_int_equal(p.use_first[p.distinct], p.rows);
    for (int d = 0; d < p.distinct; d++)
        for (int i = p.use_first[d]; i < p.use_first[d + 1]; i++) {
            assert_int_equal(p.token[p.use[i]], p.vocabulary[d]);
            if (i > p.use_first[d]) assert_true(p.use[i] > p.use[i - 1]);
        }
    lince_packed_release(&p);
}

/* The two rows of an implementation: forward's, and backward's of the same name. */
typedef struct pair {
    const lince_op_row *forward, *backward;
} pair;

static pair pair_of(const lince_op_row *forward)
{
    EACH_ROW(backward, LINCE_OP_RECURRENT_BACKWARD)
    if (!strcmp(backward->name, forward->name)) return (pair){forward, backward};
    fail_msg("%s has no backward", forward->name);
    return (pair){0};
}

static void run_way(const lince_op_row *row, int threads, const lince_packed *packed,
                    const lince_recurrent *r)
{
    assert_true(run_row(row, threads, &(lince_recurrent_args){packed, *r}));
}

/* --- cells ----------------------------------------------------------------------------------------- */

typedef struct problem {
    lince_packed packed;
    lince_recurrent r;
    value_kind kind;
    size_t rows;
    float *memory[10];
} problem;

static float *draw(problem *p, int which, size_t n, float scale)
{
    lince_random random = lince_random_at((uint64_t)which + 1);
    float *x = p->memory[which] = lince_alloc(n + 1, sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) x[i] = scale * lince_random_normal(&random);
    return x;
}

/* Sums over hidden units, of about the size of one; inputs that move the states. */
static void draw_weights(problem *p, uint64_t key)
{
    lince_recurrent *r = &p->r;
    size_t h = (size_t)r->hidden, gates = (size_t)lince_cell_gates(r->cell);
    lince_random random = lince_random_at(key);
    float scale = p->kind == POSITIVE || p->kind == CANCELLING ? 1 / (float)h : 1 / sqrtf((float)h);
    for (size_t i = 0; i < gates * h * h; i++)
        p->memory[0][i] = scale * draw_weight(p->kind, i % h >= h / 2, &random);
    for (size_t i = 0; i < (size_t)p->packed.distinct * gates * h; i++)
        p->memory[2][i] = draw_value(p->kind, &random);
}

/* Rows of h and dh lie further apart than they are long; x has a row for each distinct token. */
static problem make_of(lince_packed packed, lince_cell cell, int hidden, bool reverse, value_kind kind,
                       uint64_t key)
{
    problem p = {.packed = packed, .kind = kind};
    size_t gates = (size_t)lince_cell_gates(cell), h = (size_t)hidden, rows = (size_t)p.packed.rows,
           ld = h + 3;
    p.rows = rows;
    p.r = (lince_recurrent){.cell = cell,
                            .hidden = hidden,
                            .reverse = reverse,
                            .ld = ld,
                            .slot = p.packed.slot,
                            .w = draw(&p, 0, gates * h * h, 0),
                            .b_ih = draw(&p, 1, gates * h, 0.3f),
                            .b_hh = draw(&p, 9, gates * h, 0.3f),
                            .x = draw(&p, 2, (size_t)p.packed.distinct * gates * h, 0),
                            .dh = draw(&p, 3, rows * ld, 1),
                            .h = draw(&p, 4, rows * ld, 9),
                            .previous = draw(&p, 5, rows * h, 9),
                            .c = draw(&p, 6, rows * h, 9),
                            .gates = draw(&p, 7, rows * (size_t)lince_cell_saved(cell, hidden), 9),
                            .work = draw(&p, 8, lince_recurrent_work(cell, hidden, p.packed.groups), 9)};
    draw_weights(&p, key);
    return p;
}

static problem make(lince_cell cell, int hidden, bool reverse)
{
    lince_packed packed;
    pack(&packed, false);
    return make_of(packed, cell, hidden, reverse, NORMAL, 1);
}

static void release(problem *p)
{
    for (int i = 0; i < 10; i++) lince_free(p->memory[i]);
    lince_packed_release(&p->packed);
}

/* --- against the definition -------------------------------------------------------------------------- */

/* Each number that a cell writes, against the definition of it by the numbers that it was made from: those of
 * the step before and of this step are results, too, so that errors do not add up from step to step. */
typedef struct checker {
    const pair *way;
    const problem *p;
    double unit;             /* what a step of the calculation rounds to, in units u; results to 1 */
    double function;         /* error of the logistic function and tanh, likewise */
    const float *gates, *dh; /* what forward saved, and the gradients of the results, before backward */
    estimate *dc;            /* lstm [rows][H]: what flows back to c */
    int *next;               /* [rows]: the row that a row is the previous state of, or -1 */
    tally *tally;
} checker;

/* As activation.h states it. */
#define FUNCTION_ERROR (1.5e-7 / UNIT_ROUNDOFF)

static bool in_double(const checker *k)
{
    return k->unit < 1;
}

static estimate step_of(const checker *k, estimate e)
{
    return disturbed(e, k->unit * e.value);
}

/* e as a result; a result that was gone on from before it was rounded. */
static estimate stored(const checker *k, estimate e)
{
    return in_double(k) ? rounded(e) : e;
}

static estimate again(const checker *k, float found)
{
    return stored(k, exactly((double)found));
}

static estimate times(const checker *k, estimate a, estimate b)
{
    return step_of(k, product_of(a, b));
}

static estimate plus(const checker *k, estimate a, estimate b)
{
    return step_of(k, sum_of(a, b));
}

static estimate minus(const checker *k, estimate a, estimate b)
{
    return step_of(k, difference_of(a, b));
}

/* a b + c */
static estimate fused(const checker *k, estimate a, estimate b, estimate c)
{
    return step_of(k, sum_of(product_of(a, b), c));
}

static estimate logistic_of(const checker *k, estimate e)
{
    double s = 1 / (1 + exp(-e.value));
    return function_of(e, s, s * (1 - s), k->function);
}

static estimate tanh_of(const checker *k, estimate e)
{
    double t = tanh(e.value);
    return function_of(e, t, 1 - t * t, k->function);
}

/* The derivatives of both by what they return. */
static estimate logistic_slope(const checker *k, estimate s)
{
    return step_of(k, function_of(s, s.value * (1 - s.value), 1 - 2 * s.value, 0));
}

static estimate tanh_slope(const checker *k, estimate t)
{
    return step_of(k, function_of(t, 1 - t.value * t.value, -2 * t.value, 0));
}

static void check_number(const checker *k, const char *what, ptrdiff_t row, int unit, estimate expected,
                         float found)
{
    const lince_recurrent *r = &k->p->r;
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg(
            "%s, cell %d, %s values, hidden %d, reverse %d: %s of row %d, unit %d is %.9g, expected %.9g: "
            "%.3g times the bound",
            k->way->forward->name, (int)r->cell, value_kind_names[k->p->kind], r->hidden, r->reverse, what,
            (int)row, unit, (double)found, expected.value, ratio);
    record(k->tally, k->p->kind, r->hidden, ratio);
}

/* A float of gate `gate`, unit j, as forward saved it or backward left it. */
static float saved_at(const lince_recurrent *r, const float *gates, ptrdiff_t row, int gate, int j)
{
    return gates[row * lince_cell_saved(r->cell, r->hidden) + gate * r->hidden + j];
}

/* --- forward */

/* b + w h' of a gate, b with both biases or with one. */
static estimate recurrent_sum(const checker *k, ptrdiff_t row, int gate, int j, bool both)
{
    const lince_recurrent *r = &k->p->r;
    int at = gate * r->hidden + j;
    estimate bias = exactly((double)r->b_hh[at]);
    sum s = {0};
    add_term(&s, both ? plus(k, bias, exactly((double)r->b_ih[at])) : bias);
    for (int i = 0; i < r->hidden; i++)
        add_term(&s, exactly((double)r->w[(ptrdiff_t)at * r->hidden + i] *
                             (double)r->previous[row * r->hidden + i]));
    estimate total = total_of(&s, order_of(k->p->kind), s.terms - 1);
    return (estimate){total.value, total.variance * k->unit * k->unit, total.reach * k->unit, 0};
}

static estimate input_of(const checker *k, ptrdiff_t row, int gate, int j)
{
    const lince_recurrent *r = &k->p->r;
    return exactly((double)r->x[(r->slot[row] * lince_cell_gates(r->cell) + gate) * r->hidden + j]);
}

static estimate gate_input(const checker *k, ptrdiff_t row, int gate, int j)
{
    return plus(k, recurrent_sum(k, row, gate, j, true), input_of(k, row, gate, j));
}

static estimate forward_rnn(const checker *k, ptrdiff_t row, int j)
{
    estimate a = gate_input(k, row, 0, j);
    return k->p->r.cell == LINCE_RNN_TANH ? tanh_of(k, a) : function_of(a, fmax(a.value, 0), 1, 0);
}

static estimate forward_gru(const checker *k, ptrdiff_t row, int j)
{
    const lince_recurrent *r = &k->p->r;
    float found[4];
    for (int i = 0; i < 4; i++) found[i] = saved_at(r, r->gates, row, i, j);
    check_number(k, "b", row, j, stored(k, recurrent_sum(k, row, 2, j, false)), found[0]);
    check_number(k, "r", row, j, stored(k, logistic_of(k, gate_input(k, row, 0, j))), found[1]);
    check_number(k, "z", row, j, stored(k, logistic_of(k, gate_input(k, row, 1, j))), found[2]);
    estimate a = plus(k, input_of(k, row, 2, j), exactly((double)r->b_ih[2 * r->hidden + j]));
    a = fused(k, again(k, found[1]), again(k, found[0]), a);
    check_number(k, "n", row, j, stored(k, tanh_of(k, a)), found[3]);
    estimate n = again(k, found[3]), previous = exactly((double)r->previous[row * r->hidden + j]);
    return fused(k, again(k, found[2]), minus(k, previous, n), n);
}

static estimate forward_lstm(const checker *k, ptrdiff_t row, ptrdiff_t before, int j)
{
    const lince_recurrent *r = &k->p->r;
    estimate gate[4];
    for (int i = 0; i < 4; i++) {
        estimate a = gate_input(k, row, i, j);
        float found = saved_at(r, r->gates, row, i, j);
        check_number(k, "a gate", row, j, stored(k, i == 2 ? tanh_of(k, a) : logistic_of(k, a)), found);
        gate[i] = again(k, found);
    }
    estimate c = times(k, gate[0], gate[2]);
    if (before >= 0) c = fused(k, gate[1], exactly((double)r->c[before * r->hidden + j]), c);
    float found = r->c[row * r->hidden + j];
    check_number(k, "c", row, j, stored(k, c), found);
    return times(k, gate[3], tanh_of(k, again(k, found)));
}

static void check_forward_row(const checker *k, ptrdiff_t row, ptrdiff_t before)
{
    const lince_recurrent *r = &k->p->r;
    for (int j = 0; j < r->hidden; j++) {
        float previous = before < 0 ? 0 : r->h[before * (ptrdiff_t)r->ld + j];
        assert_true(r->previous[row * r->hidden + j] == previous);
        estimate h = r->cell == LINCE_GRU    ? forward_gru(k, row, j)
                     : r->cell == LINCE_LSTM ? forward_lstm(k, row, before, j)
                                             : forward_rnn(k, row, j);
        check_number(k, "h", row, j, stored(k, h), r->h[row * (ptrdiff_t)r->ld + j]);
    }
}

/* --- backward */

/* What flows back to the state of `row` from the row behind it: past the weights, and through them. */
static estimate flowing_back(const checker *k, ptrdiff_t row, int j)
{
    const lince_recurrent *r = &k->p->r;
    int units = lince_cell_gates(r->cell) * r->hidden;
    estimate past = exactly(0);
    if (r->cell == LINCE_GRU)
        past = rounded(product_of(exactly((double)r->dh[row * (ptrdiff_t)r->ld + j]),
                                  exactly((double)saved_at(r, k->gates, row, 2, j))));
    sum s = {0};
    if (!in_double(k)) add_term(&s, past);
    for (int i = 0; i < units; i++) {
        int at = r->cell == LINCE_GRU ? (i + r->hidden) % units : i; /* b_n stands first */
        add_term(&s, exactly((double)saved_at(r, r->gates, row, 0, at) *
                             (double)r->w[(ptrdiff_t)i * r->hidden + j]));
    }
    if (in_double(k)) return rounded(sum_of(past, total_in_double(&s)));
    return total_of(&s, order_of(k->p->kind), s.terms);
}

static void check_gradient(const checker *k, ptrdiff_t row, int gate, int j, estimate expected)
{
    check_number(k, "a gradient", row, j, stored(k, expected),
                 saved_at(&k->p->r, k->p->r.gates, row, gate, j));
}

static void backward_rnn(const checker *k, ptrdiff_t row, int j, estimate d)
{
    const lince_recurrent *r = &k->p->r;
    estimate h = exactly((double)r->h[row * (ptrdiff_t)r->ld + j]);
    if (r->cell == LINCE_RNN_TANH)
        check_gradient(k, row, 0, j, times(k, d, tanh_slope(k, h)));
    else
        assert_true((double)saved_at(r, r->gates, row, 0, j) == (h.value > 0 ? d.value : 0));
}

static void backward_gru(const checker *k, ptrdiff_t row, int j, estimate d)
{
    const lince_recurrent *r = &k->p->r;
    estimate b = exactly((double)saved_at(r, k->gates, row, 0, j)),
             reset = exactly((double)saved_at(r, k->gates, row, 1, j)),
             z = exactly((double)saved_at(r, k->gates, row, 2, j)),
             n = exactly((double)saved_at(r, k->gates, row, 3, j)),
             previous = exactly((double)r->previous[row * r->hidden + j]);
    estimate da = times(k, times(k, d, minus(k, exactly(1), z)), tanh_slope(k, n));
    check_gradient(k, row, 0, j, times(k, da, reset));
    check_gradient(k, row, 1, j, times(k, times(k, da, b), logistic_slope(k, reset)));
    check_gradient(k, row, 2, j, times(k, times(k, d, minus(k, previous, n)), logistic_slope(k, z)));
    check_gradient(k, row, 3, j, da);
}

static void backward_lstm(const checker *k, ptrdiff_t row, ptrdiff_t before, int j, estimate d)
{
    const lince_recurrent *r = &k->p->r;
    estimate i = exactly((double)saved_at(r, k->gates, row, 0, j)),
             f = exactly((double)saved_at(r, k->gates, row, 1, j)),
             g = exactly((double)saved_at(r, k->gates, row, 2, j)),
             o = exactly((double)saved_at(r, k->gates, row, 3, j)),
             previous = exactly(before < 0 ? 0 : (double)r->c[before * r->hidden + j]),
             t = tanh_of(k, exactly((double)r->c[row * r->hidden + j]));
    estimate c = fused(k, times(k, d, o), tanh_slope(k, t), k->dc[row * r->hidden + j]);
    check_gradient(k, row, 0, j, times(k, times(k, c, g), logistic_slope(k, i)));
    check_gradient(k, row, 1, j, times(k, times(k, c, previous), logistic_slope(k, f)));
    check_gradient(k, row, 2, j, times(k, times(k, c, i), tanh_slope(k, g)));
    check_gradient(k, row, 3, j, times(k, times(k, d, t), logistic_slope(k, o)));
    if (before >= 0) k->dc[before * r->hidden + j] = stored(k, times(k, c, f));
}

static void check_backward_row(const checker *k, ptrdiff_t row, ptrdiff_t before)
{
    const lince_recurrent *r = &k->p->r;
    for (int j = 0; j < r->hidden; j++) {
        ptrdiff_t at = row * (ptrdiff_t)r->ld + j;
        estimate d = exactly((double)k->dh[at]);
        if (k->next[row] >= 0) d = rounded(sum_of(d, flowing_back(k, k->next[row], j)));
        check_number(k, "dh", row, j, d, r->dh[at]);
        d = exactly((double)r->dh[at]);
        if (r->cell == LINCE_GRU)
            backward_gru(k, row, j, d);
        else if (r->cell == LINCE_LSTM)
            backward_lstm(k, row, before, j, d);
        else
            backward_rnn(k, row, j, d);
    }
}

/* --- all rows */

/* In the order of time or, for `back`, against it. */
static void for_each_row(const checker *k, bool back, void (*what)(const checker *, ptrdiff_t, ptrdiff_t))
{
    const lince_packed *packed = &k->p->packed;
    bool reverse = k->p->r.reverse;
    for (int g = 0; g < packed->groups; g++)
        for (int s = 0; s < packed->steps; s++) {
            int t = reverse != back ? packed->steps - 1 - s : s, before = reverse ? t + 1 : t - 1;
            for (int rank = 0; rank < lince_active(packed, g, t); rank++) {
                bool first = before < 0 || rank >= lince_active(packed, g, before);
                what(k, lince_row(packed, g, t) + rank, first ? -1 : lince_row(packed, g, before) + rank);
            }
        }
}

static void note_next(const checker *k, ptrdiff_t row, ptrdiff_t before)
{
    if (before >= 0) k->next[before] = (int)row;
}

static tally tallies[MOST_ROWS][2]; /* forward, backward */

static void check_problem(const pair *way, problem p)
{
    size_t h = (size_t)p.r.hidden, saved = p.rows * (size_t)lince_cell_saved(p.r.cell, p.r.hidden);
    bool in_ref = is_ref(way->forward);
    tally *t = tallies[number_of(way->forward)];
    float *dh = lince_alloc(p.rows * p.r.ld, sizeof *dh), *gates = lince_alloc(saved, sizeof *gates);
    checker k = {way,
                 &p,
                 in_ref ? 0x1p-29 : 1,
                 in_ref ? 0x1p-28 : FUNCTION_ERROR,
                 gates,
                 dh,
                 lince_alloc(p.rows * h, sizeof *k.dc),
                 lince_alloc(p.rows, sizeof *k.next),
                 &t[0]};
    assert_true(dh && gates && k.dc && k.next);
    run_way(way->forward, 2, &p.packed, &p.r);
    for_each_row(&k, false, check_forward_row);
    for (size_t i = 0; i < p.rows; i++) k.next[i] = -1;
    for_each_row(&k, false, note_next);
    memcpy(dh, p.r.dh, p.rows * p.r.ld * sizeof *dh);
    memcpy(gates, p.r.gates, saved * sizeof *gates);
    run_way(way->backward, 2, &p.packed, &p.r);
    k.tally = &t[1];
    for_each_row(&k, true, check_backward_row);
    lince_free(dh), lince_free(gates), lince_free(k.dc), lince_free(k.next);
    release(&p);
}

static void check(const pair *way, lince_cell cell, int hidden, bool reverse)
{
    check_problem(way, make(cell, hidden, reverse));
}

static void for_each_way(void (*what)(const pair *way, lince_cell cell, int hidden, bool reverse))
{
    static const int sizes[] = {5, 16, 33, 64, 70};
    EACH_ROW(row, LINCE_OP_RECURRENT)
    {
        pair way = pair_of(row);
        for (lince_cell cell = LINCE_RNN_TANH; cell <= LINCE_LSTM; cell++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                for (int reverse = 0; reverse < 2; reverse++) what(&way, cell, sizes[i], reverse);
    }
}

static void test_implementations_agree_with_the_definition(void **state)
{
    (void)state;
    for_each_way(check);
}

/* Texts of a few random tokens. */
static lince_packed draw_packed(lince_random *r)
{
    enum { MOST_TEXTS = 40, MOST_STEPS = 12 };
    int32_t token[MOST_TEXTS * MOST_STEPS], length[MOST_TEXTS];
    int texts = draw_size(r, 1, MOST_TEXTS), steps = draw_size(r, 1, MOST_STEPS);
    for (int i = 0; i < texts; i++) {
        length[i] = draw_size(r, 1, steps);
        for (int t = 0; t < steps; t++)
            token[i * steps + t] = t < length[i] ? 1 + (int32_t)lince_random_below(r, VOCABULARY - 1) : 0;
    }
    lince_packed packed;
    assert_int_equal(lince_packed_init(&packed, texts, steps), 0);
    lince_pack(&packed, texts, token, length, steps, false);
    return packed;
}

static void test_random_shapes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) EACH_ROW(row, LINCE_OP_RECURRENT)
        {
            pair way = pair_of(row);
            lince_random r = lince_random_at(lince_key(13, LINCE_STREAM_SYNTH, 0, i));
            lince_packed packed = draw_packed(&r);
            int most = packed.rows < 40 ? 150 : 40; /* a few milliseconds each */
            check_problem(&way, make_of(packed, (lince_cell)lince_random_below(&r, 4), draw_size(&r, 1, most),
                                        lince_random_below(&r, 2), (value_kind)(i % VALUE_KINDS), i));
        }
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    static const char *const directions[] = {"forward", "backward"};
    EACH_ROW(row, LINCE_OP_RECURRENT)
    for (int d = 0; d < 2; d++) {
        char name[64];
        snprintf(name, sizeof name, "%s, %s", row->name, directions[d]);
        check_tally(name, &tallies[number_of(row)][d]);
    }
}

static void check_threads(const pair *way, lince_cell cell, int hidden, bool reverse)
{
    static const int threads[] = {1, 2, 64};
    problem p[3];
    size_t saved = (size_t)lince_cell_saved(cell, hidden);
    for (int i = 0; i < 3; i++) {
        p[i] = make(cell, hidden, reverse);
        run_way(way->forward, threads[i], &p[i].packed, &p[i].r);
        run_way(way->backward, threads[i], &p[i].packed, &p[i].r);
        assert_memory_equal(p[i].r.h, p[0].r.h, p[0].rows * p[0].r.ld * sizeof(float));
        assert_memory_equal(p[i].r.gates, p[0].r.gates, p[0].rows * saved * sizeof(float));
    }
    for (int i = 0; i < 3; i++) release(&p[i]);
}

static void test_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for_each_way(check_threads);
}

/* One text by itself: the definition of the errors that activation.h states. Without weights the gru's z is
 * the logistic function of its input and the rnn the tanh. */
static void check_activation(const pair *way, lince_cell cell)
{
    problem p = make(cell, 64, false);
    size_t gates = (size_t)lince_cell_gates(cell), n = (size_t)p.packed.distinct * gates * 64;
    memset(p.memory[0], 0, gates * 64 * 64 * sizeof(float));
    memset(p.memory[1], 0, gates * 64 * sizeof(float));
    memset(p.memory[9], 0, gates * 64 * sizeof(float));
    for (size_t i = 0; i < n; i++)
        p.memory[2][i] = 40 * sinf((float)(i * i % 9973)) * powf(0.5f, (float)(i % 20));
    p.memory[2][0] = INFINITY;
    p.memory[2][1] = -INFINITY;
    run_way(way->forward, 1, &p.packed, &p.r);
    for (size_t row = 0; row < p.rows; row++)
        for (size_t j = 0; j < 64; j++) {
            double x = (double)p.r.x[((size_t)p.r.slot[row] * gates + (cell == LINCE_GRU)) * 64 + j];
            double found =
                cell == LINCE_GRU ? (double)p.r.gates[row * 256 + 128 + j] : (double)p.r.h[row * p.r.ld + j];
            double expected = cell == LINCE_GRU ? 1 / (1 + exp(-x)) : tanh(x);
            if (!(fabs(found - expected) <= FUNCTION_ERROR * UNIT_ROUNDOFF))
                fail_msg("%s: f(%.9g) = %.9g, expected %.9g", way->forward->name, x, found, expected);
        }
    release(&p);
}

static void test_activations_are_as_exact_as_stated(void **state)
{
    (void)state;
    EACH_ROW(row, LINCE_OP_RECURRENT)
    {
        pair way = pair_of(row);
        check_activation(&way, LINCE_RNN_TANH);
        check_activation(&way, LINCE_GRU);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packing_gives_each_step_of_each_text_its_row),
        cmocka_unit_test(test_packing_lists_the_rows_of_each_distinct_token),
        cmocka_unit_test(test_implementations_agree_with_the_definition),
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_bounds_are_not_wide),
        cmocka_unit_test(test_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_activations_are_as_exact_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
