/* The level is the machine's own or a lower one that LINCE_CPU names, and what it names wrongly is refused.
 * Each case is a process of its own, because the level is found once. */
#include "core/cpu.h"
#include <lince/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What lince_cpu_level() is in a process where LINCE_CPU is `mask`. */
static lince_level level_under(const char *mask)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        setenv("LINCE_CPU", mask, 1);
        _exit((int)lince_cpu_level());
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return (lince_level)WEXITSTATUS(status);
}

static void test_a_mask_hides_what_lies_above_it(void **state)
{
    (void)state;
    lince_level highest = lince_cpu_highest();
    for (int level = LINCE_PLAIN; level < LINCE_LEVELS; level++) {
        lince_level expected = (lince_level)level < highest ? (lince_level)level : highest;
        assert_int_equal(level_under(lince_level_name((lince_level)level)), expected);
    }
    assert_int_equal(level_under(""), highest);
}

static void test_what_is_no_level_or_not_there_is_refused(void **state)
{
    (void)state;
    setenv("LINCE_CPU", "avx3", 1);
    assert_int_equal(lince_cpu_check(), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "avx3"));
    for (int level = LINCE_PLAIN; level < LINCE_LEVELS; level++) {
        setenv("LINCE_CPU", lince_level_name((lince_level)level), 1);
        assert_int_equal(lince_cpu_check(), (lince_level)level <= lince_cpu_highest() ? 0 : LINCE_EUSAGE);
    }
    unsetenv("LINCE_CPU");
    assert_int_equal(lince_cpu_check(), 0);
}

static void test_caches_grow_outwards(void **state)
{
    (void)state;
    assert_true(lince_cpu_cache(1) >= 4 << 10);
    assert_true(lince_cpu_cache(2) >= lince_cpu_cache(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mask_hides_what_lies_above_it),
        cmocka_unit_test(test_what_is_no_level_or_not_there_is_refused),
        cmocka_unit_test(test_caches_grow_outwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
