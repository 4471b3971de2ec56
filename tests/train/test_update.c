/* Copies trained as one (docs/classifier-redundancy.md) against the same net with every copy trained by
 * itself, as PyTorch does: after a hundred updates the weights in PyTorch's order agree to rounding. */
#include "core/memory.h"
#include "core/random.h"
#include "cross_entropy.h"
#include "kernels/kernels.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "train/loop/update.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double TOLERANCE = 2e-5; /* rounding over a hundred updates, in units of a weight */

enum { BATCH = 4, CLASSES = 5, STEPS = 100, COPIES = 49 };

static const struct training {
    const char *name, *optimizer;
    lince_hyper hyper;
    double lr, clip, average;
} trainings[] = {
    {"sgd", "sgd", {.weight_decay = 0.05f}, 0.05, 0, 0},
    {"sgd, momentum", "sgd", {.momentum = 0.9f, .weight_decay = 0.05f}, 0.01, 0, 0},
    {"sgd, nesterov", "sgd", {.momentum = 0.9f, .weight_decay = 0.05f, .nesterov = true}, 0.01, 0, 0},
    {"sgd, clipped", "sgd", {.momentum = 0.9f, .weight_decay = 1e-3f}, 0.02, 0.5, 0},
    {"sgd, average", "sgd", {.momentum = 0.9f, .weight_decay = 0.05f}, 0.01, 0, 0.95},
    {"adam", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f}, 1e-3, 0, 0},
    {"adamw", "adamw", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .weight_decay = 1}, 1e-3, 0, 0},
    {"muon", "muon", {.momentum = 0.95f, .weight_decay = 0.1f}, 0.02, 0, 0.9},
    {"rmsprop", "rmsprop", {.momentum = 0.9f, .alpha = 0.99f, .eps = 1e-8f}, 1e-4, 0, 0},
};

/* A convolution whose map is pooled to one pixel, and VGG's classifier behind it. */
static lince_net *build_with(const lince_net_options *options)
{
    const lince_layer_args layers[] = {
        {LINCE_FIELDS(conv2d, .channels = 16, .kernel = 3, .padding = 1), .name = "conv"},
        {.type = &lince_relu_layer, .name = "relu"},
        {LINCE_FIELDS(max_pool2d, .kernel = 4), .name = "pool"},
        {LINCE_FIELDS(adaptive_avg_pool2d, .size = 7, .fold = true), .name = "avgpool"},
        {.type = &lince_flatten_layer, .name = "flatten"},
        {LINCE_FIELDS(linear, .outputs = 20, .init_std = 0.05f), .name = "hidden"},
        {.type = &lince_relu_layer, .name = "hidden_relu"},
        {LINCE_FIELDS(linear, .outputs = CLASSES, .init_std = 0.2f), .name = "head"},
    };
    lince_net *net;
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 4, 4, 1}, options), 0);
    for (int i = 0; i < (int)(sizeof layers / sizeof *layers); i++) {
        lince_layer_args args = layers[i];
        args.from[0] = i;
        if (lince_net_add(net, &args) != i + 1) fail_msg("%s", lince_error());
    }
    assert_int_equal(lince_net_prepare(net), 0);
    lince_net_init(net, 1);
    return net;
}

static lince_net *build(bool unfolded)
{
    return build_with(&(lince_net_options){.batch = BATCH, .threads = 2, .unfolded = unfolded});
}

/* Forward and backward of batch `step`. */
static void pass(lince_net *net, uint64_t step)
{
    static const uint64_t key[BATCH] = {0};
    int32_t label[BATCH];
    lince_random random = lince_random_at(1000 + step);
    for (int i = 0; i < BATCH * 3 * 4 * 4; i++) lince_net_input(net)[i] = lince_random_normal(&random);
    for (int i = 0; i < BATCH; i++) label[i] = (int32_t)lince_random_below(&random, CLASSES);
    lince_net_forward(net, BATCH, true, key);
    cross_entropy(net, label, BATCH, 0, NULL);
    lince_net_backward(net);
}

static lince_update train(lince_net *net, const struct training *t)
{
    lince_update u = {.optimizer = lince_optimizer_named(t->optimizer),
                      .hyper = t->hyper,
                      .clip = t->clip,
                      .decay = t->average};
    assert_true(lince_update_folds(u.optimizer, &u.hyper));
    assert_int_equal(lince_update_init(&u, net), 0);
    for (size_t step = 1; step <= STEPS; step++) {
        pass(net, step);
        lince_update_apply(&u, net, step, t->lr, lince_update_norm(net));
    }
    return u;
}

/* The largest difference of a parameter, in units of its root mean square. */
static double difference(const lince_param *a, const lince_param *b)
{
    size_t n = lince_param_elements(a);
    float *x = lince_alloc(n, sizeof *x), *y = lince_alloc(n, sizeof *y);
    double largest = 0, squares = 0;
    lince_param_export(a, a->value, x);
    lince_param_export(b, b->value, y);
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs((double)x[i] - (double)y[i]));
        squares += (double)y[i] * (double)y[i];
    }
    lince_free(x);
    lince_free(y);
    return largest > 0 ? largest / sqrt(squares / (double)n) : 0;
}

static void expect_same_weights(const char *name, const lince_net *a, const lince_net *b, double tolerance)
{
    for (size_t i = 0; i < lince_net_params(a); i++) {
        const lince_param *p = lince_net_param(a, i);
        double d = difference(p, lince_net_param(b, i));
        if (getenv("LINCE_TEST_VERBOSE")) print_message("%s: %s: %g\n", name, p->name, d);
        if (!(d <= tolerance)) fail_msg("%s: %s differs by %g of its size", name, p->name, d);
    }
}

static void test_copies_trained_as_one_equal_copies_trained_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++) {
        const struct training *t = &trainings[i];
        lince_net *one = build(false), *each = build(true);
        lince_update u = train(one, t), v = train(each, t);
        expect_same_weights(t->name, one, each, TOLERANCE);
        lince_update_swap(&u, one);
        lince_update_swap(&v, each);
        expect_same_weights(t->name, one, each, TOLERANCE);
        lince_update_swap(&u, one);
        lince_update_swap(&v, each);
        lince_update_release(&u, one);
        lince_update_release(&v, each);
        lince_net_free(one);
        lince_net_free(each);
    }
}

/* Filters are matrices whatever their layout in memory, and sums do not depend on threads. */
static void test_muon_does_not_depend_on_layout_or_threads(void **state)
{
    (void)state;
    const struct training t = {"muon", "muon", {.momentum = 0.95f}, 0.02, 0, 0};
    lince_net *nets[3];
    static const struct {
        int block, threads;
    } ways[] = {{16, 1}, {16, 3}, {1, 2}};
    for (int i = 0; i < 3; i++) {
        lince_net_options options = {
            .batch = BATCH, .threads = ways[i].threads, .block = ways[i].block, .deterministic = true};
        nets[i] = build_with(&options);
        lince_update u = train(nets[i], &t);
        lince_update_release(&u, nets[i]);
    }
    expect_same_weights("threads", nets[1], nets[0], 0);
    expect_same_weights("layout", nets[2], nets[0], 1e-4);
    for (int i = 0; i < 3; i++) lince_net_free(nets[i]);
}

static void test_memory_holds_one_of_the_copies_and_a_factor(void **state)
{
    (void)state;
    lince_net *one = build(false), *each = build(true);
    const lince_param *p = lince_net_param_named(one, "hidden.weight"),
                      *q = lince_net_param_named(each, "hidden.weight");
    assert_int_equal(p->size, 20 * 16 + 1);
    assert_int_equal(q->size, 20 * 16 * COPIES);
    assert_int_equal(lince_param_elements(p), q->size);
    lince_net_free(one);
    lince_net_free(each);
}

static void test_what_was_not_trained_comes_back_to_the_bit(void **state)
{
    (void)state;
    lince_net *one = build(false), *each = build(true);
    expect_same_weights("untrained", one, each, 0);
    lince_param *p = lince_net_param_named(one, "hidden.weight");
    size_t n = lince_param_elements(p);
    float *in = lince_alloc(n, sizeof *in), *out = lince_alloc(n, sizeof *out);
    lince_random random = lince_random_at(3);
    for (size_t i = 0; i < n; i++) in[i] = lince_random_normal(&random);
    lince_param_import(p, in, p->value);
    lince_param_export(p, p->value, out);
    assert_memory_equal(in, out, n * sizeof *in);
    lince_free(in);
    lince_free(out);
    lince_net_free(one);
    lince_net_free(each);
}

static void test_gradients_and_their_norm_count_every_copy(void **state)
{
    (void)state;
    lince_net *one = build(false), *each = build(true);
    pass(one, 1);
    pass(each, 1);
    double norm = lince_update_norm(one), expected = lince_update_norm(each);
    assert_true(fabs(norm - expected) <= 1e-5 * expected);
    const lince_param *p = lince_net_param_named(one, "hidden.weight"),
                      *q = lince_net_param_named(each, "hidden.weight");
    float *exported = lince_alloc(q->size, sizeof *exported);
    lince_param_export(p, p->grad, exported);
    for (size_t i = 0; i < q->size; i++)
        assert_true(fabsf(exported[i] - q->grad[i]) <= 1e-5f * (1e-2f + fabsf(q->grad[i])));
    lince_free(exported);
    lince_net_free(one);
    lince_net_free(each);
}

/* Decay in Adam's and RMSprop's gradient is divided by each weight's own history: copies go apart. */
static void test_l2_within_an_adaptive_gradient_is_not_folded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float decay;
        bool folds;
    } cases[] = {{"sgd", 0.1f, true},   {"adamw", 0.1f, true}, {"adam", 0, true},
                 {"adam", 0.1f, false}, {"rmsprop", 0, true},  {"rmsprop", 0.1f, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_hyper h = {.weight_decay = cases[i].decay};
        assert_int_equal(lince_update_folds(lince_optimizer_named(cases[i].name), &h), cases[i].folds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_trained_as_one_equal_copies_trained_each),
        cmocka_unit_test(test_muon_does_not_depend_on_layout_or_threads),
        cmocka_unit_test(test_memory_holds_one_of_the_copies_and_a_factor),
        cmocka_unit_test(test_what_was_not_trained_comes_back_to_the_bit),
        cmocka_unit_test(test_gradients_and_their_norm_count_every_copy),
        cmocka_unit_test(test_l2_within_an_adaptive_gradient_is_not_folded),
    };
    return cmocka_run_group_tests_name("train/update", tests, NULL, NULL);
}
