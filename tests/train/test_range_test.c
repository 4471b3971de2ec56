/* The learning rate range test: its rule, its rates, and when it ends. */
#include "data/fixture.h"
#include "train/loop/range_test.h"

#include <lince/lince.h>
#include <math.h>

#include "locales.h"

static char data[600];

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    snprintf(data, sizeof data, "%.500s/data", fresh_folder("range-test"));
    return lince_synth_tweets(data, 300, 1);
}

static size_t valley_of(const double *loss, size_t count)
{
    size_t at;
    assert_int_equal(lince_valley(loss, count, &at), 0);
    return at;
}

/* Expected: what fastai's own function returns for these losses. */
static void test_the_valley_rule_chooses_as_fastai(void **state)
{
    (void)state;
    static const double falling[] = {12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, flat[] = {1, 1, 1, 1, 1, 1},
                        rising[] = {1, 2, 3}, zigzag[] = {5, 9, 4, 8, 3, 7, 2, 6, 1, 10},
                        valley[] = {2, 2, 2, 2, 1.9, 1.7, 1.4, 1.2, 1.1, 1.05, 1.3, 2, 3},
                        noise[] = {3.84, 3.43, 3.54, 3.0,  3.43, 3.62, 3.22, 3.39, 3.27, 2.61,
                                   3.26, 3.04, 2.7,  2.38, 3.17, 2.72, 2.92, 3.03, 2.81, 2.97,
                                   2.39, 2.75, 2.34, 2.79, 2.68, 1.85, 1.84, 1.87, 2.57, 1.99};
    assert_int_equal(valley_of(falling, 12), 5);
    assert_int_equal(valley_of(flat, 6), 0);
    assert_int_equal(valley_of(rising, 3), 0);
    assert_int_equal(valley_of(zigzag, 10), 4);
    assert_int_equal(valley_of(valley, 13), 5);
    assert_int_equal(valley_of(noise, 30), 19);
    assert_int_equal(valley_of(flat, 0), 0);
}

static int look(lince_range_test *r, const char *lr_settings)
{
    lince_settings s;
    assert_done(lince_settings_init(&s));
    const char *const usual[][2] = {{"data", data},     {"model", "rnn"}, {"hidden", "8"},
                                    {"embedding", "8"}, {"threads", "1"}, {"batch-size", "16"},
                                    {"lr", lr_settings}};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        assert_done(lince_settings_set(&s, usual[i][0], usual[i][1]));
    int code = lince_range_test_run(r, &s, NULL);
    lince_settings_release(&s);
    return code;
}

static void test_rates_grow_by_one_factor_and_the_loss_is_a_debiased_mean(void **state)
{
    (void)state;
    lince_range_test r = {.from = 1e-4, .to = 1e-2, .steps = 41};
    assert_done(look(&r, "0"));
    assert_int_equal(r.count, 41); /* the data have fewer batches: it goes round */
    double mean = 0;
    for (size_t i = 0; i < r.count; i++) {
        assert_true(fabs(r.lr[i] / (1e-4 * pow(10, (double)i / 20)) - 1) < 1e-9);
        mean = 0.98 * mean + 0.02 * r.loss[i];
        assert_true(fabs(r.smoothed[i] - mean / (1 - pow(0.98, (double)i + 1))) < 1e-9);
    }
    assert_true(r.chosen >= 4 && r.chosen < 36);
    lince_range_test_release(&r);
}

/* At such rates tanh saturates and the loss grows without end. */
static void test_it_ends_where_the_loss_explodes(void **state)
{
    (void)state;
    lince_range_test r = {.from = 1e-5, .to = 1e6, .steps = 100};
    assert_done(look(&r, "0"));
    assert_true(r.count < 100);
    double least = INFINITY;
    for (size_t i = 0; i + 1 < r.count; i++) {
        least = fmin(least, r.smoothed[i]);
        assert_true(r.smoothed[i] <= 4 * least);
    }
    lince_range_test_release(&r);
    r = (lince_range_test){.from = 1e5, .to = 1e6, .steps = 100};
    assert_int_equal(look(&r, "0"), LINCE_EDATA);
    assert_non_null(strstr(lince_error(), "begin lower (from 1e+02)"));
    lince_range_test_release(&r);
}

static void test_what_is_no_range_is_refused(void **state)
{
    (void)state;
    static const struct {
        lince_range_test range;
        const char *expected;
    } wrong[] = {{{.from = 0, .to = 1, .steps = 100}, "expected 0 < from < to"},
                 {{.from = 1, .to = 1, .steps = 100}, "from 1 to 1 is no range"},
                 {{.from = 1, .to = NAN, .steps = 100}, "expected 0 < from < to"},
                 {{.from = 1, .to = 2, .steps = 19}, "steps 19: expected a value from 20 to 10000"},
                 {{.from = 1, .to = 2, .steps = 10001}, "steps 10001"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lince_range_test r = wrong[i].range;
        assert_int_equal(look(&r, "0"), LINCE_EUSAGE);
        assert_non_null(strstr(lince_error(), wrong[i].expected));
        lince_range_test_release(&r);
    }
}

static void test_what_it_says_has_a_decimal_point_in_every_locale(void **state)
{
    (void)state;
    char folder[64];
    double lr;
    lince_settings *s = lince_settings_new();
    if (!use_locale("de_DE.UTF-8")) skip();
    assert_int_equal(lince_lr_find(s, 1.5, 1.5, 100, NULL, folder, sizeof folder, &lr), LINCE_EUSAGE);
    setlocale(LC_ALL, "C");
    assert_non_null(strstr(lince_error(), "from 1.5 to 1.5 is no range"));
    lince_settings_free(s);
}

/* It does not depend on the rate that is set, and does not change it: --lr find is the rate it suggests. */
static void test_the_rate_that_is_to_be_found_is_the_one_suggested(void **state)
{
    (void)state;
    lince_range_test a = {.from = LINCE_LR_FROM, .to = LINCE_LR_TO, .steps = LINCE_LR_STEPS}, b = a;
    assert_done(look(&a, "0.5"));
    assert_done(look(&b, "find"));
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.chosen, b.chosen);
    assert_memory_equal(a.loss, b.loss, a.count * sizeof *a.loss);
    lince_range_test_release(&a);
    lince_range_test_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_valley_rule_chooses_as_fastai),
        cmocka_unit_test(test_rates_grow_by_one_factor_and_the_loss_is_a_debiased_mean),
        cmocka_unit_test(test_it_ends_where_the_loss_explodes),
        cmocka_unit_test(test_what_is_no_range_is_refused),
        cmocka_unit_test(test_what_it_says_has_a_decimal_point_in_every_locale),
        cmocka_unit_test(test_the_rate_that_is_to_be_found_is_the_one_suggested),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
