/* A cross-validation through the library, and two of them compared: their figures, from their own folds'
 * ones. */
#include "data/fixture.h"
#include "settings/settings.h"

#include <jansson.h>
#include <lince/cv.h>
#include <lince/language.h>
#include <lince/lince.h>
#include <math.h>

static char data[600];

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    snprintf(data, sizeof data, "%.500s/data", fresh_folder("cv-api"));
    return lince_synth_tweets(data, 240, 1);
}

static int validate(const char *name, const char *folds, const char *lr, json_t **json)
{
    char out[LINCE_PATH_MAX], folder[LINCE_PATH_MAX], *text = NULL;
    snprintf(out, sizeof out, "%.500s/cv-api/%s", TEST_SCRATCH, name);
    const char *const given[][2] = {{"data", data},     {"model", "rnn"},     {"hidden", "4"},
                                    {"embedding", "4"}, {"batch-size", "8"},  {"epochs", "2"},
                                    {"threads", "1"},   {"no-report", "yes"}, {"folds", folds},
                                    {"lr", lr},         {"out", out}};
    lince_settings s;
    assert_done(lince_settings_init(&s));
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        assert_done(lince_settings_set(&s, given[i][0], given[i][1]));
    int code = lince_cv(&s, "a test", 1, NULL, folder, sizeof folder, &text);
    lince_settings_release(&s);
    if (!code) {
        assert_string_equal(folder, out);
        assert_true(lince_is_cv(folder));
        assert_non_null(*json = json_loads(text, 0, NULL));
    }
    lince_text_free(text);
    return code;
}

static double number(const json_t *json, const char *a, const char *b)
{
    return json_number_value(json_object_get(json_object_get(json, a), b));
}

static double accuracy_of(const json_t *cv, size_t fold)
{
    return json_number_value(json_object_get(json_array_get(json_object_get(cv, "each"), fold), "accuracy"));
}

/* Student's quantile of 97.5 % with two degrees of freedom; sqrt(1/k + 1/(k - 1)) for three folds. */
enum { FOLDS = 3 };
static const double T = 4.302652729911275;

static void assert_spread(const json_t *spread, const double values[FOLDS])
{
    double mean = 0, squares = 0;
    for (int i = 0; i < FOLDS; i++) mean += values[i] / FOLDS;
    for (int i = 0; i < FOLDS; i++) squares += (values[i] - mean) * (values[i] - mean);
    double deviation = sqrt(squares / (FOLDS - 1)),
           half = T * deviation * sqrt(1.0 / FOLDS + 1.0 / (FOLDS - 1)),
           low = json_number_value(json_object_get(spread, "corrected low"));
    assert_true(fabs(json_number_value(json_object_get(spread, "mean")) - mean) < 1e-8);
    assert_true(fabs(json_number_value(json_object_get(spread, "deviation")) - deviation) < 1e-8);
    assert_true(fabs(low - (mean - half)) < 1e-8 || (low == 0 && mean < half));
}

static void test_two_settings_are_compared_on_the_same_folds(void **state)
{
    (void)state;
    json_t *a, *b, *both;
    char first[700], second[700], out[700], folder[LINCE_PATH_MAX], *text;
    double of_a[FOLDS], of_b[FOLDS], over[FOLDS];
    assert_done(validate("a", "3", "0.03", &a));
    assert_done(validate("b", "3", "0.0001", &b));
    for (size_t i = 0; i < FOLDS; i++) {
        of_a[i] = accuracy_of(a, i), of_b[i] = accuracy_of(b, i), over[i] = of_a[i] - of_b[i];
    }
    assert_spread(json_object_get(json_object_get(a, "measures"), "accuracy"), of_a);
    assert_spread(json_object_get(json_object_get(b, "measures"), "accuracy"), of_b);
    snprintf(first, sizeof first, "%.500s/cv-api/a", TEST_SCRATCH);
    snprintf(second, sizeof second, "%.500s/cv-api/b", TEST_SCRATCH);
    snprintf(out, sizeof out, "%.500s/cv-api/compared", TEST_SCRATCH);
    assert_done(lince_cv_compare(first, second, out, 1, folder, sizeof folder, &text));
    assert_non_null(both = json_loads(text, 0, NULL));
    const json_t *difference = json_object_get(both, "first minus second");
    double mean = (over[0] + over[1] + over[2]) / FOLDS,
           deviation = number(difference, "accuracy", "deviation");
    assert_true(fabs(number(difference, "accuracy", "mean") - mean) < 1e-8);
    assert_true(fabs(number(difference, "accuracy", "t") - mean / (deviation * sqrt(1.0 / 3 + 1.0 / 2))) <
                1e-5);
    lince_text_free(text);
    json_decref(a), json_decref(b), json_decref(both);
}

static void test_more_folds_than_a_class_has_samples_are_refused(void **state)
{
    (void)state;
    json_t *json;
    char table[4096] = "label,text\n", folder[600];
    for (int i = 0; i < 40; i++)
        snprintf(table + strlen(table), 64, "%s,some words number%d\n", i < 37 ? "many" : "few", i);
    snprintf(folder, sizeof folder, "%.500s", fresh_folder("cv-api/few"));
    put_text(folder, "few.csv", table);
    snprintf(data, sizeof data, "%.580s/few.csv", folder);
    assert_int_equal(validate("refused", "9", "0.01", &json), LINCE_EUSAGE);
    assert_message("the class 'few' has fewer samples");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_settings_are_compared_on_the_same_folds),
        cmocka_unit_test(test_more_folds_than_a_class_has_samples_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
