/* Structs whose size says which version of the interface a program was compiled with. */
#include "core/sized.h"

#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* An observer as a version would have had it that knew of notes and warnings alone. */
typedef struct early_observer {
    size_t size;
    void *context;
    void (*note)(void *context, const char *text);
    void (*warning)(void *context, const char *text);
} early_observer;

/* And one of a version to come. */
typedef struct late_observer {
    lince_observer known;
    void (*sound)(void *context, double pitch);
} late_observer;

static void hear(void *context, const char *text)
{
    (void)text;
    ++*(int *)context;
}

static void squeak(void *context, double pitch)
{
    (void)context, (void)pitch;
}

static void test_fields_that_an_earlier_program_does_not_know_have_their_defaults(void **state)
{
    (void)state;
    int heard = 0;
    /* What lies behind it is the program's own: not a function to call. */
    struct {
        early_observer observer;
        uintptr_t others[8];
    } program = {{sizeof(early_observer), &heard, hear, NULL}, {1, 2, 3, 4, 5, 6, 7, 8}};
    lince_observer own = LINCE_OBSERVER_INIT;
    assert_int_equal(lince_sized_read(&own, &program, "lince_observer"), 0);
    assert_int_equal(own.size, sizeof own);
    assert_ptr_equal(own.note, hear);
    assert_ptr_equal(own.context, &heard);
    assert_null(own.progress);
    assert_null(own.epoch);
    assert_null(own.stop);
}

static void test_a_later_program_may_have_more_but_not_set_it(void **state)
{
    (void)state;
    lince_observer own = LINCE_OBSERVER_INIT;
    late_observer given = {.known = LINCE_OBSERVER_INIT};
    given.known.size = sizeof given;
    given.known.warning = hear;
    assert_int_equal(lince_sized_read(&own, &given, "lince_observer"), 0);
    assert_ptr_equal(own.warning, hear);
    given.sound = squeak;
    assert_int_equal(lince_sized_read(&own, &given, "lince_observer"), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "which a later version of lince knows"));
}

static void test_a_size_that_no_version_has_is_refused(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, sizeof(size_t), sizeof(lince_observer) - 1, 1 << 20, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        lince_observer own = LINCE_OBSERVER_INIT, given = LINCE_OBSERVER_INIT;
        given.size = sizes[i];
        assert_int_equal(lince_sized_read(&own, &given, "lince_observer"), LINCE_EUSAGE);
        assert_non_null(strstr(lince_error(), "lince_observer: its size is said to be"));
    }
}

static void test_what_is_read_is_written_as_far_as_there_is_room(void **state)
{
    (void)state;
    lince_prediction full = {sizeof full, 3, 7, NULL, 10, 9, 8, true, NULL};
    struct {
        size_t size;
        int best, classes;
        uintptr_t beyond;
    } early = {offsetof(lince_prediction, probability), 0, 0, 77};
    lince_sized_write(&early, &full);
    assert_int_equal(early.best, 3);
    assert_int_equal(early.classes, 7);
    assert_int_equal(early.beyond, 77);
    assert_int_equal(early.size, offsetof(lince_prediction, probability));
}

/* Each struct of the interface is looked at before anything is done with it. */
static void test_every_function_refuses_a_struct_that_was_not_begun(void **state)
{
    (void)state;
    lince_model *model;
    lince_observer observer = {0};
    lince_open_options open = {0};
    lince_fetch_options fetch = {.what = "cifar10"};
    lince_tune_options options = {0};
    lince_tune_result result = {0};
    lince_settings *settings = lince_settings_new();
    char folder[64], *text;
    double lr;
    assert_int_equal(lince_model_open_weights(&model, &open), LINCE_EUSAGE);
    assert_null(model);
    assert_int_equal(lince_fetch(&fetch, NULL, folder, sizeof folder), LINCE_EUSAGE);
    assert_int_equal(lince_train(settings, "test", &observer, folder, sizeof folder), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "lince_observer: its size"));
    assert_int_equal(lince_lr_find(settings, 0, 1, 2, &observer, folder, sizeof folder, &lr), LINCE_EUSAGE);
    assert_int_equal(lince_report("none", "en", &observer), LINCE_EUSAGE);
    assert_int_equal(lince_compare(NULL, 0, NULL, 0, &observer, folder, sizeof folder, &text), LINCE_EUSAGE);
    assert_int_equal(lince_cv(settings, "test", 0, &observer, folder, sizeof folder, &text), LINCE_EUSAGE);
    assert_int_equal(lince_describe_as("none", settings, &observer, 0, &text), LINCE_EUSAGE);
    assert_int_equal(lince_tune(settings, &options, "test", NULL, NULL, &result), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "lince_tune_options: its size"));
    options = (lince_tune_options)LINCE_TUNE_OPTIONS_INIT;
    assert_int_equal(lince_tune(settings, &options, "test", NULL, NULL, &result), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "lince_tune_result: its size"));
    lince_settings_free(settings);
}

static void test_weights_that_are_not_named_are_asked_for(void **state)
{
    (void)state;
    lince_model *model;
    lince_open_options open = LINCE_OPEN_OPTIONS_INIT;
    assert_int_equal(lince_model_open_weights(&model, &open), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "expected a weights file, or its bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_that_an_earlier_program_does_not_know_have_their_defaults),
        cmocka_unit_test(test_a_later_program_may_have_more_but_not_set_it),
        cmocka_unit_test(test_a_size_that_no_version_has_is_refused),
        cmocka_unit_test(test_what_is_read_is_written_as_far_as_there_is_room),
        cmocka_unit_test(test_every_function_refuses_a_struct_that_was_not_begun),
        cmocka_unit_test(test_weights_that_are_not_named_are_asked_for),
    };
    lince_language_set("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
