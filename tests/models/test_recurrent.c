/* rnn, gru and lstm: a training step as PyTorch's (tests/reference/recurrent.py), and what is promised of
 * texts: each gives the same alone, in any batch and with any padding, on any number of threads. */
#include "core/memory.h"
#include "cross_entropy.h"
#include "formula.h"
#include "kernels/kernels.h"
#include "models/model_zoo.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { VOCABULARY = 25, EMBEDDING = 12, HIDDEN = 20, CLASSES = 3, LONGEST = 9, TEXTS = 6 };

static const int32_t lengths[TEXTS] = {7, 1, 4, 8, 3, 7};
static const uint64_t keys[64] = {3, 1, 4, 1, 5, 9};

static void draw_tokens(int32_t token[TEXTS][LONGEST])
{
    for (int i = 0; i < TEXTS; i++)
        for (int t = 0; t < LONGEST; t++)
            token[i][t] = t < lengths[i] ? 1 + (i * 7 + t * t * 3 + t) % (VOCABULARY - 1) : 0;
}

static lince_net *build(const char *model, lince_text_net text, lince_net_options options, double dropout)
{
    lince_net *net;
    text.vocabulary = VOCABULARY;
    text.embedding = EMBEDDING;
    text.hidden = HIDDEN;
    text.max_tokens = LONGEST;
    options.sequences = true;
    options.read_padding = text.read_padding;
    lince_architecture_options wanted = {.classes = CLASSES, .text = text, .dropout = dropout};
    assert_int_equal(lince_net_new(&net, (lince_shape){1, LONGEST, 1, 1}, &options), 0);
    if (lince_architecture_build(lince_architecture_named(model), net, &wanted) || lince_net_prepare(net))
        fail_msg("%s: %s", model, lince_error());
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        for (size_t e = p->init_zeros; e < p->size; e++)
            p->value[e] = formula(e, i + 1, i == 0 ? 0.7 : pow(HIDDEN, -0.5));
    }
    return net;
}

/* A step on the texts; their loss. */
static double step(lince_net *net, int n, const int32_t *token, const int32_t *length, int steps)
{
    int32_t label[TEXTS];
    for (int i = 0; i < n; i++) label[i] = i % CLASSES;
    lince_net_set_tokens(net, n, token, length, steps);
    lince_net_forward(net, n, true, keys);
    double loss = cross_entropy(net, label, (size_t)n, 0, NULL);
    lince_net_backward(net);
    return loss;
}

/* --- PyTorch --------------------------------------------------------------------------------------- */

static void assert_near(const char *model, const char *what, double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-5 * fmax(1, fabs(expected))))
        fail_msg("%s: %s: expected %.9g, found %.9g", model, what, expected, found);
}

static void compare_gradient(FILE *reference, const char *model, const lince_net *net, size_t index)
{
    char name[96];
    double norm, along, squares = 0, sum = 0;
    assert_int_equal(fscanf(reference, "%95s %lf %lf", name, &norm, &along), 3);
    const lince_param *p = lince_net_param(net, index);
    assert_string_equal(p->name, name);
    size_t width = p->sparse_rows ? (size_t)p->dims[1] : p->size;
    for (size_t i = 0; i < lince_param_grad_size(p); i++) {
        size_t row = p->sparse_rows ? (size_t)p->touched[i / width] : 0;
        squares += (double)p->grad[i] * (double)p->grad[i];
        sum += (double)p->grad[i] * (double)formula(row * width + i % width, index + 1, 1);
    }
    assert_near(model, name, sqrt(squares), norm);
    assert_near(model, name, sum, along);
}

/* One case; false at the end of the file. */
static bool compare_next(FILE *reference)
{
    static const char *const reads[] = {"last", "mean", "max"};
    char model[16], read[16];
    int layers, bidirectional, relu, padding, count;
    double loss, logit;
    int32_t token[TEXTS][LONGEST];
    if (fscanf(reference, "%15s %d %d %d %15s %d %lf", model, &layers, &bidirectional, &relu, read, &padding,
               &loss) != 7)
        return false;
    lince_text_net text = {
        .layers = layers, .bidirectional = bidirectional, .relu = relu, .read_padding = padding};
    while (strcmp(reads[text.read], read) != 0) text.read++;
    lince_net *net = build(model, text, (lince_net_options){.batch = TEXTS + 1, .threads = 2}, 0);
    draw_tokens(token);
    double found = step(net, TEXTS, token[0], lengths, LONGEST);
    for (int i = 0; i < TEXTS * CLASSES; i++) {
        assert_int_equal(fscanf(reference, "%lf", &logit), 1);
        assert_near(model, "logit", (double)lince_net_output(net)[i], logit);
    }
    assert_near(model, "loss", found, loss);
    assert_int_equal(fscanf(reference, "%d", &count), 1);
    assert_int_equal(count, lince_net_params(net));
    for (int i = 0; i < count; i++) compare_gradient(reference, model, net, (size_t)i);
    lince_net_free(net);
    return true;
}

static void test_steps_equal_pytorchs(void **state)
{
    (void)state;
    FILE *reference = fopen(TEST_SOURCE_DIR "/tests/models/recurrent.txt", "r");
    assert_non_null(reference);
    int cases = 0;
    while (compare_next(reference)) cases++;
    assert_int_equal(cases, 20);
    fclose(reference);
}

/* --- promises -------------------------------------------------------------------------------------- */

static void for_each_model(void (*check)(const char *model, lince_text_net text))
{
    static const char *const models[] = {"rnn", "gru", "lstm"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        for (int read = LINCE_READ_LAST; read <= LINCE_READ_MAX; read++) {
            check(models[i], (lince_text_net){.layers = 1, .read = (lince_read)read});
            check(models[i], (lince_text_net){.layers = 2, .bidirectional = true, .read = (lince_read)read});
        }
}

static void check_alone(const char *model, lince_text_net text)
{
    int32_t token[TEXTS][LONGEST];
    float together[TEXTS * CLASSES];
    draw_tokens(token);
    lince_net *net =
        build(model, text, (lince_net_options){.batch = TEXTS, .threads = 1, .inference = true}, 0);
    lince_net_set_tokens(net, TEXTS, token[0], lengths, LONGEST);
    lince_net_forward(net, TEXTS, false, keys);
    memcpy(together, lince_net_output(net), sizeof together);
    for (int i = 0; i < TEXTS; i++) {
        lince_net_set_tokens(net, 1, token[i], &lengths[i], lengths[i]); /* and without its padding */
        lince_net_forward(net, 1, false, keys);
        for (int c = 0; c < CLASSES; c++) { /* to rounding: products of few rows add up in another order */
            double alone = (double)lince_net_output(net)[c], expected = (double)together[i * CLASSES + c];
            if (!(fabs(alone - expected) <= 1e-6))
                fail_msg("%s: text %d: %.9g alone, %.9g in a batch", model, i, alone, expected);
        }
    }
    lince_net_free(net);
}

static void test_a_text_gives_the_same_alone_and_in_a_batch(void **state)
{
    (void)state;
    for_each_model(check_alone);
}

static void check_threads(const char *model, lince_text_net text)
{
    static const int threads[] = {1, 2, 64};
    int32_t token[TEXTS][LONGEST];
    lince_net *net[3];
    draw_tokens(token);
    text.embedding_dropout = 0.2f;
    for (int i = 0; i < 3; i++) {
        net[i] = build(model, text, (lince_net_options){.batch = TEXTS, .threads = threads[i]}, 0.3);
        step(net[i], TEXTS, token[0], lengths, LONGEST);
        for (size_t k = 0; k < lince_net_params(net[i]); k++) {
            const lince_param *p = lince_net_param(net[i], k), *first = lince_net_param(net[0], k);
            assert_memory_equal(p->grad, first->grad, lince_param_grad_size(p) * sizeof(float));
        }
    }
    for (int i = 0; i < 3; i++) lince_net_free(net[i]);
}

static void test_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    for_each_model(check_threads);
}

/* Every parameter, through PyTorch's order, in which both must have the same. */
static void copy_params(const lince_net *from, lince_net *to)
{
    for (size_t i = 0; i < lince_net_params(from); i++) {
        const lince_param *p = lince_net_param(from, i);
        size_t bytes = lince_param_elements(p) * sizeof(float);
        float *plain = lince_alloc(1, bytes), *again = lince_alloc(1, bytes);
        assert_true(plain && again);
        assert_int_equal(lince_param_read(p, plain), 0);
        assert_int_equal(lince_param_write(lince_net_param(to, i), plain), 0);
        assert_int_equal(lince_param_read(lince_net_param(to, i), again), 0);
        assert_memory_equal(plain, again, bytes);
        lince_free(plain), lince_free(again);
    }
}

static void answer(lince_net *net, float scores[TEXTS * CLASSES])
{
    int32_t token[TEXTS][LONGEST];
    draw_tokens(token);
    lince_net_set_tokens(net, TEXTS, token[0], lengths, LONGEST);
    lince_net_forward(net, TEXTS, false, keys);
    lince_net_scores(net, scores);
}

static void train(lince_net *net)
{
    int32_t token[TEXTS][LONGEST];
    draw_tokens(token);
    step(net, TEXTS, token[0], lengths, LONGEST);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        for (size_t e = 0; e < p->size && !p->sparse_rows; e++) p->value[e] -= 0.5f * p->grad[e];
    }
}

static void check_kept(const char *model, lince_text_net text)
{
    const lince_net_options inference = {.batch = TEXTS, .threads = 1, .inference = true};
    float trained[TEXTS * CLASSES], opened[TEXTS * CLASSES], before[TEXTS * CLASSES];
    lince_net *net = build(model, text, (lince_net_options){.batch = TEXTS, .threads = 1}, 0),
              *open = build(model, text, inference, 0);
    for (int round = 0; round < 2; round++) {
        lince_net *fresh = build(model, text, inference, 0);
        copy_params(net, open);
        copy_params(net, fresh);
        answer(net, trained);
        answer(open, opened);
        assert_memory_equal(opened, trained, sizeof trained);
        answer(fresh, opened);
        assert_memory_equal(opened, trained, sizeof trained);
        assert_true(round == 0 || memcmp(before, trained, sizeof before) != 0);
        memcpy(before, trained, sizeof before);
        lince_net_free(fresh);
        train(net);
    }
    lince_net_free(net), lince_net_free(open);
}

static void test_a_net_that_answers_gives_what_the_trained_one_does(void **state)
{
    (void)state;
    for_each_model(check_kept);
}

/* The derivative by a state, of a text of three words: as only the last state is read, the earlier ones
 * matter through the next alone, W^T (dh_{t+1} (1 - h_{t+1}^2)). */
static void test_gradients_of_states_are_whole(void **state)
{
    (void)state;
    const int32_t token[] = {4, 9, 2}, length = 3;
    float h[LONGEST * HIDDEN], dh[LONGEST * HIDDEN];
    lince_net *net = build("rnn", (lince_text_net){.layers = 1},
                           (lince_net_options){.batch = 1, .threads = 1, .keep = true}, 0);
    step(net, 1, token, &length, 3);
    lince_net_read(net, 2, false, h);
    lince_net_read(net, 2, true, dh);
    const float *w = lince_net_param_named(net, "rnn.weight_hh_l0")->value;
    for (int t = 0; t < 2; t++)
        for (int k = 0; k < HIDDEN; k++) {
            double expected = 0;
            for (int j = 0; j < HIDDEN; j++) {
                double next = (double)h[(t + 1) * HIDDEN + j];
                expected += (double)w[j * HIDDEN + k] * (double)dh[(t + 1) * HIDDEN + j] * (1 - next * next);
            }
            assert_near("rnn", "gradient of a state", (double)dh[t * HIDDEN + k], expected);
        }
    assert_true(dh[0] != 0);
    for (int i = 3 * HIDDEN; i < LONGEST * HIDDEN; i++) assert_true(h[i] == 0 && dh[i] == 0);
    lince_net_free(net);
}

/* As in a notebook that reads the state behind the padding: what the text said is left far behind. */
static void test_reading_the_padding_is_reading_pad_like_a_word(void **state)
{
    (void)state;
    int32_t token[TEXTS][LONGEST], all[TEXTS];
    draw_tokens(token);
    for (int i = 0; i < TEXTS; i++) all[i] = LONGEST;
    lince_net *padded = build("rnn", (lince_text_net){.layers = 1, .read_padding = true},
                              (lince_net_options){.batch = TEXTS, .threads = 1}, 0),
              *whole = build("rnn", (lince_text_net){.layers = 1},
                             (lince_net_options){.batch = TEXTS, .threads = 1}, 0);
    step(padded, TEXTS, token[0], lengths, LONGEST);
    step(whole, TEXTS, token[0], all, LONGEST);
    assert_memory_equal(lince_net_output(padded), lince_net_output(whole), TEXTS * CLASSES * sizeof(float));
    lince_net_free(padded);
    lince_net_free(whole);
}

static void test_the_padding_row_is_zero_and_not_trained(void **state)
{
    (void)state;
    int32_t token[TEXTS][LONGEST];
    draw_tokens(token);
    lince_net *net = build("gru", (lince_text_net){.layers = 1, .read_padding = true},
                           (lince_net_options){.batch = TEXTS, .threads = 1}, 0);
    lince_net_init(net, 5);
    step(net, TEXTS, token[0], lengths, LONGEST);
    const lince_param *p = lince_net_param_named(net, "embedding.weight");
    bool found = false;
    for (size_t i = 0; i < p->touched_count; i++)
        for (size_t k = 0; k < EMBEDDING && p->touched[i] == 0; k++) {
            assert_true(p->value[k] == 0 && p->grad[i * EMBEDDING + k] == 0);
            found = true;
        }
    assert_true(found);
    lince_net_free(net);
}

static void test_weights_begin_as_pytorchs(void **state)
{
    (void)state;
    lince_net *net =
        build("lstm", (lince_text_net){.layers = 1}, (lince_net_options){.batch = TEXTS, .threads = 1}, 0);
    lince_net_init(net, 5);
    const lince_param *table = lince_net_param_named(net, "embedding.weight"),
                      *w = lince_net_param_named(net, "lstm.weight_hh_l0");
    double squares = 0, largest = 0, bound = 1 / sqrt(HIDDEN);
    for (size_t i = EMBEDDING; i < table->size; i++)
        squares += (double)table->value[i] * (double)table->value[i];
    assert_true(fabs(squares / (double)(table->size - EMBEDDING) - 1) < 0.3); /* N(0, 1) */
    for (size_t i = 0; i < w->size; i++) largest = fmax(largest, fabs((double)w->value[i]));
    assert_true(largest <= bound && largest > 0.98 * bound); /* U(-1/sqrt(hidden), 1/sqrt(hidden)) */
    lince_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_equal_pytorchs),
        cmocka_unit_test(test_a_text_gives_the_same_alone_and_in_a_batch),
        cmocka_unit_test(test_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_a_net_that_answers_gives_what_the_trained_one_does),
        cmocka_unit_test(test_gradients_of_states_are_whole),
        cmocka_unit_test(test_reading_the_padding_is_reading_pad_like_a_word),
        cmocka_unit_test(test_the_padding_row_is_zero_and_not_trained),
        cmocka_unit_test(test_weights_begin_as_pytorchs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
