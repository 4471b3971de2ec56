/* Where the time goes: each layer's share only when asked for, and every phase by the stopwatch. */
#include "core/clock.h"
#include "core/cpu.h"
#include "kernels/peak.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "train/loop/profile.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 4 };

static lince_net *build(void)
{
    lince_net *net;
    lince_net_options options = {.batch = BATCH, .threads = 1};
    assert_int_equal(lince_net_new(&net, (lince_shape){300, 1, 1, 1}, &options), 0);
    assert_int_equal(
        lince_net_add(net, &(lince_layer_args){LINCE_FIELDS(linear, .outputs = 200), .name = "hidden"}), 1);
    assert_int_equal(
        lince_net_add(net, &(lince_layer_args){.type = &lince_relu_layer, .name = "relu", .from = {1}}), 2);
    assert_int_equal(lince_net_prepare(net), 0);
    return net;
}

static void pass(lince_net *net, bool train)
{
    static const uint64_t key[BATCH] = {0};
    lince_net_forward(net, BATCH, train, key);
    if (train) lince_net_backward(net);
}

static void test_layers_are_timed_in_training_only_and_when_asked_for(void **state)
{
    (void)state;
    lince_net *net = build();
    pass(net, true);
    assert_null(lince_net_times(net));
    assert_int_equal(lince_net_measure(net), 0);
    pass(net, false);
    assert_true(lince_net_times(net)[1].forward == 0);
    pass(net, true);
    assert_true(lince_net_times(net)[1].forward > 0 && lince_net_times(net)[1].backward > 0);
    lince_net_free(net);
}

/* The line that begins with `name`, or NULL. */
static const char *line_of(const char *text, const char *name)
{
    for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL)
        if (!strncmp(line, name, strlen(name))) return line;
    return NULL;
}

static void test_the_table_has_each_layer_and_phase_and_rates_where_there_are_products(void **state)
{
    (void)state;
    lince_net *net = build();
    lince_profile p = {.steps = 10, .samples = 10 * BATCH, .all = 10 * BATCH, .peak = 50e9};
    lince_buffer out = {0};
    char name[32];
    double times[8];
    assert_int_equal(lince_net_measure(net), 0);
    lince_profile_start(&p);
    for (int i = 0; i < 10; i++) pass(net, true);
    lince_profile_lap(&p, LINCE_TIME_LAYERS);
    lince_profile_print(&p, net, &(lince_gradient_sum){0}, &out);
    assert_int_equal(out.error, 0);
    /* forward: ms, share, GFLOP/s, share of the peak; backward likewise */
    const char *linear = line_of(out.data, "hidden "), *relu = line_of(out.data, "relu ");
    assert_non_null(linear);
    assert_int_equal(sscanf(linear, "hidden %31s %lf %lf%% %lf %lf%% %lf %lf%% %lf %lf%%", name, &times[0],
                            &times[1], &times[2], &times[3], &times[4], &times[5], &times[6], &times[7]),
                     9);
    assert_string_equal(name, "linear");
    double gflops = 2e-9 * 300 * 200 * BATCH / (1e-3 * times[0]);
    assert_true(times[2] > 0.5 * gflops - 1 && times[2] < 2 * gflops + 1); /* times are printed rounded */
    assert_true(fabs(times[3] - 2 * times[2]) < 0.2 && fabs(times[7] - 2 * times[6]) < 0.2); /* of 50 */
    assert_non_null(relu);
    assert_int_equal(sscanf(relu, "relu %31s %lf %lf%% %lf %lf%% %lf", name, &times[0], &times[1], &times[2],
                            &times[3], &times[4]),
                     5);
    assert_non_null(strstr(out.data, "(1), measured: 50.0 GFLOP/s"));
    assert_null(strstr(out.data, "Winograd"));
    assert_non_null(line_of(out.data, "waiting for data"));
    assert_non_null(strstr(out.data, "100.0%"));
    lince_buffer_release(&out);
    lince_net_free(net);
}

/* Those in the first layer are direct, for its inputs are not in blocks. */
static void test_shares_of_winograds_kernels_are_said_for_what_they_are(void **state)
{
    (void)state;
    lince_net *net;
    lince_net_options options = {.batch = BATCH, .threads = 1};
    lince_profile p = {.steps = 1, .samples = BATCH, .all = BATCH, .peak = 50e9};
    lince_buffer out = {0};
    lince_layer_args first = {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 3, .padding = 1),
                              .name = "first"},
                     second = {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 3, .padding = 1),
                               .name = "second", .from = {1}};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 16, 16, 1}, &options), 0);
    assert_int_equal(lince_net_add(net, &first), 1);
    assert_int_equal(lince_net_add(net, &second), 2);
    assert_int_equal(lince_net_prepare(net), 0);
    assert_int_equal(lince_net_measure(net), 0);
    lince_profile_start(&p);
    pass(net, true);
    lince_profile_lap(&p, LINCE_TIME_LAYERS);
    lince_profile_print(&p, net, &(lince_gradient_sum){0}, &out);
    bool fast = lince_cpu_level() >= LINCE_AVX2;
    const char *line = line_of(out.data, "second "), *end = strchr(line, '\n');
    assert_true((memmem(line, (size_t)(end - line), "%w ", 3) != NULL) == fast);
    line = line_of(out.data, "first "), end = strchr(line, '\n');
    assert_null(memmem(line, (size_t)(end - line), "%w", 2));
    assert_true((strstr(out.data, "\nw  by Winograd's algorithm") != NULL) == fast);
    assert_null(strstr(out.data, "\nt  "));
    lince_buffer_release(&out);
    lince_net_free(net);
}

static void test_the_peak_is_measured_in_a_moment(void **state)
{
    (void)state;
    double start = lince_now(), one = lince_peak(1);
    assert_true(lince_now() - start < 2); /* a hundredth, where nothing else runs */
    assert_true(one > 1e8 && one < 1e12);
}

static void test_a_moment_of_waiting_is_not_worth_a_word(void **state)
{
    (void)state;
    assert_false(lince_waiting_matters(0.1, 6));
    assert_false(lince_waiting_matters(0.9, 1));
    assert_false(lince_waiting_matters(5, 100));
    assert_true(lince_waiting_matters(2, 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_of_winograds_kernels_are_said_for_what_they_are),
        cmocka_unit_test(test_the_peak_is_measured_in_a_moment),
        cmocka_unit_test(test_a_moment_of_waiting_is_not_worth_a_word),
        cmocka_unit_test(test_layers_are_timed_in_training_only_and_when_asked_for),
        cmocka_unit_test(test_the_table_has_each_layer_and_phase_and_rates_where_there_are_products),
    };
    return cmocka_run_group_tests_name("train/profile", tests, NULL, NULL);
}
