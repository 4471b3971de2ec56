/* Files in memory: their bytes as they were, also when another file takes their name; and what is no file. */
#include "core/file.h"
#include "core/mapping.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char PATH[] = TEST_SCRATCH "/core_mapping", PIPE[] = TEST_SCRATCH "/core_mapping_pipe";

static void test_a_map_has_the_file_s_bytes(void **state)
{
    (void)state;
    lince_mapping map;
    assert_int_equal(lince_file_write(PATH, "a\0b", 3), 0);
    assert_int_equal(lince_mapping_open(&map, PATH), 0);
    assert_int_equal(map.size, 3);
    assert_memory_equal(map.bytes, "a\0b", 3);
    lince_mapping_release(&map);
    assert_null(map.bytes);
    lince_mapping_release(&map);
}

static void test_it_keeps_them_when_the_file_is_replaced(void **state)
{
    (void)state;
    lince_mapping map;
    assert_int_equal(lince_file_write(PATH, "old", 3), 0);
    assert_int_equal(lince_mapping_open(&map, PATH), 0);
    assert_int_equal(lince_file_write(PATH, "newer", 5), 0);
    assert_memory_equal(map.bytes, "old", 3);
    lince_mapping_release(&map);
}

static void test_an_empty_file_has_no_bytes(void **state)
{
    (void)state;
    lince_mapping map;
    assert_int_equal(lince_file_write(PATH, "", 0), 0);
    assert_int_equal(lince_mapping_open(&map, PATH), 0);
    assert_null(map.bytes);
    assert_int_equal(map.size, 0);
    lince_mapping_release(&map);
}

static void refuse(const char *path, const char *why)
{
    lince_mapping map;
    assert_int_equal(lince_mapping_open(&map, path), LINCE_EIO);
    assert_non_null(strstr(lince_error(), path));
    assert_non_null(strstr(lince_error(), why));
    assert_null(map.bytes);
}

/* A pipe that nobody writes to would be waited for without end. */
static void test_what_is_no_plain_file_is_refused_by_name(void **state)
{
    (void)state;
    unlink(PIPE);
    assert_int_equal(mkfifo(PIPE, 0600), 0);
    refuse(PIPE, "not a plain file");
    refuse(TEST_SCRATCH, "not a plain file");
    refuse(TEST_SCRATCH "/no-such-file", "No such file");
    unlink(PIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_map_has_the_file_s_bytes),
        cmocka_unit_test(test_it_keeps_them_when_the_file_is_replaced),
        cmocka_unit_test(test_an_empty_file_has_no_bytes),
        cmocka_unit_test(test_what_is_no_plain_file_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
