/* Softmax and cross-entropy against their definitions: summed in double precision, rounded in the end. */
#include "core/memory.h"
#include "loss/softmax.h"
#include "ops/sample.h"

#include <string.h>

enum { SOFTMAX, EACH, GRADIENT, WHATS };
static const char *const names[WHATS] = {"softmax", "each loss", "gradient of logits"};
static tally tallies[WHATS];

enum { MOST = 40, MOST_CLASSES = 60 };

static void check(int what, value_kind kind, int classes, size_t at, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s, %s values, %d classes: [%zu] is %.9g, expected %.9g: %.3g times the bound", names[what],
                 value_kind_names[kind], classes, at, (double)found, expected.value, ratio);
    record(&tallies[what], kind, classes, ratio);
}

typedef struct problem {
    float logits[MOST * MOST_CLASSES], gradient[MOST * MOST_CLASSES], probability[MOST * MOST_CLASSES];
    float weight[MOST_CLASSES], each[MOST], smoothing;
    int32_t label[MOST];
    size_t n;
    int classes;
    bool weighted;
    value_kind kind;
} problem;

static double log_sum_exp(const float *row, int classes)
{
    double largest = -INFINITY, total = 0;
    for (int c = 0; c < classes; c++) largest = fmax(largest, (double)row[c]);
    for (int c = 0; c < classes; c++) total += exp((double)row[c] - largest);
    return largest + log(total);
}

static double weight_of(const problem *p, int c)
{
    return p->weighted ? (double)p->weight[c] : 1;
}

/* w_c ((1 - e) [c = y] + e / classes) */
static double target(const problem *p, size_t i, int c)
{
    double e = (double)p->smoothing;
    return weight_of(p, c) * (e / p->classes + (c == p->label[i] ? 1 - e : 0));
}

static double loss_of(problem *p, const int32_t *partner, float own)
{
    const lince_loss cross_entropy = {.type = &lince_cross_entropy};
    const lince_targets targets = {.label = p->label,
                                   .partner = partner,
                                   .own = own,
                                   .smoothing = p->smoothing,
                                   .weight = p->weighted ? p->weight : NULL};
    return lince_softmax_gradient(&cross_entropy, p->logits, p->n, p->classes, &targets, p->gradient,
                                  p->each);
}

static void check_problem(problem *p)
{
    double loss = loss_of(p, NULL, 0);
    double expected = 0, weights = 0;
    lince_softmax(p->logits, p->probability, p->n, p->classes);
    for (size_t i = 0; i < p->n; i++) weights += weight_of(p, p->label[i]);
    for (size_t i = 0; i < p->n; i++) {
        const float *row = p->logits + i * (size_t)p->classes;
        double whole = log_sum_exp(row, p->classes), mass = 0;
        for (int c = 0; c < p->classes; c++) mass += target(p, i, c);
        for (int c = 0; c < p->classes; c++) {
            size_t at = i * (size_t)p->classes + (size_t)c;
            double share = exp((double)row[c] - whole);
            expected -= target(p, i, c) * ((double)row[c] - whole) / weights;
            check(SOFTMAX, p->kind, p->classes, at, rounded(exactly(share)), p->probability[at]);
            estimate pulled = rounded(exactly(-target(p, i, c) / weights)),
                     pushed = rounded(exactly(mass * share / weights));
            check(GRADIENT, p->kind, p->classes, at, rounded(sum_of(pulled, pushed)), p->gradient[at]);
        }
        estimate each = exactly(whole - (double)row[p->label[i]]);
        check(EACH, p->kind, p->classes, i, disturbed(rounded(each), 0x1p-28 * whole), p->each[i]);
    }
    assert_true(fabs(loss - expected) <= 1e-12 * (1 + fabs(expected)));
}

static void test_random_shapes(void **state)
{
    (void)state;
    static problem p;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(30, LINCE_STREAM_SYNTH, 0, i));
        p.kind = (value_kind)(i % VALUE_KINDS);
        p.n = (size_t)draw_size(&r, 1, MOST), p.classes = draw_size(&r, 2, MOST_CLASSES);
        p.weighted = lince_random_below(&r, 2);
        p.smoothing = lince_random_below(&r, 2) ? 0.1f : 0;
        for (size_t k = 0; k < p.n * (size_t)p.classes; k++) p.logits[k] = 3 * draw_weight(p.kind, k & 1, &r);
        for (size_t k = 0; k < p.n; k++) p.label[k] = (int32_t)lince_random_below(&r, (uint32_t)p.classes);
        for (int c = 0; c < p.classes; c++) p.weight[c] = 0.1f + lince_random_uniform(&r);
        check_problem(&p);
    }
}

static void test_large_logits_do_not_overflow(void **state)
{
    (void)state;
    static problem p = {.logits = {1000, -1000, 999}, .label = {1}, .n = 1, .classes = 3};
    lince_softmax(p.logits, p.probability, 1, 3);
    assert_true(p.probability[1] == 0 && fabsf(p.probability[0] - 0.7310586f) < 1e-6f);
    assert_true(fabs(loss_of(&p, NULL, 0) - 2000.3132616) < 1e-6 && p.gradient[1] == -1);
}

/* The formulas of tests/reference/mixed_targets.py. */
static void set_mixed(problem *p, int32_t *partner)
{
    for (int i = 0; i < (int)p->n; i++) {
        p->label[i] = i * 2 % p->classes;
        partner[i] = (i * 3 + 1) % p->classes;
        for (int c = 0; c < p->classes; c++)
            p->logits[i * p->classes + c] = (float)((i * 7 + c * 5) % 11) / 4 - 1;
    }
    for (int c = 0; c < p->classes; c++) p->weight[c] = 0.5f + 0.25f * (float)c;
}

static void test_mixed_labels_are_pytorchs_targets_of_probabilities(void **state)
{
    (void)state;
    static problem p;
    int32_t partner[MOST];
    int weighted, cases = 0;
    float own;
    double expected;
    FILE *file = fopen(TEST_SOURCE_DIR "/tests/loss/mixed_targets.txt", "r");
    assert_non_null(file);
    while (fscanf(file, "%zu %d %f %f %d %lf", &p.n, &p.classes, &own, &p.smoothing, &weighted, &expected) ==
           6) {
        p.weighted = weighted;
        set_mixed(&p, partner);
        assert_true(fabs(loss_of(&p, partner, own) - expected) < 1e-10);
        for (size_t k = 0; k < p.n * (size_t)p.classes; k++) {
            double gradient;
            assert_int_equal(fscanf(file, "%lf", &gradient), 1);
            assert_true(fabs((double)p.gradient[k] - gradient) < 1e-7);
        }
        cases++;
    }
    fclose(file);
    assert_int_equal(cases, 36);
}

/* Steps that single precision holds exactly: the loss is double. */
static void test_the_gradient_of_mixed_labels_is_that_of_finite_differences(void **state)
{
    (void)state;
    static problem p = {.n = 4, .classes = 5, .smoothing = 0.1f, .weighted = true};
    int32_t partner[MOST];
    float found[4 * 5];
    const float step = 0x1p-10f;
    set_mixed(&p, partner);
    loss_of(&p, partner, 0.3f);
    memcpy(found, p.gradient, sizeof found);
    for (int k = 0; k < 4 * 5; k++) {
        float at = p.logits[k];
        p.logits[k] = at + step;
        double above = loss_of(&p, partner, 0.3f);
        p.logits[k] = at - step;
        double below = loss_of(&p, partner, 0.3f);
        p.logits[k] = at;
        assert_true(fabs((above - below) / (2 * (double)step) - (double)found[k]) < 1e-6);
    }
}

static void test_a_share_of_one_leaves_the_bits_as_they_are_without_mixing(void **state)
{
    (void)state;
    static problem p = {.n = 5, .classes = 7, .smoothing = 0.1f};
    int32_t partner[MOST];
    static problem mixed;
    set_mixed(&p, partner);
    mixed = p;
    assert_true(loss_of(&p, NULL, 0) == loss_of(&mixed, partner, 1));
    assert_memory_equal(mixed.gradient, p.gradient, sizeof p.gradient);
    assert_memory_equal(mixed.each, p.each, sizeof p.each);
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    check_tallies(names, tallies, WHATS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_large_logits_do_not_overflow),
        cmocka_unit_test(test_mixed_labels_are_pytorchs_targets_of_probabilities),
        cmocka_unit_test(test_the_gradient_of_mixed_labels_is_that_of_finite_differences),
        cmocka_unit_test(test_a_share_of_one_leaves_the_bits_as_they_are_without_mixing),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("loss/cross_entropy", tests, NULL, NULL);
}
