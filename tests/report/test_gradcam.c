#include "core/memory.h"
#include "layers/attention.h"
#include "layers/conv2d.h"
#include "layers/crop2d.h"
#include "layers/dropout.h"
#include "layers/layer_norm2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "report/explain/gradcam.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 6, CHANNELS = 3, PLACES = SIDE * SIDE, MAPS = 4, CLASSES = 3 };

static lince_net *new_net(void)
{
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 1, .keep = true, .frozen = true};
    assert_int_equal(lince_net_new(&net, (lince_shape){CHANNELS, SIDE, SIDE, 1}, &options), 0);
    return net;
}

static int add(lince_net *net, int from, lince_layer_args args)
{
    char name[16];
    snprintf(name, sizeof name, "l%d", from + 1);
    args.name = name;
    args.from[0] = from;
    int node = lince_net_add(net, &args);
    assert_true(node > 0);
    return node;
}

static void finish(lince_net *net, float *input)
{
    assert_int_equal(lince_net_prepare(net), 0);
    lince_net_init(net, 3);
    for (int i = 0; i < CHANNELS * PLACES; i++) input[i] = sinf(0.7f * (float)i);
}

/* heat = relu(sum_k alpha_k A_k) / largest, from maps and alphas. */
static void expect_heat(const float *maps, const double *alpha, const float *heat)
{
    double expected[PLACES], largest = 0;
    for (int i = 0; i < PLACES; i++) {
        expected[i] = 0;
        for (int k = 0; k < MAPS; k++) expected[i] += alpha[k] * (double)maps[k * PLACES + i];
        expected[i] = fmax(expected[i], 0);
        largest = fmax(largest, expected[i]);
    }
    assert_true(largest > 0);
    for (int i = 0; i < PLACES; i++) assert_true(fabs(expected[i] / largest - (double)heat[i]) < 2e-3);
}

/* Behind the map lies one linear layer: d logit / d A is its weights. */
static void test_the_weights_of_a_map_are_the_means_of_its_gradient(void **state)
{
    (void)state;
    float input[CHANNELS * PLACES], heat[PLACES], maps[MAPS * PLACES], w[CLASSES * MAPS * PLACES];
    lince_net *net = new_net();
    int conv = add(net, 0, LINCE_LAYER(conv2d, .channels = MAPS, .kernel = 3, .padding = 1));
    int relu = add(net, conv, LINCE_BARE(relu));
    int flat = add(net, relu, LINCE_BARE(flatten));
    add(net, flat, LINCE_LAYER(linear, .outputs = CLASSES, .init_std = 0.5f));
    finish(net, input);
    assert_int_equal(lince_gradcam_node(net), relu);
    for (int class = 0; class < CLASSES; class ++) {
        assert_int_equal(lince_gradcam(net, (size_t)relu, input, class, heat), 0);
        lince_net_read(net, (size_t)relu, false, maps);
        const lince_param *weight = lince_net_param(net, 2);
        lince_param_export(weight, weight->value, w);
        double alpha[MAPS] = {0};
        for (int k = 0; k < MAPS; k++)
            for (int i = 0; i < PLACES; i++) alpha[k] += (double)w[(class * MAPS + k) * PLACES + i] / PLACES;
        expect_heat(maps, alpha, heat);
    }
    lince_net_free(net);
}

/* The logit of a class for another bias of one map; all its places are active, so that its derivative is
 * places * alpha. */
static double logit_with(lince_net *net, const float *input, int class, int map, float shift)
{
    float *bias = lince_net_param(net, 1)->value;
    bias[map] += shift;
    memcpy(lince_net_input(net), input, sizeof(float) * CHANNELS * PLACES);
    lince_net_forward(net, 1, false, NULL);
    bias[map] -= shift;
    return (double)lince_net_output(net)[class];
}

static void test_the_gradient_through_deeper_layers_is_that_of_finite_differences(void **state)
{
    (void)state;
    float input[CHANNELS * PLACES], heat[PLACES], maps[MAPS * PLACES];
    lince_net *net = new_net();
    int conv = add(net, 0, LINCE_LAYER(conv2d, .channels = MAPS, .kernel = 3, .padding = 1));
    int relu = add(net, conv, LINCE_BARE(relu)), next = relu;
    next = add(net, next, LINCE_LAYER(conv2d, .channels = 5, .kernel = 3, .padding = 1));
    next = add(net, next, LINCE_BARE(batch_norm2d));
    next = add(net, next, LINCE_LAYER(max_pool2d, .kernel = 2, .stride = 2));
    next = add(net, next, LINCE_BARE(flatten));
    next = add(net, next, LINCE_LAYER(dropout, .p = 0.5f));
    add(net, next, LINCE_LAYER(linear, .outputs = CLASSES, .init_std = 0.5f));
    finish(net, input);
    for (int k = 0; k < MAPS; k++) lince_net_param(net, 1)->value[k] = 20; /* every place is active */
    const float step = 0.01f;
    double alpha[MAPS];
    for (int k = 0; k < MAPS; k++)
        alpha[k] = (logit_with(net, input, 1, k, step) - logit_with(net, input, 1, k, -step)) /
                   (2 * (double)step * PLACES);
    assert_int_equal(lince_gradcam(net, (size_t)relu, input, 1, heat), 0);
    lince_net_read(net, (size_t)relu, false, maps);
    expect_heat(maps, alpha, heat);
    lince_net_free(net);
}

/* A class token reads the patches by attention alone: their map is that of the norm before it, without the token. */
static void test_patches_are_looked_at_where_a_token_reads_them(void **state)
{
    (void)state;
    float input[CHANNELS * PLACES], heat[PLACES], row[MAPS][1 + PLACES], slope[MAPS][1 + PLACES],
        maps[MAPS * PLACES];
    double alpha[MAPS] = {0};
    lince_net *net = new_net();
    int conv = add(net, 0, LINCE_LAYER(conv2d, .channels = MAPS, .kernel = 3, .padding = 1));
    int norm = add(net, add(net, conv, LINCE_BARE(prepend_token)), LINCE_BARE(layer_norm2d));
    int qkv = add(net, norm, LINCE_LAYER(conv2d, .channels = 3 * MAPS, .linear = true, .init_std = 1));
    int read = add(net, add(net, qkv, LINCE_LAYER(attention, .heads = 2)),
                   LINCE_LAYER(crop2d, .height = 1, .width = 1));
    int flat = add(net, read, LINCE_BARE(flatten));
    add(net, flat, LINCE_LAYER(linear, .outputs = CLASSES, .init_std = 0.5f));
    finish(net, input);
    assert_int_equal(lince_gradcam_node(net), norm);
    assert_int_equal(lince_gradcam_shape(net, (size_t)norm).width, SIDE);
    assert_int_equal(lince_gradcam(net, (size_t)norm, input, 1, heat), 0);
    lince_net_read(net, (size_t)norm, false, row[0]);
    lince_net_read(net, (size_t)norm, true, slope[0]);
    for (int k = 0; k < MAPS; k++)
        for (int i = 0; i < PLACES; i++) {
            maps[k * PLACES + i] = row[k][1 + i];
            alpha[k] += (double)slope[k][1 + i] / PLACES;
        }
    expect_heat(maps, alpha, heat);
    lince_net_free(net);
}

/* The name of the node that is looked at, and its size. */
static void expect_node(const char *model, int side, const char *name, int places)
{
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 1, .keep = true, .frozen = true};
    const lince_architecture *a = lince_architecture_named(model);
    lince_architecture_options wanted = {.classes = 10, .dropout = -1};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, side, side, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(a, net, &wanted), 0);
    const lince_layer *l = lince_net_layer(net, lince_gradcam_node(net));
    assert_string_equal(l->name, name);
    assert_int_equal(lince_gradcam_shape(net, lince_gradcam_node(net)).height, places);
    lince_net_free(net);
}

static void test_the_last_map_that_is_not_too_coarse_is_looked_at(void **state)
{
    (void)state;
    expect_node("vgg11", 32, "features.14", 4);
    expect_node("vgg16_bn", 32, "features.32", 4);
    expect_node("vgg16", 224, "features.30", 7);
    expect_node("resnet20", 32, "layer3.2.relu", 8);
    expect_node("resnet18", 32, "layer2.1.relu", 4);
    expect_node("vit_b_16", 224, "encoder.layers.encoder_layer_11.ln_1", 14);
    expect_node("swin_t", 224, "norm", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_weights_of_a_map_are_the_means_of_its_gradient),
        cmocka_unit_test(test_the_gradient_through_deeper_layers_is_that_of_finite_differences),
        cmocka_unit_test(test_patches_are_looked_at_where_a_token_reads_them),
        cmocka_unit_test(test_the_last_map_that_is_not_too_coarse_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
