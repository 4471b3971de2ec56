/* Batch normalisation against its definition and bounds: each number that it writes, by the numbers that it
 * was made from. */
#include "core/cpu.h"
#include "kernels/far.h"
#include "kernels/kernels.h"
#include "kernels/pixels.h"
#include "ops/blocked.h"
#include "ops/rows.h"

#include <string.h>

enum { MEAN, STD, RUNNING, OUTPUT, PARAMETERS, INPUT, WHATS };
static const char *const names[WHATS] = {"mean",   "inverse deviation",           "running statistics",
                                         "output", "gradients of gamma and beta", "gradient of x"};
static tally tallies[WHATS];

enum { MOST_CHANNELS = 48 };

typedef struct problem {
    lince_batch_norm bn;
    lince_shape shape;
    int batch;
    value_kind kind;
    float *x, *dy, *y, *dx;
    float memory[10][MOST_CHANNELS];
} problem;

static void check(const problem *p, int what, size_t at, estimate expected, float found)
{
    double ratio = error_ratio(expected, found), terms = (double)p->batch * p->shape.height * p->shape.width;
    if (!(ratio <= 1))
        fail_msg("%s, %s values, %d x %dx%dx%d, block %d, %s: [%zu] is %.9g, expected %.9g: %.3g times the "
                 "bound",
                 names[what], value_kind_names[p->kind], p->batch, p->shape.channels, p->shape.height,
                 p->shape.width, p->shape.block, p->bn.train ? "training" : "given statistics", at,
                 (double)found, expected.value, ratio);
    record(&tallies[what], p->kind, terms, ratio);
}

/* --- estimates ------------------------------------------------------------------------------------------ */

/* Whether products of this block are added without being rounded: vector code. */
static bool is_fused(const problem *p)
{
    return p->shape.block > 1 && lince_cpu_lanes() >= p->shape.block;
}

static estimate product(const problem *p, estimate e)
{
    return is_fused(p) ? e : rounded(e);
}

static estimate times(estimate a, estimate b)
{
    return rounded(product_of(a, b));
}

static estimate square_of(estimate e)
{
    return function_of(e, e.value * e.value, 2 * e.value, 0);
}

/* 1 / sqrt(e + eps) */
static estimate inverse_root(estimate e, float eps)
{
    double v = e.value + (double)eps;
    return function_of(e, 1 / sqrt(v), -0.5 / (v * sqrt(v)), 0);
}

/* Terms of all of a channel's pixels, in single precision within segments of each plane, or of as many small planes as are
 * one, in double between. */
typedef estimate term_of(const problem *p, int channel, size_t at, double origin);

static estimate sum_over(const problem *p, int channel, term_of *term, double origin, int samples,
                         bool products)
{
    sum whole = {0}, segment = {0};
    int area = p->shape.height * p->shape.width, most = LINCE_PIXELS_SEGMENT,
        planes = area < most ? most / area : 1;
    for (int n = 0; n < samples; n++)
        for (int i = 0; i < area; i++) {
            add_term(&segment, term(p, channel, blocked_at(p->shape, n, channel, 0, i), origin));
            bool last = i == area - 1 && (n % planes == planes - 1 || n == samples - 1);
            if (i % most == most - 1 || last)
                carry_up(order_of(p->kind), &segment, segment.terms - !(products && is_fused(p)), &whole);
        }
    return total_of(&whole, MIXED, 0);
}

static estimate distance(const problem *p, int channel, size_t at, double origin)
{
    (void)channel;
    return rounded(exactly((double)p->x[at] - origin));
}

static estimate distance_squared(const problem *p, int channel, size_t at, double origin)
{
    return product(p, square_of(distance(p, channel, at, origin)));
}

static estimate gradient(const problem *p, int channel, size_t at, double origin)
{
    (void)channel, (void)origin;
    return exactly((double)p->dy[at]);
}

static estimate gradient_product(const problem *p, int channel, size_t at, double mean)
{
    return product(p, product_of(distance(p, channel, at, mean), exactly((double)p->dy[at])));
}

/* --- forward -------------------------------------------------------------------------------------------- */

static double count_of(const problem *p)
{
    return (double)p->batch * p->shape.height * p->shape.width;
}

static estimate divided(estimate e, double by)
{
    return product_of(e, exactly(1 / by));
}

/* r = (1 - momentum) r + momentum e */
static estimate moved(float r, float momentum, estimate e)
{
    estimate stays = times(rounded(exactly(1 - (double)momentum)), exactly((double)r));
    return rounded(sum_of(stays, times(exactly((double)momentum), e)));
}

static void check_statistics(const problem *p, const float *mean_before, const float *var_before)
{
    const lince_batch_norm *bn = &p->bn;
    double count = count_of(p), area = (double)p->shape.height * p->shape.width;
    for (int c = 0; c < p->shape.channels; c++) {
        double origin = (double)(float)(sum_over(p, c, distance, 0, 1, false).value / area);
        estimate off = divided(sum_over(p, c, distance, origin, p->batch, false), count);
        estimate squares = divided(sum_over(p, c, distance_squared, origin, p->batch, true), count);
        estimate variance = difference_of(squares, square_of(off));
        estimate mean = rounded(sum_of(exactly(origin), off));
        estimate unbiased = rounded(count > 1 ? divided(variance, (count - 1) / count) : variance);
        size_t at = (size_t)c;
        check(p, MEAN, at, mean, bn->mean[c]);
        check(p, STD, at, rounded(inverse_root(variance, bn->eps)), bn->inv_std[c]);
        check(p, RUNNING, at, moved(mean_before[c], bn->momentum, mean), bn->running_mean[c]);
        check(p, RUNNING, at, moved(var_before[c], bn->momentum, unbiased), bn->running_var[c]);
    }
}

/* 1 / sqrtf(var + eps) in single precision. */
static void check_given(const problem *p)
{
    for (int c = 0; c < p->shape.channels; c++) {
        assert_true(p->bn.mean[c] == p->bn.running_mean[c]);
        double v = (double)p->bn.running_var[c] + (double)p->bn.eps;
        estimate root = rounded(function_of(rounded(exactly(v)), sqrt(v), 0.5 / sqrt(v), 0));
        estimate inverse = rounded(function_of(root, 1 / root.value, -1 / (root.value * root.value), 0));
        check(p, STD, (size_t)c, inverse, p->bn.inv_std[c]);
    }
}

/* scale x + shift, of which the scale's error is one of scale (x - mean). */
static estimate normalised(const problem *p, int c, double x)
{
    double mean = (double)p->bn.mean[c];
    estimate scale = times(exactly((double)p->bn.gamma[c]), exactly((double)p->bn.inv_std[c]));
    double shift = (double)p->bn.beta[c] - mean * scale.value;
    estimate y = sum_of(product_of(scale, exactly(x - mean)), exactly((double)p->bn.beta[c]));
    y = disturbed(disturbed(y, mean * scale.value), shift);
    if (!is_fused(p)) y = disturbed(y, x * scale.value);
    return rounded(y);
}

static void check_forward(problem *p, bool relu)
{
    float mean_before[MOST_CHANNELS], var_before[MOST_CHANNELS];
    memcpy(mean_before, p->bn.running_mean, sizeof mean_before);
    memcpy(var_before, p->bn.running_var, sizeof var_before);
    lince_batch_norm_forward(ON(2), &p->bn, p->shape, (size_t)p->batch, relu, p->x, p->y);
    if (p->bn.train)
        check_statistics(p, mean_before, var_before);
    else
        check_given(p);
    EACH_ELEMENT(p->shape, p->batch)
    {
        size_t at = blocked_at(p->shape, n, c, y, x);
        estimate e = normalised(p, c, (double)p->x[at]);
        if (relu) e.value = fmax(e.value, 0);
        check(p, OUTPUT, at, e, p->y[at]);
    }
}

/* --- backward ------------------------------------------------------------------------------------------- */

static void check_backward(problem *p)
{
    float dgamma[MOST_CHANNELS], dbeta[MOST_CHANNELS];
    estimate k[MOST_CHANNELS][3];
    double m = count_of(p);
    lince_batch_norm_backward(ON(2), &p->bn, p->shape, (size_t)p->batch, p->x, p->dy, false, p->dx, dgamma,
                              dbeta);
    for (int c = 0; c < p->shape.channels; c++) {
        double s = (double)p->bn.inv_std[c], gs = (double)p->bn.gamma[c] * s, mean = (double)p->bn.mean[c];
        estimate total = sum_over(p, c, gradient, 0, p->batch, false);
        estimate products = sum_over(p, c, gradient_product, mean, p->batch, true);
        check(p, PARAMETERS, (size_t)c, rounded(total), dbeta[c]);
        check(p, PARAMETERS, (size_t)c, rounded(product_of(products, exactly(s))), dgamma[c]);
        k[c][0] = rounded(exactly(gs));
        k[c][1] = p->bn.train ? rounded(product_of(products, exactly(-gs * s * s / m))) : exactly(0);
        k[c][2] = p->bn.train ? rounded(product_of(total, exactly(-gs / m))) : exactly(0);
    }
    EACH_ELEMENT(p->shape, p->batch)
    {
        size_t at = blocked_at(p->shape, n, c, y, x);
        estimate u = distance(p, c, at, (double)p->bn.mean[c]), dy = exactly((double)p->dy[at]);
        estimate from_y = product(p, product_of(k[c][0], dy)), from_u = product(p, product_of(k[c][1], u));
        estimate inner = is_fused(p) ? rounded(sum_of(from_u, k[c][2])) : rounded(sum_of(from_y, from_u));
        check(p, INPUT, at, rounded(sum_of(inner, is_fused(p) ? from_y : k[c][2])), p->dx[at]);
    }
}

/* --- random problems --------------------------------------------------------------------------------------
 */

static problem draw(lince_random *r, value_kind kind)
{
    problem p = {.shape = draw_shape(r), .batch = draw_size(r, 1, 6), .kind = kind};
    p.x = draw_blocked(p.shape, p.batch, kind, r);
    p.dy = draw_blocked_weights(p.shape, p.batch, kind, r);
    p.y = blocked_new(p.shape, p.batch), p.dx = blocked_new(p.shape, p.batch);
    p.bn.eps = 1e-5f, p.bn.momentum = 0.1f, p.bn.train = lince_random_below(r, 4) > 0;
    for (int c = 0; c < p.shape.channels; c++) {
        p.memory[0][c] = 1 + 0.3f * lince_random_normal(r);
        p.memory[1][c] = lince_random_normal(r);
        p.memory[2][c] = lince_random_normal(r);
        p.memory[3][c] = 0.5f + lince_random_uniform(r);
    }
    return p;
}

static void test_random_shapes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(28, LINCE_STREAM_SYNTH, 0, i));
        problem p = draw(&r, (value_kind)(i % VALUE_KINDS));
        p.bn.gamma = p.memory[0], p.bn.beta = p.memory[1], p.bn.running_mean = p.memory[2];
        p.bn.running_var = p.memory[3], p.bn.mean = p.memory[4], p.bn.inv_std = p.memory[5];
        check_forward(&p, lince_random_below(&r, 2));
        check_backward(&p);
        lince_free(p.x), lince_free(p.dy), lince_free(p.y), lince_free(p.dx);
    }
}

/* Of given statistics, so that samples are what they are by themselves. */
static void test_results_that_are_written_past_the_caches_are_those_of_each_sample(void **state)
{
    (void)state;
    lince_random r = lince_random_at(lince_key(29, LINCE_STREAM_SYNTH, 0, 0));
    problem p = {.shape = {32, 168, 168, lince_cpu_lanes()}, .batch = 5};
    size_t size = lince_shape_size(p.shape), all = (size_t)p.batch * size;
    float gradients[2][MOST_CHANNELS];
    p.x = draw_blocked(p.shape, p.batch, NORMAL, &r), p.dy = draw_blocked(p.shape, p.batch, NORMAL, &r);
    p.y = blocked_new(p.shape, p.batch), p.dx = blocked_new(p.shape, p.batch);
    p.bn = (lince_batch_norm){.eps = 1e-5f,
                              .gamma = p.memory[0],
                              .beta = p.memory[1],
                              .running_mean = p.memory[2],
                              .running_var = p.memory[3],
                              .mean = p.memory[4],
                              .inv_std = p.memory[5]};
    for (int c = 0; c < p.shape.channels; c++)
        p.memory[0][c] = p.memory[3][c] = 1 + (float)c, p.memory[1][c] = -(float)c;
    assert_true(lince_is_far(p.y, all) && lince_is_far(p.dx, all));
    lince_batch_norm_forward(ON(2), &p.bn, p.shape, (size_t)p.batch, true, p.x, p.y);
    lince_batch_norm_backward(ON(2), &p.bn, p.shape, (size_t)p.batch, p.x, p.dy, false, p.dx, gradients[0],
                              gradients[1]);
    float *sample = blocked_new(p.shape, 1);
    for (size_t at = 0; at < all; at += size) {
        lince_batch_norm_forward(ON(1), &p.bn, p.shape, 1, true, p.x + at, sample);
        assert_memory_equal(sample, p.y + at, size * sizeof(float));
        lince_batch_norm_backward(ON(1), &p.bn, p.shape, 1, p.x + at, p.dy + at, false, sample, gradients[0],
                                  gradients[1]);
        assert_memory_equal(sample, p.dx + at, size * sizeof(float));
    }
    lince_free(sample), lince_free(p.x), lince_free(p.dy), lince_free(p.y), lince_free(p.dx);
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    check_tallies(names, tallies, WHATS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_results_that_are_written_past_the_caches_are_those_of_each_sample),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("ops/batch_norm", tests, NULL, NULL);
}
