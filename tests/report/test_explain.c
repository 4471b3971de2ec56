/* The pictures of a real run: a small network, a few built-in pictures, one epoch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/page.h"
#include "report/trained_run.h"

static const char DATA[] = TEST_SCRATCH "/explain-data", AWAY[] = TEST_SCRATCH "/explain-away";
static char run[LINCE_PATH_MAX];

static int a_trained_run(void **state)
{
    (void)state;
    static const char *const settings[][2] = {
        {"data", DATA},       {"model", "resnet20"},   {"epochs", "1"},
        {"batch-size", "16"}, {"augment", "standard"}, {"val-split", "0.2"},
        {"seed", "5"},        {"lang", "en"},          {"out", TEST_SCRATCH "/explain-run"}};
    if (system("rm -rf " TEST_SCRATCH "/explain-data " TEST_SCRATCH "/explain-away " TEST_SCRATCH
               "/explain-run") ||
        lince_synth_images(DATA, 120, 1))
        return -1;
    return train_run(settings, sizeof settings / sizeof *settings, run);
}

static void assert_there(const char *figure)
{
    char path[LINCE_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/plots/%s.png", run, figure);
    if (access(path, R_OK)) fail_msg("%s is missing", path);
}

static void test_training_ends_with_all_pictures(void **state)
{
    (void)state;
    static const char *const figures[] = {"samples", "filters", "errors", "gradcam"};
    char *html = get_file(run, "report.html"), *markdown = get_file(run, "report.md"), link[64];
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        assert_there(figures[i]);
        snprintf(link, sizeof link, "(plots/%s.svg)", figures[i]);
        assert_non_null(strstr(markdown, link));
    }
    assert_well_formed(html);
    assert_null(strstr(markdown, "could not be drawn"));
    assert_int_equal(occurrences(html, "<img "), count_figures(run));
    lince_free(html);
    lince_free(markdown);
}

/* Dropout and batch statistics would show here: the same samples, one by one. */
static void test_the_network_says_again_what_predictions_csv_says(void **state)
{
    (void)state;
    assert_says_it_again(run, 6, 1e-4);
}

static void test_the_worst_errors_are_the_surest_ones_of_predictions_csv(void **state)
{
    (void)state;
    lince_facts facts;
    lince_outcomes outcomes;
    assert_int_equal(lince_facts_read(&facts, run), 0);
    assert_int_equal(lince_facts_read_outcomes(&facts, &outcomes), 0);
    const json_t *errors = json_object_get(facts.explained, "errors");
    double surest = 0;
    for (size_t i = 0; i < outcomes.count; i++)
        if (outcomes.rows[i].label != outcomes.rows[i].predicted && outcomes.rows[i].probability > surest)
            surest = outcomes.rows[i].probability;
    assert_true(lince_fact_number(json_array_get(errors, 0), "probability") == surest);
    assert_errors_by_confidence(&facts, "path");
    lince_outcomes_release(&outcomes);
    lince_facts_release(&facts);
}

static void test_a_trained_report_in_spanish_has_no_english(void **state)
{
    (void)state;
    assert_int_equal(lince_report(run, "es", NULL), 0);
    char *markdown = get_file(run, "report.md");
    assert_no_english(markdown);
    assert_non_null(strstr(markdown, "Grad-CAM (Selvaraju et al. 2017) de imágenes de prueba"));
    lince_free(markdown);
}

static void test_without_the_data_the_pictures_are_kept_and_the_reason_is_told(void **state)
{
    (void)state;
    char *markdown = report_without_data(run, DATA, AWAY);
    assert_non_null(strstr(markdown, "The pictures of samples could not be drawn this time."));
    assert_non_null(strstr(markdown, "explain-data"));
    assert_non_null(strstr(markdown, "(plots/gradcam.svg)"));
    lince_free(markdown);
}

static void test_other_data_under_the_same_name_are_not_taken(void **state)
{
    (void)state;
    assert_int_equal(rename(DATA, AWAY), 0);
    assert_int_equal(lince_synth_images(DATA, 130, 2), 0);
    int code = lince_report(run, "en", NULL);
    assert_int_equal(system("rm -rf " TEST_SCRATCH "/explain-data"), 0);
    assert_int_equal(rename(AWAY, DATA), 0);
    assert_int_equal(code, 0);
    char *markdown = get_file(run, "report.md");
    assert_non_null(strstr(markdown, "other data than the run was trained on"));
    lince_free(markdown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_training_ends_with_all_pictures),
        cmocka_unit_test(test_the_network_says_again_what_predictions_csv_says),
        cmocka_unit_test(test_the_worst_errors_are_the_surest_ones_of_predictions_csv),
        cmocka_unit_test(test_a_trained_report_in_spanish_has_no_english),
        cmocka_unit_test(test_without_the_data_the_pictures_are_kept_and_the_reason_is_told),
        cmocka_unit_test(test_other_data_under_the_same_name_are_not_taken),
    };
    return cmocka_run_group_tests(tests, a_trained_run, NULL);
}
