/* Every implementation of convolution against the plain C reference, in every direction, over shapes that
 * have caught convolutions out: odd sizes, strides, no padding, groups, channels that do not fill a block,
 * maps smaller than a tile; more and fewer tiles than channels, which go different ways through kernels/x86.
 */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/conv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct shape {
    int n, in, height, width, out, kernel, stride, padding, groups;
} shape;

static const shape cases[] = {
    {2, 3, 9, 11, 20, 3, 1, 1, 1},   {1, 16, 8, 8, 16, 3, 1, 1, 1},    {3, 40, 7, 5, 33, 3, 1, 1, 1},
    {2, 64, 4, 4, 64, 3, 1, 1, 1},   {2, 64, 2, 2, 32, 3, 1, 1, 1},    {1, 32, 13, 13, 48, 5, 2, 2, 1},
    {2, 32, 6, 6, 64, 1, 1, 0, 1},   {2, 32, 7, 7, 16, 1, 2, 0, 1},    {1, 3, 23, 23, 16, 7, 2, 3, 1},
    {2, 32, 6, 6, 32, 3, 1, 1, 32},  {2, 32, 6, 6, 64, 3, 2, 1, 2},    {1, 72, 12, 12, 40, 3, 1, 1, 1},
    {5, 24, 1, 1, 48, 3, 1, 1, 1},   {3, 48, 2, 2, 80, 3, 1, 1, 1},    {3, 16, 1, 6, 16, 3, 1, 1, 1},
    {2, 16, 9, 6, 48, 3, 1, 0, 1},   {2, 32, 5, 10, 16, 3, 1, 2, 1},   {1, 16, 3, 3, 16, 3, 1, 0, 1},
    {9, 16, 17, 19, 8, 3, 1, 1, 1},  {5, 72, 4, 4, 112, 3, 1, 1, 1},   {131, 16, 2, 2, 144, 3, 1, 1, 1},
    {2, 3, 29, 27, 24, 11, 4, 2, 1}, {2, 3, 32, 32, 32, 3, 2, 1, 1},   {2, 96, 3, 3, 24, 1, 1, 0, 1},
    {2, 24, 9, 9, 144, 1, 1, 0, 1},  {3, 320, 1, 1, 1280, 1, 1, 0, 1}, {2, 3, 33, 33, 32, 3, 2, 1, 1},
    {2, 24, 7, 9, 24, 3, 2, 1, 24},  {9, 40, 5, 6, 40, 5, 1, 2, 40},   {2, 16, 9, 14, 16, 5, 2, 2, 16},
    {2, 32, 4, 1, 32, 3, 1, 1, 32},  {1, 16, 2, 2, 16, 5, 2, 2, 16},   {1, 16, 8, 31, 16, 3, 1, 0, 16},
};
enum { CASES = sizeof cases / sizeof *cases };

/* A walk over the tiles in several chunks: too large for the loops below. */
static const shape many_tiles = {4, 16, 67, 67, 64, 3, 1, 1, 1};

typedef struct operands {
    float *x, *w, *b, *y;
    size_t size[4];
} operands;

static int out_size(int in, int kernel, int stride, int padding)
{
    return (in + 2 * padding - kernel) / stride + 1;
}

static lince_conv geometry(shape s, int block)
{
    return (lince_conv){.batch = s.n,
                        .in = {s.in, s.height, s.width, s.in < block ? 1 : block},
                        .out = {s.out, out_size(s.height, s.kernel, s.stride, s.padding),
                                out_size(s.width, s.kernel, s.stride, s.padding), block},
                        .kernel = {s.kernel, s.kernel},
                        .stride = {s.stride, s.stride},
                        .padding = {s.padding, s.padding},
                        .groups = s.groups};
}

/* Random values where there are channels, zeros in their padding. */
static void fill_activation(float *x, lince_shape s, int n, lince_random *r)
{
    size_t area = (size_t)s.height * (size_t)s.width, b = (size_t)s.block,
           padded = (size_t)lince_round_up(s.channels, s.block);
    for (size_t i = 0; i < (size_t)n; i++)
        for (size_t c = 0; c < (size_t)s.channels; c++)
            for (size_t p = 0; p < area; p++)
                x[i * padded * area + (c / b * area + p) * b + c % b] = lince_random_normal(r);
}

static operands make(const lince_conv *c)
{
    operands o = {.size = {(size_t)c->batch * lince_shape_size(c->in), lince_conv_weights_size(c),
                           (size_t)lince_round_up(c->out.channels, c->out.block),
                           (size_t)c->batch * lince_shape_size(c->out)}};
    float **all[] = {&o.x, &o.w, &o.b, &o.y};
    lince_random r = lince_random_at(7);
    for (int i = 0; i < 4; i++) assert_non_null(*all[i] = lince_alloc(o.size[i], sizeof(float)));
    fill_activation(o.x, c->in, c->batch, &r);
    fill_activation(o.y, c->out, c->batch, &r);
    for (int k = 0; k < c->out.channels; k++) {
        o.b[k] = lince_random_normal(&r);
        for (int i = 0; i < c->in.channels / c->groups; i++)
            for (int y = 0; y < c->kernel[0]; y++)
                for (int x = 0; x < c->kernel[1]; x++)
                    o.w[lince_conv_weight_at(c, k, i, y, x)] = lince_random_normal(&r);
    }
    return o;
}

static void release(operands *o)
{
    lince_free(o->x), lince_free(o->w), lince_free(o->b), lince_free(o->y);
}

/* Runs one implementation over the operands; false where it does not do this geometry. */
static bool run(const lince_conv_implementation *implementation, const lince_conv *c,
                lince_direction direction, int threads, operands *o, lince_conv_args more)
{
    lince_conv_kernel kernel;
    bool bias = direction != LINCE_BACKWARD_DATA;
    if (lince_conv_kernel_init_as(&kernel, implementation, c, direction, bias, threads)) return false;
    more.x = o->x, more.w = o->w, more.b = bias ? o->b : NULL, more.y = o->y;
    more.scratch = lince_alloc(kernel.scratch + 1, 1);
    assert_non_null(more.scratch);
    memset(more.scratch, 0xFF, kernel.scratch); /* NaN: it must not be read before it is written */
    lince_conv_kernel_run(&kernel, &more);
    lince_free(more.scratch);
    lince_conv_kernel_release(&kernel);
    return true;
}

/* How far from the truth the worst of some values may be, in units of their root mean square.
 *
 * A sum of n products of independent numbers, in one chain and in single precision, rounds n partial sums,
 * the k-th of which is sqrt(k / n) of the result in the mean: together they are off by u sqrt(n / 2) or less,
 * u = 2^-24, and the worst of 1e9 values by less than eight times that (Higham & Mary 2019, "A new approach
 * to probabilistic rounding error analysis"). Winograd's F(4x4, 3x3) is off by 0.8e-6 in the mean with the
 * points 0, +-5/8, +-3/2 that both implementations take, and by ten times that at worst (of as many values as
 * there are here); 2e-5 leaves room for other numbers of channels, and finds a wrong tap. */
static double tolerance(double terms)
{
    return fmax(2e-5, 8 * 0x1p-24 * sqrt(terms / 2));
}

/* The products that are summed for one result. */
static double terms_of(const lince_conv *c, lince_direction direction)
{
    double window = (double)c->kernel[0] * c->kernel[1];
    if (direction == LINCE_FORWARD) return window * c->in.channels / c->groups;
    if (direction == LINCE_BACKWARD_DATA) return window * c->out.channels / c->groups;
    return (double)c->batch * c->out.height * c->out.width;
}

/* |a - b| in units of b's root mean square. */
static double worst(const float *a, const float *b, size_t n)
{
    double squares = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        squares += (double)b[i] * (double)b[i];
        double off = fabs((double)a[i] - (double)b[i]);
        if (!(off <= largest)) largest = off;
    }
    return squares > 0 ? largest / sqrt(squares / (double)n) : largest;
}

static void assert_close(const char *what, shape s, int direction, double allowed, const operands *a,
                         const operands *b)
{
    const float *all[2][4] = {{a->x, a->w, a->b, a->y}, {b->x, b->w, b->b, b->y}};
    for (int i = 0; i < 4; i++) {
        double off = worst(all[0][i], all[1][i], a->size[i]);
        if (!(off <= allowed))
            fail_msg("%s, direction %d, %d x %dx%dx%d -> %d, kernel %d: %c is off by %g", what, direction,
                     s.n, s.in, s.height, s.width, s.out, s.kernel, "xwby"[i], off);
    }
}

/* What each implementation that does this geometry gives, against the truth's. */
static void compare(shape s, int block, lince_direction direction, const lince_conv_implementation *truth)
{
    lince_conv c = geometry(s, block);
    operands expected = make(&c);
    assert_true(run(truth, &c, direction, 2, &expected, (lince_conv_args){0}));
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i != truth; i++) {
        operands found = make(&c);
        if (run(*i, &c, direction, 2, &found, (lince_conv_args){0}))
            assert_close((*i)->name, s, direction, tolerance(terms_of(&c, direction)), &found, &expected);
        release(&found);
    }
    release(&expected);
}

static void test_every_implementation_equals_the_reference(void **state)
{
    (void)state;
    for (size_t which = 0; which < CASES; which++)
        for (int d = LINCE_FORWARD; d <= LINCE_BACKWARD_WEIGHTS; d++)
            for (int block = 8; block <= 16; block += 8)
                compare(cases[which], block, (lince_direction)d, &lince_conv_ref);
}

static void test_backward_weights_adds_up_over_chunks(void **state)
{
    (void)state;
    for (int block = 8; block <= 16; block += 8)
        compare(many_tiles, block, LINCE_BACKWARD_WEIGHTS, &lince_conv_ref);
}

/* relu and gate: fused or not, the same numbers as in a pass of their own. */
static void compare_fused(const lince_conv_implementation *implementation, lince_direction direction)
{
    lince_conv c = geometry(cases[2], lince_cpu_lanes());
    operands plain = make(&c), fused = make(&c), gate = make(&c);
    if (run(implementation, &c, direction, 1, &plain, (lince_conv_args){0})) {
        run(implementation, &c, direction, 1, &fused, (lince_conv_args){.relu = true, .gate = gate.x});
        for (size_t k = 0; k < plain.size[3] && direction == LINCE_FORWARD; k++)
            assert_true(fused.y[k] == (plain.y[k] > 0 ? plain.y[k] : 0));
        for (size_t k = 0; k < plain.size[0] && direction == LINCE_BACKWARD_DATA; k++)
            assert_true(fused.x[k] == (gate.x[k] > 0 ? plain.x[k] : 0));
    }
    release(&plain), release(&fused), release(&gate);
}

static void test_relu_and_gate(void **state)
{
    (void)state;
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i; i++)
        compare_fused(*i, LINCE_FORWARD), compare_fused(*i, LINCE_BACKWARD_DATA);
}

/* What promises so (oneDNN does not): bytes, on more threads than there is work for, too. */
static void compare_threads(const lince_conv_implementation *implementation, shape s, int block,
                            lince_direction direction)
{
    static const int threads[] = {2, 3, 64};
    lince_conv c = geometry(s, block);
    operands first = make(&c);
    bool done = run(implementation, &c, direction, 1, &first, (lince_conv_args){0});
    for (int t = 0; done && t < 3; t++) {
        operands o = make(&c);
        run(implementation, &c, direction, threads[t], &o, (lince_conv_args){0});
        assert_memory_equal(o.x, first.x, o.size[0] * sizeof(float));
        assert_memory_equal(o.w, first.w, o.size[1] * sizeof(float));
        assert_memory_equal(o.b, first.b, o.size[2] * sizeof(float));
        assert_memory_equal(o.y, first.y, o.size[3] * sizeof(float));
        release(&o);
    }
    release(&first);
}

static void test_own_kernels_give_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    const shape shapes[] = {cases[2], cases[13], cases[18], cases[19],
                            cases[0], cases[5],  cases[7],  many_tiles};
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i != &lince_conv_ref; i++)
        for (int d = LINCE_FORWARD; d <= LINCE_BACKWARD_WEIGHTS && (*i)->same_bits; d++)
            for (size_t which = 0; which < sizeof shapes / sizeof *shapes; which++)
                for (int block = 8; block <= 16; block += 8)
                    compare_threads(*i, shapes[which], block, (lince_direction)d);
}

/* <y, conv(x, w)> = <x, backward data(y, w)> = <w, backward weights(x, y)>: the reference's three directions
 * are transposes of each other. */
static void test_the_reference_directions_are_transposes(void **state)
{
    (void)state;
    for (size_t which = 0; which < CASES; which++) {
        lince_conv c = geometry(cases[which], 16);
        operands o = make(&c), result = make(&c);
        double product[3] = {0};
        lince_conv_args args[3] = {{.x = o.x, .w = o.w, .y = result.y},
                                   {.x = result.x, .w = o.w, .y = o.y},
                                   {.x = o.x, .w = result.w, .y = o.y}};
        for (int d = 0; d < 3; d++) {
            lince_conv_kernel k;
            assert_int_equal(lince_conv_kernel_init_as(&k, &lince_conv_ref, &c, (lince_direction)d, 0, 2), 0);
            lince_conv_kernel_run(&k, &args[d]);
            lince_conv_kernel_release(&k);
        }
        for (size_t i = 0; i < o.size[3]; i++) product[0] += (double)o.y[i] * (double)result.y[i];
        for (size_t i = 0; i < o.size[0]; i++) product[1] += (double)o.x[i] * (double)result.x[i];
        for (size_t i = 0; i < o.size[1]; i++) product[2] += (double)o.w[i] * (double)result.w[i];
        double scale = sqrt((double)o.size[3] * (double)cases[which].in) * 1e-4;
        assert_true(fabs(product[0] - product[1]) <= scale);
        assert_true(fabs(product[0] - product[2]) <= scale);
        release(&o);
        release(&result);
    }
}

/* In two parts, whose border lies inside of a block. */
static void test_rows_of_weights_go_where_each_weight_lies(void **state)
{
    (void)state;
    for (size_t which = 0; which < CASES; which++) {
        lince_conv c = geometry(cases[which], lince_cpu_lanes());
        size_t rows = (size_t)c.out.channels, inputs = (size_t)(c.in.channels / c.groups),
               positions = (size_t)c.kernel[0] * (size_t)c.kernel[1], row = inputs * positions;
        float *plain = lince_alloc(rows * row, sizeof *plain),
              *memory = lince_alloc(lince_conv_weights_size(&c), sizeof *memory);
        for (size_t i = 0; i < rows * row; i++) plain[i] = (float)i;
        lince_conv_weights_put(&c, plain, memory, 0, rows / 3);
        lince_conv_weights_put(&c, plain + rows / 3 * row, memory, rows / 3, rows);
        for (size_t i = 0; i < rows * row; i++) {
            size_t p = i % positions, pair = i / positions;
            size_t at = lince_conv_weight_at(&c, (int)(pair / inputs), (int)(pair % inputs),
                                             (int)p / c.kernel[1], (int)p % c.kernel[1]);
            if (memory[at] != (float)i) fail_msg("case %zu: weight %zu is not at %zu", which, i, at);
        }
        lince_free(plain);
        lince_free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_implementation_equals_the_reference),
        cmocka_unit_test(test_backward_weights_adds_up_over_chunks),
        cmocka_unit_test(test_relu_and_gate),
        cmocka_unit_test(test_own_kernels_give_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_rows_of_weights_go_where_each_weight_lies),
        cmocka_unit_test(test_the_reference_directions_are_transposes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
