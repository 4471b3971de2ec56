/* Which row is chosen: by order where nothing is measured, else the fastest, once for all times; seen on a device
 * whose rows are made up. */
#include "core/cpu.h"
#include "core/memory.h"
#include "kernels/choices.h"
#include "kernels/conv.h"
#include "kernels/kept.h"
#include "kernels/kernels.h"
#include "kernels/operands.h"

#include <lince/error.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* --- by order ------------------------------------------------------------------------------------------------- */

static const char *ran;

static void run_first(const lince_kernel *kernel, const void *args)
{
    (void)args;
    ran = kernel->row->name;
}

static bool declines(const void *geometry)
{
    (void)geometry;
    return false;
}

static bool takes_few(const void *geometry)
{
    return ((const lince_map_args *)geometry)->n <= 4;
}

static const lince_op_row
    higher = {.op = LINCE_OP_RELU, .name = "higher", .needs = LINCE_LEVELS, .run = run_first},
    never = {.op = LINCE_OP_RELU, .name = "never", .supports = declines, .run = run_first},
    few = {.op = LINCE_OP_RELU, .name = "few", .supports = takes_few, .run = run_first},
    any = {.op = LINCE_OP_RELU, .name = "any", .run = run_first};

static void test_the_first_row_that_can_is_run(void **state)
{
    (void)state;
    static const lince_op_row *const relu[] = {&higher, &never, &few, &any, NULL};
    const lince_op_row *const *const rows[LINCE_OPS] = {[LINCE_OP_RELU] = relu};
    lince_device device = lince_host;
    device.rows = rows;
    float x[8] = {0};
    lince_relu(&(lince_exec){.device = &device, .threads = 1}, x, x, 4);
    assert_string_equal(ran, "few");
    lince_relu(&(lince_exec){.device = &device, .threads = 1}, x, x, 8);
    assert_string_equal(ran, "any");
}

static void test_a_row_that_cannot_says_so(void **state)
{
    (void)state;
    lince_kernel kernel;
    lince_map_args few_values = {.n = 4}, many = {.n = 5};
    lince_exec exec = {.device = &lince_host, .threads = 2};
    assert_int_equal(lince_kernel_init_as(&kernel, &exec, &higher, &few_values), LINCE_EUNSUPPORTED);
    assert_int_equal(lince_kernel_init_as(&kernel, &exec, &few, &many), LINCE_EUNSUPPORTED);
    assert_null(kernel.row);
    lince_kernel_release(&kernel);
    assert_int_equal(lince_kernel_init_as(&kernel, &exec, &few, &few_values), 0);
    assert_ptr_equal(kernel.row, &few);
}

/* --- by measurement ------------------------------------------------------------------------------------------- */

/* Asleep, so that a busy machine makes little difference. */
static void take_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void run_slow(const lince_kernel *kernel, const void *args)
{
    (void)kernel, (void)args;
    take_ms(40);
}

static void run_fast(const lince_kernel *kernel, const void *args)
{
    (void)kernel, (void)args;
    take_ms(10);
}

static void run_a_little_faster(const lince_kernel *kernel, const void *args)
{
    (void)kernel, (void)args;
    take_ms(9);
}

static const lince_op_row slow = {.op = LINCE_OP_CONV, .name = "slow", .same_bits = true, .run = run_slow},
                          fast = {.op = LINCE_OP_CONV, .name = "fast", .same_bits = true, .run = run_fast},
                          library = {.op = LINCE_OP_CONV, .name = "library", .run = run_a_little_faster};

static const lince_conv_task geometry = {
    {.batch = 2, .in = {1, 4, 4, 1}, .out = {1, 4, 4, 1}, .kernel = {1, 1}, .stride = {1, 1}, .groups = 1},
    LINCE_FORWARD,
    true};

/* What is chosen among these rows, of which the last is the truth. */
static const lince_op_row *chosen_in(lince_exec exec, const lince_op_row *const *conv,
                                     const lince_conv_task *task)
{
    const lince_op_row *const *const rows[LINCE_OPS] = {
        [LINCE_OP_CONV] = conv, [LINCE_OP_FILL] = lince_host.rows[LINCE_OP_FILL]};
    lince_device device = lince_host;
    device.rows = rows;
    lince_kernel kernel;
    exec.device = &device;
    assert_int_equal(lince_kernel_init(&kernel, &exec, LINCE_OP_CONV, task), 0);
    const lince_op_row *row = kernel.row;
    lince_kernel_release(&kernel);
    return row;
}

static const lince_op_row *chosen(const lince_op_row *const *conv, const lince_conv_task *task)
{
    return chosen_in((lince_exec){.threads = 2}, conv, task);
}

static void test_the_fastest_row_is_chosen_and_remembered(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&slow, &fast, &lince_conv_ref, NULL};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen(rows, &geometry), &fast);
    char *text = NULL, path[512];
    size_t size;
    FILE *copy = open_memstream(&text, &size), *file;
    snprintf(path, sizeof path, "%s/lince/kernels", getenv("XDG_CACHE_HOME"));
    assert_non_null(file = fopen(path, "r"));
    for (int c; (c = fgetc(file)) != EOF;) fputc(c, copy);
    fclose(file), fclose(copy);
    assert_non_null(strstr(text, "-t2-dir0-n2-c1x4x4.1-o1x4x4.1-k1x1-s1x1-p0x0-g1-bias1 fast"));
    free(text);
    assert_ptr_equal(chosen(rows, &geometry), &fast);
}

static void test_a_row_without_the_same_bits_must_be_much_faster(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&library, &fast, &lince_conv_ref, NULL};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen(rows, &geometry), &fast);
}

static bool takes_all(const void *any_of_them)
{
    (void)any_of_them;
    return true;
}

static void run_never(const lince_kernel *kernel, const void *args)
{
    (void)kernel, (void)args;
    fail_msg("measured");
}

static const lince_op_row
    favoured = {.op = LINCE_OP_CONV, .name = "favoured", .favoured = takes_all, .run = run_never},
    behind = {.op = LINCE_OP_CONV, .name = "behind", .same_bits = true, .run = run_never};

/* For a single sample, too; but not where its bits must not depend on threads. */
static void test_a_favoured_row_is_taken_unmeasured(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&behind, &favoured, &lince_conv_ref, NULL};
    lince_conv_task one = geometry;
    one.conv.batch = 1;
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen(rows, &geometry), &favoured);
    assert_ptr_equal(chosen(rows, &one), &favoured);
    assert_ptr_equal(chosen_in((lince_exec){.threads = 2, .deterministic = true}, rows, &geometry), &behind);
}

static void test_a_row_without_rivals_is_taken_unmeasured(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&behind, &lince_conv_ref, NULL};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen(rows, &geometry), &behind);
}

static void test_what_measuring_takes_is_counted(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&slow, &fast, &lince_conv_ref, NULL};
    lince_choosing choosing = {0};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen_in((lince_exec){.threads = 2, .choosing = &choosing}, rows, &geometry), &fast);
    assert_true(choosing.seconds >= 3 * 0.04 + 3 * 0.01);
    assert_int_equal(choosing.measured, 1);
    assert_int_equal(choosing.by_rule, 0);
}

/* And so it stays, with all the time in the world: a run may have begun with it. */
static void test_where_the_time_is_used_up_the_order_decides_and_is_remembered(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&slow, &fast, &lince_conv_ref, NULL};
    lince_choosing choosing = {.seconds = 60};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen_in((lince_exec){.threads = 2, .choosing = &choosing}, rows, &geometry), &slow);
    assert_int_equal(choosing.by_rule, 1);
    assert_true(choosing.seconds == 60);
    assert_ptr_equal(chosen(rows, &geometry), &slow);
}

/* --- a process that is stopped while it measures ------------------------------------------------------------ */

static int told[2];

static void run_and_be_stopped(const lince_kernel *kernel, const void *args)
{
    (void)kernel, (void)args;
    if (write(told[1], "x", 1) == 1) raise(SIGSTOP);
    _exit(1);
}

static void test_a_process_that_is_stopped_while_it_measures_holds_up_no_other(void **state)
{
    (void)state;
    static const lince_op_row stopping = {.op = LINCE_OP_CONV,
                                          .name = "fast",
                                          .same_bits = true,
                                          .run = run_and_be_stopped},
                              *const of_child[] = {&stopping, &slow, &lince_conv_ref, NULL},
                              *const rows[] = {&fast, &slow, &lince_conv_ref, NULL};
    int status;
    assert_int_equal(lince_choices_forget(), 0);
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (!child) {
        chosen(of_child, &geometry);
        _exit(0);
    }
    assert_int_equal(read(told[0], &(char){0}, 1), 1);
    alarm(30); /* ends the test, where it waits */
    assert_ptr_equal(chosen(rows, &geometry), &fast);
    alarm(0);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(told[0]), close(told[1]);
}

static void test_where_measuring_is_not_worth_its_time_the_order_decides(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&slow, &fast, &lince_conv_ref, NULL};
    lince_conv_task one = geometry;
    one.conv.batch = 1;
    assert_ptr_equal(chosen(rows, &one), &slow);
}

static void test_what_must_have_the_same_bits_runs_on_one_thread_where_it_has_not(void **state)
{
    (void)state;
    lince_kernel kernel;
    lince_exec exec = {.device = &lince_host, .threads = 4, .deterministic = true};
    assert_int_equal(lince_kernel_init_as(&kernel, &exec, &library, &geometry), 0);
    assert_int_equal(kernel.exec.threads, 1);
    assert_int_equal(lince_kernel_init_as(&kernel, &exec, &fast, &geometry), 0);
    assert_int_equal(kernel.exec.threads, 4);
}

static void test_where_the_same_bits_are_asked_for_the_order_decides(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&slow, &fast, &lince_conv_ref, NULL};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen_in((lince_exec){.threads = 2, .deterministic = true}, rows, &geometry), &slow);
}

static void test_a_run_goes_on_with_the_row_that_it_began_with(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&slow, &fast, &lince_conv_ref, NULL}, *const others[] = {
                                                                                         &slow,
                                                                                         &lince_conv_ref,
                                                                                         NULL};
    lince_kept first = {0}, again = {0};
    lince_exec begun = {.threads = 2, .deterministic = true, .kept = &first},
               on = {.threads = 5, .kept = &again};
    assert_int_equal(lince_choices_forget(), 0);
    assert_ptr_equal(chosen_in(begun, rows, &geometry), &slow);
    assert_string_equal(lince_kept_text(&first),
                        "conv dir0-n2-c1x4x4.1-o1x4x4.1-k1x1-s1x1-p0x0-g1-bias1 slow\n");
    again.begun = lince_strdup(lince_kept_text(&first));
    assert_ptr_equal(chosen_in(on, rows, &geometry), &slow); /* fast is measured, and on other threads */
    assert_string_equal(lince_kept_text(&again), lince_kept_text(&first));
    assert_int_equal(again.missing, 0);
    lince_kept_release(&again);
    again.begun = lince_strdup("conv dir0-n2-c1x4x4.1-o1x4x4.1-k1x1-s1x1-p0x0-g1-bias1 fast\n");
    assert_ptr_equal(chosen_in(on, others, &geometry), &slow); /* which is not there any more */
    assert_int_equal(again.missing, 1);
    lince_kept_release(&again);
    lince_kept_release(&first);
}

/* Its sums are divided among them. */
static void test_a_row_without_the_same_bits_goes_on_with_its_number_of_threads(void **state)
{
    (void)state;
    static const lince_op_row *const rows[] = {&library, &lince_conv_ref, NULL};
    const lince_op_row *const *of_all[LINCE_OPS] = {
        [LINCE_OP_CONV] = rows, [LINCE_OP_FILL] = lince_host.rows[LINCE_OP_FILL]};
    lince_device device = lince_host;
    device.rows = of_all;
    lince_kept first = {0}, again = {0};
    lince_exec begun = {.device = &device, .threads = 2, .kept = &first},
               on = {.device = &device, .threads = 5, .kept = &again};
    lince_kernel kernel;
    assert_int_equal(lince_choices_forget(), 0);
    assert_int_equal(lince_kernel_init(&kernel, &begun, LINCE_OP_CONV, &geometry), 0);
    assert_ptr_equal(kernel.row, &library);
    lince_kernel_release(&kernel);
    assert_string_equal(lince_kept_text(&first),
                        "conv dir0-n2-c1x4x4.1-o1x4x4.1-k1x1-s1x1-p0x0-g1-bias1 library 2\n");
    again.begun = lince_strdup(lince_kept_text(&first));
    assert_int_equal(lince_kernel_init(&kernel, &on, LINCE_OP_CONV, &geometry), 0);
    assert_ptr_equal(kernel.row, &library);
    assert_int_equal(kernel.exec.threads, 2);
    lince_kernel_release(&kernel);
    assert_string_equal(lince_kept_text(&again), lince_kept_text(&first));
    lince_kept_release(&again);
    lince_kept_release(&first);
}

int main(void)
{
    char folder[512];
    const char *scratch = getenv("TEST_SCRATCH");
    snprintf(folder, sizeof folder, "%s/choose", scratch ? scratch : "/tmp");
    mkdir(folder, 0777);
    setenv("XDG_CACHE_HOME", folder, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_row_that_can_is_run),
        cmocka_unit_test(test_a_row_that_cannot_says_so),
        cmocka_unit_test(test_the_fastest_row_is_chosen_and_remembered),
        cmocka_unit_test(test_a_row_without_the_same_bits_must_be_much_faster),
        cmocka_unit_test(test_a_favoured_row_is_taken_unmeasured),
        cmocka_unit_test(test_a_row_without_rivals_is_taken_unmeasured),
        cmocka_unit_test(test_what_measuring_takes_is_counted),
        cmocka_unit_test(test_where_the_time_is_used_up_the_order_decides_and_is_remembered),
        cmocka_unit_test(test_a_process_that_is_stopped_while_it_measures_holds_up_no_other),
        cmocka_unit_test(test_where_measuring_is_not_worth_its_time_the_order_decides),
        cmocka_unit_test(test_where_the_same_bits_are_asked_for_the_order_decides),
        cmocka_unit_test(test_a_run_goes_on_with_the_row_that_it_began_with),
        cmocka_unit_test(test_a_row_without_the_same_bits_goes_on_with_its_number_of_threads),
        cmocka_unit_test(test_what_must_have_the_same_bits_runs_on_one_thread_where_it_has_not),
    };
    return cmocka_run_group_tests_name("kernels/choose", tests, NULL, NULL);
}
