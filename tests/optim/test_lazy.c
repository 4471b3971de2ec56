/* Lazy rows against the same table with every row updated at every step. */
#include "core/memory.h"
#include "core/random.h"
#include "optim/lazy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TABLE_ROWS = 60, N = 24, SIZE = TABLE_ROWS * N, TOUCHED = 4 };

static const struct training {
    const char *name, *optimizer;
    lince_hyper hyper;
    float lr;
    double average;
} trainings[] = {
    {"adam", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f}, 1e-3f, 0},
    {"adam, average", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f}, 1e-3f, 0.99},
    {"adam, large eps", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-2f}, 1e-2f, 0},
    {"adam, small v", "adam", {.beta1 = 0.9f, .beta2 = 0.9f, .eps = 1e-8f}, 1e-3f, 0},
    {"adam, L2", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .weight_decay = 0.1f}, 1e-3f, 0.9},
    {"adamw", "adamw", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .weight_decay = 1}, 1e-3f, 0},
    {"adamw, average",
     "adamw",
     {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .weight_decay = 1},
     1e-3f,
     0.98},
    {"sgd", "sgd", {.weight_decay = 0.02f}, 0.05f, 0.9},
    {"sgd, momentum", "sgd", {.momentum = 0.9f}, 0.01f, 0.95},
    {"sgd, nesterov", "sgd", {.momentum = 0.95f, .nesterov = true}, 0.01f, 0},
    {"sgd, momentum, L2", "sgd", {.momentum = 0.9f, .weight_decay = 0.02f}, 0.01f, 0},
    {"rmsprop", "rmsprop", {.alpha = 0.99f, .eps = 1e-8f}, 1e-3f, 0},
    {"muon", "muon", {.weight_decay = 1}, 0.05f, 0.9},
    {"rmsprop, momentum", "rmsprop", {.momentum = 0.9f, .alpha = 0.99f, .eps = 1e-8f}, 1e-3f, 0.9},
};

typedef struct side {
    float value[SIZE], state[2][SIZE], average[SIZE];
    lince_lazy_table table;
} side;

static void begin(side *s, const struct training *t)
{
    lince_random r = lince_random_at(3);
    memset(s, 0, sizeof *s);
    for (int i = 0; i < SIZE; i++) s->value[i] = s->average[i] = lince_random_normal(&r);
    const lince_optimizer *optimizer = lince_optimizer_named(t->optimizer);
    s->table = (lince_lazy_table){.optimizer = optimizer,
                                  .memory = {s->value,
                                             {optimizer->states > 0 ? s->state[0] : NULL,
                                              optimizer->states > 1 ? s->state[1] : NULL},
                                             t->average > 0 ? s->average : NULL},
                                  .decay = t->average};
}

/* Few rows a step, low ones often and high ones rarely; gradients of very different sizes. */
static void draw(int step, int32_t row[TOUCHED], float grad[TOUCHED * N])
{
    lince_random r = lince_random_at(lince_key(1, LINCE_STREAM_SYNTH, (uint64_t)step, 0));
    for (int i = 0; i < TOUCHED; i++) {
        float u = lince_random_uniform(&r);
        row[i] = (int32_t)(u * u * u * TABLE_ROWS / TOUCHED) * TOUCHED + i;
        float size = powf(10, -4 * lince_random_uniform(&r));
        for (int k = 0; k < N; k++) grad[i * N + k] = k == 5 ? 0 : size * lince_random_normal(&r);
    }
}

static lince_hyper hyper_at(const struct training *t, int step)
{
    lince_hyper h = t->hyper;
    h.step = step;
    h.grad_scale = 0.5f;
    h.average = (float)t->average;
    h.lr = t->lr * (1 + 0.5f * cosf(0.01f * (float)step)); /* a schedule */
    return h;
}

static const lince_exec one = {.device = &lince_host, .threads = 1},
                        two = {.device = &lince_host, .threads = 2};

static void step_dense(side *s, const struct training *t, int step)
{
    int32_t row[TOUCHED];
    float grad[TOUCHED * N], all[SIZE] = {0};
    lince_hyper h = hyper_at(t, step);
    draw(step, row, grad);
    for (int i = 0; i < TOUCHED; i++) memcpy(all + row[i] * N, grad + i * N, N * sizeof *all);
    const lince_rule rule = lince_optimizer_rule(s->table.optimizer);
    lince_apply_rule(&one, &rule, &h, &s->table.memory, all, SIZE);
}

static void step_lazy(side *s, lince_lazy *lazy, const struct training *t, int step)
{
    int32_t row[TOUCHED];
    float grad[TOUCHED * N];
    lince_hyper before = hyper_at(t, step - 1), h = hyper_at(t, step);
    draw(step, row, grad);
    s->table.hyper = &before;
    lince_lazy_catch_up(lazy, &two, &s->table, row, TOUCHED);
    s->table.hyper = &h;
    lince_lazy_step(lazy, &two, &s->table, grad, row, TOUCHED);
    s->table.hyper = NULL;
}

static void compare(const char *name, const char *what, int step, const float *found, const float *expected,
                    double of_largest, double relative)
{
    double largest = 0;
    for (int i = 0; i < SIZE; i++) largest = fmax(largest, fabs((double)expected[i]));
    for (int i = 0; i < SIZE; i++) {
        double off = fabs((double)found[i] - (double)expected[i]);
        if (!(off <= of_largest * largest + relative * fabs((double)expected[i])))
            fail_msg("%s, step %d: %s of row %d: expected %.9g, found %.9g", name, step, what, i / N,
                     (double)expected[i], (double)found[i]);
    }
}

/* The dense table rounds at every step, a weight near 1 by 6e-8: what moves it by less is lost there and adds
 * up here, which shows over thousands of steps, and in averages, which take in 1 %. */
static void follow(const struct training *t, int steps, int look)
{
    double tolerance = steps > 100 ? 1e-5 : 2e-6;
    static side dense, lazy_side;
    lince_lazy lazy;
    assert_int_equal(lince_lazy_init(&lazy, &lince_host, TABLE_ROWS, N), 0);
    begin(&dense, t);
    begin(&lazy_side, t);
    for (int step = 1; step <= steps; step++) {
        step_dense(&dense, t, step);
        step_lazy(&lazy_side, &lazy, t, step);
        if (step % look) continue;
        lince_hyper h = hyper_at(t, step);
        lazy_side.table.hyper = &h;
        lince_lazy_catch_up(&lazy, &two, &lazy_side.table, NULL, 0);
        compare(t->name, "weight", step, lazy_side.value, dense.value, 6e-7, tolerance);
        compare(t->name, "average", step, lazy_side.average, dense.average, 6e-7, 1e-5);
        compare(t->name, "state", step, lazy_side.state[0], dense.state[0], 1e-6, 3e-4);
        compare(t->name, "state", step, lazy_side.state[1], dense.state[1], 1e-6, 3e-4);
    }
    lince_lazy_release(&lazy);
}

static void test_every_optimizer_has_a_case(void **state)
{
    (void)state;
    for (size_t i = 0; lince_optimizer_at(i); i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof trainings / sizeof *trainings; k++)
            found |= !strcmp(trainings[k].optimizer, lince_optimizer_at(i)->name);
        if (!found) fail_msg("%s has no training", lince_optimizer_at(i)->name);
    }
}

static void test_a_hundred_steps_are_the_dense_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++) {
        follow(&trainings[i], 100, 100);
        follow(&trainings[i], 100, 7); /* looking at it changes nothing */
    }
}

static void test_so_are_thousands_past_the_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++)
        follow(&trainings[i], 2 * LINCE_LAZY_WINDOW + 500, 650);
}

/* seen and rates, saved and read back in the middle of a window, are all that there is to know. */
static void test_a_resumed_table_goes_on_to_the_bit(void **state)
{
    (void)state;
    static side whole, parts;
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++) {
        const struct training *t = &trainings[i];
        lince_lazy lazy, resumed;
        begin(&whole, t);
        begin(&parts, t);
        assert_int_equal(lince_lazy_init(&lazy, &lince_host, TABLE_ROWS, N), 0);
        assert_int_equal(lince_lazy_init(&resumed, &lince_host, TABLE_ROWS, N), 0);
        for (int step = 1; step <= 1300; step++) step_lazy(&whole, &lazy, t, step);
        memcpy(parts.value, whole.value, sizeof whole.value);
        memcpy(parts.state, whole.state, sizeof whole.state);
        memcpy(parts.average, whole.average, sizeof whole.average);
        memcpy(resumed.seen, lazy.seen, TABLE_ROWS * sizeof(float));
        memcpy(resumed.rates, lazy.rates, (LINCE_LAZY_WINDOW + 1) * sizeof(float));
        lince_hyper h = hyper_at(t, 1300);
        assert_int_equal(lince_lazy_restore(&resumed, lince_optimizer_named(t->optimizer), &h, 1300), 0);
        for (int step = 1301; step <= 2300; step++) {
            step_lazy(&whole, &lazy, t, step);
            step_lazy(&parts, &resumed, t, step);
        }
        assert_memory_equal(parts.value, whole.value, sizeof whole.value);
        assert_memory_equal(parts.state, whole.state, sizeof whole.state);
        assert_memory_equal(parts.average, whole.average, sizeof whole.average);
        lince_lazy_release(&lazy);
        lince_lazy_release(&resumed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_optimizer_has_a_case),
        cmocka_unit_test(test_a_hundred_steps_are_the_dense_ones),
        cmocka_unit_test(test_so_are_thousands_past_the_window),
        cmocka_unit_test(test_a_resumed_table_goes_on_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
