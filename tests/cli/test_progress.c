/* What is drawn while lince works, as time goes by: the clock and the window are the test's. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

static double the_time;
static int window = 100;

static int test_clock(clockid_t clock, struct timespec *t)
{
    (void)clock;
    *t = (struct timespec){.tv_sec = (time_t)the_time,
                           .tv_nsec = (long)(1e9 * (the_time - (double)(time_t)the_time))};
    return 0;
}

static int test_window(int file, unsigned long request, struct winsize *size)
{
    (void)file, (void)request;
    *size = (struct winsize){.ws_col = (unsigned short)window};
    return 0;
}

#define clock_gettime test_clock
#define ioctl         test_window
#include "../cli/progress.c"
#undef clock_gettime
#undef ioctl
#include "../cli/output.c"

FILE *cli_err;

#include <fcntl.h>
#include <lince/error.h>
#include <setjmp.h>

#include <cmocka.h>

static int real_stderr;

/* A screen as after the program's start, with what it prints in a file. */
static int open_screen(bool live)
{
    the_time = 1000;
    window = 100;
    caught = stop = 0;
    display = (screen){.live = live};
    real_stderr = dup(STDERR_FILENO);
    cli_err = stderr;
    return freopen(TEST_SCRATCH "/progress.txt", "w+", stderr) ? 0 : -1;
}

static int open_terminal(void **state)
{
    (void)state;
    return open_screen(true);
}

static int open_log(void **state)
{
    (void)state;
    return open_screen(false);
}

static int close_screen(void **state)
{
    (void)state;
    fflush(stderr);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    return 0;
}

/* What was printed since the last look. */
static const char *printed(void)
{
    static char text[4096];
    fflush(stderr);
    int file = open(TEST_SCRATCH "/progress.txt", O_RDWR);
    ssize_t n = read(file, text, sizeof text - 1);
    assert_true(n >= 0 && !ftruncate(file, 0));
    close(file);
    rewind(stderr);
    text[n] = '\0';
    return text;
}

static const lince_progress halfway = {.size = sizeof(lince_progress),
                                       .phase = LINCE_TRAINING,
                                       .epoch = 1,
                                       .epochs = 2,
                                       .step = 50,
                                       .steps = 100,
                                       .loss = 1.25,
                                       .accuracy = 0.5,
                                       .samples_per_second = 80,
                                       .eta = 125};

static void draw_after(double time)
{
    the_time += time;
    cli_observer(false)->progress(NULL, &halfway);
}

static void test_a_log_has_a_line_a_minute_during_a_long_epoch(void **state)
{
    (void)state;
    draw_after(0);
    for (int i = 0; i < 599; i++) draw_after(0.1);
    assert_string_equal(printed(), "");
    draw_after(0.2);
    assert_string_equal(printed(), "training 1/2  50/100  loss 1.2500  acc 50.00 %  ETA 2:05\n");
    draw_after(59);
    assert_string_equal(printed(), "");
    draw_after(1.1);
    assert_true(*printed());
}

static void test_an_epochs_line_is_as_good_as_a_minutes(void **state)
{
    (void)state;
    draw_after(0);
    the_time += 59;
    cli_observer(false)->epoch(
        NULL, &(lince_epoch_result){.size = sizeof(lince_epoch_result), .epoch = 1, .epochs = 2});
    printed();
    draw_after(30);
    assert_string_equal(printed(), "");
}

static void test_the_live_line_leaves_the_cursor_where_it_is_erased_from(void **state)
{
    (void)state;
    draw_after(1);
    assert_string_equal(printed(),
                        "\r\033[Jtraining 1/2 [###############...............]  50/100  loss 1.2500  acc "
                        "50.00 %  80/s  ETA 2:05\r");
    window = 40;
    draw_after(1);
    assert_string_equal(printed(), "\r\033[Jtraining 1/2  50/100  ETA 2:05\r");
}

static void test_what_is_said_replaces_the_live_line(void **state)
{
    (void)state;
    draw_after(1);
    printed();
    cli_observer(false)->note(NULL, "a word");
    assert_string_equal(printed(), "\r\033[Ja word\n");
    cli_clear_line(); /* nothing is there to be erased */
    assert_string_equal(printed(), "");
}

static void test_a_signal_is_answered_at_once(void **state)
{
    (void)state;
    lince_language_set("en");
    cli_catch_signals(true);
    raise(SIGINT);
    assert_string_equal(printed(), display.live ? "\r\033[Jstopping after this step; again to quit now\n"
                                                : "stopping after this step; again to quit now\n");
    assert_int_equal(*cli_observer(false)->stop, 1);
    signal(SIGINT, SIG_DFL);
}

int main(void)
{
    lince_language_set("en");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_log_has_a_line_a_minute_during_a_long_epoch, open_log,
                                        close_screen),
        cmocka_unit_test_setup_teardown(test_an_epochs_line_is_as_good_as_a_minutes, open_log, close_screen),
        cmocka_unit_test_setup_teardown(test_the_live_line_leaves_the_cursor_where_it_is_erased_from,
                                        open_terminal, close_screen),
        cmocka_unit_test_setup_teardown(test_what_is_said_replaces_the_live_line, open_terminal,
                                        close_screen),
        cmocka_unit_test_setup_teardown(test_a_signal_is_answered_at_once, open_terminal, close_screen),
        cmocka_unit_test_setup_teardown(test_a_signal_is_answered_at_once, open_log, close_screen),
    };
    return cmocka_run_group_tests_name("cli/progress", tests, NULL, NULL);
}
