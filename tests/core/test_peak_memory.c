/* The most memory that the process held. */
#include "core/peak_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { MUCH = 48 << 20 };

static void use_much(void)
{
    unsigned char *memory = mmap(NULL, MUCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    memset(memory, 1, MUCH);
    munmap(memory, MUCH);
}

static void test_a_peak_is_seen_after_it_is_gone(void **state)
{
    (void)state;
    lince_peak_memory_begin();
    size_t before = lince_peak_memory();
    use_much();
    assert_true(before > 0);
    assert_true(lince_peak_memory() >= before + MUCH / 2);
}

static void test_an_earlier_peak_does_not_count(void **state)
{
    (void)state;
    use_much();
    size_t with = lince_peak_memory();
    lince_peak_memory_begin();
    size_t without = lince_peak_memory();
    if (without == with) skip(); /* no /proc/self/clear_refs here */
    assert_true(without + MUCH / 2 <= with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_peak_is_seen_after_it_is_gone),
        cmocka_unit_test(test_an_earlier_peak_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
