/* Settings as a program has them that knows nothing of their fields. */
#include <lince/error.h>
#include <lince/language.h>
#include <lince/settings.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_value(const lince_settings *settings, const char *name, const char *expected)
{
    char value[64];
    assert_int_equal(lince_settings_get(settings, name, value, sizeof value), 0);
    assert_string_equal(value, expected);
}

static void test_new_ones_have_the_values_of_the_table(void **state)
{
    (void)state;
    const lince_setting_info *info;
    lince_settings *s = lince_settings_new();
    assert_non_null(s);
    for (size_t i = 0; (info = lince_setting_at(i)); i++) assert_value(s, info->name, info->standard);
    lince_settings_free(s);
}

static void test_a_copy_keeps_its_values_when_the_first_one_changes_and_goes(void **state)
{
    (void)state;
    lince_settings *s = lince_settings_new();
    assert_int_equal(lince_settings_set(s, "data", "pictures"), 0);
    assert_int_equal(lince_settings_set(s, "lr", "0.5"), 0);
    lince_settings *copy = lince_settings_copy(s);
    assert_non_null(copy);
    assert_int_equal(lince_settings_set(s, "data", "others"), 0);
    lince_settings_free(s);
    assert_value(copy, "data", "pictures");
    assert_value(copy, "lr", "0.5");
    lince_settings_free(copy);
}

static void test_an_empty_text_takes_a_value_back(void **state)
{
    (void)state;
    lince_settings *s = lince_settings_new();
    assert_int_equal(lince_settings_set(s, "out", "runs/x"), 0);
    assert_int_equal(lince_settings_set(s, "out", ""), 0);
    assert_value(s, "out", "");
    lince_settings_free(s);
}

static void test_a_value_that_has_no_room_is_not_handed_out_cut_in_silence(void **state)
{
    (void)state;
    char value[8];
    lince_settings *s = lince_settings_new();
    assert_int_equal(lince_settings_set(s, "data", "1234567"), 0);
    assert_int_equal(lince_settings_get(s, "data", value, sizeof value), 0);
    assert_int_equal(lince_settings_set(s, "data", "12345678"), 0);
    assert_int_equal(lince_settings_get(s, "data", value, sizeof value), LINCE_EUSAGE);
    assert_string_equal(lince_error(), "data: its value has 8 bytes, and there is room for 8");
    lince_settings_free(s);
}

static void test_nothing_is_freed(void **state)
{
    (void)state;
    lince_settings_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_ones_have_the_values_of_the_table),
        cmocka_unit_test(test_a_copy_keeps_its_values_when_the_first_one_changes_and_goes),
        cmocka_unit_test(test_an_empty_text_takes_a_value_back),
        cmocka_unit_test(test_a_value_that_has_no_room_is_not_handed_out_cut_in_silence),
        cmocka_unit_test(test_nothing_is_freed),
    };
    lince_language_set("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
