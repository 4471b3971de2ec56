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

/* lince_cpu_level() and, times 16, the features, in a process where LINCE_CPU is `mask`. */
static int seen_under(const char *mask)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        setenv("LINCE_CPU", mask, 1);
        int seen = (int)lince_cpu_level();
        for (int feature = 1; feature <= LINCE_AMX_INT8; feature *= 2)
            if (lince_cpu_has((unsigned)feature)) seen += 16 * feature;
        _exit(seen);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_a_mask_hides_what_lies_above_it(void **state)
{
    (void)state;
    int all = seen_under("");
    assert_int_equal(all % 16, lince_cpu_highest());
    const lince_cpu_mask *mask;
    for (size_t i = 0; (mask = lince_cpu_mask_at(i)); i++) {
        int level = (int)(mask->level < lince_cpu_highest() ? mask->level : lince_cpu_highest()),
            features = all / 16 & (mask->level < LINCE_AMX ? (int)mask->features : 15);
        assert_int_equal(seen_under(mask->name), level + 16 * features);
    }
}

static void test_what_is_no_level_or_not_there_is_refused(void **state)
{
    (void)state;
    setenv("LINCE_CPU", "avx3", 1);
    assert_int_equal(lince_cpu_check(), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "avx3"));
    const lince_cpu_mask *mask;
    for (size_t i = 0; (mask = lince_cpu_mask_at(i)); i++) {
        setenv("LINCE_CPU", mask->name, 1);
        assert_int_equal(lince_cpu_check(), lince_cpu_offers(mask) ? 0 : LINCE_EUSAGE);
    }
    for (int level = LINCE_PLAIN; level <= (int)lince_cpu_highest(); level++) {
        setenv("LINCE_CPU", lince_level_name((lince_level)level), 1);
        assert_int_equal(lince_cpu_check(), 0);
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
