/* Every registered layer against finite differences: along a random direction v,
 *     (L(p + h v) - L(p - h v)) / 2h  =  <dL/dp, v>       L = <output, r> for a random r
 * for its input and for each of its parameters; and zeros in the padding channels of whatever it writes. A
 * layer without a case fails the suite. */
#include "core/memory.h"
#include "core/random.h"
#include "layers/attention.h"
#include "layers/batch_norm2d.h"
#include "layers/conv2d.h"
#include "layers/crop2d.h"
#include "layers/dropout.h"
#include "layers/embedding.h"
#include "layers/layer_norm2d.h"
#include "layers/layer_scale.h"
#include "layers/linear.h"
#include "layers/pad_shortcut.h"
#include "layers/pick_channels.h"
#include "layers/pool.h"
#include "layers/read.h"
#include "layers/recurrent.h"
#include "layers/scale.h"
#include "layers/shift.h"
#include "layers/zero_pad2d.h"
#include "net/net_internal.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 3 };

/* The layer stands behind another one, so that it has an input to send a gradient to: a 1x1 convolution, a
 * linear layer, an embedding (whose rows are distinct tokens), an embedding and a recurrent layer (one row a
 * step). A second input is a layer `branch` behind the same. */
enum first { CONV, FLAT, NOTHING, TOKENS, STEPS };
static const struct {
    lince_layer_args args;
    lince_shape input;
    enum first first;
    lince_layer_args branch;
} cases[] = {
    {.args = {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 3, .padding = 1)}, .input = {5, 6, 7, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 32, .kernel = 3, .stride = 2, .groups = 2)},
     .input = {16, 7, 7, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 2, .fixed_weight = true)},
     .input = {5, 6, 7, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 20, .window = {{1, 7}, {1, 1}, {0, 3}})},
     .input = {18, 5, 6, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 20, .window = {{7, 1}, {2, 1}, {3, 0}})},
     .input = {18, 8, 5, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 18, .groups = 18, .window = {{3, 5}, {1, 2}, {1, 0}})},
     .input = {18, 5, 8, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 20, .kernel = 1, .linear = true)}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(linear, .outputs = 9)}, .input = {12, 1, 1, 1}, .first = FLAT},
    {.args = {LINCE_FIELDS(linear, .outputs = 9, .no_bias = true)}, .input = {12, 1, 1, 1}, .first = FLAT},
    {.args = {.type = &lince_relu_layer}, .input = {18, 5, 5, 1}},
    {.args = {LINCE_FIELDS(max_pool2d, .kernel = 2)}, .input = {18, 6, 5, 1}},
    {.args = {LINCE_FIELDS(max_pool2d, .kernel = 3, .stride = 2, .padding = 1)}, .input = {18, 7, 7, 1}},
    {.args = {LINCE_FIELDS(max_pool2d, .kernel = 3, .stride = 2, .ceil_mode = true)}, .input = {18, 6, 7, 1}},
    {.args = {LINCE_FIELDS(max_pool2d, .window = {{3, 2}, {2, 1}, {1, 0}})}, .input = {18, 7, 6, 1}},
    {.args = {LINCE_FIELDS(adaptive_avg_pool2d, .size = 3)}, .input = {18, 7, 5, 1}},
    {.args = {LINCE_FIELDS(adaptive_avg_pool2d, .size = 7)}, .input = {18, 2, 2, 1}},
    {.args = {LINCE_FIELDS(adaptive_avg_pool2d, .size = 7, .fold = true)}, .input = {18, 1, 1, 1}},
    {.args = {.type = &lince_flatten_layer}, .input = {18, 3, 3, 1}},
    {.args = {LINCE_FIELDS(dropout, .p = 0.4f)}, .input = {18, 3, 3, 1}},
    {.args = {.type = &lince_batch_norm2d_layer}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(batch_norm2d, .fixed_weight = true)}, .input = {18, 4, 5, 1}},
    {.args = {.type = &lince_add_layer}, .input = {18, 4, 4, 1}, .branch = {.type = &lince_relu_layer}},
    {.args = {.type = &lince_concat_layer}, .input = {18, 4, 3, 1}, .branch = {.type = &lince_relu_layer}},
    {.args = {.type = &lince_concat_layer},
     .input = {32, 4, 3, 1},
     .branch = {LINCE_FIELDS(conv2d, .channels = 7, .kernel = 1)}},
    {.args = {.type = &lince_silu_layer}, .input = {18, 5, 5, 1}},
    {.args = {.type = &lince_gelu_layer}, .input = {18, 5, 5, 1}},
    {.args = {LINCE_FIELDS(scale, .factor = 0.3f)}, .input = {18, 5, 5, 1}},
    {.args = {LINCE_FIELDS(scale, .factor = -2)}, .input = {12, 1, 1, 1}, .first = FLAT},
    {.args = {.type = &lince_sigmoid_layer}, .input = {18, 5, 5, 1}},
    {.args = {.type = &lince_relu6_layer}, .input = {18, 5, 5, 1}},
    {.args = {.type = &lince_scale_channels_layer},
     .input = {18, 5, 4, 1},
     .branch = {LINCE_FIELDS(adaptive_avg_pool2d, .size = 1)}},
    {.args = {.type = &lince_scale_channels_layer},
     .input = {18, 5, 4, 1},
     .branch = {.type = &lince_sigmoid_layer}},
    {.args = {LINCE_FIELDS(shift, .number = 0.7f)}, .input = {18, 5, 5, 1}},
    {.args = {LINCE_FIELDS(batch_norm2d, .eps = 0.1f)}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(layer_norm2d, .eps = 0.1f)}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(layer_norm2d, .vector = true)}, .input = {40, 1, 1, 1}, .first = FLAT},
    {.args = {LINCE_FIELDS(conv2d, .channels = 20, .linear = true)}, .input = {12, 2, 5, 1}},
    {.args = {LINCE_FIELDS(attention, .heads = 2)}, .input = {96, 1, 9, 1}},
    {.args = {LINCE_FIELDS(attention, .heads = 3)}, .input = {36, 3, 4, 1}},
    {.args = {LINCE_FIELDS(attention, .heads = 2, .window = 3, .shift = 1)}, .input = {96, 6, 3, 1}},
    {.args = {LINCE_FIELDS(attention, .heads = 1, .window = 2)}, .input = {18, 4, 2, 1}},
    {.args = {.type = &lince_prepend_token_layer}, .input = {18, 3, 4, 1}},
    {.args = {.type = &lince_position_embedding_layer}, .input = {18, 1, 5, 1}},
    {.args = {LINCE_FIELDS(crop2d, .top = 1, .left = 2, .height = 3, .width = 2)}, .input = {18, 4, 5, 1}},
    {.args = {.type = &lince_merge_pixels_layer}, .input = {18, 5, 4, 1}},
    {.args = {.type = &lince_elu_layer}, .input = {18, 5, 5, 1}},
    {.args = {.type = &lince_erf_layer}, .input = {18, 5, 5, 1}},
    {.args = {.type = &lince_divide_layer}, .input = {18, 5, 4, 1}, .branch = {.type = &lince_sigmoid_layer}},
    {.args = {LINCE_FIELDS(zero_pad2d, .top = 1, .right = 2, .bottom = 3)}, .input = {18, 4, 5, 1}},
    {.args = {.type = &lince_hard_sigmoid_layer}, .input = {18, 5, 5, 1}},
    {.args = {.type = &lince_hard_swish_layer}, .input = {18, 5, 5, 1}},
    {.args = {LINCE_FIELDS(pick_channels, .begin = 9)}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(pick_channels, .begin = 3, .count = 24)}, .input = {40, 4, 5, 1}},
    {.args = {LINCE_FIELDS(pick_channels, .groups = 2)}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(layer_scale, .init = 0.7f)}, .input = {18, 4, 5, 1}},
    {.args = {LINCE_FIELDS(stochastic_depth, .p = 0.5f)}, .input = {18, 3, 3, 1}},
    {.args = {LINCE_FIELDS(avg_pool2d, .kernel = 2)}, .input = {18, 6, 5, 1}},
    {.args = {LINCE_FIELDS(avg_pool2d, .kernel = 3, .stride = 2)}, .input = {18, 7, 5, 1}},
    {.args = {LINCE_FIELDS(avg_pool2d, .window = {.kernel = {3, 2}, .stride = {1, 2}})},
     .input = {18, 5, 7, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 3, .stride = 2, .padding = 1, .groups = 24)},
     .input = {24, 6, 7, 1}},
    {.args = {LINCE_FIELDS(conv2d, .channels = 24, .kernel = 5, .padding = 2, .groups = 24)},
     .input = {24, 5, 6, 1}},
    {.args = {LINCE_FIELDS(pad_shortcut, .channels = 38, .stride = 2)}, .input = {18, 5, 4, 1}},
    {.args = {LINCE_FIELDS(embedding, .vocabulary = 9, .channels = 5)}, .first = NOTHING},
    {.args = {.type = &lince_frames_layer}, .first = NOTHING},
    {.args = {LINCE_FIELDS(rnn, .recurrent = {.hidden = 20})}, .first = TOKENS},
    {.args = {LINCE_FIELDS(rnn, .recurrent = {.hidden = 12}, .relu = true)}, .first = STEPS},
    {.args = {LINCE_FIELDS(rnn, .recurrent = {.hidden = 70, .bidirectional = true})}, .first = STEPS},
    {.args = {LINCE_FIELDS(gru, .hidden = 20)}, .first = TOKENS},
    {.args = {LINCE_FIELDS(gru, .hidden = 33, .bidirectional = true)}, .first = STEPS},
    {.args = {LINCE_FIELDS(lstm, .hidden = 20)}, .first = TOKENS},
    {.args = {LINCE_FIELDS(lstm, .hidden = 17, .bidirectional = true)}, .first = STEPS},
    {.args = {LINCE_FIELDS(sequence_dropout, .p = 0.4f)}, .first = TOKENS},
    {.args = {LINCE_FIELDS(sequence_dropout, .p = 0.4f)}, .first = STEPS},
    {.args = {LINCE_FIELDS(read, .what = LINCE_READ_LAST)}, .first = STEPS},
    {.args = {LINCE_FIELDS(read, .what = LINCE_READ_LAST, .bidirectional = true)}, .first = STEPS},
    {.args = {LINCE_FIELDS(read, .what = LINCE_READ_MEAN)}, .first = STEPS},
    {.args = {LINCE_FIELDS(read, .what = LINCE_READ_MAX)}, .first = STEPS},
};

static const uint64_t keys[BATCH] = {11, 22, 33};

/* Texts of different lengths, with tokens that stand in several places. */
enum { LONGEST = 6 };
static const int32_t tokens[BATCH][LONGEST] = {{3, 1, 3, 8}, {5}, {2, 3, 5, 1, 1, 7}},
                     lengths[BATCH] = {4, 1, LONGEST};

/* The layers in front; the node that the layer in question stands behind. */
static int add_first(lince_net *net, enum first first, int channels)
{
    lince_layer_args conv = {LINCE_FIELDS(conv2d, .channels = channels, .kernel = 1, .init_std = 0.3f),
                             .name = "first"},
                     linear = {LINCE_FIELDS(linear, .outputs = channels, .init_std = 0.3f), .name = "first"},
                     embedding = {LINCE_FIELDS(embedding, .vocabulary = 9, .channels = 10), .name = "first"},
                     steps = {LINCE_FIELDS(gru, .hidden = 6), .name = "steps", .from = {1}};
    switch (first) {
    case CONV: return lince_net_add(net, &conv);
    case FLAT: return lince_net_add(net, &linear);
    case NOTHING: return 0;
    case TOKENS: return lince_net_add(net, &embedding);
    case STEPS: lince_net_add(net, &embedding); return lince_net_add(net, &steps);
    }
    return -1;
}

/* `keep`: no two activations share memory. */
static lince_net *build(size_t which, int block, bool keep)
{
    lince_net *net;
    bool texts = cases[which].first >= NOTHING;
    lince_net_options options = {
        .batch = BATCH, .threads = 2, .block = block, .sequences = texts, .keep = keep};
    lince_shape input = texts ? (lince_shape){1, LONGEST, 1, 1} : cases[which].input;
    lince_layer_args branch = cases[which].branch, layer = cases[which].args;
    branch.name = "branch";
    layer.name = "layer";
    assert_int_equal(lince_net_new(&net, input, &options), 0);
    branch.from[0] = layer.from[0] = add_first(net, cases[which].first, input.channels);
    if (branch.type) assert_true((layer.from[1] = lince_net_add(net, &branch)) > 0);
    if (lince_net_add(net, &layer) < 0 || lince_net_prepare(net))
        fail_msg("%s: %s", layer.type->name, lince_error());
    lince_net_init(net, 3);
    lince_random r = lince_random_at(5);
    for (size_t i = 0; i < BATCH * lince_shape_size(input); i++)
        lince_net_input(net)[i] = lince_random_normal(&r);
    if (texts) lince_net_set_tokens(net, BATCH, tokens[0], lengths, LONGEST);
    return net;
}

static const lince_layer *last_layer(lince_net *net)
{
    return lince_net_layer(net, lince_net_nodes(net) - 1);
}

/* What the batch has of the layer's output: samples, or rows of texts. */
static size_t samples_of(const lince_net *net, const lince_layer *layer)
{
    if (layer->out_rows == LINCE_STEPS) return (size_t)lince_net_text(net)->rows;
    if (layer->out_rows == LINCE_TOKENS) return (size_t)lince_net_text(net)->distinct;
    return BATCH;
}

/* L, and with `gradient` what backward starts from. Padding channels get no weight: they are not outputs. */
static double objective(lince_net *net, bool gradient)
{
    lince_net_forward(net, BATCH, true, keys);
    lince_shape out = last_layer(net)->out;
    if (last_layer(net)->out_rows) out.height = 1; /* a row is one step */
    size_t area = (size_t)out.height * (size_t)out.width, b = (size_t)out.block;
    const float *y = lince_net_output(net);
    double sum = 0;
    for (size_t n = 0; n < samples_of(net, last_layer(net)); n++)
        for (size_t c = 0; c < (size_t)out.channels; c++)
            for (size_t p = 0; p < area; p++) {
                size_t at = n * lince_shape_size(out) + (c / b * area + p) * b + c % b;
                float r = sinf((float)((n * 131 + c) * 17 + p * 3));
                sum += (double)y[at] * (double)r;
                if (gradient) lince_net_output_gradient(net)[at] = r;
            }
    return sum;
}

static double probe(lince_net *net, lince_param *p, const float *v, double h)
{
    double side[2];
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < p->size; i++) p->value[i] += (float)((s ? -h : h) * (double)v[i]);
        side[s] = objective(net, false);
        for (size_t i = 0; i < p->size; i++) p->value[i] -= (float)((s ? -h : h) * (double)v[i]);
    }
    return (side[0] - side[1]) / (2 * h);
}

/* The gradient with all its rows. */
static float *dense_gradient(const lince_param *p)
{
    float *grad = lince_alloc(p->size, sizeof *grad);
    size_t n = (size_t)p->dims[1];
    if (!p->sparse_rows) memcpy(grad, p->grad, p->size * sizeof *grad);
    for (size_t i = 0; i < p->touched_count; i++)
        memcpy(grad + (size_t)p->touched[i] * n, p->grad + i * n, n * sizeof *grad);
    return grad;
}

/* What rounding leaves of a difference of two L = sum of y r, |r| <= 1, over 2 h: each y is off by some u
 * |y|, by chance, twice. Four times that: an output comes from several roundings. */
static double rounding_noise(lince_net *net, double h)
{
    const lince_layer *last = last_layer(net);
    const float *y = lince_net_output(net);
    double squares = 0;
    for (size_t i = 0; i < samples_of(net, last) * lince_shape_size(last->out); i++)
        squares += (double)y[i] * (double)y[i];
    return 4 * 0x1p-24 * sqrt(2 * squares) / (2 * h);
}

static void check_param(lince_net *net, lince_param *p, const char *layer)
{
    float *v = lince_alloc(p->size, sizeof *v), *grad = dense_gradient(p);
    lince_random r = lince_random_at(9);
    double expected = 0, size = 0;
    for (size_t e = 0; e < lince_param_elements(p); e++) {
        size_t at = p->place ? p->place(p->layout, p->dims, e) : e;
        v[at] = lince_random_normal(&r);
        expected += (double)v[at] * (double)grad[at];
        size += (double)grad[at] * (double)grad[at];
    }
    /* Several steps: kinks (relu, max) between the probes spoil large ones, float noise over h spoils small
     * ones. */
    static const double steps[] = {2e-3, 5e-4, 1e-4, 3e-5};
    double best = INFINITY;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        best = fmin(best, fabs(probe(net, p, v, steps[i]) - expected));
    if (!(best <= 1e-2 * sqrt(size) + rounding_noise(net, steps[0])))
        fail_msg("%s: %s: gradient along v is %g, off by %g", layer, p->name, expected, best);
    lince_free(v);
    lince_free(grad);
}

static void check_case(size_t which, int block)
{
    lince_net *net = build(which, block, false);
    bool learns = lince_net_params(net) > 0; /* frames behind nothing do not */
    if (learns) objective(net, true), lince_net_backward(net);
    for (size_t i = 0; i < lince_net_params(net); i++)
        if (lince_net_param(net, i)->trainable)
            check_param(net, lince_net_param(net, i), cases[which].args.type->name);
    lince_net_free(net);
}

static void test_gradients_equal_finite_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_case(i, 0);
        check_case(i, 1); /* plain layout: another set of kernels */
    }
}

static void test_frames_are_the_input_s_vectors(void **state)
{
    (void)state;
    enum { CHANNELS = 5 };
    lince_net *net;
    lince_net_options options = {.batch = BATCH, .threads = 1, .sequences = true, .inference = true};
    lince_layer_args frames = {.type = &lince_frames_layer, .name = "frames"};
    int32_t number[BATCH * LONGEST];
    float x[BATCH * LONGEST * CHANNELS];
    for (int i = 0; i < BATCH * LONGEST; i++) number[i] = i;
    for (int i = 0; i < BATCH * LONGEST * CHANNELS; i++) x[i] = (float)i;
    assert_int_equal(lince_net_new(&net, (lince_shape){CHANNELS, LONGEST, 1, 1}, &options), 0);
    assert_true(lince_net_add(net, &frames) > 0);
    assert_int_equal(lince_net_prepare(net), 0);
    lince_net_set_tokens(net, BATCH, number, lengths, LONGEST);
    lince_net_feed(net, BATCH, x);
    lince_net_forward(net, BATCH, false, keys);
    const lince_packed *text = lince_net_text(net);
    assert_int_equal(text->distinct, lengths[0] + lengths[1] + lengths[2]);
    for (int d = 0; d < text->distinct; d++)
        assert_memory_equal(lince_net_output(net) + d * CHANNELS, x + text->vocabulary[d] * CHANNELS,
                            CHANNELS * sizeof *x);
    lince_net_free(net);
}

/* Memory is used again for other things: what a layer finds in its output is no zeros. */
static void fill_with_numbers(float *x, size_t n)
{
    for (size_t i = 0; x && i < n; i++) x[i] = 0.5f;
}

static void check_padding(const float *x, lince_shape s, const char *layer, const char *what)
{
    size_t area = (size_t)s.height * (size_t)s.width, b = (size_t)s.block, channels = (size_t)s.channels;
    for (size_t n = 0; x && n < BATCH; n++)
        for (size_t c = channels; c < (size_t)lince_round_up(s.channels, s.block); c++)
            for (size_t p = 0; p < area; p++) {
                float found = x[n * lince_shape_size(s) + (c / b * area + p) * b + c % b];
                if (found != 0)
                    fail_msg("%s: padding channel %zu of %s has %g", layer, c, what, (double)found);
            }
}

/* The same of a parameter's gradient: all of it that no element of PyTorch's has. */
static void check_param_padding(const lince_param *p, const char *layer)
{
    bool *used = lince_alloc(p->size, sizeof *used);
    for (size_t e = 0; e < lince_param_elements(p); e++)
        used[p->place ? p->place(p->layout, p->dims, e) : e] = true;
    for (size_t i = 0; i < p->size; i++)
        if (!used[i] && p->grad[i] != 0)
            fail_msg("%s: padding of the gradient of %s has %g", layer, p->name, (double)p->grad[i]);
    lince_free(used);
}

static void test_padding_channels_hold_zeros(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *layer = cases[i].args.type->name;
        if (cases[i].first != CONV) continue; /* only what is blocked has padding */
        lince_net *net = build(i, 8, true);
        for (size_t k = 1; k < lince_net_nodes(net); k++) {
            size_t size = BATCH * lince_shape_size(net->nodes[k].layer.out);
            fill_with_numbers(net->nodes[k].value, size);
            if (k + 1 < lince_net_nodes(net)) fill_with_numbers(net->nodes[k].grad, size);
        }
        objective(net, true);
        lince_net_backward(net);
        for (size_t k = 1; k < lince_net_nodes(net); k++) {
            check_padding(net->nodes[k].value, net->nodes[k].layer.out, layer, "the output");
            check_padding(net->nodes[k].grad, net->nodes[k].layer.out, layer, "a gradient");
        }
        for (size_t p = 0; p < lince_net_params(net); p++)
            if (lince_net_param(net, p)->trainable) check_param_padding(lince_net_param(net, p), layer);
        lince_net_free(net);
    }
}

/* --- what a row says ------------------------------------------------------------------------------------ */

static bool has_branch(size_t which)
{
    return cases[which].branch.type != NULL;
}

/* Makes what backward is not said to read something else, as other activations would that take its memory. */
static void spoil_what_is_not_needed(lince_net *net, size_t which)
{
    const lince_layer_type *type = cases[which].args.type;
    size_t last = lince_net_nodes(net) - 1, from = (size_t)net->nodes[last].from[0];
    bool feeds = has_branch(which) || type->needs_input || net->nodes[from].layer.type->needs_output;
    if (!type->needs_output)
        fill_with_numbers(net->nodes[last].value, BATCH * lince_shape_size(net->nodes[last].layer.out));
    if (!feeds)
        fill_with_numbers(net->nodes[from].value, BATCH * lince_shape_size(net->nodes[from].layer.out));
}

static void test_backward_reads_what_its_row_says_and_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].first > FLAT) continue;
        lince_net *whole = build(i, 0, true), *spoilt = build(i, 0, true);
        objective(whole, true);
        objective(spoilt, true);
        spoil_what_is_not_needed(spoilt, i);
        lince_net_backward(whole);
        lince_net_backward(spoilt);
        for (size_t p = 0; p < lince_net_params(whole); p++) {
            const lince_param *a = lince_net_param(whole, p), *b = lince_net_param(spoilt, p);
            if (a->trainable && memcmp(a->grad, b->grad, a->size * sizeof *a->grad) != 0)
                fail_msg("%s: its backward reads what needs_input and needs_output do not say: %s",
                         cases[i].args.type->name, a->name);
        }
        lince_net_free(whole);
        lince_net_free(spoilt);
    }
}

static bool is_bias(const lince_param *p)
{
    size_t length = strlen(p->name);
    return length >= 4 && !strcmp(p->name + length - 4, "bias");
}

/* Twice the weights of what stands before, and twice its and the layer's biases: twice the output, exactly. */
static void test_homogeneous_layers_hand_a_factor_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!cases[i].args.type->homogeneous || cases[i].first > FLAT) continue;
        lince_net *net = build(i, 0, true);
        double before = objective(net, false);
        for (size_t p = 0; p < lince_net_params(net); p++) {
            lince_param *param = lince_net_param(net, p);
            bool before_it = strncmp(param->name, "layer", 5) != 0 && strncmp(param->name, "branch", 6) != 0;
            for (size_t k = 0; k < param->size && (before_it || is_bias(param)); k++) param->value[k] *= 2;
        }
        double after = objective(net, false);
        if (after != 2 * before)
            fail_msg("%s is not homogeneous: %.9g became %.9g", cases[i].args.type->name, before, after);
        lince_net_free(net);
    }
}

static void test_every_layer_has_a_case(void **state)
{
    (void)state;
    static const lince_layer_type *const types[] = {
#define LAYER(name) &lince_##name##_layer,
#include "layers/list.def"
    };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        bool found = false;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) found |= cases[i].args.type == types[t];
        if (!found) fail_msg("layer '%s' has no case", types[t]->name);
    }
}

static void test_dropout_is_a_function_of_the_samples_key(void **state)
{
    (void)state;
    size_t which = 0;
    while (cases[which].args.type != &lince_dropout_layer) which++;
    lince_net *net = build(which, 0, false);
    size_t size = lince_shape_size(last_layer(net)->out), zeros = 0;
    float *first = lince_alloc(BATCH * size, sizeof *first);
    lince_net_forward(net, BATCH, true, keys);
    memcpy(first, lince_net_output(net), BATCH * size * sizeof *first);
    lince_net_forward(net, BATCH, true, keys);
    assert_memory_equal(first, lince_net_output(net), BATCH * size * sizeof *first);
    for (size_t i = 0; i < size; i++) zeros += first[i] == 0;
    assert_true(zeros > 0);
    lince_net_forward(net, BATCH, false, keys);
    assert_memory_not_equal(first, lince_net_output(net), BATCH * size * sizeof *first);
    lince_free(first);
    lince_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_equal_finite_differences),
        cmocka_unit_test(test_frames_are_the_input_s_vectors),
        cmocka_unit_test(test_padding_channels_hold_zeros),
        cmocka_unit_test(test_backward_reads_what_its_row_says_and_no_more),
        cmocka_unit_test(test_homogeneous_layers_hand_a_factor_on),
        cmocka_unit_test(test_every_layer_has_a_case),
        cmocka_unit_test(test_dropout_is_a_function_of_the_samples_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
