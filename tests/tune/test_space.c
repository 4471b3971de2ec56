/* What a search may vary, as it is written; values and places. */
#include "core/file.h"
#include "settings/settings.h"
#include "tune/space.h"

#include <lince/error.h>
#include <lince/language.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static lince_space space;
static lince_settings settings;

static int begin(void **state)
{
    (void)state;
    lince_language_set("en");
    return lince_settings_init(&settings);
}

static int end(void **state)
{
    (void)state;
    lince_space_release(&space);
    lince_settings_release(&settings);
    return 0;
}

static void add(const char *text)
{
    int code = lince_space_add(&space, text, &settings);
    if (code) fail_msg("%s: %s", text, lince_error());
}

static void assert_prints(const lince_dimension *d, double place, const char *expected)
{
    char text[LINCE_VALUE_MAX];
    lince_dimension_print(d, place, text);
    assert_string_equal(text, expected);
}

static void test_a_range_is_linear_or_of_equal_factors(void **state)
{
    (void)state;
    add("dropout=0..0.5");
    add("lr=1e-4..1e-2:log");
    assert_prints(&space.dims[0], 0.5, "0.25");
    assert_prints(&space.dims[1], 0, "0.0001");
    assert_prints(&space.dims[1], 0.5, "0.001");
    assert_prints(&space.dims[1], 1, "0.01");
    assert_true(fabs(lince_dimension_place(&space.dims[1], "0.001") - 0.5) < 1e-12);
    assert_true(isinf(lince_space_size(&space)));
}

/* Each as likely as the others: the first and the last have a whole step of their own. */
static void test_whole_numbers_share_a_range_evenly(void **state)
{
    (void)state;
    add("layers=1..4");
    add("momentum=0..0.9");
    static const char *const expected[] = {"1", "1", "2", "2", "3", "3", "4", "4"};
    assert_true(space.dims[0].whole && !space.dims[1].whole);
    for (int i = 0; i < 8; i++) assert_prints(&space.dims[0], (i + 0.5) / 8, expected[i]);
    add("hidden=8..32:log:int");
    assert_prints(&space.dims[2], 0, "8");
    assert_prints(&space.dims[2], 1, "32");
}

static void test_a_list_holds_what_the_setting_takes(void **state)
{
    (void)state;
    add("batch-size=16,32,64");
    add("augment=none|standard|crop=4,flip");
    add("nesterov=yes,no");
    assert_int_equal(space.dims[0].count, 3);
    assert_prints(&space.dims[1], 2, "crop=4,flip");
    assert_true(lince_dimension_place(&space.dims[0], "64") == 2);
    assert_true(lince_space_size(&space) == 18);
}

static void test_a_single_value_is_set_and_varies_nothing(void **state)
{
    (void)state;
    add("epochs=7");
    add("learning-rate=0.25");
    assert_int_equal(space.count, 0);
    assert_int_equal(settings.epochs, 7);
    assert_true(settings.lr == 0.25);
}

static void test_the_points_of_a_finite_space_are_numbered(void **state)
{
    (void)state;
    add("batch-size=16,32");
    add("layers=1..3");
    bool seen[2][4] = {{false}};
    for (int i = 0; i < 6; i++) {
        double place[2];
        char layers[LINCE_VALUE_MAX];
        lince_space_point(&space, i, place);
        lince_dimension_print(&space.dims[1], place[1], layers);
        bool *at = &seen[(int)place[0]][layers[0] - '0'];
        assert_false(*at);
        *at = true;
    }
}

static void test_what_is_printed_is_found_again(void **state)
{
    (void)state;
    add("lr=1e-5..3e-1:log");
    add("weight-decay=0..0.1");
    add("hidden=3..77");
    for (int i = 0; i <= 50; i++)
        for (size_t d = 0; d < 3; d++) {
            char once[LINCE_VALUE_MAX], twice[LINCE_VALUE_MAX];
            lince_dimension_print(&space.dims[d], i / 50.0, once);
            lince_dimension_print(&space.dims[d], lince_dimension_place(&space.dims[d], once), twice);
            assert_string_equal(once, twice);
        }
}

static void test_what_is_wrong_is_refused_with_the_way_on(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"lr", "'lr': expected NAME=VALUES"},
        {"=3,4", "expected NAME=VALUES"},
        {"lrr=1,2", "there is no setting 'lrr'; did you mean 'lr'?"},
        {"lr=1e-1..1e-4:log", "the range is empty"},
        {"lr=0.1..0.1", "the range is empty"},
        {"lr=0..1:log", "a logarithmic range begins above 0"},
        {"lr=1e-4..fast", "expected LOW..HIGH, two numbers"},
        {"lr=1e-4..", "expected LOW..HIGH, two numbers"},
        {"lr=1e-4..1:lin", "':log' or ':int' may stand, not ':lin'"},
        {"lr=1..2000", "lr: expected a value from 0 to 1000, found 2000"},
        {"hidden=1.5..4", "hidden: expected a whole number"},
        {"dropout=0.25..0.5:int", "expected whole numbers at both ends"},
        {"optimizer=sgd..adam", "its values are no numbers; list them"},
        {"optimizer=sgd,adamm", "did you mean adam"},
        {"batch-size=16,,32", "a value is missing"},
        {"batch-size=16,32,16", "'16' stands there twice"},
        {"seed=1,2,3", "seed cannot vary: the best of several seeds is luck"},
        {"data=a,b", "data cannot vary: all trials must be measured on the same samples"},
        {"val-split=0.1..0.3", "val-split cannot vary"},
        {"epochs=1..9", "epochs N is what the best trials get"},
        {"out=a,b", "out cannot vary: it changes nothing of what is learned"},
        {"threads=1..4", "threads cannot vary: it changes nothing"},
        {"lang=en,es", "lang cannot vary: it changes nothing"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lince_space_release(&space);
        int code = lince_space_add(&space, wrong[i][0], &settings);
        if (code != LINCE_EUSAGE || !strstr(lince_error(), wrong[i][1]))
            fail_msg("%s: expected '%s', found %d: %s", wrong[i][0], wrong[i][1], code, lince_error());
    }
    lince_space_release(&space);
    add("lr=1e-4..1e-2");
    assert_int_equal(lince_space_add(&space, "learning-rate=1,2", &settings), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "lr is given twice"));
}

static void load(const char *text)
{
    assert_int_equal(lince_file_write(TEST_SCRATCH "/space.yaml", text, strlen(text)), 0);
}

static void test_a_file_says_the_same(void **state)
{
    (void)state;
    load("lr: {low: 1e-4, high: 0.1, log: true}\nbatch-size: [16, 32]\naugment: [none, \"crop=4,flip\"]\n"
         "hidden: 8..16\nmodel: rnn\n");
    assert_int_equal(lince_space_load(&space, TEST_SCRATCH "/space.yaml", &settings), 0);
    assert_int_equal(space.count, 4);
    assert_true(space.dims[0].log && space.dims[0].high == 0.1);
    assert_prints(&space.dims[2], 1, "crop=4,flip");
    assert_string_equal(settings.model, "rnn");
    static const char *const wrong[][2] = {
        {"lr: {low: 1}\n", "space.yaml:1: a range needs low and high"},
        {"epochs: 3\nlr: {lo: 1, high: 2}\n", "space.yaml:2: 'lo': expected low"},
        {"lr: [[1], 2]\n", "expected a list of plain values"},
        {"lr: []\n", "space.yaml:1: the list is empty"},
        {"lr: {low: 1, high: 2, log: maybe}\n", "log: expected true or false, found 'maybe'"},
        {"lr: {low: 1, high: 2, log: [yes]}\n", "'log': expected a plain value"},
        {"model: [rnn, grue]\n", "did you mean gru"},
        {"augment: [none, \"crop=4,flop\"]\n", "unknown 'flop'"},
        {"- lr\n", "expected lines of the form"},
        {"lr: [1\n", "not YAML"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        load(wrong[i][0]);
        lince_space_release(&space);
        assert_int_equal(lince_space_load(&space, TEST_SCRATCH "/space.yaml", &settings), LINCE_EUSAGE);
        if (!strstr(lince_error(), wrong[i][1]))
            fail_msg("expected '%s', found %s", wrong[i][1], lince_error());
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_range_is_linear_or_of_equal_factors),
        TEST(test_whole_numbers_share_a_range_evenly),
        TEST(test_a_list_holds_what_the_setting_takes),
        TEST(test_a_single_value_is_set_and_varies_nothing),
        TEST(test_the_points_of_a_finite_space_are_numbered),
        TEST(test_what_is_printed_is_found_again),
        TEST(test_what_is_wrong_is_refused_with_the_way_on),
        TEST(test_a_file_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
