/* Files that are there as a whole or not at all, and second names of them. */
#include "core/file.h"
#include "core/memory.h"

#include <lince/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[LINCE_PATH_MAX], one[LINCE_PATH_MAX], two[LINCE_PATH_MAX];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/core_file", TEST_SCRATCH);
    lince_remove_folder(folder);
    return lince_make_folder(folder) || lince_path_join(one, folder, "one") ||
           lince_path_join(two, folder, "two");
}

static void expect_content(const char *path, const char *expected)
{
    char *bytes;
    size_t size;
    assert_int_equal(lince_file_read(path, 100, &bytes, &size), 0);
    assert_string_equal(bytes, expected);
    assert_int_equal(size, strlen(expected));
    lince_free(bytes);
}

static ino_t inode(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

/* Files beside the two, left over. */
static void expect_nothing_else(void)
{
    char command[LINCE_PATH_MAX + 64];
    snprintf(command, sizeof command, "[ -z \"$(ls '%s' | grep -vx -e one -e two)\" ]", folder);
    assert_int_equal(system(command), 0);
}

static void test_a_file_given_up_leaves_the_old_one(void **state)
{
    (void)state;
    lince_file file;
    assert_int_equal(lince_file_write(one, "old", 3), 0);
    assert_int_equal(lince_file_open(&file, one), 0);
    fputs("new", file.stream);
    expect_content(one, "old");
    lince_file_abandon(&file);
    expect_content(one, "old");
    expect_nothing_else();
}

static void test_a_link_is_the_same_file_until_one_is_written_anew(void **state)
{
    (void)state;
    assert_int_equal(lince_file_write(one, "first", 5), 0);
    assert_int_equal(lince_file_write(two, "older", 5), 0);
    assert_int_equal(lince_file_link(folder, "", "one", "two"), 0);
    assert_int_equal(inode(one), inode(two));
    assert_int_equal(lince_file_link(folder, "", "one", "two"), 0); /* once more: nothing changes */
    expect_content(two, "first");
    expect_nothing_else();

    assert_int_equal(lince_file_write(one, "second", 6), 0);
    expect_content(one, "second");
    expect_content(two, "first");
}

static void test_what_is_not_there_cannot_be_linked(void **state)
{
    (void)state;
    unlink(one);
    assert_int_equal(lince_file_write(two, "older", 5), 0);
    assert_int_equal(lince_file_link(folder, "", "one", "two"), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "cannot link: No such file"));
    expect_content(two, "older");
    expect_nothing_else();
}

static void test_a_pipe_is_no_file_to_read(void **state)
{
    (void)state;
    char *bytes;
    size_t size;
    unlink(two);
    assert_int_equal(mkfifo(two, 0600), 0);
    assert_int_equal(lince_file_read(two, 100, &bytes, &size), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "not a plain file"));
    assert_int_equal(lince_open_to_read(two), -1);
    assert_null(lince_stream_to_read("/dev/zero"));
    assert_int_equal(lince_file_read(folder, 100, &bytes, &size), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "Is a directory"));
    unlink(two);
}

static void test_lines_end_by_a_line_feed_or_the_file(void **state)
{
    (void)state;
    char *line = NULL;
    size_t capacity = 0, length;
    assert_int_equal(lince_file_write(one, "first\n\n\0x", 9), 0);
    FILE *stream = lince_stream_to_read(one);
    assert_non_null(stream);
    assert_int_equal(lince_line_read(stream, &line, &capacity, &length), 0);
    assert_string_equal(line, "first\n");
    assert_int_equal(lince_line_read(stream, &line, &capacity, &length), 0);
    assert_string_equal(line, "\n");
    assert_int_equal(lince_line_read(stream, &line, &capacity, &length), 0);
    assert_int_equal(length, 2);
    assert_memory_equal(line, "\0x", 3);
    assert_int_equal(lince_line_read(stream, &line, &capacity, &length), 1);
    lince_free(line);
    fclose(stream);
}

static void test_a_line_without_an_end_is_refused(void **state)
{
    (void)state;
    char *line = NULL;
    size_t capacity = 0, length;
    FILE *stream = fopen("/dev/zero", "rb");
    assert_non_null(stream);
    assert_int_equal(lince_line_read(stream, &line, &capacity, &length), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "a line of more than 64 MiB"));
    lince_free(line);
    fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_given_up_leaves_the_old_one),
        cmocka_unit_test(test_a_link_is_the_same_file_until_one_is_written_anew),
        cmocka_unit_test(test_what_is_not_there_cannot_be_linked),
        cmocka_unit_test(test_a_pipe_is_no_file_to_read),
        cmocka_unit_test(test_lines_end_by_a_line_feed_or_the_file),
        cmocka_unit_test(test_a_line_without_an_end_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
