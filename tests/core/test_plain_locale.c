/* Between the two calls the thread's locale is "C"; afterwards it is what it was. */
#include "core/plain_locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "locales.h"

static void print_plainly(char out[16])
{
    LINCE_PLAIN_LOCALE;
    snprintf(out, 16, "%.1f", 0.5);
}

static void test_numbers_have_a_point_inside_and_the_programs_comma_outside(void **state)
{
    (void)state;
    char text[16];
    if (!use_locale("de_DE.UTF-8")) skip();
    for (int i = 0; i < 3; i++) {
        print_plainly(text);
        assert_string_equal(text, "0.5");
        snprintf(text, sizeof text, "%.1f", 0.5);
        assert_string_equal(text, "0,5");
    }
    setlocale(LC_ALL, "C");
}

static void test_a_locale_of_the_thread_comes_back(void **state)
{
    (void)state;
    char text[16];
    if (!use_locale("de_DE.UTF-8")) skip();
    locale_t german = duplocale(LC_GLOBAL_LOCALE), before = uselocale(german);
    setlocale(LC_ALL, "C");
    {
        LINCE_PLAIN_LOCALE;
        print_plainly(text); /* one in the other */
        assert_string_equal(text, "0.5");
        assert_true(uselocale((locale_t)0) != german);
    }
    assert_true(uselocale(before) == german);
    freelocale(german);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_a_point_inside_and_the_programs_comma_outside),
        cmocka_unit_test(test_a_locale_of_the_thread_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
