/* A whole training step against PyTorch (tests/reference/vgg_step.py), and what the net promises about
 * memory. */
#include "core/memory.h"
#include "cross_entropy.h"
#include "formula.h"
#include "kernels/kernels.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void fill_param(lince_param *p, uint64_t number, bool gamma)
{
    size_t n = lince_param_elements(p);
    double scale = p->ndim > 1 ? sqrt(6.0 / (double)(n / (size_t)p->dims[0])) : 0.1;
    float *plain = lince_alloc(n, sizeof *plain);
    for (size_t i = 0; i < n; i++) plain[i] = formula(i, number, scale) + (gamma ? 1 : 0);
    lince_param_import(p, plain, p->value);
    lince_free(plain);
}

static lince_net *build(const char *name, int batch, int size, int block)
{
    lince_net *net;
    int head = 24;
    lince_net_options options = {.batch = batch, .threads = 2, .block = block};
    lince_architecture_options wanted = {.classes = 10, .head = &head, .head_count = 1, .dropout = 0};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, size, size, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(lince_architecture_named(name), net, &wanted), 0);
    if (lince_net_prepare(net)) fail_msg("%s", lince_error());
    lince_net_init(net, 1);
    uint64_t number = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        if (p->buffer) continue;
        bool gamma = p->ndim == 1 && strstr(name, "_bn") && number % 4 == 2 && number < 30;
        fill_param(p, ++number, gamma);
    }
    return net;
}

static void assert_near(const char *what, double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s: expected %.9g, found %.9g", what, expected, found);
}

/* fp32 against double precision, Winograd's transforms included: 2e-4 of the tensor's norm. */
static void compare_gradient(FILE *reference, const lince_net *net)
{
    char name[128];
    double sum, norm, first, last;
    assert_int_equal(fscanf(reference, "%127s %lf %lf %lf %lf", name, &sum, &norm, &first, &last), 5);
    lince_param *p = lince_net_param_named(net, name);
    assert_non_null(p);
    size_t n = lince_param_elements(p);
    float *plain = lince_alloc(n, sizeof *plain);
    lince_param_export(p, p->grad, plain);
    double found_sum = 0, squares = 0,
           tolerance = 2e-4 * norm + 1e-5; /* a bias before batch norm: exactly 0, by cancellation */
    for (size_t i = 0; i < n; i++)
        found_sum += (double)plain[i], squares += (double)plain[i] * (double)plain[i];
    assert_near(name, sqrt(squares), norm, tolerance);
    assert_near(name, found_sum, sum, 2e-4 * norm * sqrt((double)n) + 1e-5 * (double)n);
    assert_near(name, (double)plain[0], first, tolerance);
    assert_near(name, (double)plain[n - 1], last, tolerance);
    lince_free(plain);
}

static void compare_step(FILE *reference, int block)
{
    char name[64];
    int batch, size, count;
    double loss, expected;
    assert_int_equal(fscanf(reference, "%63s %d %d %lf", name, &batch, &size, &loss), 4);
    lince_net *net = build(name, batch, size, block);
    uint64_t key[8] = {0};
    int32_t label[8];
    for (int i = 0; i < batch; i++) label[i] = i * 3 % 10;
    for (int i = 0; i < batch * 3 * size * size; i++) lince_net_input(net)[i] = formula((uint64_t)i, 0, 1);
    lince_net_forward(net, batch, true, key);
    for (int i = 0; i < batch * 10; i++) {
        assert_int_equal(fscanf(reference, "%lf", &expected), 1);
        assert_near("logit", (double)lince_net_output(net)[i], expected, 1e-4 * (1 + fabs(expected)));
    }
    double found = cross_entropy(net, label, (size_t)batch, 0.1f, NULL);
    assert_near("loss", found, loss, 1e-4);
    lince_net_backward(net);
    assert_int_equal(fscanf(reference, "%d", &count), 1);
    for (int i = 0; i < count; i++) compare_gradient(reference, net);
    assert_null(lince_net_not_finite(net));
    lince_net_free(net);
}

static void test_a_vgg_step_equals_pytorchs(void **state)
{
    (void)state;
    FILE *reference = fopen(TEST_SOURCE_DIR "/tests/net/vgg_step.txt", "r");
    assert_non_null(reference);
    compare_step(reference, 0);
    compare_step(reference, 0);
    fclose(reference);
}

/* A chain of layers, or where they say `from` what that makes, of which the first `frozen` are. */
static lince_net *chain(const lince_layer_args *layers, int count, int batch, int size, int frozen)
{
    lince_net *net;
    lince_net_options options = {.batch = batch, .threads = 1};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, size, size, 1}, &options), 0);
    for (int i = 0; i < count; i++) {
        lince_layer_args args = layers[i];
        char name[24];
        snprintf(name, sizeof name, "layer%d", i);
        if (!args.from[1]) args.from[0] = i;
        args.name = name;
        if (lince_net_add(net, &args) < 0) fail_msg("%s", lince_error());
    }
    lince_net_freeze(net, frozen);
    assert_int_equal(lince_net_prepare(net), 0);
    lince_net_init(net, 1);
    return net;
}

/* Terabytes: more than any machine has free. */
static void test_what_does_not_fit_into_memory_is_told_before_kernels_are_measured(void **state)
{
    (void)state;
    lince_net *net;
    lince_net_options options = {.batch = 4096, .threads = 1};
    lince_layer_args conv = {LINCE_FIELDS(conv2d, .channels = 64, .kernel = 5, .stride = 2), .name = "conv"};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 8192, 8192, 1}, &options), 0);
    assert_int_equal(lince_net_add(net, &conv), 1);
    assert_int_equal(lince_net_prepare(net), LINCE_ENOMEM);
    assert_non_null(strstr(lince_error(), "GiB for batches of 4096, of which "));
    assert_non_null(strstr(lince_error(), " are free"));
    assert_int_equal(lince_net_choosing(net)->measured, 0);
    lince_net_free(net);
}

/* What lince_net_fixed says of it. */
static int fixed(const lince_layer_args *layers, int count, int size, int frozen)
{
    lince_net *net = chain(layers, count, 2, size, frozen);
    int node = lince_net_fixed(net);
    lince_net_free(net);
    return node;
}

/* One of everything that looks at several pixels or samples. */
enum { SMALL_SIZE = 8, SMALL_LAYERS = 10 };
static const lince_layer_args small[SMALL_LAYERS] = {
    {LINCE_FIELDS(conv2d, .channels = 16, .kernel = 3, .padding = 1)},
    {.type = &lince_batch_norm2d_layer},
    {.type = &lince_relu_layer},
    {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 3, .padding = 1)}, /* 4 */
    {.type = &lince_relu_layer},
    {LINCE_FIELDS(max_pool2d, .kernel = 2)},
    {LINCE_FIELDS(adaptive_avg_pool2d, .size = 2)},
    {.type = &lince_flatten_layer}, /* 8 */
    {LINCE_FIELDS(dropout, .p = 0.5f)},
    {LINCE_FIELDS(linear, .outputs = 10)},
};

static void fill_input(lince_net *net, int n)
{
    for (int i = 0; i < n * 3 * SMALL_SIZE * SMALL_SIZE; i++)
        lince_net_input(net)[i] = formula((uint64_t)i, 0, 1);
}

static void test_the_fixed_part_ends_before_what_learns_is_random_or_passed_by(void **state)
{
    (void)state;
    const lince_layer_args plain[] = {
        LINCE_LAYER(conv2d, .channels = 16, .kernel = 3, .padding = 1), /* 1 */
        LINCE_BARE(batch_norm2d),
        LINCE_BARE(relu),
        LINCE_LAYER(adaptive_avg_pool2d, .size = 7), /* 4 */
        LINCE_BARE(flatten),
        LINCE_LAYER(linear, .outputs = 8), /* 6 */
        LINCE_LAYER(dropout, .p = 0.5f),
        LINCE_LAYER(linear, .outputs = 5),
    };
    assert_int_equal(fixed(plain, 8, 8, 0), 0);
    assert_int_equal(fixed(plain, 8, 8, 1), 1); /* the batch normalisation measures its batch */
    assert_int_equal(fixed(plain, 8, 8, 2), 5); /* pooling and flatten make it smaller: they belong to it */
    assert_int_equal(fixed(plain, 8, 4, 2), 3); /* 4x4 -> 7x7 would be more to keep, and computes nothing */
    assert_int_equal(fixed(plain, 8, 4, 7), 6); /* but not so before a frozen linear; dropout ends it */
    const lince_layer_args residual[] = {
        LINCE_LAYER(conv2d, .channels = 16, .kernel = 1), /* 1 */
        LINCE_LAYER(conv2d, .channels = 16, .kernel = 1), LINCE_LAYER(conv2d, .channels = 16, .kernel = 1),
        {.type = &lince_add_layer, .from = {3, 1}},       LINCE_LAYER(conv2d, .channels = 16, .kernel = 1),
    };
    assert_int_equal(fixed(residual, 5, 4, 1), 1);
    assert_int_equal(fixed(residual, 5, 4, 2), 1);
    assert_int_equal(fixed(residual, 5, 4, 3), 4);
}

static void test_a_layer_whose_size_was_left_out_is_refused(void **state)
{
    (void)state;
    const lince_layer_args lacking[] = {LINCE_LAYER(conv2d, .channels = 4), LINCE_LAYER(conv2d, .kernel = 1),
                                        LINCE_BARE(linear), LINCE_BARE(adaptive_avg_pool2d)};
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
        lince_net *net;
        lince_layer_args args = lacking[i];
        args.name = "lacking";
        assert_int_equal(lince_net_new(&net, (lince_shape){3, 1, 1, 1}, &(lince_net_options){.batch = 1}), 0);
        assert_int_equal(lince_net_add(net, &args), LINCE_EUSAGE);
        assert_non_null(strstr(lince_error(), "lacks a size"));
        assert_int_equal(lince_net_nodes(net), 1);
        lince_net_free(net);
    }
}

static void test_a_pass_may_begin_behind_the_fixed_part(void **state)
{
    (void)state;
    lince_net *net = chain(small, SMALL_LAYERS, 2, SMALL_SIZE, 5);
    uint64_t key[2] = {1, 2};
    float logits[20];
    int node = lince_net_fixed(net);
    assert_true(node >= 5);
    size_t floats = 2 * lince_shape_size(lince_net_layer(net, (size_t)node)->out);
    float *kept = lince_alloc(floats, sizeof *kept);
    fill_input(net, 2);
    memcpy(kept, lince_net_compute(net, node, 2), floats * sizeof *kept);
    fill_input(net, 2);
    lince_net_forward(net, 2, true, key);
    memcpy(logits, lince_net_output(net), sizeof logits);
    lince_net_begin(net, node);
    assert_int_equal(2 * lince_shape_size(lince_net_input_shape(net)), floats);
    memcpy(lince_net_input(net), kept, floats * sizeof *kept);
    lince_net_forward(net, 2, true, key);
    assert_memory_equal(logits, lince_net_output(net), sizeof logits);
    lince_free(kept);
    lince_net_free(net);
}

static void test_a_short_batch_gives_the_gradients_of_its_samples_alone(void **state)
{
    (void)state;
    uint64_t key[4] = {0};
    int32_t label[] = {1, 2};
    lince_net *whole = chain(small, SMALL_LAYERS, 2, SMALL_SIZE, 0),
              *padded = chain(small, SMALL_LAYERS, 4, SMALL_SIZE, 0);
    lince_net *nets[] = {whole, padded};
    for (int k = 0; k < 2; k++) {
        fill_input(nets[k], 2);
        lince_net_forward(nets[k], 2, true, key);
        cross_entropy(nets[k], label, 2, 0, NULL);
        lince_net_backward(nets[k]);
    }
    for (size_t i = 0; i < lince_net_params(whole); i++) {
        const lince_param *a = lince_net_param(whole, i), *b = lince_net_param(padded, i);
        if (a->buffer) continue;
        double norm = 0, distance = 0;
        for (size_t e = 0; e < a->size; e++) {
            norm += (double)a->grad[e] * (double)a->grad[e];
            distance += ((double)a->grad[e] - (double)b->grad[e]) * ((double)a->grad[e] - (double)b->grad[e]);
        }
        assert_near(a->name, sqrt(distance), 0, 1e-4 * sqrt(norm) + 1e-7);
    }
    lince_net_free(whole);
    lince_net_free(padded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_fit_into_memory_is_told_before_kernels_are_measured),
        cmocka_unit_test(test_a_vgg_step_equals_pytorchs),
        cmocka_unit_test(test_the_fixed_part_ends_before_what_learns_is_random_or_passed_by),
        cmocka_unit_test(test_a_layer_whose_size_was_left_out_is_refused),
        cmocka_unit_test(test_a_pass_may_begin_behind_the_fixed_part),
        cmocka_unit_test(test_a_short_batch_gives_the_gradients_of_its_samples_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
