/* Libraries that are opened where they are needed. */
#include "core/library.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef union functions {
    struct {
        __typeof__(&hypot) hypot;
        __typeof__(&ldexp) ldexp;
    };
    void (*all[2])(void);
} functions;

static void test_functions_are_found_by_their_names(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        functions m = {0};
        assert_int_equal(lince_library_open("libm.so.6", (const char *[]){"hypot", "ldexp"}, m.all, 2), 0);
        assert_true(m.hypot(3, 4) == 5 && m.ldexp(3, 4) == 48);
    }
}

static void test_a_library_that_is_missing_and_a_function_are_named(void **state)
{
    (void)state;
    functions m = {0};
    assert_int_equal(lince_library_open("libnone.so.7", (const char *[]){"hypot", "ldexp"}, m.all, 2),
                     LINCE_EUNSUPPORTED);
    assert_non_null(strstr(lince_error(), "libnone.so.7"));
    assert_int_equal(lince_library_open("libm.so.6", (const char *[]){"hypot", "no_such_function"}, m.all, 2),
                     LINCE_EUNSUPPORTED);
    assert_non_null(strstr(lince_error(), "no_such_function"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_are_found_by_their_names),
        cmocka_unit_test(test_a_library_that_is_missing_and_a_function_are_named),
    };
    return cmocka_run_group_tests_name("core/library", tests, NULL, NULL);
}
