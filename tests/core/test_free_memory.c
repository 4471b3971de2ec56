/* How much memory may still be had, as made-up systems tell it. */
#include "core/file.h"
#include "core/free_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char root[512];

static void put(const char *folder, const char *name, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", root, folder);
    assert_int_equal(lince_make_folder(path), 0);
    snprintf(path, sizeof path, "%s%s/%s", root, folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void system_named(const char *name)
{
    const char *scratch = getenv("TEST_SCRATCH");
    snprintf(root, sizeof root, "%s/free_memory_%s", scratch ? scratch : "/tmp", name);
    lince_remove_folder(root);
}

static const char meminfo[] =
    "MemTotal:  9000 kB\nMemFree:  1000 kB\nMemAvailable:    4000 kB\nSwapFree:   96 kB\n";

static void test_it_is_what_the_machine_has_left_and_its_swap(void **state)
{
    (void)state;
    system_named("machine");
    put("/proc", "meminfo", meminfo);
    assert_true(lince_free_memory_in(root) == 4096 * 1024);
}

static void test_a_container_may_have_less(void **state)
{
    (void)state;
    system_named("container");
    put("/proc", "meminfo", meminfo);
    put("/proc/self", "cgroup", "0::/\n");
    put("/sys/fs/cgroup", "memory.max", "max\n");
    assert_true(lince_free_memory_in(root) == 4096 * 1024);
    put("/sys/fs/cgroup", "memory.max", "1000000\n");
    assert_true(lince_free_memory_in(root) == 1000000);
}

static void test_the_least_of_the_groups_that_hold_one_another_counts(void **state)
{
    (void)state;
    system_named("groups");
    put("/proc", "meminfo", meminfo);
    put("/proc/self", "cgroup", "0::/a.slice/b.service\n");
    put("/sys/fs/cgroup/a.slice/b.service", "memory.max", "3000000\n");
    assert_true(lince_free_memory_in(root) == 3000000);
    put("/sys/fs/cgroup/a.slice", "memory.max", "2000000\n");
    assert_true(lince_free_memory_in(root) == 2000000);
    put("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "1000000\n");
    assert_true(lince_free_memory_in(root) == 1000000);
}

static void test_where_nothing_is_told_nothing_is_known(void **state)
{
    (void)state;
    system_named("nothing");
    assert_true(lince_free_memory_in(root) == SIZE_MAX);
    put("/proc", "meminfo", "MemTotal:  9000 kB\n");
    assert_true(lince_free_memory_in(root) == SIZE_MAX);
    assert_true(lince_free_memory() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_the_machine_has_left_and_its_swap),
        cmocka_unit_test(test_a_container_may_have_less),
        cmocka_unit_test(test_the_least_of_the_groups_that_hold_one_another_counts),
        cmocka_unit_test(test_where_nothing_is_told_nothing_is_known),
    };
    return cmocka_run_group_tests_name("core/free_memory", tests, NULL, NULL);
}
