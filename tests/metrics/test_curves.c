#include "core/file.h"
#include "core/memory.h"
#include "metrics/curves.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_SAMPLES = 100, MOST_CLASSES = 8 };

static char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

typedef struct text {
    char *at;
} text;

static double next_number(text *t)
{
    return strtod(t->at, &t->at);
}

static void skip_word(text *t, const char *word)
{
    t->at += strspn(t->at, " \n");
    if (strncmp(t->at, word, strlen(word)) != 0) fail_msg("expected '%s' at: %.40s", word, t->at);
    t->at += strlen(word);
}

static void read_samples(text *t, int n, int classes, float *score, int32_t *label)
{
    for (int i = 0; i < n; i++) {
        label[i] = (int32_t)next_number(t);
        for (int c = 0; c < classes; c++) score[i * classes + c] = (float)next_number(t);
    }
}

static void assert_points(text *t, const lince_curve *curve)
{
    for (size_t i = 0; i < curve->count; i++) {
        const lince_curve_point *p = &curve->points[i];
        assert_float_equal(p->threshold, next_number(t), 1e-8);
        assert_float_equal(lince_curve_sensitivity(curve, p), next_number(t), 1e-14);
        assert_float_equal(1 - lince_curve_specificity(curve, p), next_number(t), 1e-14);
    }
}

static void assert_case(text *t)
{
    static float score[MOST_SAMPLES * MOST_CLASSES];
    static int32_t label[MOST_SAMPLES];
    lince_curves curves;
    int n = (int)next_number(t), classes = (int)next_number(t);
    assert_in_range(n, 1, MOST_SAMPLES);
    assert_in_range(classes, 2, MOST_CLASSES);
    read_samples(t, n, classes, score, label);
    assert_int_equal(lince_curves_init(&curves, score, label, (size_t)n, classes), 0);
    skip_word(t, "auc");
    for (int c = 0; c < classes; c++) assert_float_equal(curves.each[c].auc, next_number(t), 1e-13);
    assert_float_equal(curves.auc, next_number(t), 1e-13);
    skip_word(t, "precision");
    for (int c = 0; c < classes; c++)
        assert_float_equal(curves.each[c].average_precision, next_number(t), 1e-13);
    assert_float_equal(curves.average_precision, next_number(t), 1e-13);
    assert_points(t, &curves.each[classes - 1]);
    skip_word(t, "end");
    lince_curves_release(&curves);
}

static void test_curves_and_areas_are_scikit_learns(void **state)
{
    (void)state;
    char *bytes;
    size_t size;
    int cases = 0;
    assert_int_equal(lince_file_read(TEST_SOURCE_DIR "/tests/metrics/curves.txt", 1 << 20, &bytes, &size), 0);
    for (text t = {bytes}; (t.at = strstr(t.at, "case ")); cases++) {
        t.at += strlen("case");
        assert_case(&t);
    }
    assert_int_equal(cases, 5);
    lince_free(bytes);
}

/* Nothing can be said of a class that no sample has, nor of one that all have; the mean is of the others. */
static void test_a_class_without_samples_has_no_area(void **state)
{
    (void)state;
    static const float score[] = {0.7f, 0.2f, 0.1f, 0.1f, 0.8f, 0.1f};
    static const int32_t label[] = {0, 1};
    lince_curves c;
    assert_int_equal(lince_curves_init(&c, score, label, 2, 3), 0);
    assert_true(isnan(c.each[2].auc) && isnan(c.each[2].average_precision));
    assert_float_equal(c.auc, 1, 0);
    assert_float_equal(c.average_precision, 1, 0);
    lince_curves_release(&c);
    assert_int_equal(lince_curves_init(&c, score, (const int32_t[]){0, 0}, 2, 3), 0);
    assert_true(isnan(c.auc) && isnan(c.each[0].auc));
    assert_float_equal(c.each[0].average_precision, 1, 0);
    lince_curves_release(&c);
}

static void test_a_threshold_takes_all_that_reach_it(void **state)
{
    (void)state;
    static const float score[] = {0.1f, 0.9f, 0.5f, 0.5f, 0.5f, 0.5f, 0.75f, 0.25f};
    static const int32_t label[] = {1, 1, 0, 0};
    lince_curves c;
    assert_int_equal(lince_curves_init(&c, score, label, 4, 2), 0);
    lince_curve_point none = lince_curve_at(&c.each[1], 0.95), half = lince_curve_at(&c.each[1], 0.5),
                      all = lince_curve_at(&c.each[1], 0);
    assert_int_equal(none.hits + none.alarms, 0);
    assert_true(isnan(lince_curve_precision(&none)));
    assert_int_equal(half.hits, 2);
    assert_int_equal(half.alarms, 1);
    assert_float_equal(lince_curve_precision(&half), 2.0 / 3, 1e-15);
    assert_int_equal(all.hits + all.alarms, 4);
    lince_curves_release(&c);
}

/* More samples than points are kept: the areas are still those of all of them. */
static void test_long_curves_are_thinned_after_they_were_measured(void **state)
{
    (void)state;
    enum { N = 3 * LINCE_CURVE_POINTS };
    float *score = lince_alloc(2 * N, sizeof *score);
    int32_t *label = lince_alloc(N, sizeof *label);
    lince_curves c;
    for (int i = 0; i < N; i++) {
        score[2 * i + 1] = (float)i / N;
        score[2 * i] = 1 - score[2 * i + 1];
        label[i] = i >= N / 2;
    }
    assert_int_equal(lince_curves_init(&c, score, label, N, 2), 0);
    assert_float_equal(c.auc, 1, 0);
    assert_in_range(c.each[1].count, LINCE_CURVE_POINTS / 8, LINCE_CURVE_POINTS);
    assert_int_equal(c.each[1].points[c.each[1].count - 1].alarms, N / 2);
    lince_curves_release(&c);
    lince_free(score);
    lince_free(label);
}

static void test_curves_survive_json(void **state)
{
    (void)state;
    static const float score[] = {0.1f, 0.9f, 0.5f, 0.5f, 0.75f, 0.25f};
    lince_curves a, b;
    assert_int_equal(lince_curves_init(&a, score, (const int32_t[]){1, 1, 0}, 3, 2), 0);
    json_t *json = lince_curves_json(&a, names), *again;
    assert_int_equal(lince_curves_from_json(&b, 2, names, json), 0);
    again = lince_curves_json(&b, names);
    assert_true(json_equal(json, again));
    lince_curves_release(&b);
    assert_int_equal(lince_curves_from_json(&b, 3, names, json), LINCE_EFORMAT); /* other classes */
    lince_curves_release(&b);
    json_array_set_new(json_object_get(json_array_get(json, 0), "points"), 0,
                       json_pack("[f, i, i]", 0.5, 9, 0));
    assert_int_equal(lince_curves_from_json(&b, 2, names, json), LINCE_EFORMAT); /* more hits than samples */
    lince_curves_release(&b);
    lince_curves_release(&a);
    json_decref(json);
    json_decref(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curves_and_areas_are_scikit_learns),
        cmocka_unit_test(test_a_class_without_samples_has_no_area),
        cmocka_unit_test(test_a_threshold_takes_all_that_reach_it),
        cmocka_unit_test(test_long_curves_are_thinned_after_they_were_measured),
        cmocka_unit_test(test_curves_survive_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
