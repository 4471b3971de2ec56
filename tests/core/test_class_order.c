/* Classes that are numbers are listed by their value, others as they are. */
#include "core/class_order.h"
#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *name_at(const void *names, size_t index)
{
    return ((const char *const *)names)[index];
}

static void expect(const char *const *names, size_t count, const char *wanted)
{
    char listed[128] = "";
    int *order = lince_class_order(name_at, names, count);
    assert_non_null(order);
    for (size_t i = 0; i < count; i++) strcat(strcat(listed, i ? " " : ""), names[order[i]]);
    assert_string_equal(listed, wanted);
    lince_free(order);
}

#define EXPECT(wanted, ...) \
    expect((const char *const[]){__VA_ARGS__}, sizeof(char *[]){__VA_ARGS__} / sizeof(char *), wanted)

static void test_numbers_are_listed_by_their_value(void **state)
{
    (void)state;
    EXPECT("0 1 2 10 11 20", "0", "1", "10", "11", "2", "20");
    EXPECT("-2 -1 0 0.5 1", "-1", "-2", "0", "0.5", "1");
    EXPECT("1 1.0 2", "1", "1.0", "2"); /* the same number: as they were */
    EXPECT("1.0 1 2", "1.0", "1", "2");
    EXPECT("007 8 9", "007", "8", "9");
}

static void test_other_names_stay_as_they_are(void **state)
{
    (void)state;
    EXPECT("1 10 2 two", "1", "10", "2", "two");
    EXPECT("10 2 3rd", "10", "2", "3rd");
    EXPECT("10 2 nan", "10", "2", "nan");
    EXPECT("dog cat", "dog", "cat"); /* a model's own order */
    EXPECT("10 2 ", "10", "2", "");
    expect(NULL, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_listed_by_their_value),
        cmocka_unit_test(test_other_names_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
