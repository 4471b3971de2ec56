/* Convolutions of numbers rounded to bfloat16, over random shapes: the truth is the plain reference of what was rounded
 * beforehand, and each other row keeps to it as sums of floats do. What nobody multiplies, biases and their gradients, is not
 * rounded. */
#include "core/bfloat.h"
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/conv.h"
#include "ops/conv_shape.h"
#include "ops/rows.h"
#include "ops/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { X, W, B, Y, OPERANDS };

typedef struct operands {
    float *memory[OPERANDS];
    size_t size[OPERANDS];
} operands;

/* The operand that a direction makes, besides a bias's gradient. */
static const int result_of[] = {[LINCE_FORWARD] = Y, [LINCE_BACKWARD_DATA] = X, [LINCE_BACKWARD_WEIGHTS] = W};

static void release(operands *o)
{
    for (int i = 0; i < OPERANDS; i++) lince_free(o->memory[i]);
}

/* Random in all channels, zero in their padding. */
static void fill(float *v, size_t n, lince_shape s, lince_random *r)
{
    size_t pixels = (size_t)s.height * (size_t)s.width, block = (size_t)s.block;
    for (size_t i = 0; i < n; i++) {
        size_t channel =
            i / (pixels * block) % ((size_t)lince_round_up(s.channels, s.block) / block) * block + i % block;
        v[i] = channel < (size_t)s.channels ? lince_random_normal(r) : 0;
    }
}

static operands make(const lince_conv *c, uint64_t key)
{
    operands o = {.size = {(size_t)c->batch * lince_shape_size(c->in), lince_conv_weights_size(c),
                           (size_t)lince_round_up(c->out.channels, c->out.block),
                           (size_t)c->batch * lince_shape_size(c->out)}};
    lince_random r = lince_random_at(key);
    for (int i = 0; i < OPERANDS; i++) assert_non_null(o.memory[i] = lince_alloc(o.size[i], sizeof(float)));
    fill(o.memory[X], o.size[X], c->in, &r);
    fill(o.memory[Y], o.size[Y], c->out, &r);
    fill(o.memory[B], o.size[B], (lince_shape){c->out.channels, 1, 1, c->out.block}, &r);
    for (int out = 0; out < c->out.channels; out++)
        for (int in = 0; in < c->in.channels / c->groups; in++)
            for (int k = 0; k < c->kernel[0] * c->kernel[1]; k++)
                o.memory[W][lince_conv_weight_at(c, out, in, k / c->kernel[1], k % c->kernel[1])] =
                    lince_random_normal(&r);
    return o;
}

static operands copy_of(const operands *from)
{
    operands o = *from;
    for (int i = 0; i < OPERANDS; i++) {
        assert_non_null(o.memory[i] = lince_alloc(o.size[i], sizeof(float)));
        memcpy(o.memory[i], from->memory[i], o.size[i] * sizeof(float));
    }
    return o;
}

/* False where the row does not do this geometry. */
static bool run(const lince_op_row *row, const lince_conv *c, lince_direction direction, int threads,
                operands *o, lince_conv_args args)
{
    lince_kernel kernel;
    bool bias = direction != LINCE_BACKWARD_DATA;
    lince_conv_task task = {*c, direction, bias};
    if (lince_kernel_init_as(&kernel, ON(threads), row, &task)) return false;
    args.x = o->memory[X], args.w = o->memory[W], args.b = bias ? o->memory[B] : NULL, args.y = o->memory[Y];
    assert_non_null(args.scratch = lince_alloc(kernel.scratch + 1, 1));
    memset(args.scratch, 0xFF, kernel.scratch); /* NaN: it must not be read before it is written */
    memset(o->memory[result_of[direction]], 0xFF, o->size[result_of[direction]] * sizeof(float));
    if (direction == LINCE_BACKWARD_WEIGHTS) /* whose padding need not be written */
        memset(o->memory[W], 0, o->size[W] * sizeof(float));
    lince_kernel_run(&kernel, &args);
    lince_free(args.scratch);
    lince_kernel_release(&kernel);
    return true;
}

static shape draw_shape(lince_random *r)
{
    shape s = {.n = draw_size(r, 1, 9),
               .in = draw_size(r, 1, 96),
               .height = draw_size(r, 1, 24),
               .width = draw_size(r, 1, 24),
               .out = draw_size(r, 1, 96),
               .groups = 1};
    s.kernel = 1 + (int)lince_random_below(r, 5);
    s.stride = 1 + (int)lince_random_below(r, 3);
    s.padding = (int)lince_random_below(r, (uint32_t)s.kernel + 1);
    int least = s.kernel - 2 * s.padding;
    s.height = s.height < least ? least : s.height;
    s.width = s.width < least ? least : s.width;
    return s;
}

static bool is_large(shape s)
{
    return (double)s.kernel * s.kernel * s.n * s.height * s.width * s.in * s.out > 4e6;
}

/* The first ones are of the kind that nets are made of. */
static shape shape_of(uint64_t i, lince_random *r)
{
    static const shape usual[] = {{2, 64, 8, 8, 64, 3, 1, 1, 1},  {3, 24, 31, 31, 64, 3, 1, 1, 1},
                                  {70, 64, 2, 2, 32, 3, 1, 1, 1}, {2, 32, 14, 14, 48, 1, 2, 0, 1},
                                  {1, 32, 9, 7, 32, 3, 2, 1, 1},  {9, 16, 67, 67, 16, 3, 1, 1, 1}};
    if (i < sizeof usual / sizeof *usual) return usual[i];
    shape s = draw_shape(r);
    while (is_large(s)) s = draw_shape(r);
    return s;
}

static void round_all(operands *o)
{
    static const int multiplied[] = {X, W, Y};
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < o->size[multiplied[k]]; i++)
            o->memory[multiplied[k]][i] = lince_round_to_bfloat(o->memory[multiplied[k]][i]);
}

static void make_positive(operands *o)
{
    for (int k = 0; k < OPERANDS; k++)
        for (size_t i = 0; i < o->size[k]; i++) o->memory[k][i] = fabsf(o->memory[k][i]);
}

typedef struct problem {
    shape shape;
    lince_conv conv;
    lince_direction direction;
    operands given, expected, sizes; /* results, and what their terms' sizes add up to */
    double terms;
} problem;

static problem problem_of(uint64_t i, int block)
{
    lince_random r = lince_random_at(lince_key(23, LINCE_STREAM_SYNTH, 0, i));
    shape s = shape_of(i, &r);
    problem p = {.shape = s, .conv = conv_of_shape(s, block), .direction = (lince_direction)(i % 3)};
    const lince_conv *c = &p.conv;
    p.given = make(c, i);
    p.expected = copy_of(&p.given);
    p.terms = p.direction == LINCE_BACKWARD_WEIGHTS ? (double)s.n * c->out.height * c->out.width
                                                    : (double)(s.in + s.out) * s.kernel * s.kernel;
    round_all(&p.expected);
    p.sizes = copy_of(&p.expected);
    make_positive(&p.sizes);
    assert_true(run(&lince_conv_ref, c, p.direction, 2, &p.expected, (lince_conv_args){0}));
    assert_true(run(&lince_conv_ref, c, p.direction, 2, &p.sizes, (lince_conv_args){0}));
    return p;
}

static void problem_release(problem *p)
{
    release(&p->given), release(&p->expected), release(&p->sizes);
}

static void check(const problem *p, const lince_op_row *row, const float *found, int operand, double slack)
{
    static const char names[] = "xwby";
    shape s = p->shape;
    for (size_t i = 0; i < p->given.size[operand]; i++) {
        double expected = (double)p->expected.memory[operand][i], size = (double)p->sizes.memory[operand][i];
        if (!(fabs((double)found[i] - expected) <= slack * (p->terms + 4) * 0x1p-24 * size))
            fail_msg(
                "%s, direction %d, %d x %dx%dx%d -> %d, kernel %d, stride %d, padding %d: %c[%zu] is %.9g, expected %.9g",
                row->name, (int)p->direction, s.n, s.in, s.height, s.width, s.out, s.kernel, s.stride,
                s.padding, names[operand], i, (double)found[i], expected);
    }
}

static void test_rows_are_the_definition_of_what_is_rounded(void **state)
{
    (void)state;
    size_t done[MOST_ROWS] = {0};
    for (uint64_t i = 0; i < 3 * sample_size(); i++) {
        problem p = problem_of(i, lince_cpu_lanes());
        EACH_ROW(row, LINCE_OP_CONV_BF16)
        {
            operands o = copy_of(&p.given);
            if (run(row, &p.conv, p.direction, 2, &o, (lince_conv_args){0})) {
                double slack = is_ref(row)                    ? 0.1
                               : strstr(row->name, "rounded") ? 1000
                                                              : 1; /* it may be Winograd's */
                check(&p, row, o.memory[result_of[p.direction]], result_of[p.direction], slack);
                done[number_of(row)]++;
            }
            release(&o);
        }
        problem_release(&p);
    }
    EACH_ROW(row, LINCE_OP_CONV_BF16) assert_true(done[number_of(row)] > sample_size() / 2);
}

/* It is the sum of dy as it is, which bfloat16 would miss by up to 2^-8 of each. */
static void test_gradients_of_biases_are_not_rounded(void **state)
{
    (void)state;
    lince_conv c = conv_of_shape((shape){3, 32, 9, 9, 32, 3, 1, 1, 1}, lince_cpu_lanes());
    EACH_ROW(row, LINCE_OP_CONV_BF16)
    {
        operands exact = make(&c, 5), o = make(&c, 5);
        assert_true(run(&lince_conv_ref, &c, LINCE_BACKWARD_WEIGHTS, 1, &exact, (lince_conv_args){0}));
        if (run(row, &c, LINCE_BACKWARD_WEIGHTS, 1, &o, (lince_conv_args){0}))
            for (size_t i = 0; i < o.size[B]; i++)
                assert_true(fabsf(o.memory[B][i] - exact.memory[B][i]) <= 243 * 0x1p-24f * 60);
        release(&exact), release(&o);
    }
}

static void test_relu_and_gate(void **state)
{
    (void)state;
    lince_conv c = conv_of_shape((shape){3, 40, 7, 5, 33, 3, 1, 1, 1}, lince_cpu_lanes());
    EACH_ROW(row, LINCE_OP_CONV_BF16)
    {
        operands plain = make(&c, 7), fused = make(&c, 7), gate = make(&c, 9);
        if (run(row, &c, LINCE_FORWARD, 1, &plain, (lince_conv_args){0})) {
            run(row, &c, LINCE_FORWARD, 1, &fused, (lince_conv_args){.relu = true});
            for (size_t k = 0; k < plain.size[Y]; k++)
                assert_true(fused.memory[Y][k] == (plain.memory[Y][k] > 0 ? plain.memory[Y][k] : 0));
        }
        release(&plain), release(&fused);
        plain = make(&c, 7), fused = make(&c, 7);
        if (run(row, &c, LINCE_BACKWARD_DATA, 1, &plain, (lince_conv_args){0})) {
            run(row, &c, LINCE_BACKWARD_DATA, 1, &fused, (lince_conv_args){.gate = gate.memory[X]});
            for (size_t k = 0; k < plain.size[X]; k++)
                assert_true(fused.memory[X][k] == (gate.memory[X][k] > 0 ? plain.memory[X][k] : 0));
        }
        release(&plain), release(&fused), release(&gate);
    }
}

static void test_the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    static const int threads[] = {2, 3, 64};
    for (uint64_t i = 0; i < 30; i++) {
        lince_random r = lince_random_at(lince_key(29, LINCE_STREAM_SYNTH, 0, i));
        lince_conv c = conv_of_shape(shape_of(i, &r), lince_cpu_lanes());
        lince_direction direction = (lince_direction)(i % 3);
        int which = result_of[direction];
        EACH_ROW(row, LINCE_OP_CONV_BF16)
        {
            operands first = make(&c, i);
            bool does =
                !is_ref(row) && row->same_bits && run(row, &c, direction, 1, &first, (lince_conv_args){0});
            for (int t = 0; does && t < 3; t++) {
                operands o = make(&c, i);
                assert_true(run(row, &c, direction, threads[t], &o, (lince_conv_args){0}));
                assert_memory_equal(o.memory[which], first.memory[which], o.size[which] * sizeof(float));
                release(&o);
            }
            release(&first);
        }
    }
}

/* A number that is none stays so, and does not reach other samples. */
static void test_what_is_no_number_stays_so(void **state)
{
    (void)state;
    lince_conv c = conv_of_shape((shape){3, 32, 6, 5, 32, 3, 1, 1, 1}, lince_cpu_lanes());
    EACH_ROW(row, LINCE_OP_CONV_BF16)
    {
        operands o = make(&c, 11);
        o.memory[X][o.size[X] / 3 + 5] = NAN; /* in the second sample */
        if (run(row, &c, LINCE_FORWARD, 2, &o, (lince_conv_args){.relu = true})) {
            size_t sample = o.size[Y] / 3, none = 0;
            for (size_t i = 0; i < o.size[Y]; i++) {
                none += isnan(o.memory[Y][i]) != 0;
                if (i / sample != 1) assert_false(isnan(o.memory[Y][i]));
            }
            assert_true(none >= 32 * 4);
        }
        release(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_the_definition_of_what_is_rounded),
        cmocka_unit_test(test_gradients_of_biases_are_not_rounded),
        cmocka_unit_test(test_relu_and_gate),
        cmocka_unit_test(test_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_what_is_no_number_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
