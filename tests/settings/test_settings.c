/* One table makes options, configuration files and help; what it accepts and refuses, and in which words. */
#include "picture/augment/augment.h"
#include "settings/settings.h"
#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char PATH[] = TEST_SCRATCH "/settings.yaml";

static void fresh(lince_settings *s)
{
    assert_int_equal(lince_settings_init(s), 0);
}

static void write_file(const char *text)
{
    FILE *f = fopen(PATH, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void test_the_defaults_are_those_of_the_help(void **state)
{
    (void)state;
    lince_settings s;
    fresh(&s);
    for (size_t i = 0; lince_setting_at(i); i++) {
        char text[64];
        const lince_setting_info *info = lince_setting_at(i);
        assert_int_equal(lince_settings_get(&s, info->name, text, sizeof text), 0);
        assert_string_equal(text, info->standard);
    }
    lince_settings_release(&s);
}

static void test_dash_underscore_and_short_form_name_the_same_setting(void **state)
{
    (void)state;
    static const char *const names[] = {"batch-size", "batch_size", "b"};
    for (int i = 0; i < 3; i++) {
        lince_settings s;
        fresh(&s);
        assert_int_equal(lince_settings_set(&s, names[i], "7"), 0);
        assert_int_equal(s.batch_size, 7);
        lince_settings_release(&s);
    }
}

static void test_what_is_set_is_what_is_read(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"lr", "0.1"},       {"lr", "0.0001"},      {"seed", "18446744073709551615"},
        {"nesterov", "yes"}, {"head", "4096,2048"}, {"data", "a folder/ñ"},
        {"epochs", "100000"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        lince_settings s;
        char text[64];
        fresh(&s);
        assert_int_equal(lince_settings_set(&s, pairs[i][0], pairs[i][1]), 0);
        assert_int_equal(lince_settings_get(&s, pairs[i][0], text, sizeof text), 0);
        assert_string_equal(text, pairs[i][1]);
        lince_settings_release(&s);
    }
}

static void test_a_bad_value_is_refused_and_leaves_the_setting_alone(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"epochs", "0", "epochs: expected a value from 1 to 100000, found 0"},
        {"epochs", "2.5", "epochs: expected a whole number, found '2.5'"},
        {"epochs", "ten", "epochs: expected a whole number, found 'ten'"},
        {"epochs", "", "epochs: expected a whole number, found ''"},
        {"lr", "-0.1", "lr: expected a value from 0 to 1000, found -0.1"},
        {"lr", "nan", "lr: expected a number, found 'nan'"},
        {"lr", "inf", "lr: expected a number, found 'inf'"},
        {"lr", "-inf", "lr: expected a number, found '-inf'"},
        {"lr", "0x1p-3", "lr: expected a number, found '0x1p-3'"},
        {"lr", "0,1", "lr: expected a number, found '0,1'"},
        {"lr", "0.1s", "lr: expected a number, found '0.1s'"},
        {"lr", " 1", "lr: expected a number, found ' 1'"},
        {"lr", "1e999", "lr: expected a number, found '1e999'"},
        {"gamma", "0", "gamma: expected a value above 0 and up to 1, found 0"},
        {"clip-grad", "-1", "clip-grad: expected 0 or more, found -1"},
        {"seed", "-1", "seed: expected a whole number from 0 to 2^64 - 1, found '-1'"},
        {"seed", "18446744073709551616",
         "seed: expected a whole number from 0 to 2^64 - 1, found '18446744073709551616'"},
        {"nesterov", "maybe", "nesterov: expected yes or no, found 'maybe'"},
        {"optimizer", "sg",
         "optimizer sg: expected one of auto|sgd|adam|adamw|rmsprop|muon; did you mean sgd?"},
        {"scheduler", "", "scheduler : expected one of auto|constant|step|cosine|linear|onecycle|plateau"},
        {"on-bad", "skip|fail", "on-bad skip|fail: expected one of skip|fail"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_settings s;
        char before[64], after[64];
        fresh(&s);
        assert_int_equal(lince_settings_get(&s, cases[i][0], before, sizeof before), 0);
        assert_int_equal(lince_settings_set(&s, cases[i][0], cases[i][1]), LINCE_EUSAGE);
        assert_string_equal(lince_error(), cases[i][2]);
        assert_int_equal(lince_settings_get(&s, cases[i][0], after, sizeof after), 0);
        assert_string_equal(after, before);
        lince_settings_release(&s);
    }
}

/* Lists of classes and paths may be long: they differ where they differ, and none is cut without a word. */
static void test_a_value_of_any_length_is_kept_compared_and_never_cut(void **state)
{
    (void)state;
    enum { LENGTH = 20000 };
    static char one[LENGTH + 1], two[LENGTH + 1], out[LENGTH + 1];
    lince_settings a, b;
    char number[LINCE_NUMBER_MAX];
    memset(one, 'a', LENGTH);
    memcpy(two, one, LENGTH);
    two[LENGTH - 1] = 'b';
    fresh(&a);
    fresh(&b);
    assert_int_equal(lince_settings_set(&a, "classes", one), 0);
    assert_int_equal(lince_settings_set(&b, "classes", two), 0);
    assert_false(lince_settings_agree(&a, &b, "classes"));
    assert_true(lince_settings_hold(&b, "classes", two));
    assert_string_equal(lince_settings_text(&b, "classes", number), two);
    assert_int_equal(lince_settings_get(&a, "classes", out, sizeof out), 0);
    assert_string_equal(out, one);
    assert_int_equal(lince_settings_get(&a, "classes", out, LENGTH), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "20000 bytes"));
    assert_true(lince_settings_agree(&a, &b, "epochs") && lince_settings_hold(&a, "epochs", "10"));
    lince_settings_release(&a);
    lince_settings_release(&b);
}

/* A setting of few values lists them, whether they stand in its line or in a registry, and takes no others. */
static void test_what_is_listed_is_what_is_taken(void **state)
{
    (void)state;
    static const char *const all[] = {"auto", "sgd", "adam", "adamw", "rmsprop", "muon"};
    const lince_setting_info *info = lince_setting_named("optimizer");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_string_equal(lince_setting_choice(info, i), all[i]);
    assert_null(lince_setting_choice(info, sizeof all / sizeof *all));
    assert_null(lince_setting_choice(lince_setting_named("lr"), 0));
    lince_settings s;
    fresh(&s);
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        const char *word;
        for (size_t k = 0; (word = lince_setting_choice(info, k)); k++)
            assert_int_equal(lince_settings_set(&s, info->name, word), 0);
        if (lince_setting_choice(info, 0))
            assert_int_equal(lince_settings_set(&s, info->name, "no such word"), LINCE_EUSAGE);
    }
    lince_settings_release(&s);
}

/* Names, short forms and what other programs say. */
static void test_a_name_means_one_setting(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"learning-rate", "lr"},
                                           {"lr0", "lr"},
                                           {"imgsz", "image-size"},
                                           {"sr", "sample-rate"},
                                           {"pos-weight", "positive-weights"},
                                           {"bs", "batch-size"},
                                           {"opt", "optimizer"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(lince_setting_named(pairs[i][0])->name, pairs[i][1]);
    const lince_setting_info *info;
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        assert_ptr_equal(lince_setting_named(info->name), info);
        if (info->short_name) assert_ptr_equal(lince_setting_named(info->short_name), info);
    }
}

static void test_a_setting_says_what_it_decides_and_of_which_samples(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        lince_decides decides;
        const char *modality;
    } cases[] = {
        {"lr", LINCE_DECIDES_LEARNING, NULL},           {"val-split", LINCE_DECIDES_SAMPLES, NULL},
        {"seed", LINCE_DECIDES_CHANCE, NULL},           {"deterministic", LINCE_DECIDES_OUTCOME, NULL},
        {"threads", LINCE_DECIDES_NOTHING, NULL},       {"augment", LINCE_DECIDES_LEARNING, "pictures"},
        {"embedding", LINCE_DECIDES_LEARNING, "texts"}, {"cache-mb", LINCE_DECIDES_NOTHING, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const lince_setting_info *info = lince_setting_named(cases[i].name);
        const char *of = lince_setting_modality(info);
        assert_int_equal(lince_setting_decides(info), cases[i].decides);
        assert_true(!of == !cases[i].modality);
        if (of) assert_string_equal(of, cases[i].modality);
    }
}

/* Where a help names rows of another table, none is forgotten. */
static void test_a_help_that_lists_names_lists_all(void **state)
{
    (void)state;
    for (size_t i = 0; lince_augment_name(i); i++)
        assert_non_null(strstr(lince_setting_named("augment")->help, lince_augment_name(i)));
}

static void test_an_unknown_name_gets_the_nearest_one(void **state)
{
    (void)state;
    lince_settings s;
    fresh(&s);
    assert_int_equal(lince_settings_set(&s, "epohcs", "1"), LINCE_EUSAGE);
    assert_string_equal(lince_error(), "unknown option 'epohcs'; did you mean 'epochs'?");
    lince_settings_release(&s);
}

static bool epochs_are_fixed(void *context, const char *name)
{
    (void)context;
    return !strcmp(name, "epochs");
}

static void test_a_file_sets_what_the_command_line_did_not(void **state)
{
    (void)state;
    lince_settings s;
    fresh(&s);
    s.epochs = 4;
    write_file("# a recipe\nepochs: 9\nbatch_size: 16\nhead: [4096, 2048]\nnesterov: true\nlr: 1e-4\n");
    assert_int_equal(lince_settings_load_but(&s, PATH, epochs_are_fixed, NULL), 0);
    assert_int_equal(s.epochs, 4);
    assert_int_equal(s.batch_size, 16);
    assert_string_equal(s.head, "4096,2048");
    assert_true(s.nesterov);
    assert_true(s.lr == 1e-4);
    lince_settings_release(&s);
}

static void test_an_empty_file_changes_nothing(void **state)
{
    (void)state;
    lince_settings s;
    fresh(&s);
    write_file("# nothing\n");
    assert_int_equal(lince_settings_load(&s, PATH), 0);
    assert_int_equal(s.epochs, 10);
    lince_settings_release(&s);
}

static void test_a_bad_file_is_refused_by_name_and_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"epochs: 3\nepochs: 4\n", ":2: 'epochs' is given twice"},
        {"epochs: 3\nlernrate: 4\nlr: 1\n", ":2: unknown option 'lernrate'"},
        {"\nlr: fast\n", ":2: lr: expected a number, found 'fast'"},
        {"epochs: {a: 1}\n", ":1: 'epochs': expected a value or a list of values"},
        {"? [a]\n: 1\n", ":1: a key must be a plain word"},
        {"- epochs\n", ": expected lines of the form 'key: value'"},
        {"epochs: [1\n", ": not YAML: "},
        {"epochs: \"1\\q\"\n", ":1: not YAML: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_settings s;
        fresh(&s);
        write_file(cases[i][0]);
        assert_int_equal(lince_settings_load(&s, PATH), LINCE_EUSAGE);
        assert_memory_equal(lince_error(), PATH, strlen(PATH));
        assert_non_null(strstr(lince_error(), cases[i][1]));
        lince_settings_release(&s);
    }
}

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    lince_settings s;
    fresh(&s);
    assert_int_not_equal(lince_settings_load(&s, TEST_SCRATCH "/no-such.yaml"), 0);
    assert_non_null(strstr(lince_error(), "no-such.yaml"));
    lince_settings_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_defaults_are_those_of_the_help),
        cmocka_unit_test(test_dash_underscore_and_short_form_name_the_same_setting),
        cmocka_unit_test(test_what_is_set_is_what_is_read),
        cmocka_unit_test(test_a_bad_value_is_refused_and_leaves_the_setting_alone),
        cmocka_unit_test(test_a_value_of_any_length_is_kept_compared_and_never_cut),
        cmocka_unit_test(test_what_is_listed_is_what_is_taken),
        cmocka_unit_test(test_a_name_means_one_setting),
        cmocka_unit_test(test_a_setting_says_what_it_decides_and_of_which_samples),
        cmocka_unit_test(test_a_help_that_lists_names_lists_all),
        cmocka_unit_test(test_an_unknown_name_gets_the_nearest_one),
        cmocka_unit_test(test_a_file_sets_what_the_command_line_did_not),
        cmocka_unit_test(test_an_empty_file_changes_nothing),
        cmocka_unit_test(test_a_bad_file_is_refused_by_name_and_line),
        cmocka_unit_test(test_a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
