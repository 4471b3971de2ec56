/* Pooling against its definition: what is only chosen, exactly; averages within their bounds. */
#include "kernels/kernels.h"
#include "ops/blocked.h"
#include "ops/rows.h"

#include <string.h>

enum { MAX_BACK, AVERAGE, AVERAGE_BACK, WHATS };
static const char *const names[WHATS] = {"max pooling backward", "average pooling",
                                         "average pooling backward"};
static tally tallies[WHATS];

typedef struct pooling {
    lince_window w; /* kernel 0: adaptive */
    lince_shape in, out;
    int batch;
    value_kind kind;
} pooling;

static void check(const pooling *p, int what, double terms, size_t at, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s, %s values, %dx%dx%d to %dx%d, block %d, kernel %dx%d, stride %dx%d, padding %dx%d: "
                 "[%zu] is %.9g, expected %.9g: %.3g times the bound",
                 names[what], value_kind_names[p->kind], p->in.channels, p->in.height, p->in.width,
                 p->out.height, p->out.width, p->in.block, p->w.kernel[0], p->w.kernel[1], p->w.stride[0],
                 p->w.stride[1], p->w.padding[0], p->w.padding[1], at, (double)found, expected.value, ratio);
    record(&tallies[what], p->kind, terms, ratio);
}

/* The inputs [begin, end) of an output along an axis. */
static void window_of(const pooling *p, int axis, int o, int *begin, int *end)
{
    int in = axis ? p->in.width : p->in.height, out = axis ? p->out.width : p->out.height;
    if (p->w.kernel[axis]) {
        *begin = o * p->w.stride[axis] - p->w.padding[axis];
        *end = *begin + p->w.kernel[axis];
        if (*begin < 0) *begin = 0;
        if (*end > in) *end = in;
    } else {
        *begin = o * in / out;
        *end = ((o + 1) * in + out - 1) / out;
    }
}

/* --- the largest ---------------------------------------------------------------------------------------- */

/* The first of the largest of a window, and its position, as `taken` counts. */
static float largest_of(const pooling *p, const float *v, int n, int c, int y, int x, int *position)
{
    int top, bottom, left, right;
    float most = -INFINITY;
    window_of(p, 0, y, &top, &bottom);
    window_of(p, 1, x, &left, &right);
    for (int i = top; i < bottom; i++)
        for (int j = left; j < right; j++) {
            float value = v[blocked_at(p->in, n, c, i, j)];
            if (!(value > most)) continue;
            most = value;
            *position = (i - y * p->w.stride[0] + p->w.padding[0]) * p->w.kernel[1] + j - x * p->w.stride[1] +
                        p->w.padding[1];
        }
    return most;
}

static void check_max(const pooling *p, bool gate, lince_random *r)
{
    float *from = draw_blocked(p->in, p->batch, p->kind, r), *to = blocked_new(p->out, p->batch),
          *dy = draw_blocked_weights(p->out, p->batch, p->kind, r), *dx = blocked_new(p->in, p->batch);
    uint8_t *taken = lince_alloc((size_t)p->batch * lince_shape_size(p->out), 1);
    sum *sums = lince_alloc((size_t)p->batch * lince_shape_size(p->in), sizeof *sums);
    assert_true(taken && sums);
    lince_max_pool(ON(2), p->w, p->in, p->out, (size_t)p->batch, gate, from, to, taken);
    lince_max_pool_backward(ON(2), p->w, p->in, p->out, (size_t)p->batch, dy, taken, dx);
    float *bare = blocked_new(p->out, p->batch); /* where nobody asks for positions */
    lince_max_pool(ON(2), p->w, p->in, p->out, (size_t)p->batch, gate, from, bare, NULL);
    assert_memory_equal(bare, to, (size_t)p->batch * lince_shape_size(p->out) * sizeof *to);
    lince_free(bare);
    EACH_ELEMENT(p->out, p->batch)
    {
        size_t at = blocked_at(p->out, n, c, y, x);
        int position = 0;
        float most = largest_of(p, from, n, c, y, x, &position);
        assert_true(to[at] == most);
        if (gate && most <= 0) {
            assert_int_equal(taken[at], LINCE_TAKEN_NONE);
            continue;
        }
        assert_int_equal(taken[at], position);
        int i = y * p->w.stride[0] - p->w.padding[0] + position / p->w.kernel[1],
            j = x * p->w.stride[1] - p->w.padding[1] + position % p->w.kernel[1];
        add_term(&sums[blocked_at(p->in, n, c, i, j)], exactly((double)dy[at]));
    }
    EACH_ELEMENT(p->in, p->batch)
    {
        size_t at = blocked_at(p->in, n, c, y, x);
        check(p, MAX_BACK, sums[at].terms, at, total_of(&sums[at], order_of(p->kind), sums[at].terms - 1),
              dx[at]);
    }
    lince_free(from), lince_free(to), lince_free(dy), lince_free(dx), lince_free(taken), lince_free(sums);
}

/* Half of the windows are 2x2 with stride 2, which vector code does. */
static pooling draw_windows(lince_random *r, value_kind kind)
{
    pooling p = {.in = draw_shape(r), .batch = draw_size(r, 1, 3), .kind = kind};
    bool halves = lince_random_below(r, 2);
    for (int axis = 0; axis < 2; axis++) {
        int *in = axis ? &p.in.width : &p.in.height, *out = axis ? &p.out.width : &p.out.height;
        int kernel = halves ? 2 : draw_size(r, 1, 5);
        if (*in < kernel) *in = kernel;
        p.w.kernel[axis] = kernel;
        p.w.stride[axis] = halves ? 2 : draw_size(r, 1, 3);
        p.w.padding[axis] = halves ? 0 : (int)lince_random_below(r, (uint32_t)(kernel / 2 + 1));
        *out = (*in + 2 * p.w.padding[axis] - kernel) / p.w.stride[axis] + 1;
    }
    p.out.channels = p.in.channels, p.out.block = p.in.block;
    return p;
}

static void test_max_pooling(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(25, LINCE_STREAM_SYNTH, 0, i));
        pooling p = draw_windows(&r, (value_kind)(i % VALUE_KINDS));
        check_max(&p, lince_random_below(&r, 2), &r);
    }
}

static void test_a_number_that_is_none_is_seen(void **state)
{
    (void)state;
    for (int block = 1; block <= 16; block *= 4) {
        lince_shape in = {block, 2, 2, block}, out = {block, 1, 1, block};
        float x[64], y[16];
        uint8_t taken[16];
        for (int i = 0; i < 4 * block; i++) x[i] = (float)i;
        x[2 * block] = NAN;
        lince_max_pool(ON(1), (lince_window){{2, 2}, {2, 2}, {0, 0}}, in, out, 1, false, x, y, taken);
        assert_true(isnan(y[0]) || block > 1 || y[0] == 3);
    }
}

/* --- averages ------------------------------------------------------------------------------------------- */

/* 1 / count, a float. */
static estimate share_of(int count)
{
    return count > 1 ? rounded(exactly(1.0 / count)) : exactly(1);
}

static void check_average(const pooling *p, lince_random *r)
{
    float *from = draw_blocked_weights(p->in, p->batch, p->kind, r), *to = blocked_new(p->out, p->batch),
          *dy = draw_blocked_weights(p->out, p->batch, p->kind, r), *dx = blocked_new(p->in, p->batch);
    sum *sums = lince_alloc((size_t)p->batch * lince_shape_size(p->in), sizeof *sums);
    assert_non_null(sums);
    if (p->w.kernel[0]) {
        lince_avg_pool(ON(2), p->w, p->in, p->out, (size_t)p->batch, from, to);
        lince_avg_pool_backward(ON(2), p->w, p->in, p->out, (size_t)p->batch, dy, dx);
    } else {
        lince_adaptive_avg_pool(ON(2), p->in, p->out, (size_t)p->batch, from, to);
        lince_adaptive_avg_pool_backward(ON(2), p->in, p->out, (size_t)p->batch, dy, dx);
    }
    EACH_ELEMENT(p->out, p->batch)
    {
        int top, bottom, left, right;
        size_t at = blocked_at(p->out, n, c, y, x);
        window_of(p, 0, y, &top, &bottom);
        window_of(p, 1, x, &left, &right);
        estimate share = share_of((bottom - top) * (right - left));
        sum s = {0};
        for (int i = top; i < bottom; i++)
            for (int j = left; j < right; j++) {
                add_term(&s, exactly((double)from[blocked_at(p->in, n, c, i, j)]));
                add_term(&sums[blocked_at(p->in, n, c, i, j)],
                         rounded(product_of(exactly((double)dy[at]), share)));
            }
        estimate total = total_of(&s, order_of(p->kind), s.terms - 1);
        check(p, AVERAGE, s.terms, at, rounded(product_of(total, share)), to[at]);
    }
    EACH_ELEMENT(p->in, p->batch)
    {
        size_t at = blocked_at(p->in, n, c, y, x);
        check(p, AVERAGE_BACK, sums[at].terms, at, total_of(&sums[at], order_of(p->kind), sums[at].terms - 1),
              dx[at]);
    }
    assert_padding_zero(p->out, p->batch, to);
    assert_padding_zero(p->in, p->batch, dx);
    lince_free(from), lince_free(to), lince_free(dy), lince_free(dx), lince_free(sums);
}

static void test_average_pooling(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(26, LINCE_STREAM_SYNTH, 0, i));
        pooling p = draw_windows(&r, (value_kind)(i % VALUE_KINDS));
        for (int axis = 0; axis < 2; axis++) { /* windows lie inside */
            int in = axis ? p.in.width : p.in.height, *out = axis ? &p.out.width : &p.out.height;
            p.w.padding[axis] = 0;
            *out = (in - p.w.kernel[axis]) / p.w.stride[axis] + 1;
        }
        check_average(&p, &r);
    }
}

static void test_adaptive_average_pooling(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(27, LINCE_STREAM_SYNTH, 0, i));
        lince_shape in = draw_shape(&r), out = in;
        out.height = draw_size(&r, 1, 8), out.width = draw_size(&r, 1, 8);
        pooling p = {{{0}, {0}, {0}}, in, out, draw_size(&r, 1, 3), (value_kind)(i % VALUE_KINDS)};
        check_average(&p, &r);
    }
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    check_tallies(names, tallies, WHATS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_max_pooling),         cmocka_unit_test(test_a_number_that_is_none_is_seen),
        cmocka_unit_test(test_average_pooling),     cmocka_unit_test(test_adaptive_average_pooling),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("ops/pool", tests, NULL, NULL);
}
