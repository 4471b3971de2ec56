/* Every implementation of the recurrent cells against the definition, and the packing that they work on. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/recurrent.h"

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

/* --- cells ----------------------------------------------------------------------------------------- */

typedef struct problem {
    lince_packed packed;
    lince_recurrent r;
    size_t rows;
    float *memory[10];
} problem;

static float *draw(problem *p, int which, size_t n, float scale)
{
    lince_random random = lince_random_at((uint64_t)which + 1);
    float *x = p->memory[which] = lince_alloc(n + 1, sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = scale * lince_random_normal(&random);
    return x;
}

/* Rows of h and dh lie further apart than they are long; x has a row for each distinct token. */
static problem make(lince_cell cell, int hidden, bool reverse)
{
    problem p = {0};
    pack(&p.packed, false);
    size_t gates = (size_t)lince_cell_gates(cell), h = (size_t)hidden, rows = (size_t)p.packed.rows,
           ld = h + 3;
    p.rows = rows;
    p.r = (lince_recurrent){.cell = cell,
                            .hidden = hidden,
                            .reverse = reverse,
                            .ld = ld,
                            .slot = p.packed.slot,
                            .w = draw(&p, 0, gates * h * h, 1 / sqrtf((float)hidden)),
                            .b_ih = draw(&p, 1, gates * h, 0.3f),
                            .b_hh = draw(&p, 9, gates * h, 0.3f),
                            .x = draw(&p, 2, (size_t)p.packed.distinct * gates * h, 1),
                            .dh = draw(&p, 3, rows * ld, 1),
                            .h = draw(&p, 4, rows * ld, 9),
                            .previous = draw(&p, 5, rows * h, 9),
                            .c = draw(&p, 6, rows * h, 9),
                            .gates = draw(&p, 7, rows * (size_t)lince_cell_saved(cell, hidden), 9),
                            .work = draw(&p, 8, lince_recurrent_work(cell, hidden, p.packed.groups), 9)};
    return p;
}

static void release(problem *p)
{
    for (int i = 0; i < 10; i++) lince_free(p->memory[i]);
    lince_packed_release(&p->packed);
}

static void compare(const char *what, const char *name, const problem *p, const float *found,
                    const float *expected, size_t n, size_t ld, double tolerance)
{
    for (size_t row = 0; row < p->rows; row++)
        for (size_t i = 0; i < n; i++) {
            double x = (double)found[row * ld + i], y = (double)expected[row * ld + i];
            if (!(fabs(x - y) <= tolerance * (1 + fabs(y))))
                fail_msg(
                    "%s, cell %d, hidden %d, reverse %d: %s of row %zu, unit %zu: expected %.9g, found %.9g",
                    name, (int)p->r.cell, p->r.hidden, p->r.reverse, what, row, i, y, x);
        }
}

static void check(const lince_recurrent_implementation *way, lince_cell cell, int hidden, bool reverse)
{
    problem a = make(cell, hidden, reverse), b = make(cell, hidden, reverse);
    size_t h = (size_t)hidden, saved = (size_t)lince_cell_saved(cell, hidden);
    lince_recurrent_forward_ref(1, &a.packed, &a.r);
    way->forward(2, &b.packed, &b.r);
    compare("h", way->name, &b, b.r.h, a.r.h, h, a.r.ld, 2e-6);
    compare("previous", way->name, &b, b.r.previous, a.r.previous, h, h, 2e-6);
    if (cell == LINCE_LSTM) compare("c", way->name, &b, b.r.c, a.r.c, h, h, 2e-6);
    if (cell >= LINCE_GRU) compare("gates", way->name, &b, b.r.gates, a.r.gates, saved, saved, 2e-6);
    lince_recurrent_backward_ref(1, &a.packed, &a.r);
    way->backward(2, &b.packed, &b.r);
    compare("dh", way->name, &b, b.r.dh, a.r.dh, h, a.r.ld, 1e-5);
    compare("gradients", way->name, &b, b.r.gates, a.r.gates, saved, saved, 1e-5);
    release(&a);
    release(&b);
}

static void for_each_way(void (*what)(const lince_recurrent_implementation *way, lince_cell cell, int hidden,
                                      bool reverse))
{
    static const int sizes[] = {5, 16, 33, 64, 70};
    for (const lince_recurrent_implementation *way = lince_recurrent_implementations; way->name; way++)
        for (lince_cell cell = LINCE_RNN_TANH; way->needs <= lince_cpu_level() && cell <= LINCE_LSTM; cell++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                for (int reverse = 0; reverse < 2; reverse++) what(way, cell, sizes[i], reverse);
}

static void test_implementations_agree_with_the_definition(void **state)
{
    (void)state;
    for_each_way(check);
}

static void check_threads(const lince_recurrent_implementation *way, lince_cell cell, int hidden,
                          bool reverse)
{
    static const int threads[] = {1, 2, 64};
    problem p[3];
    size_t saved = (size_t)lince_cell_saved(cell, hidden);
    for (int i = 0; i < 3; i++) {
        p[i] = make(cell, hidden, reverse);
        way->forward(threads[i], &p[i].packed, &p[i].r);
        way->backward(threads[i], &p[i].packed, &p[i].r);
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
static void check_activation(const lince_recurrent_implementation *way, lince_cell cell)
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
    way->forward(1, &p.packed, &p.r);
    for (size_t row = 0; row < p.rows; row++)
        for (size_t j = 0; j < 64; j++) {
            double x = (double)p.r.x[((size_t)p.r.slot[row] * gates + (cell == LINCE_GRU)) * 64 + j];
            double found =
                cell == LINCE_GRU ? (double)p.r.gates[row * 256 + 128 + j] : (double)p.r.h[row * p.r.ld + j];
            double expected = cell == LINCE_GRU ? 1 / (1 + exp(-x)) : tanh(x);
            if (!(fabs(found - expected) <= 1.5e-7))
                fail_msg("%s: f(%.9g) = %.9g, expected %.9g", way->name, x, found, expected);
        }
    release(&p);
}

static void test_activations_are_as_exact_as_stated(void **state)
{
    (void)state;
    for (const lince_recurrent_implementation *way = lince_recurrent_implementations; way->name; way++)
        if (way->needs <= lince_cpu_level()) {
            check_activation(way, LINCE_RNN_TANH);
            check_activation(way, LINCE_GRU);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packing_gives_each_step_of_each_text_its_row),
        cmocka_unit_test(test_packing_lists_the_rows_of_each_distinct_token),
        cmocka_unit_test(test_implementations_agree_with_the_definition),
        cmocka_unit_test(test_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_activations_are_as_exact_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
