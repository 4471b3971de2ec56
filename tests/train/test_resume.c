/* What a resumed run must have in common with the run that was begun. */
#include "core/file.h"
#include "core/memory.h"
#include "train/run/resume.h"

#include "settings/settings.h"
#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void settle(lince_settings *s, const char *lr)
{
    assert_int_equal(lince_settings_init(s), 0);
    assert_int_equal(lince_settings_set(s, "lr", lr), 0);
}

/* The check of settings that became `resolved`, against a run that was begun with `begun`. */
static int check(const char *given, const char *resolved, const char *begun)
{
    lince_settings g, r, b;
    settle(&g, given), settle(&r, resolved), settle(&b, begun);
    char *record;
    assert_int_equal(lince_resume_record(&b, &record), 0);
    int code = lince_resume_check(&r, &g, record, "a run", NULL);
    lince_free(record);
    lince_settings_release(&g), lince_settings_release(&r), lince_settings_release(&b);
    return code;
}

static void test_the_same_settings_go_on(void **state)
{
    (void)state;
    assert_int_equal(check("0.01", "0.01", "0.01"), 0);
    assert_int_equal(check("0", "0.01", "0.01"), 0); /* left open, and chosen as before */
}

/* Version 0.1 recorded what was left open as it was given. */
static void test_a_record_of_what_was_left_open_fits_what_is_left_open(void **state)
{
    (void)state;
    assert_int_equal(check("0", "0.01", "0"), 0);
}

static void test_another_value_is_refused_with_both(void **state)
{
    (void)state;
    assert_int_equal(check("0.5", "0.5", "0"), LINCE_EUSAGE);
    assert_int_equal(check("0.5", "0.5", "0.01"), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "lr '0.5': a run was begun with '0.01'"));
}

/* What the settings become of a run that was begun with those of `image_size` and saw its data so. */
static void complete(const char *data, const char *image_size, const char *expected[3])
{
    lince_settings s;
    assert_int_equal(lince_make_folder(TEST_SCRATCH "/resumed"), 0);
    assert_int_equal(lince_file_write(TEST_SCRATCH "/resumed/config.yaml", "epochs: 2\n", 10), 0);
    assert_int_equal(lince_file_write(TEST_SCRATCH "/resumed/data.json", data, strlen(data)), 0);
    assert_int_equal(lince_settings_init(&s), 0);
    assert_int_equal(lince_settings_set(&s, "image-size", image_size), 0);
    assert_int_equal(lince_resume_complete(&s, TEST_SCRATCH "/resumed"), 0);
    assert_string_equal(s.image_size, expected[0]);
    assert_string_equal(s.range, expected[1]);
    assert_string_equal(s.incomplete, expected[2]);
    lince_settings_release(&s);
}

/* The first picture decided, in version 0.1, which upper bits of 16 counted and which refused damaged
 * JPEGs. */
static void test_a_run_goes_on_with_the_size_that_it_saw_pictures_in(void **state)
{
    (void)state;
    complete("{\"modality\": \"image\", \"image_size\": [16, 12]}", "0",
             (const char *[]){"12x16", "full", "refuse"});
    complete("{\"image_size\": [32, 32]}", "64", (const char *[]){"64", "full", "refuse"});
    complete("{\"image_size\": [16, 12], \"range\": \"full\"}", "12x16",
             (const char *[]){"12x16", "auto", "read"});
}

/* Norms and biases decayed before there was a choice. */
static void test_a_run_goes_on_with_the_decay_that_it_had(void **state)
{
    (void)state;
    static const char *const configs[] = {"epochs: 2\n", "epochs: 2\ndecay-norms: no\n"};
    for (int i = 0; i < 2; i++) {
        lince_settings s;
        assert_int_equal(lince_make_folder(TEST_SCRATCH "/resumed"), 0);
        assert_int_equal(
            lince_file_write(TEST_SCRATCH "/resumed/config.yaml", configs[i], strlen(configs[i])), 0);
        assert_int_equal(lince_settings_init(&s), 0);
        assert_int_equal(lince_resume_complete(&s, TEST_SCRATCH "/resumed"), 0);
        assert_int_equal(s.decay_norms, i == 0);
        lince_settings_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_settings_go_on),
        cmocka_unit_test(test_a_record_of_what_was_left_open_fits_what_is_left_open),
        cmocka_unit_test(test_another_value_is_refused_with_both),
        cmocka_unit_test(test_a_run_goes_on_with_the_size_that_it_saw_pictures_in),
        cmocka_unit_test(test_a_run_goes_on_with_the_decay_that_it_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
