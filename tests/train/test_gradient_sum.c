/* Gradient accumulation: groups of batches train as one batch of them all, whatever their sizes and their
 * classes' weights, of pictures and of texts with words that only some batches have. */
#include "core/memory.h"
#include "core/random.h"
#include "cross_entropy.h"
#include "kernels/kernels.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "train/loop/update.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Rounding of the sums, over ten updates, in units of a parameter's largest weight. Adam divides by the
 * gradient's size: where that is nearly 0 rounding alone decides, hence its larger eps here. */
static const double TOLERANCE = 2e-5;

enum { LARGE = 8, CLASSES = 3, UPDATES = 10, STEPS = 6, WORDS = 40 };

static const struct training {
    const char *name, *optimizer;
    lince_hyper hyper;
    double lr, clip;
    bool texts, weighted;
    int small; /* samples of a batch of a group; of 8 in an update the last may be short */
} trainings[] = {
    {"sgd, momentum", "sgd", {.momentum = 0.9f, .weight_decay = 0.05f}, 0.05, 0, false, false, 2},
    {"sgd, the last batch is short", "sgd", {.momentum = 0.9f}, 0.05, 0, false, false, 3},
    {"sgd, classes weighted", "sgd", {.momentum = 0.9f}, 0.05, 0, false, true, 3},
    {"sgd, clipped", "sgd", {.momentum = 0.9f}, 0.05, 0.3, false, true, 4},
    {"adam", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-4f}, 1e-3, 0, false, false, 5},
    {"texts, adam", "adam", {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-4f}, 1e-2, 0, true, false, 3},
    {"texts, sgd", "sgd", {.momentum = 0.9f}, 0.1, 0.5, true, true, 2},
};

static lince_net *pictures(int batch)
{
    const lince_layer_args layers[] = {
        {LINCE_FIELDS(conv2d, .channels = 16, .kernel = 3, .padding = 1), .name = "conv"},
        {.type = &lince_relu_layer, .name = "relu"},
        {LINCE_FIELDS(max_pool2d, .kernel = 4), .name = "pool"},
        {.type = &lince_flatten_layer, .name = "flatten"},
        {LINCE_FIELDS(linear, .outputs = CLASSES, .init_std = 0.2f), .name = "head"},
    };
    lince_net *net;
    lince_net_options options = {.batch = batch, .threads = 2};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 4, 4, 1}, &options), 0);
    for (int i = 0; i < (int)(sizeof layers / sizeof *layers); i++) {
        lince_layer_args args = layers[i];
        args.from[0] = i;
        assert_int_equal(lince_net_add(net, &args), i + 1);
    }
    return net;
}

static lince_net *texts(int batch)
{
    lince_net *net;
    lince_net_options options = {.batch = batch, .threads = 2, .sequences = true};
    assert_int_equal(lince_net_new(&net, (lince_shape){1, STEPS, 1, 1}, &options), 0);
    const lince_architecture_options wanted = {
        .classes = CLASSES,
        .dropout = 0,
        .text = {.vocabulary = WORDS, .embedding = 8, .hidden = 8, .layers = 1, .max_tokens = STEPS}};
    assert_int_equal(lince_architecture_build(lince_architecture_named("gru"), net, &wanted), 0);
    return net;
}

/* The samples of update `number`. */
typedef struct samples {
    float x[LARGE][3 * 4 * 4];
    int32_t token[LARGE][STEPS], length[LARGE], label[LARGE];
} samples;

static void draw(samples *s, uint64_t number)
{
    lince_random random = lince_random_at(1000 + number);
    for (int i = 0; i < LARGE; i++) {
        for (int k = 0; k < 3 * 4 * 4; k++) s->x[i][k] = lince_random_normal(&random);
        s->length[i] = 1 + (int32_t)lince_random_below(&random, STEPS);
        for (int k = 0; k < STEPS; k++)
            s->token[i][k] = k < s->length[i] ? 1 + (int32_t)lince_random_below(&random, WORDS - 1) : 0;
        s->label[i] = (int32_t)lince_random_below(&random, CLASSES);
    }
}

static const float WEIGHT[CLASSES] = {0.5f, 2, 1.25f};

/* Forward and backward of samples begin..end; what their mean is over. */
static void pass(lince_net *net, lince_update *u, const struct training *t, const samples *s, size_t done,
                 int begin, int end)
{
    static const uint64_t key[LARGE] = {0};
    size_t n = (size_t)(end - begin);
    double weight = 0;
    if (t->texts)
        lince_net_set_tokens(net, end - begin, s->token[begin], s->length + begin, STEPS);
    else
        memcpy(lince_net_input(net), s->x[begin], n * sizeof s->x[0]);
    lince_update_touch(u, net, done);
    lince_net_forward(net, end - begin, true, key);
    cross_entropy(net, s->label + begin, n, 0.1f, t->weighted ? WEIGHT : NULL);
    for (int i = begin; i < end; i++) weight += t->weighted ? (double)WEIGHT[s->label[i]] : 1;
    lince_update_begin(u, end == LARGE);
    lince_update_pass(u, net, 0, weight);
}

/* Trains with updates of LARGE samples, `small` at a time. */
static lince_net *train(const struct training *t, int small)
{
    static samples s;
    lince_net *net = t->texts ? texts(small) : pictures(small);
    assert_int_equal(lince_net_prepare(net), 0);
    lince_net_init(net, 1);
    lince_update u = {.optimizer = lince_optimizer_named(t->optimizer),
                      .hyper = t->hyper,
                      .clip = t->clip,
                      .accumulate = (LARGE + small - 1) / small};
    assert_int_equal(lince_update_init(&u, net), 0);
    for (size_t step = 1; step <= UPDATES; step++) {
        draw(&s, step);
        for (int begin = 0; begin < LARGE; begin += small) {
            int end = begin + small < LARGE ? begin + small : LARGE;
            pass(net, &u, t, &s, step - 1, begin, end);
        }
        double norm = small < LARGE ? lince_update_sum_norm(&u, net) : lince_update_norm(net);
        lince_update_apply(&u, net, step, t->lr, norm);
    }
    lince_update_finish(&u, net, UPDATES);
    lince_update_release(&u, net);
    return net;
}

static double difference(const lince_param *a, const lince_param *b)
{
    double largest = 0, size = 1e-3;
    for (size_t i = 0; i < a->size; i++) {
        largest = fmax(largest, fabs((double)a->value[i] - (double)b->value[i]));
        size = fmax(size, fabs((double)b->value[i]));
    }
    return largest / size;
}

static void test_a_group_of_batches_trains_as_one_batch(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof trainings / sizeof *trainings; k++) {
        const struct training *t = &trainings[k];
        lince_net *one = train(t, LARGE), *several = train(t, t->small);
        for (size_t i = 0; i < lince_net_params(one); i++) {
            const lince_param *p = lince_net_param(one, i);
            double d = difference(lince_net_param(several, i), p);
            if (!(d <= TOLERANCE)) fail_msg("%s: %s differs by %g of its size", t->name, p->name, d);
        }
        lince_net_free(one);
        lince_net_free(several);
    }
}

static void test_an_update_forgets_what_it_has_used(void **state)
{
    (void)state;
    static samples s;
    const struct training t = {.texts = true};
    lince_net *net = texts(LARGE);
    assert_int_equal(lince_net_prepare(net), 0);
    lince_net_init(net, 1);
    lince_update u = {.optimizer = lince_optimizer_named("sgd"), .accumulate = 2};
    assert_int_equal(lince_update_init(&u, net), 0);
    draw(&s, 1);
    double norms[3];
    for (int i = 0; i < 3; i++) {
        pass(net, &u, &t, &s, (size_t)i, 0, LARGE);
        norms[i] = lince_update_sum_norm(&u, net);
        lince_update_apply(&u, net, (size_t)i + 1, 0, norms[i]); /* a rate of 0: the same gradient again */
        assert_true(*u.sum.weight == 0);
    }
    assert_true(norms[0] > 0 && norms[0] == norms[1] && norms[1] == norms[2]);
    lince_update_release(&u, net);
    lince_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_of_batches_trains_as_one_batch),
        cmocka_unit_test(test_an_update_forgets_what_it_has_used),
    };
    return cmocka_run_group_tests_name("train/gradient_sum", tests, NULL, NULL);
}
