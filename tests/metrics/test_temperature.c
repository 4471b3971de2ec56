/* Temperature scaling, against scipy's minimum (tests/reference/temperature.py). */
#include "core/file.h"
#include "core/memory.h"
#include "metrics/temperature.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLES = 100, CLASSES = 10 };

static float scores[SAMPLES * CLASSES];
static int32_t labels[SAMPLES];
static bool marks[SAMPLES * CLASSES], *there; /* there: marks, of several labels; else NULL */

static lince_scored scored(size_t n, int classes)
{
    return (lince_scored){scores, n, classes, labels, there};
}

static double fit(size_t n, int classes)
{
    const lince_scored s = scored(n, classes);
    return lince_fit_temperature(&s);
}

static lince_reliability measure(int n, int classes, double temperature)
{
    lince_reliability r = {0};
    const lince_scored s = scored((size_t)n, classes);
    for (size_t i = 0; i < s.n; i++) lince_reliability_add(&r, &s, i, temperature);
    lince_reliability_finish(&r);
    return r;
}

static void assert_measures(FILE *file, const char *word, int n, int classes, double temperature)
{
    char name[16];
    double loss, brier;
    lince_reliability r = measure(n, classes, temperature);
    assert_int_equal(fscanf(file, "%15s %lf %lf", name, &loss, &brier), 3);
    assert_string_equal(name, word);
    assert_float_equal(r.loss, loss, 1e-9);
    assert_float_equal(r.brier, brier, 1e-9);
}

static void read_case(FILE *file, int n, int classes)
{
    for (int i = 0; i < n; i++) {
        for (int c = 0, mark; there && c < classes; c++) {
            assert_int_equal(fscanf(file, "%d", &mark), 1);
            there[i * classes + c] = mark;
        }
        if (!there) assert_int_equal(fscanf(file, "%d", &labels[i]), 1);
        for (int c = 0; c < classes; c++) assert_int_equal(fscanf(file, "%f", &scores[i * classes + c]), 1);
    }
}

/* scipy's bounded search stops within about 1e-8 of the minimum, where the loss no longer changes in its
 * digits. */
static void test_the_temperature_is_scipys(void **state)
{
    (void)state;
    int n, classes, cases = 0;
    char kind[16];
    FILE *file = fopen(TEST_SOURCE_DIR "/tests/metrics/temperature.txt", "r");
    assert_non_null(file);
    while (fscanf(file, "%15s %d %d", kind, &n, &classes) == 3) {
        double wanted;
        assert_in_range(n, 1, SAMPLES);
        assert_in_range(classes, 1, CLASSES);
        there = strcmp(kind, "several") ? NULL : marks;
        read_case(file, n, classes);
        assert_int_equal(fscanf(file, " temperature %lf", &wanted), 1);
        double t = fit((size_t)n, classes);
        assert_float_equal(t, wanted, 1e-6 * wanted);
        assert_measures(file, "before", n, classes, 1);
        assert_measures(file, "after", n, classes, t);
        cases++;
    }
    fclose(file);
    there = NULL;
    assert_int_equal(cases, 6);
}

/* Of one class among several with the score s, which the share q of the samples has: s / T = log(q / (1 - q)), and what is
 * said of it is right on average. */
static void test_known_of_several_labels(void **state)
{
    (void)state;
    there = marks;
    for (int i = 0; i < 100; i++) {
        scores[2 * i] = 6, scores[2 * i + 1] = -6;
        marks[2 * i] = i < 90, marks[2 * i + 1] = i < 10;
    }
    double t = fit(100, 2);
    assert_float_equal(t, 6 / log(9), 1e-9);
    lince_reliability before = measure(100, 2, 1), after = measure(100, 2, t);
    assert_int_equal(before.n, 100);
    assert_float_equal(before.ece, 1 / (1 + exp(-6)) - 0.9, 1e-9);
    assert_float_equal(after.ece, 0, 1e-9);
    assert_float_equal(after.brier, 0.9 * 0.1, 1e-9);
    assert_float_equal(after.loss, -0.9 * log(0.9) - 0.1 * log(0.1), 1e-9);
    for (int i = 0; i < 200; i++) marks[i] = scores[i] > 0;
    assert_float_equal(fit(100, 2), LINCE_TEMPERATURE_LEAST, 1e-12);
    scores[0] = -800, marks[0] = true; /* whose probability is 0 in double */
    assert_float_equal(measure(1, 2, 1).loss, 400 + log1p(exp(-6)) / 2, 1e-9);
    there = NULL;
}

/* Of two classes with scores 0 and s, of which the share q is right: s / T = log(q / (1 - q)). */
static void test_known_in_closed_form(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        labels[i] = i < 80;
        scores[2 * i] = 0;
        scores[2 * i + 1] = 10;
    }
    double t = fit(100, 2);
    assert_float_equal(t, 10 / log(4), 1e-9);
    lince_reliability before = measure(100, 2, 1), after = measure(100, 2, t);
    assert_float_equal(before.ece, 1 / (1 + exp(-10)) - 0.8, 1e-9);
    assert_float_equal(after.ece, 0, 1e-9);
    assert_float_equal(after.brier, 2 * 0.8 * 0.2, 1e-9);
}

/* Where all are right the loss falls as T does; where scores know nothing, as it rises; and none are none. */
static void test_what_says_nothing_ends_at_the_bounds(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        labels[i] = i % 2;
        scores[2 * i] = labels[i] ? -3 : 3;
        scores[2 * i + 1] = 0;
    }
    assert_float_equal(fit(4, 2), LINCE_TEMPERATURE_LEAST, 1e-12);
    for (int i = 0; i < 4; i++) labels[i] = !labels[i];
    assert_float_equal(fit(4, 2), LINCE_TEMPERATURE_MOST, 1e-12);
    assert_true(isnan(fit(0, 2)));
}

/* Scores whose probabilities are 0 in float have their loss. */
static void test_far_scores_keep_their_loss(void **state)
{
    (void)state;
    scores[0] = 500;
    scores[1] = -500;
    labels[0] = 1;
    assert_float_equal(measure(1, 2, 1).loss, 1000, 1e-9);
    assert_float_equal(measure(1, 2, 10).loss, 100, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_temperature_is_scipys),
        cmocka_unit_test(test_known_of_several_labels),
        cmocka_unit_test(test_known_in_closed_form),
        cmocka_unit_test(test_what_says_nothing_ends_at_the_bounds),
        cmocka_unit_test(test_far_scores_keep_their_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
