/* What a convolution must give, by its definition in double precision, and how far from it each algorithm may
 * be (error_bound.h). Operands without blocks: x[n][i][h][w], y[n][o][h][w], w[o][i of the group][kh][kw]. */
#ifndef LINCE_TESTS_CONV_BOUND_H
#define LINCE_TESTS_CONV_BOUND_H

#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "ops/error_bound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How a result's sum is divided, and what is rounded in it. */
typedef enum conv_algorithm {
    IN_DOUBLE,  /* in double precision, rounded in the end */
    IN_CHAIN,   /* one term after the other */
    BY_PRODUCT, /* the same where products are rounded before they are added: machines without FMA */
    BY_SAMPLE,  /* gradients of weights: the samples' sums are added up */
    IN_TILES,   /* of three bfloat16 for each float (x86/split.h) */
    BY_PARITY,  /* the same, and the odd pixels of a row by themselves (depthwise) */
    WINOGRAD,   /* winograd_bound.h */
    WINOGRAD_4, /* by F(4x4, 3x3), whatever the map */
    CONV_ALGORITHMS
} conv_algorithm;

typedef struct conv_problem {
    const lince_conv *c;
    lince_direction direction;
    order order;
    const double *x, *w, *b, *y;
    sum *sums, *bias_sums; /* of each result's products; of dy (backward weights) */
} conv_problem;

/* The results: y, x or w without blocks, and the gradient of b (backward weights). */
typedef struct conv_truth {
    const conv_problem *p;
    conv_algorithm algorithm;
    estimate *result, *bias;
} conv_truth;

static inline int conv_inputs(const lince_conv *c)
{
    return c->in.channels / c->groups;
}

/* The first input channel of output o's group. */
static inline int conv_first_input(const lince_conv *c, int o)
{
    return o / (c->out.channels / c->groups) * conv_inputs(c);
}

static inline size_t conv_at(lince_shape s, int n, int c, int y, int x)
{
    return (((size_t)n * (size_t)s.channels + (size_t)c) * (size_t)s.height + (size_t)y) * (size_t)s.width +
           (size_t)x;
}

static inline size_t conv_w_at(const lince_conv *c, int o, int i, int ky, int kx)
{
    return (((size_t)o * (size_t)conv_inputs(c) + (size_t)i) * (size_t)c->kernel[0] + (size_t)ky) *
               (size_t)c->kernel[1] +
           (size_t)kx;
}

static inline bool conv_inside(lince_shape s, int y, int x)
{
    return y >= 0 && y < s.height && x >= 0 && x < s.width;
}

/* --- sums ----------------------------------------------------------------------------------------------- */

/* Of a[i * a_step] b[i * b_step], i < count. */
static inline void add_products(sum *s, const double *a, int a_step, const double *b, int b_step, int count)
{
    for (int i = 0; i < count; i++) add_term(s, exactly(a[i * a_step] * b[i * b_step]));
}

/* Those i >= 0, i < count, for which first + i * step lies in [0, size): [*begin, *end). */
static inline void conv_range(int first, int step, int size, int count, int *begin, int *end)
{
    *begin = first < 0 ? (-first + step - 1) / step : 0;
    *end = first < size ? (size - first + step - 1) / step : 0;
    *end = *end < count ? *end : count;
}

static void conv_forward_sum(const conv_problem *p, int n, int o, int y, int x)
{
    const lince_conv *c = p->c;
    int top = y * c->stride[0] - c->padding[0], left = x * c->stride[1] - c->padding[1], begin, end;
    sum s = {0};
    conv_range(left, 1, c->in.width, c->kernel[1], &begin, &end);
    for (int i = 0; i < conv_inputs(c); i++)
        for (int ky = 0; ky < c->kernel[0]; ky++)
            if (conv_inside(c->in, top + ky, 0))
                add_products(&s, p->x + conv_at(c->in, n, conv_first_input(c, o) + i, top + ky, left + begin),
                             1, p->w + conv_w_at(c, o, i, ky, begin), 1, end - begin);
    add_term(&s, exactly(p->b[o]));
    p->sums[conv_at(c->out, n, o, y, x)] = s;
}

/* From y[(x + padding - k) / stride], k = first, first + stride, ...: backwards. */
static void conv_backward_sum(const conv_problem *p, int n, int i, int y, int x)
{
    const lince_conv *c = p->c;
    int outs = c->out.channels / c->groups, o = i / conv_inputs(c) * outs, last = o + outs;
    int s = c->stride[1], first = (x + c->padding[1]) % s, right = (x + c->padding[1]) / s;
    sum all = {0};
    for (; o < last; o++)
        for (int ky = (y + c->padding[0]) % c->stride[0]; ky < c->kernel[0]; ky += c->stride[0]) {
            int row = (y + c->padding[0] - ky) / c->stride[0];
            if (ky > y + c->padding[0] || row >= c->out.height) continue;
            for (int kx = first, column = right; kx < c->kernel[1] && column >= 0; kx += s, column--)
                if (column < c->out.width)
                    add_term(&all, exactly(p->y[conv_at(c->out, n, o, row, column)] *
                                           p->w[conv_w_at(c, o, i % conv_inputs(c), ky, kx)]));
        }
    p->sums[conv_at(c->in, n, i, y, x)] = all;
}

static void conv_sums_of_plane(void *context, size_t index)
{
    const conv_problem *p = context;
    bool forward = p->direction == LINCE_FORWARD;
    lince_shape s = forward ? p->c->out : p->c->in;
    int n = (int)index / s.channels, channel = (int)index % s.channels;
    for (int y = 0; y < s.height; y++)
        for (int x = 0; x < s.width; x++)
            (forward ? conv_forward_sum : conv_backward_sum)(p, n, channel, y, x);
}

/* One row's pixels, every `every`-th from `phase` on, as terms of a weight's gradient. */
static void conv_row_of_weight(const conv_problem *p, size_t weight, int n, int y, int phase, int every,
                               sum *s)
{
    const lince_conv *c = p->c;
    int kx = (int)(weight % (size_t)c->kernel[1]), row = (int)(weight / (size_t)c->kernel[1]);
    int ky = row % c->kernel[0], pair = row / c->kernel[0], o = pair / conv_inputs(c);
    int channel = conv_first_input(c, o) + pair % conv_inputs(c);
    int iy = y * c->stride[0] - c->padding[0] + ky, step = c->stride[1] * every, begin, end;
    int left = phase * c->stride[1] - c->padding[1] + kx;
    if (!conv_inside(c->in, iy, 0)) return;
    conv_range(left, step, c->in.width, (c->out.width - phase + every - 1) / every, &begin, &end);
    add_products(s, p->x + conv_at(c->in, n, channel, iy, left + begin * step), step,
                 p->y + conv_at(c->out, n, o, y, phase + begin * every), every, end - begin);
}

static void conv_sums_of_weights(void *context, size_t o)
{
    const conv_problem *p = context;
    const lince_conv *c = p->c;
    size_t end = conv_w_at(c, (int)o + 1, 0, 0, 0);
    for (int n = 0; n < c->batch; n++)
        for (int y = 0; y < c->out.height; y++)
            for (size_t i = conv_w_at(c, (int)o, 0, 0, 0); i < end; i++)
                conv_row_of_weight(p, i, n, y, 0, 1, &p->sums[i]);
    for (int n = 0; n < c->batch; n++)
        for (int i = 0; i < c->out.height * c->out.width; i++)
            add_term(&p->bias_sums[o], exactly(p->y[conv_at(c->out, n, (int)o, 0, i)]));
}

static inline size_t conv_results(const conv_problem *p)
{
    const lince_conv *c = p->c;
    size_t batch = (size_t)c->batch;
    if (p->direction == LINCE_FORWARD) return batch * lince_shape_elements(c->out);
    if (p->direction == LINCE_BACKWARD_DATA) return batch * lince_shape_elements(c->in);
    return conv_w_at(c, c->out.channels, 0, 0, 0);
}

static void conv_problem_sum(conv_problem *p)
{
    const lince_conv *c = p->c;
    size_t outs = (size_t)c->out.channels, ins = (size_t)c->in.channels;
    p->sums = lince_alloc(conv_results(p), sizeof *p->sums);
    p->bias_sums = lince_alloc(outs, sizeof *p->bias_sums);
    assert_true(p->sums && p->bias_sums);
    if (p->direction == LINCE_BACKWARD_WEIGHTS)
        lince_parallel(2, outs, conv_sums_of_weights, p);
    else
        lince_parallel(2, (size_t)c->batch * (p->direction == LINCE_FORWARD ? outs : ins), conv_sums_of_plane,
                       p);
}

/* --- direct algorithms ---------------------------------------------------------------------------------- */

static estimate conv_weight_by_sample(const conv_truth *t, size_t weight)
{
    const conv_problem *p = t->p;
    bool by_parity = t->algorithm == BY_PARITY;
    sum whole = {0}, sample = {0}, odd = {0};
    for (int n = 0; n < p->c->batch; n++) {
        for (int y = 0; y < p->c->out.height; y++) {
            conv_row_of_weight(p, weight, n, y, 0, by_parity ? 2 : 1, &sample);
            if (by_parity) conv_row_of_weight(p, weight, n, y, 1, 2, &odd);
            carry_up(p->order, &odd, odd.terms, &sample);
        }
        carry_up(p->order, &sample, sample.terms, &whole);
    }
    return total_of(&whole, p->order, whole.terms - 1);
}

static estimate conv_bias_by_sample(const conv_truth *t, int o)
{
    const lince_conv *c = t->p->c;
    sum whole = {0}, sample = {0};
    for (int n = 0; n < c->batch; n++) {
        for (int i = 0; i < c->out.height * c->out.width; i++)
            add_term(&sample, exactly(t->p->y[conv_at(c->out, n, o, 0, i)]));
        carry_up(t->p->order, &sample, sample.terms - 1, &whole);
    }
    return total_of(&whole, t->p->order, whole.terms - 1);
}

/* A tile instruction adds up the even and the odd ones of 32 terms, then both, then that and what was there (x86/tiles.h). As if
 * all of these were alike. Of each term 2^-24 at the most is left out, as a rounding may; typically a quarter of that. Of so many
 * chains half of Q is three times its mean. The five small products of each term go through as many roundings of sums 2^-7 as
 * large. */
static estimate conv_total_in_tiles(const conv_truth *t, sum s)
{
    enum { STEP = 32 };
    double steps = fmax(ceil(s.terms / STEP), 1), chains = 2 * steps, length = s.terms / chains,
           peak = t->p->order == SORTED ? (s.magnitude + fabs(s.value)) / 2 : s.value;
    s.variance += s.squares / 16 + length * (peak * peak / 3 / chains + s.squares / 2) + peak * peak / steps +
                  s.squares;
    s.reach += s.magnitude + (1 + 5 * 0x1p-7) * (length + 1) * s.magnitude;
    return total_of(&s, t->p->order, (1 + 5 * 0x1p-7) * steps);
}

/* Products are rounded one by one where that is so; the bias, a term too, is not, which is no great
 * matter. */
static estimate conv_total(const conv_truth *t, sum s, bool products)
{
    if (t->algorithm == IN_DOUBLE) return total_in_double(&s);
    if (t->algorithm == BY_PRODUCT && products) s.variance += s.squares, s.reach += s.magnitude;
    return total_of(&s, t->p->order, products ? s.terms : s.terms - 1);
}

static void conv_truth_at(const conv_truth *t, size_t i)
{
    bool by_sample = t->algorithm == BY_SAMPLE || t->algorithm == BY_PARITY;
    t->result[i] = t->algorithm == IN_TILES ? conv_total_in_tiles(t, t->p->sums[i])
                   : by_sample              ? conv_weight_by_sample(t, i)
                                            : conv_total(t, t->p->sums[i], true);
    if (t->p->direction == LINCE_BACKWARD_WEIGHTS && i < (size_t)t->p->c->out.channels)
        t->bias[i] = by_sample ? conv_bias_by_sample(t, (int)i) : conv_total(t, t->p->bias_sums[i], false);
}

static void conv_truth_range(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) conv_truth_at(context, i);
}

/* Of a problem that is summed. There are at least as many weights as outputs. */
static conv_truth conv_truth_of(const conv_problem *p, conv_algorithm algorithm)
{
    conv_truth t = {p, algorithm, lince_alloc(conv_results(p), sizeof *t.result),
                    lince_alloc((size_t)p->c->out.channels, sizeof *t.bias)};
    assert_true(t.result && t.bias);
    lince_parallel_ranges(2, conv_results(p), 256, conv_truth_range, &t);
    return t;
}

static void conv_truth_release(conv_truth *t)
{
    lince_free(t->result), lince_free(t->bias);
}

#endif
