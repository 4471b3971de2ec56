/* Comparing classifiers on the same samples. */
#include "core/random.h"
#include "metrics/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double found, double expected, double tolerance)
{
    if (fabs(found - expected) > tolerance) fail_msg("found %.12g, expected %.12g", found, expected);
}

/* scipy.stats.binomtest(k, n).pvalue */
static void test_mcnemar_is_the_exact_binomial_test(void **state)
{
    (void)state;
    near(lince_mcnemar_exact(0, 0), 1, 0);
    near(lince_mcnemar_exact(5, 5), 1, 0);
    near(lince_mcnemar_exact(0, 10), 0.001953125, 1e-12);
    near(lince_mcnemar_exact(10, 0), 0.001953125, 1e-12);
    near(lince_mcnemar_exact(3, 12), 0.03515625, 1e-12);
    near(lince_mcnemar_exact(120, 165), 0.009033430049835, 1e-12);
    assert_true(lince_mcnemar_exact(100, 2000) < 1e-100); /* no underflow on the way */
}

static void test_holm_multiplies_by_what_is_left(void **state)
{
    (void)state;
    double p[] = {0.04, 0.01, 0.03, 0.6};
    lince_holm(p, 4);
    near(p[0], 0.09, 1e-12); /* at least the one before it: 0.03 x 3 */
    near(p[1], 0.04, 1e-12);
    near(p[2], 0.09, 1e-12);
    near(p[3], 0.6, 1e-12);
    double equal[] = {0.02, 0.02};
    lince_holm(equal, 2);
    near(equal[0], 0.04, 1e-12);
    near(equal[1], 0.04, 1e-12);
}

enum { N = 1000, RUNS = 3 };

/* Run 0 is right with probability 0.8, run 1 gives the same answers, run 2 is right with 0.6. */
typedef struct sample {
    int32_t label[N], predicted[RUNS][N];
    const int32_t *rows[RUNS];
    lince_paired paired;
} sample;

static void draw(sample *s)
{
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_SYNTH, 0, 0));
    for (int i = 0; i < N; i++) {
        s->label[i] = i % 2;
        s->predicted[0][i] = lince_random_uniform(&random) < 0.8f ? s->label[i] : 1 - s->label[i];
        s->predicted[1][i] = s->predicted[0][i];
        s->predicted[2][i] = lince_random_uniform(&random) < 0.6f ? s->label[i] : 1 - s->label[i];
    }
    for (int r = 0; r < RUNS; r++) s->rows[r] = s->predicted[r];
    s->paired = (lince_paired){.classes = 2, .n = N, .runs = RUNS, .label = s->label, .predicted = s->rows};
}

static void test_the_interval_of_an_accuracy_is_the_binomial_one(void **state)
{
    (void)state;
    static sample s;
    lince_interval own[RUNS * 10], difference[RUNS * 10];
    assert_int_equal(lince_score_count(2), 10);
    draw(&s);
    assert_int_equal(lince_bootstrap(&s.paired, 0, 2000, 1, own, difference), 0);
    double p = own[LINCE_SCORE_ACCURACY].value, half = 1.96 * sqrt(p * (1 - p) / N);
    near(own[LINCE_SCORE_ACCURACY].low, p - half, 0.004);
    near(own[LINCE_SCORE_ACCURACY].high, p + half, 0.004);
}

/* sklearn: recall_score([0, 0, 1, 1], [0, 0, 1, 0], labels=range(3), average="macro") is (1 + 0.5 + 0) / 3,
 * here as in a run's metrics. */
static void test_a_class_without_samples_counts_as_nothing_in_the_average(void **state)
{
    (void)state;
    const int32_t label[] = {0, 0, 1, 1}, predicted[] = {0, 0, 1, 0}, *rows[] = {predicted};
    const lince_paired paired = {.classes = 3, .n = 4, .runs = 1, .label = label, .predicted = rows};
    lince_interval own[13], difference[13];
    assert_int_equal(lince_score_count(3), 13);
    assert_int_equal(lince_bootstrap(&paired, 0, 500, 1, own, difference), 0);
    near(own[LINCE_SCORE_RECALL].value, 0.5, 1e-12);
    near(own[LINCE_SCORE_PRECISION].value, (2. / 3 + 1) / 3, 1e-12);
    near(own[LINCE_SCORE_RECALL].high, 2. / 3, 1e-6); /* two classes right of three, in resamples too */
}

static void test_differences_are_paired(void **state)
{
    (void)state;
    static sample s;
    lince_interval own[RUNS * 10], difference[RUNS * 10];
    draw(&s);
    assert_int_equal(lince_bootstrap(&s.paired, 0, 1000, 1, own, difference), 0);
    const lince_interval *same = &difference[10], *worse = &difference[20];
    for (int i = 0; i < 10; i++) { /* equal answers differ in no resample */
        assert_true(same[i].low == 0 && same[i].high == 0 && same[i].value == 0);
    }
    assert_true(worse[LINCE_SCORE_ACCURACY].high < 0);
    assert_true(worse[LINCE_SCORE_F1].high < 0);
}

static void test_the_same_seed_gives_the_same_intervals(void **state)
{
    (void)state;
    static sample s;
    lince_interval a[RUNS * 10], b[RUNS * 10], other[RUNS * 10], difference[RUNS * 10];
    draw(&s);
    lince_bootstrap(&s.paired, 0, 200, 7, a, difference);
    lince_bootstrap(&s.paired, 0, 200, 7, b, difference);
    lince_bootstrap(&s.paired, 0, 200, 8, other, difference);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, other, sizeof a);
}

/* Values of statsmodels' proportion_confint(method="wilson"). */
static void test_wilsons_interval_stays_between_0_and_1(void **state)
{
    (void)state;
    lince_interval half = lince_wilson(5, 10), all = lince_wilson(10, 10), none = lince_wilson(0, 0);
    assert_float_equal(half.value, 0.5, 1e-12);
    assert_float_equal(half.low, 0.236593, 1e-6);
    assert_float_equal(half.high, 0.763407, 1e-6);
    assert_float_equal(all.low, 0.722467, 1e-6);
    assert_true(all.value == 1 && all.high <= 1);
    assert_true(none.low == 0 && none.high == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mcnemar_is_the_exact_binomial_test),
        cmocka_unit_test(test_holm_multiplies_by_what_is_left),
        cmocka_unit_test(test_the_interval_of_an_accuracy_is_the_binomial_one),
        cmocka_unit_test(test_wilsons_interval_stays_between_0_and_1),
        cmocka_unit_test(test_a_class_without_samples_counts_as_nothing_in_the_average),
        cmocka_unit_test(test_differences_are_paired),
        cmocka_unit_test(test_the_same_seed_gives_the_same_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
