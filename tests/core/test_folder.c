/* Folders that somebody else laid out: what is written in them, and what not. */
#include "core/file.h"

#include <lince/error.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER TEST_SCRATCH "/core_folder"

/* A command of the shell in the folder. */
static void expect_true(const char *command)
{
    char line[LINCE_PATH_MAX];
    snprintf(line, sizeof line, "cd '%s' && %s", FOLDER, command);
    if (system(line)) fail_msg("%s", command);
}

/* A folder with a file of the user's, and what leads to it. */
static int lay(void **state)
{
    (void)state;
    lince_remove_folder(FOLDER);
    return system("mkdir -p '" FOLDER "/in' '" FOLDER "/out' && cd '" FOLDER "' && echo mine >out/mine && "
                  "ln -s ../out in/plots && ln -s ../out/mine in/file && ln -s ../out/none in/nothing");
}

static void expect_untouched(void)
{
    expect_true("[ \"$(ls out)\" = mine ] && [ \"$(cat out/mine)\" = mine ]");
}

static void test_nothing_is_written_below_a_link(void **state)
{
    (void)state;
    assert_int_equal(lince_file_write_in(FOLDER "/in", "plots/mine", "lost", 4), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "in/plots: 'plots' is a link"));
    assert_int_equal(lince_file_write_in(FOLDER "/in", "plots/deeper/new", "lost", 4), LINCE_EIO);
    assert_int_equal(lince_folder_make(FOLDER "/in", "plots/new"), LINCE_EIO);
    assert_int_equal(lince_folder_check(FOLDER "/in", "plots"), LINCE_EIO);
    assert_int_equal(lince_folder_check(FOLDER "/in", "nothing"), LINCE_EIO);
    expect_untouched();
}

static void test_nothing_is_removed_or_linked_below_a_link(void **state)
{
    (void)state;
    assert_int_equal(lince_file_remove(FOLDER "/in", "plots/mine"), LINCE_EIO);
    assert_int_equal(lince_file_link(FOLDER "/in", "plots", "mine", "other"), LINCE_EIO);
    expect_true("touch out/x.tmp-0123456789abcdef");
    assert_int_equal(lince_folder_leftovers(FOLDER "/in", "plots", true), 0);
    expect_true("rm out/x.tmp-0123456789abcdef");
    expect_untouched();
}

static void test_a_link_is_replaced_by_the_file_itself(void **state)
{
    (void)state;
    assert_int_equal(lince_file_write_in(FOLDER "/in", "file", "new", 3), 0);
    assert_int_equal(lince_file_write(FOLDER "/in/nothing", "new", 3), 0);
    expect_true("[ ! -L in/file ] && [ \"$(cat in/file in/nothing)\" = newnew ]");
    assert_int_equal(lince_file_remove(FOLDER "/in", "file"), 0);
    expect_untouched();
}

static void test_a_path_that_the_user_chose_is_followed(void **state)
{
    (void)state;
    expect_true("ln -s in chosen");
    assert_int_equal(lince_file_write(FOLDER "/chosen/a", "a", 1), 0);
    assert_int_equal(lince_file_write_in(FOLDER "/chosen", "sub/folder/b", "b", 1), 0);
    expect_true("[ -f in/a ] && [ -f in/sub/folder/b ]");
}

/* Folders that lince has made within one that the user chose. */
static void test_behind_the_mark_no_link_is_followed(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX];
    expect_true("ln -s in chosen && mkdir in/fold");
    assert_int_equal(lince_folder_below(path, FOLDER "/chosen", "fold"), 0);
    assert_int_equal(lince_file_write_in(path, "sub/a", "a", 1), 0);
    expect_true("[ -f in/fold/sub/a ]");

    expect_true("mv in/fold gone && ln -s ../out in/fold");
    assert_int_equal(lince_file_write_in(path, "mine", "lost", 4), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "'fold' is a link"));
    assert_int_equal(lince_folder_open(path, "", false), LINCE_EIO);
    assert_int_equal(lince_folder_make(path, "new"), LINCE_EIO);
    assert_int_equal(lince_file_remove(path, "mine"), LINCE_EIO);
    assert_int_equal(lince_folder_below(path, FOLDER "/chosen", "fold/new"), 0);
    assert_int_equal(lince_folder_new(path), LINCE_EIO);
    assert_int_equal(lince_make_folder(path), LINCE_EIO);
    assert_int_equal(lince_folder_below(path, FOLDER "/chosen", "fold/mine"), 0);
    lince_remove_folder(path);
    assert_int_equal(lince_file_write(path, "lost", 4), LINCE_EIO);
    expect_untouched();
}

static void test_a_folder_is_removed_and_what_its_links_lead_to_is_not(void **state)
{
    (void)state;
    expect_true("mkdir -p in/deep/a/b/c && touch in/deep/a/b/c/file && ln -s ../../../out in/deep/a/away");
    lince_remove_folder(FOLDER "/in/deep");
    expect_true("[ ! -e in/deep ]");
    lince_remove_folder(FOLDER "/in/plots");
    expect_true("[ ! -L in/plots ]");
    expect_untouched();
}

static void test_a_new_folder_is_made_and_one_that_is_there_is_told(void **state)
{
    (void)state;
    assert_int_equal(lince_folder_new(FOLDER "/in/new"), 0);
    assert_int_equal(lince_folder_new(FOLDER "/in/new"), 1);
    assert_int_equal(lince_folder_new(FOLDER "/in/nothing"), 1);
    assert_int_equal(lince_folder_new(FOLDER "/none/new"), LINCE_EIO);
    expect_true("[ -d in/new ]");
}

static void test_names_beside_are_new_and_their_own(void **state)
{
    (void)state;
    lince_file a, b;
    assert_int_equal(lince_file_open(&a, FOLDER "/in/x"), 0);
    assert_int_equal(lince_file_open(&b, FOLDER "/in/x"), 0);
    assert_string_not_equal(a.beside, b.beside);
    assert_int_equal(strlen(a.beside), strlen("x" LINCE_BESIDE) + LINCE_BESIDE_DIGITS);
    fputs("first", a.stream);
    fputs("second", b.stream);
    assert_int_equal(lince_file_commit(&a), 0);
    assert_int_equal(lince_file_commit(&b), 0);
    expect_true("[ \"$(cat in/x)\" = second ] && [ -z \"$(find in -name '*.tmp-*')\" ]");
}

/* 255 bytes, the most that a name may have. */
static void test_the_longest_name_can_be_written(void **state)
{
    (void)state;
    char name[256], longer[257];
    memset(name, 'n', 255);
    memset(longer, 'n', 256);
    name[255] = longer[256] = '\0';
    assert_int_equal(lince_file_write_in(FOLDER "/in", name, "x", 1), 0);
    assert_int_equal(lince_file_write_in(FOLDER "/in", longer, "x", 1), LINCE_EUSAGE);
}

static void test_what_is_left_of_others_is_cleared_and_what_is_in_use_is_not(void **state)
{
    (void)state;
    lince_file file;
    expect_true("printf 1234 >in/old.tmp-4711 && printf 12345678 >in/loss.svg.tmp-0123456789abcdef && "
                "ln -s ../out/mine in/link.tmp-12ab && touch in/notes.tmp-kept");
    assert_int_equal(lince_file_open(&file, FOLDER "/in/x"), 0);
    size_t bytes = lince_folder_leftovers(FOLDER "/in", "", false);
    assert_true(bytes >= 12 && bytes < 64); /* and the link's own */
    assert_int_equal(lince_folder_leftovers(FOLDER "/in", "", true), bytes);
    expect_true("[ $(ls in | grep -c tmp) = 2 ] && [ -f in/notes.tmp-kept ]");
    assert_int_equal(lince_file_commit(&file), 0);
    expect_untouched();
}

/* In a process that is killed while it writes. */
static void test_a_killed_process_leaves_what_the_next_one_clears(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (!child) {
        lince_file file;
        if (!lince_file_open(&file, FOLDER "/in/x")) fputs("half", file.stream), fflush(file.stream);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(lince_folder_leftovers(FOLDER "/in", "", true), 4);
    expect_true("[ -z \"$(find in -name '*.tmp-*')\" ] && [ ! -e in/x ]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nothing_is_written_below_a_link, lay),
        cmocka_unit_test_setup(test_nothing_is_removed_or_linked_below_a_link, lay),
        cmocka_unit_test_setup(test_a_link_is_replaced_by_the_file_itself, lay),
        cmocka_unit_test_setup(test_a_path_that_the_user_chose_is_followed, lay),
        cmocka_unit_test_setup(test_behind_the_mark_no_link_is_followed, lay),
        cmocka_unit_test_setup(test_a_folder_is_removed_and_what_its_links_lead_to_is_not, lay),
        cmocka_unit_test_setup(test_a_new_folder_is_made_and_one_that_is_there_is_told, lay),
        cmocka_unit_test_setup(test_names_beside_are_new_and_their_own, lay),
        cmocka_unit_test_setup(test_the_longest_name_can_be_written, lay),
        cmocka_unit_test_setup(test_what_is_left_of_others_is_cleared_and_what_is_in_use_is_not, lay),
        cmocka_unit_test_setup(test_a_killed_process_leaves_what_the_next_one_clears, lay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
