/* Every row against PyTorch's values (tests/reference/losses.py) and finite differences; what rows are asked
 * for. */
#include "core/memory.h"
#include "loss/loss.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 8, MOST_CLASSES = 8 };

typedef struct problem {
    lince_loss loss;
    size_t n;
    int classes;
    float scores[MOST * MOST_CLASSES], gradient[MOST * MOST_CLASSES], each[MOST], weight[MOST_CLASSES];
    int32_t label[MOST], partner[MOST];
    float asked[MOST * MOST_CLASSES], positive[MOST_CLASSES];
    lince_targets targets;
} problem;

/* The formulas of losses.py. */
static void set(problem *p, const char *name, double number, size_t n, int classes, float smoothing,
                bool weighted)
{
    p->loss = (lince_loss){lince_loss_named(name), number};
    assert_non_null(p->loss.type);
    p->n = n, p->classes = classes;
    for (int i = 0; i < (int)n; i++) {
        p->label[i] = i * 3 % classes;
        p->partner[i] = (i * 3 + 1) % classes;
        for (int c = 0; c < classes; c++) p->scores[i * classes + c] = (float)((i * 7 + c * 5) % 11) / 4 - 1;
    }
    for (int c = 0; c < classes; c++) p->weight[c] = 0.5f + 0.25f * (float)c;
    p->targets =
        (lince_targets){.label = p->label, .smoothing = smoothing, .weight = weighted ? p->weight : NULL};
}

/* The same of several labels, shares among them: the formulas of several_labels.py. */
static void ask_several(problem *p, bool weighted)
{
    static const float shares[] = {0, 1, 0.25f};
    for (int c = 0; c < p->classes; c++) {
        p->positive[c] = 3 - 0.5f * (float)c;
        for (int i = 0; i < (int)p->n; i++)
            p->asked[i * p->classes + c] = i ? shares[(i * i + 2 * c) % 3] : 0;
    }
    p->targets.label = NULL;
    p->targets.asked = p->asked;
    p->targets.positive = weighted ? p->positive : NULL;
}

static double mean_of(problem *p)
{
    return p->loss.type->gradient(&p->loss, p->scores, p->n, p->classes, &p->targets, p->gradient, p->each);
}

static double next(FILE *file)
{
    double value;
    assert_int_equal(fscanf(file, "%lf", &value), 1);
    return value;
}

static void check_case(problem *p, FILE *file)
{
    double mean = next(file);
    if (!(fabs(mean_of(p) - mean) < 1e-10))
        fail_msg("%s %g, %zu x %d, %g: %.12g instead of %.12g", p->loss.type->name, p->loss.number, p->n,
                 p->classes, (double)p->targets.smoothing, mean_of(p), mean);
    for (size_t i = 0; i < p->n; i++) {
        const float *scores = p->scores + i * (size_t)p->classes, *asked = p->asked + i * (size_t)p->classes;
        double each = next(file),
               value = p->targets.asked ? p->loss.type->value_of(&p->loss, scores, p->classes, 1, asked)
                                        : p->loss.type->value(&p->loss, scores, p->classes, 1, p->label[i]);
        assert_true(fabs((double)p->each[i] - each) < 2e-7 && fabs(value - each) < 1e-10);
    }
    for (size_t k = 0; k < p->n * (size_t)p->classes; k++)
        assert_true(fabs((double)p->gradient[k] - next(file)) < 1e-7);
}

/* Of a file's cases; which losses have some. */
static void check_file(const char *path, bool several, bool has_case[8])
{
    static problem p;
    char name[32];
    double number;
    size_t n;
    int classes, weighted;
    float smoothing;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fscanf(file, "%31s %lf %zu %d %f %d", name, &number, &n, &classes, &smoothing, &weighted) == 6) {
        set(&p, name, number, n, classes, smoothing, weighted);
        if (several) ask_several(&p, weighted);
        check_case(&p, file);
        for (size_t i = 0; lince_loss_at(i); i++) has_case[i] |= lince_loss_at(i) == p.loss.type;
    }
    fclose(file);
}

static void test_values_and_gradients_are_pytorchs(void **state)
{
    (void)state;
    bool one[8] = {false}, several[8] = {false};
    check_file(TEST_SOURCE_DIR "/tests/loss/losses.txt", false, one);
    check_file(TEST_SOURCE_DIR "/tests/loss/several.txt", true, several);
    for (size_t i = 0; lince_loss_at(i); i++) {
        if (!several[i]) fail_msg("%s has no case in several.txt", lince_loss_at(i)->name);
        if (!one[i] && !lince_loss_at(i)->several)
            fail_msg("%s has no case in losses.txt", lince_loss_at(i)->name);
    }
}

/* Steps that single precision holds exactly: the loss is double. */
static void check_differences(problem *p)
{
    const float step = 0x1p-10f;
    float found[MOST * MOST_CLASSES];
    mean_of(p);
    memcpy(found, p->gradient, sizeof found);
    for (size_t k = 0; k < p->n * (size_t)p->classes; k++) {
        float at = p->scores[k];
        p->scores[k] = at + step;
        double above = mean_of(p);
        p->scores[k] = at - step;
        double below = mean_of(p);
        p->scores[k] = at;
        assert_true(fabs((above - below) / (2 * (double)step) - (double)found[k]) < 2e-6);
    }
}

static void test_gradients_are_those_of_finite_differences(void **state)
{
    (void)state;
    static problem p;
    for (size_t i = 0; lince_loss_at(i); i++)
        for (int mixed = 0; mixed < 2; mixed++) {
            set(&p, lince_loss_at(i)->name, 1.5, 5, 4, 0.1f, true);
            if (mixed) p.targets.partner = p.partner, p.targets.own = 0.3f;
            if (!lince_loss_at(i)->several) check_differences(&p);
            ask_several(&p, true);
            check_differences(&p);
        }
}

/* Mixup's: the loss of mixed labels is that of the one and of the other, by their shares. */
static void test_a_mixed_target_has_both_labels_losses_by_their_shares(void **state)
{
    (void)state;
    static problem p;
    for (size_t i = 0; lince_loss_at(i); i++) {
        if (lince_loss_at(i)->several) continue;
        set(&p, lince_loss_at(i)->name, 2, 5, 4, 0, false);
        double own = mean_of(&p);
        p.targets.label = p.partner;
        double partners = mean_of(&p);
        p.targets = (lince_targets){.label = p.label, .partner = p.partner, .own = 0.25f};
        assert_true(fabs(mean_of(&p) - (0.25 * own + 0.75 * partners)) < 1e-12);
    }
}

/* Where an answer is sure, 1 - p is 0 in any precision, or log p as far from 0 as scores are. */
static void test_focal_loss_stays_finite_where_answers_are_sure(void **state)
{
    (void)state;
    static problem p;
    static const double gammas[] = {0, 0.5, 1, 2, 100};
    for (size_t i = 0; i < sizeof gammas / sizeof *gammas; i++) {
        set(&p, "focal", gammas[i], 2, 2, 0, false);
        memcpy(p.scores, (float[]){1000, -1000, 1000, -1000}, 4 * sizeof(float));
        p.label[0] = 0, p.label[1] = 1;
        assert_true(fabs(mean_of(&p) - 1000) < 1e-9);
        assert_true(p.each[0] == 0 && p.gradient[0] == 0 && p.gradient[1] == 0);
        assert_true(p.gradient[2] == 0.5f && p.gradient[3] == -0.5f);
    }
}

/* What is missed by far costs its score, and nothing overflows. */
static void test_losses_of_several_labels_stay_finite(void **state)
{
    (void)state;
    static problem p;
    for (size_t i = 0; lince_loss_at(i); i++) {
        set(&p, lince_loss_at(i)->name, 2, 2, 2, 0, false);
        memcpy(p.scores, (float[]){1000, -1000, 1000, -1000}, 4 * sizeof(float));
        memcpy(p.asked, (float[]){1, 0, 0, 1}, 4 * sizeof(float));
        p.targets.asked = p.asked;
        double mean = mean_of(&p), expected = lince_loss_at(i)->several ? 500 : 1000;
        assert_true(fabs(mean - expected) < 1e-9 && p.each[0] == 0);
        for (int k = 0; k < 4; k++) assert_true(isfinite(p.gradient[k]));
    }
}

static void test_the_number_of_samples_a_mean_is_over_is_that_of_their_weights(void **state)
{
    (void)state;
    const float weight[] = {0.5f, 2, 0};
    const int32_t label[] = {0, 1, 1, 2};
    assert_true(lince_loss_weight(&(lince_targets){.label = label}, 4) == 4);
    assert_true(lince_loss_weight(&(lince_targets){.label = label, .weight = weight}, 4) == 4.5);
    assert_true(lince_loss_weight(&(lince_targets){.label = label, .partner = label, .weight = weight}, 4) ==
                4);
}

static void test_samples_without_weight_have_neither_loss_nor_gradient(void **state)
{
    (void)state;
    static problem p;
    for (size_t i = 0; lince_loss_at(i); i++) {
        set(&p, lince_loss_at(i)->name, 2, 2, 2, 0, true);
        memset(p.weight, 0, sizeof p.weight);
        if (lince_loss_at(i)->several) ask_several(&p, true);
        assert_true(mean_of(&p) == 0);
        for (int k = 0; k < 4; k++) assert_true(p.gradient[k] == 0);
    }
}

static void test_chance_is_the_loss_of_the_classes_shares(void **state)
{
    (void)state;
    const lince_loss cross_entropy = {.type = &lince_cross_entropy},
                     focal = {.type = &lince_focal, .number = 2};
    const double share[] = {0.9, 0.1, 0};
    float room[10];
    assert_true(fabs(lince_loss_chance(&cross_entropy, NULL, 10, room) - log(10)) < 1e-12);
    assert_true(fabs(lince_loss_chance(&focal, NULL, 10, room) - 0.81 * log(10)) < 1e-12);
    assert_true(fabs(lince_loss_chance(&cross_entropy, share, 3, room) - 0.325083) < 1e-6);
    assert_true(fabs(lince_loss_chance(&focal, share, 3, room) -
                     (0.9 * 0.01 * -log(0.9) + 0.1 * 0.81 * -log(0.1))) < 1e-6);
    const lince_loss binary = {.type = &lince_binary_cross_entropy};
    const double often[] = {0.5, 0.25};
    assert_true(fabs(lince_loss_chance(&binary, NULL, 3, room) - log(2)) < 1e-12);
    assert_true(fabs(lince_loss_chance(&binary, often, 2, room) -
                     (log(2) - 0.25 * log(0.25) - 0.75 * log(0.75)) / 2) < 1e-12);
}

static void test_probabilities_and_answers(void **state)
{
    (void)state;
    const float scores[] = {0, logf(3), logf(3), -1, -1, -1};
    float probability[6];
    for (size_t i = 0; lince_loss_at(i); i++) {
        const lince_loss_type *l = lince_loss_at(i);
        l->probabilities(scores, probability, 2, 3);
        if (l->several) { /* each by itself */
            assert_true(probability[0] == 0.5f && fabsf(probability[2] - 0.75f) < 1e-7f);
            assert_true(fabsf(probability[5] - 1 / (1 + expf(1))) < 1e-7f);
            continue;
        }
        assert_true(fabsf(probability[0] - 1.0f / 7) < 1e-7f && fabsf(probability[2] - 3.0f / 7) < 1e-7f);
        assert_true(fabsf(probability[5] - 1.0f / 3) < 1e-7f);
        assert_int_equal(l->decide(probability, 3), 1); /* of equal ones the first */
    }
}

static void test_a_loss_is_read_as_it_is_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"cross-entropy", "focal:2", "focal:0.5", "binary-cross-entropy",
                                        "sigmoid-focal:1"},
                             *const wrong[] = {"",         "hinge",           "focal",    "focal:",
                                               "focal:2x", "cross-entropy:2", "focal:two"};
    char text[LINCE_LOSS_TEXT];
    lince_loss l;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(lince_loss_parse(&l, texts[i]), 0);
        lince_loss_print(&l, text);
        assert_string_equal(text, texts[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (lince_loss_parse(&l, wrong[i]) != LINCE_EDATA) fail_msg("'%s' was taken for a loss", wrong[i]);
}

static void test_the_list_of_names_is_that_of_the_rows(void **state)
{
    (void)state;
    for (size_t i = 0; lince_loss_at(i); i++) {
        assert_string_equal(lince_loss_name_at(NULL, i), lince_loss_at(i)->name);
        assert_ptr_equal(lince_loss_named(lince_loss_at(i)->name), lince_loss_at(i));
    }
    assert_null(lince_loss_named("hinge"));
    assert_string_equal(lince_error(),
                        "loss hinge: expected one of cross-entropy|focal|binary-cross-entropy|sigmoid-focal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_gradients_are_pytorchs),
        cmocka_unit_test(test_gradients_are_those_of_finite_differences),
        cmocka_unit_test(test_a_mixed_target_has_both_labels_losses_by_their_shares),
        cmocka_unit_test(test_focal_loss_stays_finite_where_answers_are_sure),
        cmocka_unit_test(test_losses_of_several_labels_stay_finite),
        cmocka_unit_test(test_the_number_of_samples_a_mean_is_over_is_that_of_their_weights),
        cmocka_unit_test(test_samples_without_weight_have_neither_loss_nor_gradient),
        cmocka_unit_test(test_chance_is_the_loss_of_the_classes_shares),
        cmocka_unit_test(test_probabilities_and_answers),
        cmocka_unit_test(test_a_loss_is_read_as_it_is_written),
        cmocka_unit_test(test_the_list_of_names_is_that_of_the_rows),
    };
    return cmocka_run_group_tests_name("loss/loss", tests, NULL, NULL);
}
