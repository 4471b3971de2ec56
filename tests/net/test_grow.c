/* Concatenations that grow in place give what each in memory of its own gives: the same net, and with every activation kept
 * (`keep`), which has them apart. What norms know of each other's moments changes nothing either. */
#include "core/random.h"
#include "kernels/kernels.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "net/net_internal.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 4, SIZE = 9, CLASSES = 5 };

#define CONV(label, count, input)                                                                            \
    {                                                                                                        \
        LINCE_FIELDS(conv2d, .channels = count, .kernel = 3, .padding = 1), .name = label, .from = { input } \
    }
#define NORM(label, input)                                                  \
    {                                                                       \
        .type = &lince_batch_norm2d_layer, .name = label, .from = { input } \
    }
#define JOIN(label, first, second)                                            \
    {                                                                         \
        .type = &lince_concat_layer, .name = label, .from = { first, second } \
    }

/* DenseNet's block, 1 to 13: 4, 7, 10, 13 in one place. Inception's branches, 14 to 19: 17, 18 and 19 in one. Then one of 28
 * channels, 21, at whose end no block begins, one that a convolution reads as well, 23, and one that is read behind the larger
 * one, 26: each of these is left where it is by the one behind it. */
static const lince_layer_args layers[] = {
    CONV("1", 32, 0),
    NORM("2", 1),
    CONV("3", 16, 2),
    JOIN("4", 1, 3),
    NORM("5", 4),
    CONV("6", 32, 5),
    JOIN("7", 4, 6),
    NORM("8", 7),
    CONV("9", 16, 8),
    JOIN("10", 7, 9),
    NORM("11", 10),
    CONV("12", 20, 11),
    JOIN("13", 10, 12),
    CONV("14", 16, 13),
    CONV("15", 16, 13),
    CONV("16", 7, 13),
    JOIN("17", 14, 15),
    JOIN("18", 17, 14),
    JOIN("19", 18, 16),
    CONV("20", 12, 19),
    JOIN("21", 14, 20),
    JOIN("22", 21, 20),
    JOIN("23", 14, 15),
    JOIN("24", 23, 22),
    CONV("25", 16, 23),
    JOIN("26", 15, 25),
    JOIN("27", 26, 24),
    NORM("28", 26),
    JOIN("29", 27, 28),
    {LINCE_FIELDS(max_pool2d, .kernel = 2), .name = "30", .from = {29}},
    {.type = &lince_flatten_layer, .name = "31", .from = {30}},
    {LINCE_FIELDS(linear, .outputs = CLASSES), .name = "32", .from = {31}},
};

static lince_net *build(bool keep, bool inference)
{
    lince_net *net;
    const lince_net_options options = {
        .batch = BATCH, .threads = 2, .keep = keep, .inference = inference, .deterministic = true};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, SIZE, SIZE, 1}, &options), 0);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (lince_net_add(net, &layers[i]) < 0) fail_msg("%s", lince_error());
    if (lince_net_prepare(net)) fail_msg("%s", lince_error());
    lince_net_init(net, 1);
    return net;
}

static void forward(lince_net *net, int n, bool train, lince_random *r)
{
    static const uint64_t key[BATCH] = {1, 2, 3, 4};
    for (int i = 0; i < BATCH * 3 * SIZE * SIZE; i++) lince_net_input(net)[i] = lince_random_normal(r);
    lince_net_forward(net, n, train, key);
}

static void step(lince_net *net, int n, uint64_t seed)
{
    lince_random r = lince_random_at(seed);
    forward(net, n, true, &r);
    for (int i = 0; i < n * CLASSES; i++) lince_net_output_gradient(net)[i] = lince_random_normal(&r);
    lince_net_backward(net);
}

static void same_net(const lince_net *a, const lince_net *b, int n)
{
    assert_memory_equal(lince_net_output(a), lince_net_output(b), (size_t)n * CLASSES * sizeof(float));
    for (size_t i = 0; i < lince_net_params(a); i++) {
        const lince_param *p = lince_net_param(a, i), *q = lince_net_param(b, i);
        if (memcmp(p->value, q->value, p->size * sizeof(float))) fail_msg("%s", p->name);
        if (p->grad && memcmp(p->grad, q->grad, p->size * sizeof(float))) fail_msg("gradient of %s", p->name);
    }
}

/* Batches that are full and not, one after the other. */
static void test_in_place_and_apart_give_the_same_bits(void **state)
{
    (void)state;
    lince_net *grown = build(false, false), *apart = build(true, false);
    for (int n = BATCH, round = 0; round < 3; n = BATCH - 1, round++) {
        step(grown, n, (uint64_t)round), step(apart, n, (uint64_t)round);
        same_net(grown, apart, n);
    }
    lince_net_free(grown), lince_net_free(apart);
}

static void test_answers_are_the_same(void **state)
{
    (void)state;
    lince_net *grown = build(false, true), *apart = build(true, true);
    for (int n = BATCH; n > 0; n -= 3) {
        lince_random r = lince_random_at(7), s = r;
        forward(grown, n, false, &r), forward(apart, n, false, &s);
        same_net(grown, apart, n);
    }
    lince_net_free(grown), lince_net_free(apart);
}

static void test_who_grows_in_whose_place(void **state)
{
    (void)state;
    lince_net *net = build(false, false);
    static const int part[] = {[7] = 4, [10] = 7, [13] = 10, [18] = 17, [19] = 18, [22] = 21, [29] = 27};
    for (int i = 1; i < (int)net->count; i++) {
        if (net->nodes[i].layer.type != &lince_concat_layer) continue;
        int first = i < (int)(sizeof part / sizeof *part) ? part[i] : 0;
        lince_shape s = net->nodes[first].layer.out;
        int expected = first && s.channels % s.block == 0 ? net->nodes[first].buffer : i;
        if (net->nodes[i].buffer != expected) fail_msg("%d lies in %d's place", i, net->nodes[i].buffer);
    }
    for (int i = 4; i <= 10; i += 3) assert_int_equal(net->nodes[i].pitch, net->nodes[13].pitch);
    lince_net_free(net);
}

/* 8 reads what begins with 5's input, 11 with 8's. */
static void test_norms_know_the_one_before(void **state)
{
    (void)state;
    lince_net *net = build(false, false);
    static const int before[] = {[5] = 2, [8] = 5, [11] = 8};
    for (int i = 1; i < 12; i++) assert_int_equal(net->nodes[i].knows, before[i]);
    lince_net_free(net);
}

/* Frozen, a norm takes no moments of the batch, and the one behind it takes all of its own. */
static void test_a_frozen_norm_is_not_asked(void **state)
{
    (void)state;
    lince_net *grown = build(false, false), *apart = build(true, false);
    lince_net_freeze(grown, 6), lince_net_freeze(apart, 6);
    for (size_t i = 0; i < apart->count; i++) apart->nodes[i].knows = 0;
    step(grown, BATCH, 3), step(apart, BATCH, 3);
    same_net(grown, apart, BATCH);
    lince_net_free(grown), lince_net_free(apart);
}

/* The same with what norms know, and without. */
static void test_known_moments_are_those_of_the_batch(void **state)
{
    (void)state;
    lince_net *knowing = build(false, false), *ignorant = build(false, false);
    for (size_t i = 0; i < ignorant->count; i++) ignorant->nodes[i].knows = 0;
    step(knowing, BATCH, 5), step(ignorant, BATCH, 5);
    same_net(knowing, ignorant, BATCH);
    lince_net_free(knowing), lince_net_free(ignorant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_place_and_apart_give_the_same_bits),
        cmocka_unit_test(test_answers_are_the_same),
        cmocka_unit_test(test_who_grows_in_whose_place),
        cmocka_unit_test(test_norms_know_the_one_before),
        cmocka_unit_test(test_a_frozen_norm_is_not_asked),
        cmocka_unit_test(test_known_moments_are_those_of_the_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
