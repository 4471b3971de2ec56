/* What is left to its neighbours gives what it gives in a pass of its own: the same net, fused, and with every activation
 * kept (`keep`), which forbids fusing. */
#include "core/cpu.h"
#include "core/random.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "net/net.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 3, SIZE = 11, CLASSES = 5 };

/* Each of: rectified by conv2d, batch_norm2d, add; held back by conv2d, by max_pool2d of both kinds, by the first of two readers,
 * which adds to the other's gradient (conv2d) or does not (max_pool2d); not by a layer that does not gate. And gradients that
 * conv2d and batch_norm2d add to. */
static const lince_layer_args layers[] = {
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1), .name = "1", .from = {0}},
    {.type = &lince_relu_layer, .name = "2", .from = {1}},
    {LINCE_FIELDS(max_pool2d, .kernel = 2), .name = "3", .from = {2}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1), .name = "4", .from = {3}},
    {.type = &lince_batch_norm2d_layer, .name = "5", .from = {4}},
    {.type = &lince_relu_layer, .name = "6", .from = {5}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1), .name = "7", .from = {6}},
    {.type = &lince_add_layer, .name = "8", .from = {7, 3}},
    {.type = &lince_relu_layer, .name = "9", .from = {8}},
    {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 1), .name = "10", .from = {9}},
    {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 3, .padding = 1), .name = "11", .from = {9}},
    {.type = &lince_batch_norm2d_layer, .name = "12", .from = {10}},
    {.type = &lince_add_layer, .name = "13", .from = {12, 10}},
    {.type = &lince_add_layer, .name = "14", .from = {13, 11}},
    {.type = &lince_relu_layer, .name = "15", .from = {14}},
    {LINCE_FIELDS(max_pool2d, .kernel = 3, .stride = 2, .padding = 1), .name = "16", .from = {15}},
    {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 3, .stride = 2, .padding = 1), .name = "17",
     .from = {15}},
    {.type = &lince_add_layer, .name = "18", .from = {16, 17}},
    {.type = &lince_relu_layer, .name = "19", .from = {18}},
    {LINCE_FIELDS(max_pool2d, .kernel = 2, .stride = 1), .name = "20", .from = {19}},
    {.type = &lince_flatten_layer, .name = "21", .from = {20}},
    {LINCE_FIELDS(linear, .outputs = 12), .name = "22", .from = {21}},
    {.type = &lince_relu_layer, .name = "23", .from = {22}},
    {LINCE_FIELDS(linear, .outputs = CLASSES), .name = "24", .from = {23}},
};

/* Outside of training, of the layers that finish (direct, depthwise, Winograd's): a norm and each activation; a shortcut alone,
 * behind a norm, rectified; what is left out at random; and what ends a tail: two readers, a second activation, a shortcut
 * that is not there yet, one behind an activation, padding channels that would not stay zero. */
static const lince_layer_args tails[] = {
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .stride = 2, .padding = 1, .no_bias = true),
     .name = "1", .from = {0}},
    {.type = &lince_batch_norm2d_layer, .name = "2", .from = {1}},
    {.type = &lince_silu_layer, .name = "3", .from = {2}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1, .groups = 20), .name = "4", .from = {3}},
    {.type = &lince_batch_norm2d_layer, .name = "5", .from = {4}},
    {.type = &lince_silu_layer, .name = "6", .from = {5}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 1, .no_bias = true), .name = "7", .from = {6}},
    {.type = &lince_batch_norm2d_layer, .name = "8", .from = {7}},
    {LINCE_FIELDS(stochastic_depth, .p = 0.5f), .name = "9", .from = {8}},
    {.type = &lince_add_layer, .name = "10", .from = {9, 3}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1), .name = "11", .from = {10}},
    {.type = &lince_gelu_layer, .name = "12", .from = {11}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1), .name = "13", .from = {12}},
    {.type = &lince_batch_norm2d_layer, .name = "14", .from = {13}},
    {.type = &lince_add_layer, .name = "15", .from = {10, 14}},
    {.type = &lince_relu_layer, .name = "16", .from = {15}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1, .groups = 20, .no_bias = true),
     .name = "17", .from = {16}},
    {.type = &lince_batch_norm2d_layer, .name = "18", .from = {17}},
    {.type = &lince_relu6_layer, .name = "19", .from = {18}},
    {.type = &lince_silu_layer, .name = "20", .from = {19}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 1), .name = "21", .from = {16}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 1), .name = "22", .from = {20}},
    {.type = &lince_add_layer, .name = "23", .from = {21, 22}},
    {.type = &lince_relu6_layer, .name = "24", .from = {23}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 1), .name = "25", .from = {24}},
    {.type = &lince_relu_layer, .name = "26", .from = {25}},
    {.type = &lince_add_layer, .name = "27", .from = {26, 24}},
    {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 3, .padding = 1), .name = "28", .from = {27}},
    {.type = &lince_batch_norm2d_layer, .name = "29", .from = {28}},
    {.type = &lince_hard_swish_layer, .name = "30", .from = {29}},
    {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 3, .padding = 1, .groups = 32), .name = "31",
     .from = {30}},
    {.type = &lince_hard_swish_layer, .name = "32", .from = {31}},
    {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 1), .name = "33", .from = {32}},
    {.type = &lince_hard_sigmoid_layer, .name = "34", .from = {33}},
    {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 1), .name = "35", .from = {34}},
    {.type = &lince_hard_sigmoid_layer, .name = "36", .from = {35}},
    {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 1), .name = "37", .from = {36}},
    {.type = &lince_sigmoid_layer, .name = "38", .from = {37}},
    {LINCE_FIELDS(max_pool2d, .kernel = 2), .name = "39", .from = {38}},
    {.type = &lince_flatten_layer, .name = "40", .from = {39}},
    {LINCE_FIELDS(linear, .outputs = CLASSES), .name = "41", .from = {40}},
};

static lince_net *net_of(const lince_layer_args *list, size_t count, const lince_net_options *options)
{
    lince_net *net;
    assert_int_equal(lince_net_new(&net, (lince_shape){3, SIZE, SIZE, 1}, options), 0);
    for (size_t i = 0; i < count; i++)
        if (lince_net_add(net, &list[i]) < 0) fail_msg("%s", lince_error());
    if (lince_net_prepare(net)) fail_msg("%s", lince_error());
    lince_net_init(net, 1);
    return net;
}

static lince_net *build(bool keep)
{
    return net_of(layers, sizeof layers / sizeof *layers,
                  &(lince_net_options){.batch = BATCH, .threads = 2, .keep = keep});
}

static void step(lince_net *net)
{
    static const uint64_t key[BATCH] = {1, 2, 3};
    lince_random r = lince_random_at(5);
    for (int i = 0; i < BATCH * 3 * SIZE * SIZE; i++) lince_net_input(net)[i] = lince_random_normal(&r);
    lince_net_forward(net, BATCH, true, key);
    for (int i = 0; i < BATCH * CLASSES; i++) lince_net_output_gradient(net)[i] = lince_random_normal(&r);
    lince_net_backward(net);
}

static void test_fused_and_plain_relus_give_the_same_bits(void **state)
{
    (void)state;
    lince_net *fused = build(false), *plain = build(true);
    step(fused), step(plain);
    assert_memory_equal(lince_net_output(fused), lince_net_output(plain), BATCH * CLASSES * sizeof(float));
    for (size_t i = 0; i < lince_net_params(fused); i++) {
        const lince_param *a = lince_net_param(fused, i), *b = lince_net_param(plain, i);
        assert_memory_equal(a->value, b->value, a->size * sizeof(float));
        if (a->grad) assert_memory_equal(a->grad, b->grad, a->size * sizeof(float));
    }
    lince_net_free(fused), lince_net_free(plain);
}

static void test_neighbours_rectify_and_hold_back(void **state)
{
    (void)state;
    lince_net *net = build(false);
    for (int i = 1; i <= 8; i++) assert_true(lince_net_layer(net, i)->relu == (i == 1 || i == 5 || i == 8));
    assert_true(lince_net_layer(net, 3)->gate);
    assert_true(lince_net_layer(net, 7)->gate);
    assert_false(lince_net_layer(net, 11)->gate);
    assert_true(lince_net_layer(net, 10)->gate == lince_net_layer(net, 10)->accumulates);
    assert_true(lince_net_layer(net, 10)->accumulates || lince_cpu_level() == LINCE_PLAIN);
    assert_false(lince_net_layer(net, 16)->gate);
    assert_true(lince_net_layer(net, 20)->gate);
    lince_net_free(net);
}

/* With statistics that are not those of normal numbers. */
static lince_net *build_tails(const lince_net_options *options)
{
    lince_net *net = net_of(tails, sizeof tails / sizeof *tails, options);
    lince_random r = lince_random_at(9);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        for (int c = 0; c < p->dims[0] && p->ndim == 1 && !p->counter; c++)
            p->value[c] = 0.5f + lince_random_uniform(&r);
    }
    for (int i = 0; i < BATCH * 3 * SIZE * SIZE; i++) lince_net_input(net)[i] = lince_random_normal(&r);
    return net;
}

static void same_answers(lince_net *fused, lince_net *plain)
{
    lince_net_forward(fused, BATCH, false, NULL), lince_net_forward(plain, BATCH, false, NULL);
    assert_memory_equal(lince_net_output(fused), lince_net_output(plain), BATCH * CLASSES * sizeof(float));
}

static void test_what_is_done_by_the_layer_before_gives_the_same_bits(void **state)
{
    (void)state;
    lince_net *plain = build_tails(
                  &(lince_net_options){.batch = BATCH, .threads = 2, .keep = true, .deterministic = true}),
              *training =
                  build_tails(&(lince_net_options){.batch = BATCH, .threads = 2, .deterministic = true}),
              *inference = build_tails(&(
                  lince_net_options){.batch = BATCH, .threads = 1, .inference = true, .deterministic = true});
    same_answers(training, plain);
    same_answers(inference, plain);
    lince_net_free(plain), lince_net_free(training), lince_net_free(inference);
}

/* Of a batch that is not full, in slices of which the last is not. */
static void test_slices_give_the_same_bits(void **state)
{
    (void)state;
    enum { SLICED = 6, N = 5 };
    lince_net *whole =
        build_tails(&(lince_net_options){.batch = SLICED, .keep = true, .deterministic = true});
    for (int slice = 1; slice <= 3; slice++) {
        lince_net *net = build_tails(&(lince_net_options){
            .batch = SLICED, .threads = 2, .inference = true, .deterministic = true, .slice = slice});
        assert_int_equal(lince_net_layer(net, 1)->batch, slice);
        for (int i = 0; i < SLICED * 3 * SIZE * SIZE; i++)
            lince_net_input(net)[i] = lince_net_input(whole)[i] = (float)(i * 7919 % 1000) / 500 - 1;
        lince_net_forward(net, N, false, NULL), lince_net_forward(whole, N, false, NULL);
        assert_memory_equal(lince_net_output(net), lince_net_output(whole), N * CLASSES * sizeof(float));
        lince_net_free(net);
    }
    lince_net_free(whole);
}

/* A node in the middle of what another would do, which is computed as if it were alone; and going on behind it. */
static void test_a_part_of_a_net_is_computed_as_without_tails(void **state)
{
    (void)state;
    for (int node = 1; node <= (int)(sizeof tails / sizeof *tails); node++) {
        lince_net *plain = build_tails(&(
                      lince_net_options){.batch = BATCH, .threads = 2, .keep = true, .deterministic = true}),
                  *fused =
                      build_tails(&(lince_net_options){.batch = BATCH, .threads = 2, .deterministic = true});
        size_t floats = BATCH * lince_shape_size(lince_net_layer(plain, node)->out);
        bool rectified = lince_net_layer(fused, node)->relu; /* by itself, in training as well */
        const float *a = lince_net_compute(fused, node, BATCH), *b = lince_net_compute(plain, node, BATCH);
        if (!rectified && memcmp(a, b, floats * sizeof *a)) fail_msg("node %d", node);
        lince_net_free(plain), lince_net_free(fused);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fused_and_plain_relus_give_the_same_bits),
        cmocka_unit_test(test_neighbours_rectify_and_hold_back),
        cmocka_unit_test(test_what_is_done_by_the_layer_before_gives_the_same_bits),
        cmocka_unit_test(test_slices_give_the_same_bits),
        cmocka_unit_test(test_a_part_of_a_net_is_computed_as_without_tails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
