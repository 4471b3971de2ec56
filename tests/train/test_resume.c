/* What a resumed run must have in common with the run that was begun. */
#include "train/resume.h"

#include <lince/error.h>
#include <lince/settings.h>
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
    char *record = lince_resume_record(&b);
    assert_non_null(record);
    int code = lince_resume_check(&r, &g, record, "a run");
    free(record);
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
    assert_non_null(strstr(lince_error(), "--lr '0.5': a run was begun with '0.01'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_settings_go_on),
        cmocka_unit_test(test_a_record_of_what_was_left_open_fits_what_is_left_open),
        cmocka_unit_test(test_another_value_is_refused_with_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
