/* Files in memory: their bytes as they were, whatever becomes of the file; and what is no file. */
#include "core/contents.h"
#include "core/file.h"

#include <lince/error.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096 };
static const char PATH[] = TEST_SCRATCH "/core_contents", PIPE[] = TEST_SCRATCH "/core_contents_pipe";

static void test_the_file_s_bytes_are_there(void **state)
{
    (void)state;
    lince_contents file;
    assert_int_equal(lince_file_write(PATH, "a\0b", 3), 0);
    assert_int_equal(lince_contents_read(&file, PATH), 0);
    assert_int_equal(file.size, 3);
    assert_memory_equal(file.bytes, "a\0b", 3);
    lince_contents_release(&file);
    assert_null(file.bytes);
    lince_contents_release(&file);
}

static void test_it_keeps_them_when_the_file_is_replaced(void **state)
{
    (void)state;
    lince_contents file;
    assert_int_equal(lince_file_write(PATH, "old", 3), 0);
    assert_int_equal(lince_contents_read(&file, PATH), 0);
    assert_int_equal(lince_file_write(PATH, "newer", 5), 0);
    assert_memory_equal(file.bytes, "old", 3);
    lince_contents_release(&file);
}

/* A mapping's page would be gone: SIGBUS. */
static void test_it_keeps_them_when_the_file_is_cut_or_overwritten(void **state)
{
    (void)state;
    lince_contents file;
    char *zeros = calloc(1, 3 * PAGE);
    assert_non_null(zeros);
    assert_int_equal(lince_file_write(PATH, zeros, 3 * PAGE), 0);
    assert_int_equal(lince_contents_read(&file, PATH), 0);
    FILE *stream = fopen(PATH, "r+");
    assert_non_null(stream);
    fputs("other", stream);
    fclose(stream);
    assert_int_equal(truncate(PATH, 10), 0);
    assert_memory_equal(file.bytes, zeros, 3 * PAGE);
    lince_contents_release(&file);
    free(zeros);
}

/* Another thread writes at the file's end while it is read. */
static void *append(void *stop)
{
    FILE *stream = fopen(PATH, "a");
    while (stream && !atomic_load((atomic_bool *)stop)) fputs("more", stream), fflush(stream);
    if (stream) fclose(stream);
    return NULL;
}

static void test_a_file_that_changes_while_it_is_read_is_refused(void **state)
{
    (void)state;
    atomic_bool stop = false;
    pthread_t thread;
    lince_contents file;
    int refused = 0;
    assert_int_equal(lince_file_write(PATH, "", 0), 0);
    assert_int_equal(truncate(PATH, 16 << 20), 0);
    assert_int_equal(pthread_create(&thread, NULL, append, &stop), 0);
    for (int i = 0; i < 200 && !refused; i++) {
        refused = lince_contents_read(&file, PATH);
        lince_contents_release(&file);
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
    assert_int_equal(refused, LINCE_EIO);
    assert_non_null(strstr(lince_error(), "changed while it was read"));
}

static void test_an_empty_file_has_no_bytes(void **state)
{
    (void)state;
    lince_contents file;
    assert_int_equal(lince_file_write(PATH, "", 0), 0);
    assert_int_equal(lince_contents_read(&file, PATH), 0);
    assert_null(file.bytes);
    assert_int_equal(file.size, 0);
    lince_contents_release(&file);
}

static void refuse(const char *path, const char *why)
{
    lince_contents file;
    assert_int_equal(lince_contents_read(&file, path), LINCE_EIO);
    assert_non_null(strstr(lince_error(), path));
    assert_non_null(strstr(lince_error(), why));
    assert_null(file.bytes);
}

/* A pipe that nobody writes to would be waited for without end. */
static void test_what_is_no_plain_file_is_refused_by_name(void **state)
{
    (void)state;
    unlink(PIPE);
    assert_int_equal(mkfifo(PIPE, 0600), 0);
    refuse(PIPE, "not a plain file");
    refuse(TEST_SCRATCH, "Is a directory");
    refuse(TEST_SCRATCH "/no-such-file", "No such file");
    unlink(PIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file_s_bytes_are_there),
        cmocka_unit_test(test_it_keeps_them_when_the_file_is_replaced),
        cmocka_unit_test(test_it_keeps_them_when_the_file_is_cut_or_overwritten),
        cmocka_unit_test(test_a_file_that_changes_while_it_is_read_is_refused),
        cmocka_unit_test(test_an_empty_file_has_no_bytes),
        cmocka_unit_test(test_what_is_no_plain_file_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
