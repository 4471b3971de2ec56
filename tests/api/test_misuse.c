/* A program that calls with NULL, or in a wrong order, hears of it: nothing crashes, nothing is done. */
#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXTS TEST_SCRATCH "/misuse-texts"
#define RUN   TEST_SCRATCH "/misuse-run"

/* The call's message names the argument, or the struct, that is NULL. */
#define REFUSED(call, named)                                                    \
    do {                                                                        \
        lince_error_set(0, "");                                                 \
        assert_int_equal(call, LINCE_EUSAGE);                                   \
        if (!strstr(lince_error(), "NULL") || !strstr(lince_error(), named))    \
            fail_msg("%s: '%s' does not name %s", #call, lince_error(), named); \
    } while (0)

static lince_settings *settings;
static lince_model *model;
static char folder[4096], *text;

static void set(const char *name, const char *value)
{
    if (lince_settings_set(settings, name, value)) fail_msg("%s", lince_error());
}

static int setup(void **state)
{
    (void)state;
    if (system("rm -rf '" TEXTS "' '" RUN "'*") || lince_synth_tweets(TEXTS, 60, 1)) return -1;
    if (!(settings = lince_settings_new())) return -1;
    static const char *const values[][2] = {{"data", TEXTS},  {"out", RUN},        {"model", "rnn"},
                                            {"epochs", "1"},  {"embedding", "4"},  {"hidden", "4"},
                                            {"threads", "1"}, {"no-report", "yes"}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) set(values[i][0], values[i][1]);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lince_model_free(model);
    lince_settings_free(settings);
    return 0;
}

/* A command is what a report shows; a program has none. */
static void test_training_needs_no_command(void **state)
{
    (void)state;
    if (lince_train(settings, NULL, NULL, folder, sizeof folder)) fail_msg("%s", lince_error());
    assert_int_equal(lince_train(settings, NULL, NULL, NULL, 0), 0); /* nobody asks where it went */
    char line[256];
    FILE *config = fopen(RUN "/config.yaml", "r");
    assert_non_null(config);
    assert_non_null(fgets(line, sizeof line, config)); /* the version */
    assert_non_null(fgets(line, sizeof line, config));
    assert_string_equal(line, "# (called by a program)\n");
    fclose(config);
}

static void test_work_on_nothing_is_refused(void **state)
{
    (void)state;
    const char *const runs[] = {RUN, NULL};
    lince_tune_result result = LINCE_TUNE_RESULT_INIT;
    size_t bytes;
    double lr;
    REFUSED(lince_train(NULL, "x", NULL, folder, sizeof folder), "settings");
    REFUSED(lince_train_together(NULL, NULL, "x", NULL, folder, sizeof folder), "settings");
    REFUSED(lince_processes_join(NULL, NULL), "processes");
    REFUSED(lince_processes_tell(NULL, 0, NULL, 1), "bytes");
    REFUSED(lince_model_together(NULL, NULL), "m");
    REFUSED(lince_run_settings(NULL, settings), "folder");
    REFUSED(lince_run_settings(RUN, NULL), "settings");
    REFUSED(lince_prune(NULL, false, true, &bytes), "folder");
    REFUSED(lince_prune(RUN, false, true, NULL), "bytes");
    REFUSED(lince_lr_find(NULL, 1e-4, 1, 10, NULL, folder, sizeof folder, &lr), "settings");
    REFUSED(lince_lr_find(settings, 1e-4, 1, 10, NULL, folder, sizeof folder, NULL), "lr");
    REFUSED(lince_tune(NULL, NULL, "x", NULL, NULL, &result), "settings");
    REFUSED(lince_tune(settings, NULL, "x", NULL, NULL, NULL), "lince_tune_result");
    REFUSED(lince_tune_together(NULL, NULL, NULL, "x", NULL, NULL, &result), "settings");
    REFUSED(lince_tune_settings(NULL, settings), "folder");
    REFUSED(lince_cv(NULL, "x", 0, NULL, folder, sizeof folder, &text), "settings");
    REFUSED(lince_cv(settings, "x", 0, NULL, folder, sizeof folder, NULL), "text");
    REFUSED(lince_cv_settings(NULL, settings), "folder");
    REFUSED(lince_cv_compare(NULL, RUN, NULL, 0, folder, sizeof folder, &text), "first");
    REFUSED(lince_report(NULL, "en", NULL), "run");
    REFUSED(lince_report(RUN, NULL, NULL), "language");
    REFUSED(lince_report_sign(NULL, "me", NULL), "folder");
    REFUSED(lince_compare(NULL, 2, NULL, 0, NULL, folder, sizeof folder, &text), "runs");
    REFUSED(lince_compare(runs, 2, NULL, 0, NULL, folder, sizeof folder, &text), "runs[i]");
    REFUSED(lince_compare(runs, 1, NULL, 0, NULL, folder, sizeof folder, NULL), "text");
    REFUSED(lince_describe(NULL, 0, &text), "path");
    REFUSED(lince_describe(TEXTS, 0, NULL), "text");
    REFUSED(lince_convert(NULL, "x.pth", &text), "in");
    REFUSED(lince_convert("x.pth", NULL, &text), "out");
    REFUSED(lince_fetch(NULL, NULL, NULL, 0), "path");
    assert_int_equal(lince_fetch(NULL, NULL, folder, sizeof folder), LINCE_EUSAGE); /* and what? */
    REFUSED(lince_server_open(NULL, NULL, NULL), "server");
    REFUSED(lince_server_watch(NULL, "runs", NULL, NULL), "server");
    REFUSED(lince_server_run(NULL, NULL), "'s'");
    assert_string_equal(lince_server_address(NULL), "");
    lince_server_free(NULL);
    REFUSED(lince_synth_images(NULL, 100, 1), "folder");
    REFUSED(lince_synth_images_many(NULL, 100, 1), "folder");
    REFUSED(lince_synth_tweets(NULL, 100, 1), "folder");
    REFUSED(lince_machine_describe(NULL), "text");
    REFUSED(lince_kernels_describe(NULL), "text");
    REFUSED(lince_language_set(NULL), "language");
    assert_false(lince_is_cv(NULL));
}

static void test_settings_of_nothing_are_refused(void **state)
{
    (void)state;
    char value[16];
    REFUSED(lince_settings_set(NULL, "lr", "1"), "settings");
    REFUSED(lince_settings_set(settings, NULL, "1"), "name");
    REFUSED(lince_settings_set(settings, "lr", NULL), "value");
    REFUSED(lince_settings_get(NULL, "lr", value, sizeof value), "settings");
    REFUSED(lince_settings_get(settings, "lr", NULL, 0), "out");
    REFUSED(lince_settings_load(settings, NULL), "path");
    assert_null(lince_settings_copy(NULL));
    assert_null(lince_setting_named(NULL));
    assert_null(lince_setting_choice(NULL, 0));
    lince_settings_free(NULL);
}

static void test_a_model_of_nothing_is_none(void **state)
{
    (void)state;
    lince_model *none = model;
    lince_open_options options = LINCE_OPEN_OPTIONS_INIT;
    REFUSED(lince_model_open(NULL, RUN), "model");
    REFUSED(lince_model_open(&none, NULL), "path");
    REFUSED(lince_model_open_weights(NULL, &options), "model");
    assert_int_equal(lince_model_open_weights(&none, NULL), LINCE_EUSAGE); /* of which weights? */
    assert_null(none);
    assert_int_equal(lince_model_open(&none, "no-such-run"), LINCE_EIO);
    assert_null(none);
}

static int hear(void *context, const char *input, int code, const lince_prediction *prediction)
{
    (void)context, (void)input, (void)prediction;
    return code;
}

/* One that was never opened, as after a failure that nobody looked at. */
static void test_no_model_answers_nothing(void **state)
{
    (void)state;
    lince_prediction p = LINCE_PREDICTION_INIT;
    lince_measures measures = LINCE_MEASURES_INIT;
    lince_pixels pixels = LINCE_PIXELS_INIT;
    const char *const *names, *const *values;
    float value = 0;
    size_t told;
    int height, width;
    REFUSED(lince_model_predict_text(NULL, "x", &p), "'m'");
    REFUSED(lince_model_predict_texts(NULL, &(const char *){"x"}, 1, &p), "'m'");
    REFUSED(lince_model_predict_file(NULL, "x.png", &p), "'m'");
    REFUSED(lince_model_predict_bytes(NULL, "x", 1, &p), "'m'");
    REFUSED(lince_model_predict_pixels(NULL, &pixels, 1, &p), "'m'");
    REFUSED(lince_model_predict_floats(NULL, &value, 1, &p), "'m'");
    REFUSED(lince_model_predict_all(NULL, "x", hear, NULL), "'m'");
    REFUSED(lince_model_predict_paths(NULL, &(const char *){"x"}, 1, hear, NULL), "'m'");
    REFUSED(lince_model_evaluate(NULL, NULL, NULL, 0, NULL, NULL, &text), "'m'");
    REFUSED(lince_model_measure(NULL, NULL, NULL, NULL, &measures), "'m'");
    REFUSED(lince_model_calibrate(NULL, NULL), "'m'");
    REFUSED(lince_model_min_confidence(NULL, "0.5", NULL, NULL), "'m'");
    REFUSED(lince_model_observe(NULL, NULL), "'m'");
    REFUSED(lince_model_set(NULL, "tta", "flip"), "'m'");
    REFUSED(lince_model_input(NULL, &height, &width), "'m'");
    REFUSED(lince_model_answer_json(NULL, "x", 0, &p, 0, &text), "'m'");
    assert_int_equal(lince_model_classes(NULL), 0);
    assert_string_equal(lince_model_name(NULL), "");
    assert_string_equal(lince_model_notes(NULL), "");
    assert_string_equal(lince_model_input_name(NULL), "");
    assert_null(lince_model_class(NULL, 0));
    assert_null(lince_model_told(NULL, &p, 0, &told));
    assert_int_equal(lince_model_row(NULL, &names, &values), 0);
    assert_false(lince_model_is_text(NULL));
    lince_model_threads(NULL, 2);
    lince_model_free(NULL);
    lince_prediction_release(NULL);
    lince_measures_release(NULL);
    lince_text_free(NULL);
}

static void test_an_opened_model_refuses_what_it_cannot_be_asked(void **state)
{
    (void)state;
    lince_prediction p = LINCE_PREDICTION_INIT;
    int height, width;
    float value = 0;
    if (lince_model_open(&model, RUN)) fail_msg("%s", lince_error());
    REFUSED(lince_model_predict_text(model, NULL, &p), "text");
    REFUSED(lince_model_predict_text(model, "x", NULL), "lince_prediction");
    const char *texts[] = {"fine", "not UTF-8: \xff"};
    lince_prediction two[] = {LINCE_PREDICTION_INIT, LINCE_PREDICTION_INIT};
    REFUSED(lince_model_predict_texts(model, NULL, 1, two), "text");
    REFUSED(lince_model_predict_texts(model, texts, 2, NULL), "predictions");
    assert_int_equal(lince_model_predict_texts(model, texts, 2, two), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "text 1"));
    assert_true(two[0].probability && !two[1].probability);
    lince_prediction_release(&two[0]);
    REFUSED(lince_model_predict_all(model, NULL, hear, NULL), "path");
    REFUSED(lince_model_predict_all(model, TEXTS, NULL, NULL), "tell");
    REFUSED(lince_model_evaluate(model, NULL, NULL, 0, NULL, NULL, NULL), "text");
    REFUSED(lince_model_measure(model, NULL, NULL, NULL, NULL), "lince_measures");
    REFUSED(lince_model_set(model, "lr", NULL), "value");
    REFUSED(lince_model_min_confidence(model, NULL, NULL, NULL), "text");
    assert_int_equal(lince_model_predict_floats(model, &value, 1, &p), LINCE_EUSAGE); /* it is one of texts */
    assert_int_equal(lince_model_input(model, &height, &width), LINCE_EUSAGE);
    REFUSED(lince_model_answer_json(model, NULL, 0, &p, 0, &text), "input");
    REFUSED(lince_model_answer_json(model, "x", 0, NULL, 0, &text), "prediction");
    REFUSED(lince_model_answer_json(model, "x", 0, &p, 0, NULL), "text");
    assert_int_equal(lince_model_answer_json(model, "x", 0, &p, 0, &text), LINCE_EUSAGE); /* what answer? */
    assert_null(text);
    lince_prediction_rank(NULL, true, &height);
    lince_prediction_rank(&p, true, NULL);
    assert_null(lince_model_class(model, -1));
    assert_null(lince_model_class(model, 1000));
    assert_int_equal(lince_model_predict_text(model, "still there", &p), 0); /* after all that */
    lince_prediction_release(&p);
    lince_prediction_release(&p); /* once more than there was */
    assert_null(p.probability);
}

static void test_texts_of_nothing_are_empty(void **state)
{
    (void)state;
    char out[4] = "xyz";
    assert_int_equal(lince_characters(NULL), 0);
    assert_int_equal(lince_field(8, NULL), 8);
    assert_null(lince_nearest(NULL, NULL, NULL));
    assert_string_equal(lince_translate(NULL), "");
    lince_name_for_display(out, sizeof out, NULL);
    assert_string_equal(out, "");
    lince_name_for_display(NULL, 0, "x");
    assert_int_equal(lince_error_set(LINCE_EIO, NULL), LINCE_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_training_needs_no_command),
        cmocka_unit_test(test_work_on_nothing_is_refused),
        cmocka_unit_test(test_settings_of_nothing_are_refused),
        cmocka_unit_test(test_a_model_of_nothing_is_none),
        cmocka_unit_test(test_no_model_answers_nothing),
        cmocka_unit_test(test_an_opened_model_refuses_what_it_cannot_be_asked),
        cmocka_unit_test(test_texts_of_nothing_are_empty),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
