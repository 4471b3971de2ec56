#include "core/file.h"
#include "core/memory.h"
#include "metrics/metrics.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_CLASSES = 200 };

/* "case a b c" into names; returns their number. */
static int parse_names(char *line, const char *names[MOST_CLASSES])
{
    char *rest;
    int count = 0;
    strtok_r(line, " ", &rest);
    for (char *name; (name = strtok_r(NULL, " ", &rest));) names[count++] = name;
    return count;
}

/* Adds each "label:prediction*times". */
static void add_pairs(lince_metrics *metrics, char *line)
{
    char *rest;
    for (char *pair = strtok_r(line, " ", &rest); pair; pair = strtok_r(NULL, " ", &rest)) {
        float probability[MOST_CLASSES] = {0};
        int predicted = atoi(strchr(pair, ':') + 1);
        probability[predicted] = 1;
        for (int times = atoi(strchr(pair, '*') + 1); times > 0; times--)
            lince_metrics_add(metrics, atoi(pair), probability, predicted, 0);
    }
    lince_metrics_finish(metrics);
}

/* The next line, without its newline; moves *text behind it. */
static char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    *text = end + 1;
    return line;
}

static void test_the_report_is_scikit_learns_to_the_letter(void **state)
{
    (void)state;
    char *bytes, *text;
    size_t size;
    assert_int_equal(lince_file_read(TEST_SOURCE_DIR "/tests/metrics/classification_report.txt", 16 << 20,
                                     &bytes, &size),
                     0);
    int cases = 0;
    for (text = bytes; *text; cases++) {
        const char *names[MOST_CLASSES];
        int count = parse_names(next_line(&text), names);
        lince_metrics metrics;
        assert_int_equal(lince_metrics_init(&metrics, count, names), 0);
        add_pairs(&metrics, next_line(&text));
        char *end = strstr(text, "end\n");
        assert_non_null(end);
        *end = '\0';
        lince_buffer report = {0};
        lince_metrics_report(&metrics, &report);
        assert_string_equal(report.data, text);
        text = end + strlen("end\n");
        lince_buffer_release(&report);
        lince_metrics_release(&metrics);
    }
    assert_int_equal(cases, 18);
    lince_free(bytes);
}

static lince_metrics three_samples(void)
{
    static const char *const names[] = {"cat", "dog"};
    static const float p[3][2] = {{0.9f, 0.1f}, {0.4f, 0.6f}, {0.75f, 0.25f}};
    static const int labels[] = {0, 1, 1};
    lince_metrics metrics;
    assert_int_equal(lince_metrics_init(&metrics, 2, names), 0);
    static const double losses[] = {0.25, 0.5, 1.5};
    for (int i = 0; i < 3; i++) lince_metrics_add(&metrics, labels[i], p[i], p[i][1] > p[i][0], losses[i]);
    lince_metrics_finish(&metrics);
    return metrics;
}

static void test_loss_and_calibration_follow_their_formulas(void **state)
{
    (void)state;
    lince_metrics m = three_samples();
    assert_float_equal(m.loss, 0.75, 1e-12);
    assert_float_equal(m.accuracy, 2.0 / 3, 1e-12);
    assert_float_equal(m.top5, 1, 0);
    assert_float_equal(m.ece, (0.1 + 0.4 + 0.75) / 3, 1e-6); /* one sample a bin: |confidence - hit| */
    lince_metrics_release(&m);
}

static void test_metrics_survive_json(void **state)
{
    (void)state;
    lince_metrics a = three_samples(), b;
    json_t *json = lince_metrics_json(&a), *again;
    assert_int_equal(lince_metrics_from_json(&b, json), 0);
    again = lince_metrics_json(&b);
    assert_true(json_equal(json, again));
    json_decref(json);
    json_decref(again);
    lince_metrics_release(&a);
    lince_metrics_release(&b);
}

static void test_a_matrix_that_does_not_fit_its_classes_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "{\"classes\": [1]}",
                                        "{\"classes\": [\"a\", \"b\"], \"confusion_matrix\": [[1, 2]]}",
                                        "{\"classes\": [\"a\"], \"confusion_matrix\": [[1, 2]]}",
                                        "{\"classes\": [\"a\"], \"confusion_matrix\": [[-1]]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lince_metrics m;
        json_t *json = json_loads(texts[i], 0, NULL);
        assert_int_equal(lince_metrics_from_json(&m, json), LINCE_EFORMAT);
        json_decref(json);
    }
}

/* 65000 names without a matrix would ask for 34 GB; the missing matrix is noticed first. */
static void test_many_classes_without_a_matrix_take_no_memory(void **state)
{
    (void)state;
    json_t *classes = json_array(), *json;
    for (int c = 0; c < 65000; c++) json_array_append_new(classes, json_string("a"));
    json = json_pack("{s:o, s:[]}", "classes", classes, "confusion_matrix");
    lince_metrics m;
    assert_int_equal(lince_metrics_from_json(&m, json), LINCE_EFORMAT);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_report_is_scikit_learns_to_the_letter),
        cmocka_unit_test(test_loss_and_calibration_follow_their_formulas),
        cmocka_unit_test(test_metrics_survive_json),
        cmocka_unit_test(test_a_matrix_that_does_not_fit_its_classes_is_refused),
        cmocka_unit_test(test_many_classes_without_a_matrix_take_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
