/* What sets parameters apart: parts of an architecture and their rates, factors by name, and what decays. */
#include "core/memory.h"
#include "models/model_zoo.h"
#include "train/loop/update.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PARAMS_MAX = 1024 };

static lince_net *build(const char *model, int size)
{
    lince_net *net;
    lince_net_options options = {.batch = 2, .threads = 1};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, size, size, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(
                         lince_architecture_named(model), net,
                         &(lince_architecture_options){.classes = 4, .dropout = -1, .stochastic_depth = -1}),
                     0);
    assert_int_equal(lince_net_prepare(net), 0);
    assert_true(lince_net_params(net) <= PARAMS_MAX);
    return net;
}

static size_t index_of(const lince_net *net, const char *name)
{
    for (size_t i = 0; i < lince_net_params(net); i++)
        if (!strcmp(lince_net_param(net, i)->name, name)) return i;
    fail_msg("no parameter %s", name);
    return 0;
}

/* --- parts ---------------------------------------------------------------------------------------- */

static void expect_parts(const char *model, int expected, const char *const names[][2])
{
    int part[PARAMS_MAX];
    lince_net *net = build(model, 64);
    int parts = lince_param_parts(net, part);
    if (parts != expected) fail_msg("%s: expected %d parts, found %d", model, expected, parts);
    for (size_t i = 0; names[i][0]; i++) {
        int found = part[index_of(net, names[i][0])];
        if (found != atoi(names[i][1]))
            fail_msg("%s: %s: expected part %s, found %d", model, names[i][0], names[i][1], found);
    }
    lince_net_free(net);
}

static void test_a_residual_block_is_one_part(void **state)
{
    (void)state;
    expect_parts("resnet18", 10, /* conv1 with bn1, eight blocks, fc */
                 (const char *const[][2]){{"conv1.weight", "0"},
                                          {"bn1.weight", "0"},
                                          {"layer1.0.conv1.weight", "1"},
                                          {"layer1.0.bn2.bias", "1"},
                                          {"layer2.0.downsample.0.weight", "3"},
                                          {"layer4.1.conv2.weight", "8"},
                                          {"fc.bias", "9"},
                                          {NULL, NULL}});
}

static void test_a_plain_layer_is_a_part_with_its_norm(void **state)
{
    (void)state;
    expect_parts("vgg11_bn", 11, /* eight convolutions, three linear layers */
                 (const char *const[][2]){{"features.0.weight", "0"},
                                          {"features.1.weight", "0"},
                                          {"features.4.weight", "1"},
                                          {"classifier.6.weight", "10"},
                                          {NULL, NULL}});
}

static void test_blocks_of_other_architectures_are_parts(void **state)
{
    (void)state;
    expect_parts("densenet121", 63, /* features.conv0, 58 layers in four blocks, 3 transitions, classifier */
                 (const char *const[][2]){{"features.norm0.weight", "0"},
                                          {"features.denseblock1.denselayer1.norm1.weight", "1"},
                                          {"features.denseblock1.denselayer1.conv2.weight", "1"},
                                          {"features.transition1.conv.weight", "7"},
                                          {"classifier.weight", "62"},
                                          {NULL, NULL}});
    expect_parts("mobilenet_v2", 20, /* features.0 to features.18, classifier.1 */
                 (const char *const[][2]){{"features.1.conv.0.0.weight", "1"},
                                          {"features.17.conv.3.weight", "17"},
                                          {"classifier.1.weight", "19"},
                                          {NULL, NULL}});
}

/* --- rates ---------------------------------------------------------------------------------------- */

typedef struct groups {
    lince_net *net;
    lince_param_group of[PARAMS_MAX];
} groups;

static void form(groups *g, const lince_param_grouping *grouping)
{
    g->net = build("resnet20", 16);
    if (lince_param_groups(g->net, grouping, g->of)) fail_msg("%s", lince_error());
}

static double rate(const groups *g, const char *name)
{
    return g->of[index_of(g->net, name)].rate;
}

static void test_each_part_has_a_share_of_the_rate_behind_it(void **state)
{
    (void)state;
    groups g;
    form(&g, &(lince_param_grouping){.layer_decay = 0.5});
    assert_true(rate(&g, "linear.weight") == 1);
    assert_true(rate(&g, "layer3.2.conv1.weight") == 0.5);
    assert_true(rate(&g, "layer3.1.bn1.bias") == 0.25);
    assert_true(rate(&g, "conv1.weight") == pow(0.5, 10));
    lince_net_free(g.net);
}

static void test_the_last_pattern_that_matches_is_the_factor(void **state)
{
    (void)state;
    groups g;
    form(&g, &(lince_param_grouping){.layer_decay = 0.5,
                                     .factors = "layer?.*=3,layer3.2.*.weight=0,linear.bias=10"});
    assert_true(rate(&g, "linear.weight") == 1);
    assert_true(rate(&g, "linear.bias") == 10);
    assert_true(rate(&g, "layer3.2.conv1.weight") == 0);
    assert_true(rate(&g, "layer3.2.bn1.bias") == 1.5);
    lince_net_free(g.net);
}

static void expect_refused(const char *factors, const char *message)
{
    lince_param_group of[PARAMS_MAX];
    lince_net *net = build("resnet20", 16);
    const lince_param_grouping grouping = {.layer_decay = 1, .factors = factors};
    assert_int_equal(lince_param_groups(net, &grouping, of), LINCE_EUSAGE);
    if (!strstr(lince_error(), message)) fail_msg("expected '%s' in: %s", message, lince_error());
    lince_net_free(net);
}

static void test_a_pattern_that_matches_nothing_is_refused_with_the_nearest_name(void **state)
{
    (void)state;
    expect_refused("laier1.*=2", "did you mean layer1?");
    expect_refused("linear.weigth=2", "did you mean linear.weight?");
    expect_refused("layer3.2.conv9.*=2", "did you mean layer3.2.conv1?");
    expect_refused("classifier.*=2", "the first is conv1.weight, the last linear.bias");
    expect_refused("*.running_mean=2", "no parameter is called so"); /* statistics are not trained */
}

static void test_factors_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"linear.*", "=3", "a=", "a=x", "a=-1", "a=1x", "a=inf", "a=1,b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (lince_param_factors_check("lr-factor", bad[i]) != LINCE_EUSAGE) fail_msg("'%s' is taken", bad[i]);
    assert_int_equal(lince_param_factors_check("lr-factor", "a.*=0,b=1e-3"), 0);
    assert_int_equal(lince_param_factors_check("lr-factor", NULL), 0);
}

/* --- decay ---------------------------------------------------------------------------------------- */

static void test_norms_and_biases_do_not_decay_unless_asked(void **state)
{
    (void)state;
    groups g;
    for (int asked = 0; asked < 2; asked++) {
        form(&g, &(lince_param_grouping){.layer_decay = 1, .decay_norms = asked});
        for (size_t i = 0; i < lince_net_params(g.net); i++) {
            const lince_param *p = lince_net_param(g.net, i);
            bool matrix = strstr(p->name, "conv") || !strcmp(p->name, "linear.weight");
            if (!p->buffer && g.of[i].decay != (matrix || asked)) fail_msg("%s", p->name);
        }
        lince_net_free(g.net);
    }
}

static void test_factors_say_how_much_of_the_decay_whatever_the_parameter_is(void **state)
{
    (void)state;
    groups g;
    form(&g, &(lince_param_grouping){.layer_decay = 1, .decay_factors = "*.bias=0.5,layer1.*=0,linear.*=2"});
    static const struct {
        const char *name;
        double decay;
    } cases[] = {{"linear.weight", 2},     {"linear.bias", 2},        {"bn1.bias", 0.5},
                 {"bn1.weight", 0},        {"conv1.weight", 1},       {"layer1.0.conv1.weight", 0},
                 {"layer1.0.bn1.bias", 0}, {"layer2.0.bn2.bias", 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (g.of[index_of(g.net, cases[i].name)].decay != cases[i].decay) fail_msg("%s", cases[i].name);
    lince_net_free(g.net);
}

/* As torch.optim.SGD with a group for each parameter: p -= lr_i (g + w_i p). */
static void test_an_update_uses_each_ones_rate_and_decay(void **state)
{
    (void)state;
    lince_net *net = build("resnet20", 16);
    lince_net_init(net, 1);
    lince_update u = {.optimizer = lince_optimizer_named("sgd"), .hyper = {.weight_decay = 0.5f}};
    assert_int_equal(lince_update_init(&u, net), 0);
    const lince_param_grouping grouping = {.layer_decay = 1, .factors = "linear.*=0.25,conv1.*=0"};
    assert_int_equal(lince_param_groups(net, &grouping, u.group), 0);
    static const struct {
        const char *name;
        float rate, decay;
    } cases[] = {{"linear.weight", 0.25f, 0.5f},
                 {"linear.bias", 0.25f, 0},
                 {"layer1.0.conv1.weight", 1, 0.5f},
                 {"layer1.0.bn1.weight", 1, 0},
                 {"conv1.weight", 0, 0.5f}};
    enum { CASES = sizeof cases / sizeof *cases };
    float before[CASES];
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        for (size_t k = 0; p->grad && k < p->size; k++) p->grad[k] = 2;
    }
    for (int i = 0; i < CASES; i++) before[i] = lince_net_param_named(net, cases[i].name)->value[0];
    lince_update_apply(&u, net, 1, 0.1, 1);
    for (int i = 0; i < CASES; i++) {
        float after = lince_net_param_named(net, cases[i].name)->value[0],
              expected = before[i] - 0.1f * cases[i].rate * (2 + cases[i].decay * before[i]);
        if (fabsf(after - expected) > 1e-6f * fmaxf(1, fabsf(expected))) fail_msg("%s", cases[i].name);
        if (cases[i].rate == 0) assert_true(after == before[i]);
    }
    lince_update_release(&u, net);
    lince_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_residual_block_is_one_part),
        cmocka_unit_test(test_a_plain_layer_is_a_part_with_its_norm),
        cmocka_unit_test(test_blocks_of_other_architectures_are_parts),
        cmocka_unit_test(test_each_part_has_a_share_of_the_rate_behind_it),
        cmocka_unit_test(test_the_last_pattern_that_matches_is_the_factor),
        cmocka_unit_test(test_a_pattern_that_matches_nothing_is_refused_with_the_nearest_name),
        cmocka_unit_test(test_factors_that_cannot_be_read_are_refused),
        cmocka_unit_test(test_norms_and_biases_do_not_decay_unless_asked),
        cmocka_unit_test(test_factors_say_how_much_of_the_decay_whatever_the_parameter_is),
        cmocka_unit_test(test_an_update_uses_each_ones_rate_and_decay),
    };
    return cmocka_run_group_tests_name("train/param_groups", tests, NULL, NULL);
}
