/* A run's folder: never one that exists, and every setting and result comes back from it. */
#include "core/file.h"
#include "core/memory.h"
#include "train/run/run.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = TEST_SCRATCH "/run-XXXXXX";
static lince_run run; /* root2: root itself is there already */

static int make_root(void **state)
{
    (void)state;
    return !mkdtemp(root) || lince_run_create(&run, root);
}

static void in_run(char path[LINCE_PATH_MAX], const char *name)
{
    assert_int_equal(lince_path_join(path, run.folder, name), 0);
}

static void expect_created(const char *wanted, const char *expected)
{
    char from[LINCE_PATH_MAX], to[LINCE_PATH_MAX];
    lince_run made;
    snprintf(from, sizeof from, "%s/%s", root, wanted);
    snprintf(to, sizeof to, "%s/%s", root, expected);
    if (lince_run_create(&made, from)) fail_msg("%s", lince_error());
    assert_string_equal(made.folder, to);
    assert_int_equal(lince_path_join(to, made.folder, "weights"), 0);
    assert_int_equal(access(to, W_OK), 0);
}

static void test_a_folder_that_exists_is_never_used_again(void **state)
{
    (void)state;
    expect_created("runs/cats", "runs/cats");
    expect_created("runs/cats", "runs/cats2");
    expect_created("runs/cats/", "runs/cats3");
    char file[LINCE_PATH_MAX];
    snprintf(file, sizeof file, "%s/runs/cats4", root);
    assert_int_equal(lince_file_write(file, "", 0), 0);
    expect_created("runs/cats", "runs/cats5");
}

static void test_a_folder_that_cannot_be_made_is_named(void **state)
{
    (void)state;
    lince_run made;
    assert_int_equal(lince_run_create(&made, "/dev/null/x"), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "/dev/null"));
    assert_int_equal(lince_run_create(&made, ""), LINCE_EIO);
}

static void test_a_folder_without_config_is_no_run(void **state)
{
    (void)state;
    lince_run found;
    assert_int_equal(lince_run_open(&found, TEST_SCRATCH), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "config.yaml"));
    assert_int_equal(lince_run_open(&found, TEST_SCRATCH "/nowhere"), LINCE_EIO);
}

static void expect_text_survives(const char *text)
{
    lince_settings written, found;
    assert_int_equal(lince_settings_init(&written), 0);
    assert_int_equal(lince_settings_init(&found), 0);
    assert_int_equal(lince_settings_set(&written, "data", text), 0);
    assert_int_equal(lince_settings_set(&written, "lr", "0.0001"), 0);
    assert_int_equal(lince_settings_set(&written, "seed", "18446744073709551615"), 0);
    assert_int_equal(lince_settings_set(&written, "nesterov", "yes"), 0);
    if (lince_run_write_config(&run, &written, text, NULL)) fail_msg("%s", lince_error());
    if (lince_run_read_config(&run, &found)) fail_msg("%s", lince_error());
    assert_string_equal(found.data, text);
    assert_true(found.lr == 0.0001 && found.seed == UINT64_MAX && found.nesterov);
    assert_null(found.weights);
    lince_settings_release(&written);
    lince_settings_release(&found);
}

/* Weight decay was for norms and biases, too, before there was a choice. */
static void test_a_configuration_without_the_choice_decays_norms(void **state)
{
    (void)state;
    static const char *const configs[] = {"weight-decay: 0.01\n", "decay-norms: no\n", "decay_norms: yes\n"};
    char path[LINCE_PATH_MAX];
    in_run(path, "config.yaml");
    for (int i = 0; i < 3; i++) {
        lince_settings found;
        assert_int_equal(lince_settings_init(&found), 0);
        assert_int_equal(lince_file_write(path, configs[i], strlen(configs[i])), 0);
        if (lince_run_read_config(&run, &found)) fail_msg("%s", lince_error());
        assert_int_equal(found.decay_norms, i != 1);
        lince_settings_release(&found);
    }
}

static void test_every_text_survives_in_the_configuration(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "data/cats",
        "C:\\cats \"x\"",
        "yes",
        "1e3",
        "- a: b # c",
        "'%@`&*!|>",
        "line\nline\r\n\ttab",
        "\x1b[31m\x7f",
        " blank ",
        "ni\303\261os",
        "\342\202\254 \360\237\220\210",
        "\302\205\342\200\250\342\200\251",
        "\357\273\277mark",
        "\302\200",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) expect_text_survives(texts[i]);
}

static void test_the_command_stands_in_the_configuration(void **state)
{
    (void)state;
    lince_settings settings;
    char path[LINCE_PATH_MAX], *text;
    size_t size;
    assert_int_equal(lince_settings_init(&settings), 0);
    assert_int_equal(lince_run_write_config(&run, &settings, "lince train --data 'a b' --epochs 3", NULL), 0);
    in_run(path, "config.yaml");
    assert_int_equal(lince_file_read(path, 1 << 20, &text, &size), 0);
    assert_non_null(strstr(text, "\n# lince train --data 'a b' --epochs 3\n"));
    lince_free(text);
    lince_settings_release(&settings);
}

static void test_text_that_is_not_utf8_is_refused_and_the_old_file_stays(void **state)
{
    (void)state;
    lince_settings settings;
    char path[LINCE_PATH_MAX];
    assert_int_equal(lince_settings_init(&settings), 0);
    assert_int_equal(lince_run_write_config(&run, &settings, "a byte of Latin-1 in a comment: \xf1", NULL),
                     0);
    assert_int_equal(lince_run_read_config(&run, &settings), 0);
    assert_int_equal(lince_settings_set(&settings, "data", "ni\xf1os"), 0);
    assert_int_equal(lince_run_write_config(&run, &settings, "x", NULL), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "data: '"));
    in_run(path, "config.yaml");
    assert_int_equal(access(path, R_OK), 0);
    lince_settings_release(&settings);
}

/* --- results.csv ---------------------------------------------------------------------------------- */

static const lince_epoch epochs[2] = {{1, 12.5, 2.25, 0.125, 2, 0.25, 0.1},
                                      {2, 25, 1.0 / 3, 0.5, NAN, NAN, 1e-5}};

static const char RESULTS[] = "epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr\n"
                              "1,12.5,2.25,0.125,2,0.25,0.1\n"
                              "2,25,0.333333333,0.5,,,1e-05\n";

static void test_results_are_written_to_the_letter_and_read_back(void **state)
{
    (void)state;
    lince_history history = {0}, found = {0};
    char path[LINCE_PATH_MAX], *text;
    size_t size;
    for (int i = 0; i < 2; i++) assert_int_equal(lince_history_add(&history, &epochs[i]), 0);
    assert_int_equal(lince_run_write_history(&run, &history), 0);
    in_run(path, "results.csv");
    assert_int_equal(lince_file_read(path, 1 << 20, &text, &size), 0);
    assert_string_equal(text, RESULTS);
    lince_free(text);
    assert_int_equal(lince_run_read_history(&run, &found), 0);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.epochs[1].epoch, 2);
    assert_true(found.epochs[0].val_accuracy == 0.25 && isnan(found.epochs[1].val_loss) &&
                found.epochs[1].lr == 1e-5);
    lince_history_release(&history);
    lince_history_release(&found);
}

static void expect_results_refused(const char *text, const char *message)
{
    lince_history history = {0};
    char path[LINCE_PATH_MAX];
    in_run(path, "results.csv");
    assert_int_equal(lince_file_write(path, text, strlen(text)), 0);
    assert_int_equal(lince_run_read_history(&run, &history), LINCE_EFORMAT);
    if (!strstr(lince_error(), message)) fail_msg("expected '%s' in: %s", message, lince_error());
    assert_int_equal(history.count, 0);
}

#define HEADER "epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr\n"

static void test_results_that_were_tampered_with_are_refused_by_line(void **state)
{
    (void)state;
    expect_results_refused("", "results.csv:1: expected the header");
    expect_results_refused("epoch,time\n", "results.csv:1: expected the header");
    expect_results_refused(HEADER "1,2,3,4,5,6\n", "results.csv:2: expected 7 numbers");
    expect_results_refused(HEADER "1,2,3,4,5,6,7,8\n", "results.csv:2: expected 7 numbers");
    expect_results_refused(HEADER "1,2,3,4,5,six,7\n", "results.csv:2: expected 7 numbers");
    expect_results_refused(HEADER "1,2,3,4,5,6,7\n\n", "results.csv:3: expected 7 numbers");
    expect_results_refused(HEADER "1,2,3,4,5,6,7\n3,2,3,4,5,6,7\n", "results.csv:3: expected epoch 2");
    expect_results_refused(HEADER "1e300,2,3,4,5,6,7\n", "results.csv:2: expected epoch 1");
    expect_results_refused(HEADER ",2,3,4,5,6,7\n", "results.csv:2: expected epoch 1");
    expect_results_refused(HEADER "1,2,3,4,5,6,\n", "results.csv:2: time or lr is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_folder_that_exists_is_never_used_again),
        cmocka_unit_test(test_a_folder_that_cannot_be_made_is_named),
        cmocka_unit_test(test_a_folder_without_config_is_no_run),
        cmocka_unit_test(test_every_text_survives_in_the_configuration),
        cmocka_unit_test(test_a_configuration_without_the_choice_decays_norms),
        cmocka_unit_test(test_the_command_stands_in_the_configuration),
        cmocka_unit_test(test_text_that_is_not_utf8_is_refused_and_the_old_file_stays),
        cmocka_unit_test(test_results_are_written_to_the_letter_and_read_back),
        cmocka_unit_test(test_results_that_were_tampered_with_are_refused_by_line),
    };
    return cmocka_run_group_tests_name("train/run", tests, make_root, NULL);
}
