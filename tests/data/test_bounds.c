/* How far a source may go. */
#include "data/source/bounds.h"
#include "settings/reading.h"

#include <lince/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_the_usual_bounds_are_the_settings_defaults(void **state)
{
    (void)state;
    lince_settings s;
    assert_int_equal(lince_settings_init(&s), 0);
    lince_bounds b = lince_within_settings(&s, NULL).bounds;
    assert_true(b.file == lince_usual_bounds.file && b.archive == lince_usual_bounds.archive &&
                b.files == lince_usual_bounds.files);
    assert_true(b.ratio == lince_usual_bounds.ratio && b.wait == lince_usual_bounds.wait);
    lince_settings_release(&s);
}

static void test_a_file_may_have_as_much_as_the_bound(void **state)
{
    (void)state;
    lince_bounds b = {.file = 1000};
    assert_int_equal(lince_bounds_check_file(&b, 1000), 0);
    assert_int_equal(lince_bounds_check_file(&b, 1001), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "1001 bytes or more; at most 1000"));
    assert_non_null(strstr(lince_error(), "max-file-mb allows more"));
}

static void test_what_is_small_may_be_packed_as_well_as_it_can(void **state)
{
    (void)state;
    lince_bounds b = {.ratio = 100};
    assert_int_equal(lince_bounds_check_ratio(&b, LINCE_RATIO_FREE, 1), 0);
    assert_int_equal(lince_bounds_check_ratio(&b, LINCE_RATIO_FREE + 1, 1), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "max-ratio allows more"));
    assert_int_equal(lince_bounds_check_ratio(&b, (uint64_t)100 << 30, (uint64_t)1 << 30), 0);
    assert_int_equal(lince_bounds_check_ratio(&b, ((uint64_t)100 << 30) + 1, (uint64_t)1 << 30),
                     LINCE_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_usual_bounds_are_the_settings_defaults),
        cmocka_unit_test(test_a_file_may_have_as_much_as_the_bound),
        cmocka_unit_test(test_what_is_small_may_be_packed_as_well_as_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
