/* The weights that are evaluated and saved: a moving average, lookahead's slow weights, an equal average of
 * some moments with batch norms' statistics measured anew; against PyTorch (tests/reference/optim.py). */
#include "core/memory.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "train/loop/update.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 10, WEIGHTS = 4 };

/* Behind the line that begins with `word`, of the next such case. */
static bool next_case(FILE *reference, const char *word, char line[256])
{
    while (fgets(line, 256, reference))
        if (!strncmp(line, word, strlen(word))) return true;
    return false;
}

static FILE *open_reference(void)
{
    FILE *f = fopen(TEST_SOURCE_DIR "/tests/optim/optim.txt", "r");
    assert_non_null(f);
    return f;
}

/* Eight units in the last place of a float near 1. */
static void expect_values(FILE *reference, const char *what, const float *found, int count)
{
    for (int i = 0; i < count; i++) {
        double expected;
        assert_int_equal(fscanf(reference, "%lf", &expected), 1);
        if (fabs((double)found[i] - expected) > 1e-6 * fmax(1, fabs(expected)))
            fail_msg("%s [%d]: expected %.9g, found %.9g", what, i, expected, (double)found[i]);
    }
}

static lince_net *build(lince_shape input, const lince_layer_args *layers, int count)
{
    lince_net *net;
    lince_net_options options = {.batch = 2, .threads = 2, .block = 1};
    assert_int_equal(lince_net_new(&net, input, &options), 0);
    for (int i = 0; i < count; i++) {
        lince_layer_args args = layers[i];
        args.from[0] = i;
        assert_int_equal(lince_net_add(net, &args), i + 1);
    }
    assert_int_equal(lince_net_prepare(net), 0);
    return net;
}

/* One layer of four weights. */
static lince_net *four_weights(void)
{
    const lince_layer_args layers[] = {{.type = &lince_flatten_layer, .name = "flatten"},
                                       {LINCE_FIELDS(linear, .outputs = 1, .no_bias = true), .name = "head"}};
    static const float w[WEIGHTS] = {0.5f, -1.0f, 2.0f, 0.03125f};
    lince_net *net = build((lince_shape){WEIGHTS, 1, 1, 1}, layers, 2);
    memcpy(lince_net_param(net, 0)->value, w, sizeof w);
    return net;
}

/* The formula of optim.py. */
static void gradient(float *g, int step)
{
    static const float shrink[3] = {1, 0.5f, 0.25f};
    for (int i = 0; i < WEIGHTS; i++)
        g[i] = ((float)(i + 1) * 0.25f * ((step + i) % 2 ? -1 : 1) + 0.125f * (float)step) * shrink[step % 3];
}

static lince_update begin(lince_net *net, lince_update u)
{
    u.optimizer = lince_optimizer_named("sgd");
    u.hyper.momentum = 0.9f;
    assert_int_equal(lince_update_init(&u, net), 0);
    return u;
}

static void test_slow_weights_follow_every_k_updates(void **state)
{
    (void)state;
    FILE *reference = open_reference();
    char line[256];
    int cases = 0;
    for (; next_case(reference, "lookahead ", line); cases++) {
        lince_net *net = four_weights();
        lince_update u = {0};
        assert_int_equal(sscanf(line, "lookahead %d %lf", &u.lookahead, &u.share), 2);
        u = begin(net, u);
        for (int step = 0; step < STEPS; step++) {
            gradient(lince_net_param(net, 0)->grad, step);
            lince_update_apply(&u, net, (size_t)step + 1, 0.05, 1);
            expect_values(reference, "fast", lince_net_param(net, 0)->value, WEIGHTS);
            lince_update_swap(&u, net);
            expect_values(reference, "slow", lince_net_param(net, 0)->value, WEIGHTS);
            lince_update_swap(&u, net);
        }
        lince_update_release(&u, net);
        lince_net_free(net);
    }
    assert_int_equal(cases, 2);
    fclose(reference);
}

/* Weights of moment `m`, as optim.py has them. */
static void set_moment(lince_net *net, int m)
{
    for (size_t i = 0, k = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        if (p->buffer) continue;
        k++;
        p->value[0] = 0.5f * (float)k + 0.25f * (float)m * (float)(k * k);
        p->value[1] = -1.0f * (float)k + 0.25f * (float)m * (float)(k * k);
    }
}

static void forward(lince_net *net, int batch)
{
    static const uint64_t key[2] = {0};
    for (int i = 0; i < 8; i++) lince_net_input(net)[i] = (float)((i * 5 + batch * 17) % 13 - 6) * 0.25f;
    lince_net_forward(net, 2, true, key);
}

static void test_an_equal_average_with_its_own_statistics(void **state)
{
    (void)state;
    const lince_layer_args layers[] = {
        {LINCE_FIELDS(conv2d, .channels = 2, .kernel = 1, .stride = 1, .no_bias = true), .name = "conv"},
        {.type = &lince_batch_norm2d_layer, .name = "norm"}};
    FILE *reference = open_reference();
    char line[256];
    assert_true(next_case(reference, "swa", line));
    lince_net *net = build((lince_shape){1, 2, 2, 1}, layers, 2);
    lince_update u = begin(net, (lince_update){.swa = true});
    for (int m = 0; m < 3; m++) {
        set_moment(net, m);
        lince_update_take(&u, net, 1, m + 1);
    }
    lince_update_swap(&u, net); /* nothing is shown before the caller says so */
    assert_true(lince_net_param_named(net, "conv.weight")->value[0] == 1);
    u.averaged = 3;
    lince_update_swap(&u, net);
    for (int b = 0; b < 3; b++) {
        lince_net_set_momentum(net, 1.0f / (float)(b + 1));
        forward(net, b);
    }
    static const char *const names[] = {"conv.weight",       "norm.weight",      "norm.bias",
                                        "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"};
    for (int i = 0; i < 6; i++)
        expect_values(reference, names[i], lince_net_param_named(net, names[i])->value, i < 5 ? 2 : 1);
    lince_update_swap(&u, net);
    assert_true(lince_net_param_named(net, "conv.weight")->value[0] == 1);
    lince_update_release(&u, net);
    lince_net_free(net);
    fclose(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_weights_follow_every_k_updates),
        cmocka_unit_test(test_an_equal_average_with_its_own_statistics),
    };
    return cmocka_run_group_tests_name("train/average", tests, NULL, NULL);
}
