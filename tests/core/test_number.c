/* Numbers as text: exact where asked for, with a point in every locale. */
#include "core/number.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "locales.h"

static void expect_exact(double value, const char *expected)
{
    char text[LINCE_NUMBER_MAX];
    double back;
    lince_number_print_exact(text, value);
    assert_string_equal(text, expected);
    assert_string_equal(lince_number_read(text, &back), "");
    assert_memory_equal(&back, &value, sizeof back);
}

static void test_the_fewest_digits_that_read_back_are_printed(void **state)
{
    (void)state;
    expect_exact(0.1, "0.1");
    expect_exact(0.1 + 0.2, "0.30000000000000004");
    expect_exact(-0.0, "-0");
    expect_exact(1e-4, "0.0001");
    expect_exact(10, "10");
    expect_exact(100000, "100000");
    expect_exact(1e6, "1e+06");
    expect_exact(DBL_MAX, "1.7976931348623157e+308");
    expect_exact(5e-324, "5e-324");
    expect_exact(-INFINITY, "-inf");
}

static void test_what_follows_a_number_is_returned(void **state)
{
    (void)state;
    double value;
    assert_string_equal(lince_number_read("0.5,rest", &value), ",rest");
    assert_true(value == 0.5);
    assert_string_equal(lince_number_read("word", &value), "word");
}

static void test_a_locale_with_a_decimal_comma_changes_nothing(void **state)
{
    (void)state;
    if (!use_locale("de_DE.UTF-8")) skip();
    expect_exact(0.5, "0.5");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_fewest_digits_that_read_back_are_printed),
        cmocka_unit_test(test_what_follows_a_number_is_returned),
        cmocka_unit_test(test_a_locale_with_a_decimal_comma_changes_nothing),
    };
    return cmocka_run_group_tests_name("core/number", tests, NULL, NULL);
}
