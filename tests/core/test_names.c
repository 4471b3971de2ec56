/* Many names kept in few blocks; and what a mistyped path was meant to be. */
#include "core/error.h"
#include "core/file.h"
#include "core/names.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char FOLDER[] = TEST_SCRATCH "/core_names";

static int setup(void **state)
{
    (void)state;
    lince_remove_folder(FOLDER);
    return lince_make_folder(FOLDER) || lince_file_write(TEST_SCRATCH "/core_names/pictures.zip", "", 0) ||
           lince_file_write(TEST_SCRATCH "/core_names/.hidden.zip", "", 0);
}

/* More than a block's worth of them, and one that is larger than a block. */
static void test_names_stay_where_they_are(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    lince_names *names = NULL;
    const char **kept = calloc(COUNT, sizeof *kept);
    char name[32], *large = calloc(1, (1 << 20) + 1);
    assert_true(kept && large);
    memset(large, 'x', 1 << 20);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "folder/%d.png", i);
        assert_non_null(kept[i] = lince_names_add(&names, name));
        if (i == COUNT / 2) assert_string_equal(lince_names_add(&names, large), large);
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "folder/%d.png", i);
        assert_string_equal(kept[i], name);
    }
    lince_names_release(&names);
    assert_null(names);
    free(kept);
    free(large);
}

static void expect(int reason, const char *path, const char *message)
{
    errno = reason;
    assert_int_equal(lince_fail_missing(path), LINCE_EIO);
    assert_string_equal(lince_error(), message);
}

static void test_a_missing_path_names_what_is_near(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX], message[2 * LINCE_PATH_MAX];
    static const char *const cases[][2] = {
        {"picture.zip", "%s: no such file or folder; did you mean %s/pictures.zip?"},
        {"picture.zip/", "%s: no such file or folder; did you mean %s/pictures.zip?"},
        {"zebra", "%s: no such file or folder"},
        {"hidden.zip", "%s: no such file or folder"}, /* hidden files are not suggested */
        {"sub/picture.zip", "%s: no such file or folder; there is no %s/sub either"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(path, sizeof path, "%s/%s", FOLDER, cases[i][0]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(message, sizeof message, cases[i][1], path, FOLDER);
#pragma GCC diagnostic pop
        expect(ENOENT, path, message);
    }
}

static void test_another_reason_than_absence_is_told(void **state)
{
    (void)state;
    expect(EACCES, "picture.zip", "picture.zip: cannot open: Permission denied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_stay_where_they_are),
        cmocka_unit_test(test_a_missing_path_names_what_is_near),
        cmocka_unit_test(test_another_reason_than_absence_is_told),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
