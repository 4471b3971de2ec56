/* The remembered choices of kernels: for what they hold, how they are listed, and how they are forgotten. */
#include "kernels/choices.h"
#include "kernels/conv.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const lince_conv geometry = {.batch = 8,
                                    .in = {16, 12, 10, 8},
                                    .out = {24, 12, 10, 8},
                                    .kernel = {3, 3},
                                    .stride = {1, 1},
                                    .padding = {1, 1},
                                    .groups = 1};

static lince_exec context(int threads)
{
    return (lince_exec){.device = &lince_host, .threads = threads};
}

static const lince_op_row *recalled(const lince_conv *conv, lince_direction direction, int threads)
{
    lince_choices choices;
    lince_exec exec = context(threads);
    lince_conv_task task = {*conv, direction, true};
    assert_int_equal(lince_choices_open(&choices, &exec, LINCE_OP_CONV, &task), 0);
    const lince_op_row *found;
    assert_int_equal(lince_choices_recall(&choices, &found), 0);
    lince_choices_close(&choices);
    return found;
}

/* The row that holds then. */
static const lince_op_row *add(int threads, const lince_op_row *mine, lince_choice_reason why)
{
    const lince_op_row *holds;
    lince_choices choices;
    lince_exec exec = context(threads);
    lince_conv_task task = {geometry, LINCE_FORWARD, true};
    assert_int_equal(lince_choices_open(&choices, &exec, LINCE_OP_CONV, &task), 0);
    assert_int_equal(lince_choices_add(&choices, &(lince_finding){mine, why}, &holds), 0);
    lince_choices_close(&choices);
    return holds;
}

static char *printed(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(lince_choices_print(out), 0);
    fclose(out);
    return text;
}

static void test_a_choice_holds_for_its_geometry_direction_and_threads(void **state)
{
    (void)state;
    assert_int_equal(lince_choices_forget(), 0);
    assert_null(recalled(&geometry, LINCE_FORWARD, 2));
    add(2, &lince_conv_onednn_direct, LINCE_CHOSEN_FASTEST);
    assert_ptr_equal(recalled(&geometry, LINCE_FORWARD, 2), &lince_conv_onednn_direct);
    assert_null(recalled(&geometry, LINCE_FORWARD, 4));
    assert_null(recalled(&geometry, LINCE_BACKWARD_DATA, 2));
    lince_conv larger = geometry;
    larger.batch = 16;
    assert_null(recalled(&larger, LINCE_FORWARD, 2));
}

static void test_the_list_says_what_was_chosen_and_what_was_not_measured(void **state)
{
    (void)state;
    assert_int_equal(lince_choices_forget(), 0);
    add(2, &lince_conv_onednn_direct, LINCE_CHOSEN_FASTEST);
    add(3, &lince_conv_ref, LINCE_CHOSEN_BUSY);
    add(4, &lince_conv_ref, LINCE_CHOSEN_LATE);
    char *text = printed();
    assert_non_null(strstr(text, "8 x 16x12x10 -> 24x12x10  3x3/1  t2: onednn-direct\n"));
    assert_non_null(strstr(text, "3x3/1  t3: ref  (by rule: other programs ran"));
    assert_non_null(strstr(text, "3x3/1  t4: ref  (by rule: there was no time to measure it"));
    assert_non_null(strstr(text, ": 3 for this machine and level"));
    free(text);
}

static void test_lines_of_others_and_broken_ones_are_passed_over(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/lince/kernels", getenv("XDG_CACHE_HOME"));
    assert_int_equal(lince_choices_forget(), 0);
    add(2, &lince_conv_ref, LINCE_CHOSEN_FASTEST);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs("i00000000-avx2-t2-dir0-n8 onednn-direct\nno sense\n\n", file);
    fclose(file);
    char *text = printed();
    assert_non_null(strstr(text, ": 1 for this machine and level"));
    assert_non_null(strstr(text, ", 2 for others"));
    free(text);
    assert_ptr_equal(recalled(&geometry, LINCE_FORWARD, 2), &lince_conv_ref);
}

static void test_of_two_that_measured_at_a_time_the_first_holds(void **state)
{
    (void)state;
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(add(2, &lince_conv_ref, LINCE_CHOSEN_FASTEST), &lince_conv_ref);
    assert_ptr_equal(add(2, &lince_conv_onednn_direct, LINCE_CHOSEN_FASTEST), &lince_conv_ref);
    assert_ptr_equal(recalled(&geometry, LINCE_FORWARD, 2), &lince_conv_ref);
}

/* A process that has the file, locked even, and is stopped: nobody waits for it. */
static void test_a_stopped_process_keeps_nobody_waiting(void **state)
{
    (void)state;
    char path[512];
    int ready[2], status;
    snprintf(path, sizeof path, "%s/lince/kernels", getenv("XDG_CACHE_HOME"));
    add(2, &lince_conv_ref, LINCE_CHOSEN_FASTEST);
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (!child) {
        int fd = open(path, O_RDWR);
        bool locked = fd >= 0 && !flock(fd, LOCK_EX);
        if (write(ready[1], locked ? "x" : "", locked) == 1) raise(SIGSTOP);
        _exit(1);
    }
    assert_int_equal(read(ready[0], &(char){0}, 1), 1);
    alarm(30); /* ends the test, where it waits */
    assert_ptr_equal(recalled(&geometry, LINCE_FORWARD, 2), &lince_conv_ref);
    assert_ptr_equal(add(4, &lince_conv_onednn_direct, LINCE_CHOSEN_FASTEST), &lince_conv_onednn_direct);
    alarm(0);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(ready[0]), close(ready[1]);
}

static void test_after_forgetting_all_is_measured_again(void **state)
{
    (void)state;
    add(2, &lince_conv_ref, LINCE_CHOSEN_FASTEST);
    assert_int_equal(lince_choices_forget(), 0);
    assert_null(recalled(&geometry, LINCE_FORWARD, 2));
    assert_int_equal(lince_choices_forget(), 0); /* no file is no error */
}

int main(void)
{
    char folder[512];
    const char *scratch = getenv("TEST_SCRATCH");
    snprintf(folder, sizeof folder, "%s/choices", scratch ? scratch : "/tmp");
    mkdir(folder, 0777);
    setenv("XDG_CACHE_HOME", folder, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_choice_holds_for_its_geometry_direction_and_threads),
        cmocka_unit_test(test_the_list_says_what_was_chosen_and_what_was_not_measured),
        cmocka_unit_test(test_lines_of_others_and_broken_ones_are_passed_over),
        cmocka_unit_test(test_of_two_that_measured_at_a_time_the_first_holds),
        cmocka_unit_test(test_a_stopped_process_keeps_nobody_waiting),
        cmocka_unit_test(test_after_forgetting_all_is_measured_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
