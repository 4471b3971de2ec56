/* Measures of several labels by hand: scripts/several_labels.py compares all with scikit-learn's. */
#include "core/memory.h"
#include "metrics/label_metrics.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CLASSES = 3, SAMPLES = 4 };

static const char *const names[] = {"cat", "dog", "emu"};
static const bool there[SAMPLES][CLASSES] = {{1, 1, 0}, {0, 1, 0}, {0, 0, 0}, {1, 0, 0}};
static const bool answered[SAMPLES][CLASSES] = {{1, 1, 0}, {1, 0, 0}, {0, 0, 0}, {1, 0, 1}};

static void measure(lince_label_metrics *m)
{
    assert_int_equal(lince_label_metrics_init(m, CLASSES, names), 0);
    for (int i = 0; i < SAMPLES; i++)
        assert_int_equal(lince_label_metrics_add(m, there[i], answered[i], i), 0);
    assert_int_equal(lince_label_metrics_finish(m), 0);
}

static void assert_near(double found, double wanted)
{
    assert_true(fabs(found - wanted) < 1e-12);
}

static void test_each_class_is_there_or_not(void **state)
{
    (void)state;
    lince_label_metrics m;
    measure(&m);
    assert_int_equal(m.n, SAMPLES);
    assert_near(m.loss, 1.5);
    assert_near(m.accuracy, 0.5); /* the first and the one without any */
    assert_near(m.hamming, 3.0 / 12);
    assert_int_equal(m.count[0].hits, 2);
    assert_int_equal(m.count[0].alarms, 1);
    assert_int_equal(m.count[1].misses, 1);
    assert_int_equal(m.count[2].rest, 3);
    assert_near(m.per_class[0].precision, 2.0 / 3);
    assert_near(m.per_class[1].recall, 0.5);
    assert_near(m.per_class[2].f1, 0); /* of none */
    assert_near(m.micro.precision, 3.0 / 5);
    assert_near(m.micro.recall, 3.0 / 4);
    assert_near(m.macro.f1, (0.8 + 2.0 / 3 + 0) / 3);
    assert_near(m.weighted.recall, (2 * 1 + 2 * 0.5) / 4);
    assert_near(m.samples.precision, (1 + 0 + 0 + 0.5) / 4);
    assert_near(m.samples.recall, (1 + 0 + 0 + 1.0) / 4);
    assert_near(m.samples.support, 4);
    lince_label_metrics_release(&m);
}

static void test_they_are_read_as_they_are_written(void **state)
{
    (void)state;
    lince_label_metrics m, again;
    measure(&m);
    json_t *json = lince_label_metrics_json(&m);
    assert_int_equal(lince_label_metrics_from_json(&again, json), 0);
    assert_int_equal(again.n, m.n);
    assert_near(again.accuracy, m.accuracy);
    assert_near(again.samples.f1, m.samples.f1);
    assert_near(again.macro.f1, m.macro.f1);
    assert_near(again.micro.recall, m.micro.recall);
    lince_label_metrics_release(&again);
    json_object_del(json, "multilabel_confusion_matrix");
    assert_int_equal(lince_label_metrics_from_json(&again, json), LINCE_EFORMAT);
    json_decref(json);
    lince_label_metrics_release(&m);
}

/* The best F1 of the first class is that of its two highest; no sample has the second. */
static void test_thresholds_lie_between_the_probabilities(void **state)
{
    (void)state;
    const float score[] = {0.9f, 0.2f, 0.7f, 0.3f, 0.6f, 0.4f, 0.1f, 0.1f};
    const bool has[] = {1, 0, 1, 0, 0, 0, 0, 0};
    float threshold[2];
    lince_curves curves;
    assert_int_equal(lince_curves_init_several(&curves, score, has, 4, 2), 0);
    lince_label_thresholds(&curves, threshold);
    assert_true(fabsf(threshold[0] - 0.65f) < 1e-6f);
    assert_true(threshold[1] == 0.5f);
    assert_near(curves.each[0].average_precision, 1);
    assert_true(isnan(curves.each[1].average_precision));
    lince_curves_release(&curves);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_class_is_there_or_not),
        cmocka_unit_test(test_they_are_read_as_they_are_written),
        cmocka_unit_test(test_thresholds_lie_between_the_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
