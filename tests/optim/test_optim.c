/* Optimizers and schedules against PyTorch (tests/reference/optim.py), and independence of threads. */
#include "core/file.h"
#include "core/memory.h"
#include "optim/optim.h"
#include "optim/schedule/schedule.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WEIGHTS = 4, STEPS = 10 };

static const lince_exec *on(int threads)
{
    static const lince_exec execs[] = {{.device = &lince_host, .threads = 1},
                                       {.device = &lince_host, .threads = 2},
                                       {.device = &lince_host, .threads = 3}};
    return &execs[threads - 1];
}

/* With as many states as the row asks for. */
static void take_step(const lince_optimizer *optimizer, int threads, const lince_hyper *hyper, float *value,
                      const float *grad, float *const state[2], float *average, size_t n)
{
    const lince_rule rule = lince_optimizer_rule(optimizer);
    lince_weights_memory memory = {.value = value, .average = average};
    for (int i = 0; i < optimizer->states; i++) memory.state[i] = state[i];
    lince_apply_rule(on(threads), &rule, hyper, &memory, grad, n);
}

static FILE *open_reference(void)
{
    FILE *f = fopen(TEST_SOURCE_DIR "/tests/optim/optim.txt", "r");
    assert_non_null(f);
    return f;
}

/* Eight units in the last place of a float near 1: the order of operations differs, nothing else. */
static void assert_near(const char *what, int step, double found, double expected)
{
    if (fabs(found - expected) > 1e-6 * fmax(1, fabs(expected)))
        fail_msg("%s, step %d: expected %.9g, found %.9g", what, step, expected, found);
}

/* The formula of optim.py. */
static void gradient(float *g, int step)
{
    static const float shrink[3] = {1, 0.5f, 0.25f};
    for (int i = 0; i < WEIGHTS; i++)
        g[i] = ((float)(i + 1) * 0.25f * ((step + i) % 2 ? -1 : 1) + 0.125f * (float)step) * shrink[step % 3];
}

static void follow(FILE *reference, const char *name, lince_hyper h)
{
    float w[WEIGHTS] = {0.5f, -1.0f, 2.0f, 0.03125f}, g[WEIGHTS], s0[WEIGHTS] = {0}, s1[WEIGHTS] = {0};
    const lince_optimizer *optimizer = lince_optimizer_named(name);
    assert_non_null(optimizer);
    for (int step = 0; step < STEPS; step++) {
        gradient(g, step);
        float scale = (float)(1 << (1 + step % 3)); /* undone by grad_scale, another one each time */
        for (int i = 0; i < WEIGHTS; i++) g[i] *= scale;
        h.grad_scale = 1 / scale;
        h.step = step + 1;
        take_step(optimizer, 1, &h, w, g, (float *[]){s0, s1}, NULL, WEIGHTS);
        for (int i = 0; i < WEIGHTS; i++) {
            double expected;
            assert_int_equal(fscanf(reference, "%lf", &expected), 1);
            assert_near(name, step, (double)w[i], expected);
        }
    }
}

static void test_ten_steps_are_pytorchs(void **state)
{
    (void)state;
    FILE *reference = open_reference();
    char name[16];
    double lr, momentum, decay;
    int nesterov;
    bool has_case[64] = {false};
    while (fscanf(reference, " optimizer %15s %lf %lf %d %lf", name, &lr, &momentum, &nesterov, &decay) ==
           5) {
        lince_hyper h = {.lr = (float)lr,
                         .momentum = (float)momentum,
                         .beta1 = 0.9f,
                         .beta2 = 0.999f,
                         .alpha = 0.99f,
                         .eps = 1e-8f,
                         .weight_decay = (float)decay,
                         .nesterov = nesterov};
        follow(reference, name, h);
        for (size_t i = 0; lince_optimizer_at(i); i++)
            has_case[i] |= !strcmp(lince_optimizer_at(i)->name, name);
    }
    fclose(reference);
    for (size_t i = 0; lince_optimizer_at(i); i++)
        if (!has_case[i] && !lince_optimizer_at(i)->update_matrix) /* which has tests of its own */
            fail_msg("%s has no case in optim.txt", lince_optimizer_at(i)->name);
}

/* The formulas of optim.py; a filter has the columns [3][3][3]. */
static void follow_muon(FILE *reference, int rows, int columns, lince_hyper h)
{
    enum { MOST = 16 * 27, MUON_STEPS = 6 };
    float w[MOST], g[MOST], momentum[MOST] = {0};
    lince_param p = {.device = &lince_host,
                     .ndim = 2,
                     .dims = {rows, columns},
                     .size = (size_t)(rows * columns),
                     .value = w};
    if (columns == 27) p.ndim = 4, p.dims[1] = p.dims[2] = p.dims[3] = 3;
    float *memory = lince_alloc(lince_muon.scratch(&p), sizeof *memory);
    for (int i = 0; i < rows * columns; i++)
        w[i] = (float)((i / columns * 5 + i % columns * 3) % 7 - 3) * 0.25f;
    for (int step = 0; step < MUON_STEPS; step++) {
        for (int i = 0; i < rows * columns; i++) {
            int row = i / columns, column = i % columns;
            g[i] = (float)((row * 7 + column * 13 + row * column + step * 5) % 11 - 5);
        }
        h.grad_scale = 0.125f;
        assert_int_equal(lince_muon.update_matrix(on(1 + step % 3), &h, &p, g, momentum, memory), 0);
        for (int i = 0; i < rows * columns; i++) {
            double expected;
            assert_int_equal(fscanf(reference, "%lf", &expected), 1);
            /* the iterations enlarge what rounding adds in directions of small singular values, by up to
             * 3.4445^5 = 485: to some 5e-5 of a step, which is about lr */
            if (fabs((double)w[i] - expected) > 1e-4 * (double)h.lr)
                fail_msg("%d x %d, step %d: expected %.9g, found %.9g", rows, columns, step, expected,
                         (double)w[i]);
        }
    }
    lince_free(memory);
}

/* Stands behind the first line that begins with `word`; false where there is none. */
static bool next_case(FILE *reference, const char *word, char line[256])
{
    while (fgets(line, 256, reference))
        if (!strncmp(line, word, strlen(word))) return true;
    return false;
}

static void test_muon_is_the_published_one(void **state)
{
    (void)state;
    FILE *reference = open_reference();
    char line[256];
    int cases = 0;
    for (; next_case(reference, "muon ", line); cases++) {
        int rows, columns;
        double lr, momentum, decay;
        assert_int_equal(sscanf(line, "muon %d %d %lf %lf %lf", &rows, &columns, &lr, &momentum, &decay), 5);
        follow_muon(
            reference, rows, columns,
            (lince_hyper){.lr = (float)lr, .momentum = (float)momentum, .weight_decay = (float)decay});
    }
    assert_int_equal(cases, 4);
    fclose(reference);
}

/* What is no hidden layer's matrix is AdamW's, with betas 0.9 and 0.95, eps 1e-10 and 0.015 of the rate. */
static void test_muon_leaves_vectors_to_adamw(void **state)
{
    (void)state;
    float w[2][WEIGHTS] = {{1, 2, 3, 4}, {1, 2, 3, 4}}, s[4][WEIGHTS] = {{0}}, g[WEIGHTS];
    lince_hyper h = {.lr = 0.02f, .momentum = 0.95f, .weight_decay = 0.1f, .grad_scale = 1}, a = h;
    a.lr = 0.02f * 0.015f, a.beta1 = 0.9f, a.beta2 = 0.95f, a.eps = 1e-10f;
    for (h.step = a.step = 1; h.step < 5; h.step++, a.step++) {
        gradient(g, h.step);
        take_step(&lince_muon, 1, &h, w[0], g, (float *[]){s[0], s[1]}, NULL, WEIGHTS);
        take_step(&lince_adamw, 1, &a, w[1], g, (float *[]){s[2], s[3]}, NULL, WEIGHTS);
    }
    assert_memory_equal(w[0], w[1], sizeof w[0]);
}

/* The help of --lr and --momentum says "the usual one": which that is stands there. */
static void test_the_documents_tell_every_optimizer(void **state)
{
    (void)state;
    static const char *const documents[] = {"docs/optimization.md", "docs/optimization.es.md"};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        char path[1024], *text, row[64], rate[64];
        size_t size;
        snprintf(path, sizeof path, "%s/%s", TEST_SOURCE_DIR, documents[i]);
        assert_int_equal(lince_file_read(path, 1 << 20, &text, &size), 0);
        for (size_t k = 0; lince_optimizer_at(k); k++) {
            const lince_optimizer *o = lince_optimizer_at(k);
            snprintf(row, sizeof row, "\n| `%s` |", o->name);
            snprintf(rate, sizeof rate, "| %g |", o->usual_lr);
            const char *at = strstr(text, row), *end = at ? strchr(at + 1, '\n') : NULL,
                       *found = at ? strstr(at, rate) : NULL;
            if (!found || found > end)
                fail_msg("%s: no row of %s with its rate of %g", documents[i], o->name, o->usual_lr);
        }
        lince_free(text);
    }
}

static void assert_rate(const char *name, size_t step, double found, double expected)
{
    if (fabs(found - expected) > 1e-12)
        fail_msg("%s, step %zu: expected %.15g, found %.15g", name, step, expected, found);
}

static void test_rates_are_pytorchs(void **state)
{
    (void)state;
    FILE *reference = open_reference();
    char line[256], name[16];
    int cases = 0;
    for (; next_case(reference, "schedule ", line); cases++) {
        lince_schedule s = {.name = name, .lr = 0.1};
        assert_int_equal(sscanf(line, "schedule %15s %lf %d %lf %zu %zu", name, &s.gamma, &s.step_size,
                                &s.min_lr, &s.epochs, &s.steps_per_epoch),
                         6);
        assert_int_equal(lince_schedule_init(&s), 0);
        for (size_t t = 0; t < s.epochs * s.steps_per_epoch; t++) {
            double expected;
            assert_int_equal(fscanf(reference, "%lf ", &expected), 1);
            assert_rate(name, t, lince_schedule_lr(&s, t), expected);
        }
    }
    assert_int_equal(cases, 8);
    fclose(reference);
}

/* A triangle, as in many a speed run: up over two epochs, then straight down. */
static void test_linear_falls_from_where_the_warm_up_ends(void **state)
{
    (void)state;
    lince_schedule s = {
        .name = "linear", .lr = 1, .min_lr = 0.1, .warmup_epochs = 2, .steps_per_epoch = 2, .epochs = 5};
    static const double expected[] = {0.25, 0.5, 0.75, 1, 1, 0.85, 0.7, 0.55, 0.4, 0.25};
    assert_int_equal(lince_schedule_init(&s), 0);
    for (size_t t = 0; t < 10; t++) assert_rate("linear", t, lince_schedule_lr(&s, t), expected[t]);
}

static void test_lookahead_goes_all_the_way_at_first_and_alpha_of_it_in_the_end(void **state)
{
    (void)state;
    assert_rate("share", 0, lince_lookahead_share(0.2, 3, 0), 1);
    assert_rate("share", 1, lince_lookahead_share(0.2, 3, 0.5), 0.9);
    assert_rate("share", 2, lince_lookahead_share(0.2, 3, 1), 0.2);
    assert_rate("constant share", 0, lince_lookahead_share(0.2, 0, 0), 0.2);
    assert_rate("constant share", 1, lince_lookahead_share(0.2, 0, 0.5), 0.2);
}

static void test_plateau_drops_when_pytorchs_does(void **state)
{
    (void)state;
    FILE *reference = open_reference();
    char line[256];
    int cases = 0;
    for (; next_case(reference, "plateau ", line); cases++) {
        lince_schedule s = {.name = "plateau", .lr = 0.1, .steps_per_epoch = 5, .epochs = 20};
        assert_int_equal(sscanf(line, "plateau %lf %lf", &s.gamma, &s.min_lr), 2);
        assert_int_equal(lince_schedule_init(&s), 0);
        for (size_t epoch = 0; epoch < s.epochs; epoch++) {
            double loss, expected;
            assert_int_equal(fscanf(reference, "%lf %lf ", &loss, &expected), 2);
            lince_schedule_epoch(&s, loss);
            assert_rate("plateau", epoch, lince_schedule_lr(&s, epoch * 5), expected);
        }
    }
    assert_int_equal(cases, 2);
    fclose(reference);
}

static void test_warm_up_rises_by_equal_amounts_to_the_rate(void **state)
{
    (void)state;
    lince_schedule s = {
        .name = "constant", .lr = 0.4, .warmup_epochs = 0.5, .steps_per_epoch = 8, .epochs = 3};
    const double expected[] = {0.1, 0.2, 0.3, 0.4, 0.4, 0.4};
    assert_int_equal(lince_schedule_init(&s), 0);
    for (size_t t = 0; t < 6; t++) assert_rate("warm-up", t, lince_schedule_lr(&s, t), expected[t]);
}

static void test_cosine_begins_behind_the_warm_up(void **state)
{
    (void)state;
    lince_schedule s = {
        .name = "cosine", .lr = 0.4, .min_lr = 0.1, .warmup_epochs = 1, .steps_per_epoch = 4, .epochs = 3};
    assert_int_equal(lince_schedule_init(&s), 0);
    assert_rate("cosine", 3, lince_schedule_lr(&s, 3), 0.4);
    assert_rate("cosine", 4, lince_schedule_lr(&s, 4), 0.4);
    assert_rate("cosine", 8, lince_schedule_lr(&s, 8), 0.25);
    assert_rate("cosine", 12, lince_schedule_lr(&s, 12), 0.1);
}

static void test_unknown_names_are_refused(void **state)
{
    (void)state;
    assert_null(lince_optimizer_named("adamax"));
    assert_non_null(strstr(lince_error(), "adamax"));
    assert_int_equal(lince_schedule_init(&(lince_schedule){.name = "no such"}), LINCE_EUSAGE);
}

/* --- large arrays: more pieces than threads, and a remainder --------------------------------------- */

enum { LARGE = 70 * 65536 + 77 };

static float *noise(uint32_t seed)
{
    float *x = lince_alloc(LARGE, sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < LARGE; i++)
        x[i] = (float)((uint32_t)i * 2654435761u + seed * 40503u) / 4294967296.0f - 0.5f;
    return x;
}

static void test_a_step_does_not_depend_on_threads_or_position(void **state)
{
    (void)state;
    static const char *const names[] = {"sgd", "adam", "adamw", "rmsprop"};
    lince_hyper h = {.lr = 0.01f,
                     .momentum = 0.9f,
                     .beta1 = 0.9f,
                     .beta2 = 0.999f,
                     .alpha = 0.99f,
                     .eps = 1e-8f,
                     .weight_decay = 0.01f,
                     .grad_scale = 0.7f,
                     .step = 3};
    enum { PART = 3 * 65536 + 5 };
    float *g = noise(1);
    for (int k = 0; k < 4; k++) {
        float *one = noise(2), *two = noise(2), *s[4];
        for (int i = 0; i < 4; i++) s[i] = lince_alloc(PART, sizeof(float));
        const lince_optimizer *optimizer = lince_optimizer_named(names[k]);
        take_step(optimizer, 1, &h, one, g, (float *[]){s[0], s[1]}, NULL, PART);
        take_step(optimizer, 3, &h, two, g, (float *[]){s[2], s[3]}, NULL, 7);
        take_step(optimizer, 3, &h, two + 7, g + 7, (float *[]){s[2] + 7, s[3] + 7}, NULL, PART - 7);
        assert_memory_equal(one, two, PART * sizeof *one);
        assert_memory_equal(s[0], s[2], PART * sizeof *one);
        lince_free(one);
        lince_free(two);
        for (int i = 0; i < 4; i++) lince_free(s[i]);
    }
    lince_free(g);
}

static void test_the_norm_does_not_depend_on_threads(void **state)
{
    (void)state;
    float *x = noise(3);
    double one = lince_sum_of_squares(on(1), x, LARGE), three = lince_sum_of_squares(on(3), x, LARGE);
    long double exact = 0;
    for (size_t i = 0; i < LARGE; i++) exact += (long double)x[i] * x[i];
    assert_true(one == three);
    assert_true(fabs(one - (double)exact) < 1e-12 * one);
    lince_free(x);
}

static void test_the_norm_shows_a_gradient_that_is_not_finite(void **state)
{
    (void)state;
    float *x = noise(4);
    assert_true(isfinite(lince_sum_of_squares(on(2), x, LARGE)));
    x[LARGE - 1] = INFINITY;
    assert_false(isfinite(lince_sum_of_squares(on(2), x, LARGE)));
    x[LARGE - 1] = 3e38f; /* its square is no float, but the sum is a double */
    assert_true(isfinite(lince_sum_of_squares(on(2), x, LARGE)));
    x[65536] = NAN;
    assert_true(isnan(lince_sum_of_squares(on(2), x, LARGE)));
    lince_free(x);
}

static void test_the_average_moves_by_its_decay(void **state)
{
    (void)state;
    float average[3] = {1, 2, -4};
    lince_blend(on(2), 0.75f, 0.25f, average, (float[]){5, 2, 0}, 3);
    assert_true(average[0] == 2 && average[1] == 2 && average[2] == -3);
}

static void test_a_step_takes_the_average_along(void **state)
{
    (void)state;
    float *g = noise(1), *w = noise(2), *v = noise(2), *a = noise(3), *b = noise(3);
    float *s = lince_alloc(2 * LARGE, sizeof *s);
    const lince_optimizer *sgd = lince_optimizer_named("sgd");
    lince_hyper h = {.lr = 0.1f, .momentum = 0.9f, .grad_scale = 1, .step = 1, .average = 0.75f};
    take_step(sgd, 2, &h, w, g, (float *[]){s, NULL}, a, LARGE);
    take_step(sgd, 2, &h, v, g, (float *[]){s + LARGE, NULL}, NULL, LARGE);
    lince_blend(on(2), 0.75f, 0.25f, b, v, LARGE);
    assert_memory_equal(w, v, LARGE * sizeof *w);
    assert_memory_equal(a, b, LARGE * sizeof *a);
    lince_free(g), lince_free(w), lince_free(v), lince_free(a), lince_free(b), lince_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_steps_are_pytorchs),
        cmocka_unit_test(test_muon_is_the_published_one),
        cmocka_unit_test(test_muon_leaves_vectors_to_adamw),
        cmocka_unit_test(test_the_documents_tell_every_optimizer),
        cmocka_unit_test(test_rates_are_pytorchs),
        cmocka_unit_test(test_linear_falls_from_where_the_warm_up_ends),
        cmocka_unit_test(test_lookahead_goes_all_the_way_at_first_and_alpha_of_it_in_the_end),
        cmocka_unit_test(test_plateau_drops_when_pytorchs_does),
        cmocka_unit_test(test_warm_up_rises_by_equal_amounts_to_the_rate),
        cmocka_unit_test(test_cosine_begins_behind_the_warm_up),
        cmocka_unit_test(test_unknown_names_are_refused),
        cmocka_unit_test(test_a_step_does_not_depend_on_threads_or_position),
        cmocka_unit_test(test_the_norm_does_not_depend_on_threads),
        cmocka_unit_test(test_the_norm_shows_a_gradient_that_is_not_finite),
        cmocka_unit_test(test_the_average_moves_by_its_decay),
        cmocka_unit_test(test_a_step_takes_the_average_along),
    };
    return cmocka_run_group_tests_name("optim", tests, NULL, NULL);
}
