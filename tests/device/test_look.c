/* Nets on another device's memory (guarded.h) are looked at, loaded and refused like the host's. */
#include "core/file.h"
#include "device/guarded.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "report/explain/gradcam.h"
#include "weights/state_dict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SIDE = 8, PLACES = SIDE * SIDE, CLASSES = 3, BATCH = 2 };
static const char PATH[] = TEST_SCRATCH "/device.safetensors";

static int add(lince_net *net, int from, lince_layer_args args)
{
    char name[16];
    snprintf(name, sizeof name, "l%d", from + 1);
    args.name = name;
    args.from[0] = from;
    return lince_net_add(net, &args);
}

/* Its blocked channels do not fill a block, its weights lie in another order than PyTorch's. */
static int build(lince_net **net, lince_net_options options)
{
    options.batch = BATCH;
    options.threads = 1;
    LINCE_TRY(lince_net_new(net, (lince_shape){3, SIDE, SIDE, 1}, &options));
    int x = add(*net, 0, LINCE_LAYER(conv2d, .channels = 5, .kernel = 3, .padding = 1));
    x = add(*net, x, LINCE_BARE(batch_norm2d));
    x = add(*net, x, LINCE_BARE(relu));
    x = add(*net, x, LINCE_BARE(flatten));
    x = add(*net, x, LINCE_LAYER(linear, .outputs = CLASSES, .init_std = 0.5f));
    return x < 0 ? x : lince_net_prepare(*net);
}

static lince_net *new_net(lince_net_options options)
{
    lince_net *net;
    assert_int_equal(build(&net, options), 0);
    assert_int_equal(lince_net_init(net, 3), 0);
    return net;
}

static void draw(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = sinf(0.7f * (float)i);
}

static void scores(lince_net *net, float out[BATCH * CLASSES])
{
    float x[BATCH * 3 * PLACES];
    draw(x, sizeof x / sizeof *x);
    lince_net_feed(net, BATCH, x);
    lince_net_forward(net, BATCH, false, NULL);
    lince_net_scores(net, out);
}

static void test_a_map_of_heat_is_the_hosts(void **state)
{
    (void)state;
    float x[3 * PLACES], there[PLACES], here[PLACES];
    guarded *g = guarded_new();
    lince_net *device = new_net((lince_net_options){.device = &g->device, .keep = true, .frozen = true}),
              *host = new_net((lince_net_options){.keep = true, .frozen = true});
    draw(x, sizeof x / sizeof *x);
    for (int class = 0; class < CLASSES; class ++) {
        assert_int_equal(lince_gradcam(device, 3, x, class, there), 0);
        assert_int_equal(lince_gradcam(host, 3, x, class, here), 0);
        assert_memory_equal(there, here, sizeof here);
    }
    lince_net_free(device);
    lince_net_free(host);
    assert_int_equal(g->live, 0);
    guarded_delete(g);
}

/* The host may leave them in the file's mapping; the device cannot. */
static void test_weights_travel_between_host_and_device(void **state)
{
    (void)state;
    float there[BATCH * CLASSES], here[BATCH * CLASSES], again[BATCH * CLASSES];
    const lince_load_options load = {.whole = true, .map = true};
    lince_weights *w;
    lince_load_result result;
    guarded *g = guarded_new();
    lince_net *device = new_net((lince_net_options){.device = &g->device});
    scores(device, there);
    assert_int_equal(lince_state_dict_save(device, NULL, PATH, NULL, 0), 0);
    lince_net_free(device);

    assert_int_equal(lince_weights_open(&w, PATH), 0);
    lince_net *host, *back;
    assert_int_equal(build(&host, (lince_net_options){.inference = true}), 0);
    assert_int_equal(lince_state_dict_load(host, w, &load, &result), 0);
    lince_load_result_release(&result);
    assert_int_equal(build(&back, (lince_net_options){.device = &g->device, .inference = true}), 0);
    assert_int_equal(lince_state_dict_load(back, w, &load, &result), 0);
    lince_load_result_release(&result);
    lince_weights_free(w); /* the host's net still needs what is mapped: it is not asked any more */
    scores(back, again);
    assert_memory_equal(again, there, sizeof there);
    lince_net_free(back);
    lince_net_free(host);

    host = new_net((lince_net_options){0});
    scores(host, here);
    assert_memory_equal(here, there, sizeof there);
    lince_net_free(host);
    assert_int_equal(g->live, 0);
    guarded_delete(g);
}

static void test_what_is_not_finite_is_named(void **state)
{
    (void)state;
    float bad[CLASSES] = {0, NAN, 0}, out[BATCH * CLASSES];
    guarded *g = guarded_new();
    lince_net *net = new_net((lince_net_options){.device = &g->device});
    scores(net, out);
    assert_null(lince_net_not_finite(net));
    lince_param *bias = lince_net_param(net, lince_net_params(net) - 1);
    assert_int_equal(lince_param_write(bias, bad), 0);
    scores(net, out);
    assert_string_equal(lince_net_not_finite(net), "l5");
    lince_net_free(net);
    guarded_delete(g);
}

/* Each of the blocks that a net takes may be the one that is not there. */
static void test_a_full_device_is_told_and_left_as_it_was(void **state)
{
    (void)state;
    guarded *g = guarded_new();
    lince_net_free(new_net((lince_net_options){.device = &g->device})); /* kernels may be measured once */
    size_t before = g->taken;
    lince_net_free(new_net((lince_net_options){.device = &g->device}));
    for (size_t blocks = g->taken - before, k = 0; k < blocks; k++) {
        lince_net *net;
        g->left = k + 1; /* so that the last of them fails */
        assert_int_equal(build(&net, (lince_net_options){.device = &g->device}), LINCE_ENOMEM);
        lince_net_free(net);
        assert_int_equal(g->live, 0);
    }
    guarded_delete(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_map_of_heat_is_the_hosts),
        cmocka_unit_test(test_weights_travel_between_host_and_device),
        cmocka_unit_test(test_what_is_not_finite_is_named),
        cmocka_unit_test(test_a_full_device_is_told_and_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
