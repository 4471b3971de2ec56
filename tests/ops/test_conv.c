/* Every implementation of convolution against the plain C reference, in every direction, over shapes that
 * have caught convolutions out: odd sizes, strides, no padding, groups, channels that do not fill a block,
 * maps smaller than a tile; more and fewer tiles than channels, which go different ways through
 * kernels/x86. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/conv.h"
#include "kernels/far.h"
#include "ops/conv_shape.h"
#include "ops/rows.h"
#include "ops/sample.h"
#include "ops/winograd_bound.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const shape cases[] = {
    {2, 3, 9, 11, 20, 3, 1, 1, 1},
    {1, 16, 8, 8, 16, 3, 1, 1, 1},
    {3, 40, 7, 5, 33, 3, 1, 1, 1},
    {2, 64, 4, 4, 64, 3, 1, 1, 1},
    {2, 64, 2, 2, 32, 3, 1, 1, 1},
    {1, 32, 13, 13, 48, 5, 2, 2, 1},
    {2, 32, 6, 6, 64, 1, 1, 0, 1},
    {2, 32, 7, 7, 16, 1, 2, 0, 1},
    {1, 3, 23, 23, 16, 7, 2, 3, 1},
    {2, 32, 6, 6, 32, 3, 1, 1, 32},
    {2, 32, 6, 6, 64, 3, 2, 1, 2},
    {1, 72, 12, 12, 40, 3, 1, 1, 1},
    {5, 24, 1, 1, 48, 3, 1, 1, 1},
    {3, 48, 2, 2, 80, 3, 1, 1, 1},
    {3, 16, 1, 6, 16, 3, 1, 1, 1},
    {2, 16, 9, 6, 48, 3, 1, 0, 1},
    {2, 32, 5, 10, 16, 3, 1, 2, 1},
    {1, 16, 3, 3, 16, 3, 1, 0, 1},
    {9, 16, 17, 19, 8, 3, 1, 1, 1},
    {5, 72, 4, 4, 112, 3, 1, 1, 1},
    {131, 16, 2, 2, 144, 3, 1, 1, 1},
    {2, 3, 29, 27, 24, 11, 4, 2, 1},
    {2, 3, 32, 32, 32, 3, 2, 1, 1},
    {2, 96, 3, 3, 24, 1, 1, 0, 1},
    {2, 24, 9, 9, 144, 1, 1, 0, 1},
    {3, 320, 1, 1, 1280, 1, 1, 0, 1},
    {2, 408, 5, 4, 40, 1, 1, 0, 1},
    {2, 40, 5, 4, 408, 1, 1, 0, 1},
    {2, 3, 33, 33, 32, 3, 2, 1, 1},
    {2, 24, 7, 9, 24, 3, 2, 1, 24},
    {9, 40, 5, 6, 40, 5, 1, 2, 40},
    {2, 16, 9, 14, 16, 5, 2, 2, 16},
    {2, 32, 4, 1, 32, 3, 1, 1, 32},
    {1, 16, 2, 2, 16, 5, 2, 2, 16},
    {1, 16, 8, 31, 16, 3, 1, 0, 16},
    {2, 32, 6, 9, 32, 3, 1, 1, 8},
    {3, 104, 9, 7, 104, 3, 2, 1, 13},
    {2, 24, 9, 12, 24, 7, 1, 3, 24},
    {3, 16, 14, 11, 16, 7, 2, 3, 16},
    {2, 64, 5, 18, 64, 3, 1, 1, 4},
    {1, 96, 8, 14, 96, 3, 2, 1, 3},
    {9, 32, 4, 3, 32, 3, 1, 0, 16},
    {4, 64, 7, 6, 64, 3, 1, 1, 16},
    {2, 48, 11, 5, 48, 3, 2, 1, 12},
    {3, 32, 9, 15, 32, 3, 1, 1, 8},
    {2, 80, 6, 7, 80, 3, 1, 1, 20},
    {2, 48, 7, 7, 48, 3, 1, 1, 2},
    {2, 72, 6, 9, 72, 3, 2, 1, 3},
    {3, 48, 9, 7, 48, 3, 1, 1, 4},
    {2, 56, 5, 6, 56, 3, 1, 1, 2},
    {2, 120, 7, 8, 120, 3, 1, 1, 5},
    {2, 36, 7, 5, 36, 3, 1, 1, 6},
    {2, 48, 6, 5, 48, 1, 1, 0, 4},
    {2, 40, 9, 8, 24, BY(1, 7), 1, BY(0, 3), 1},
    {2, 40, 8, 9, 24, BY(7, 1), 1, BY(3, 0), 1},
    {2, 24, 7, 8, 32, BY(1, 3), 1, BY(0, 1), 1},
    {2, 24, 9, 9, 32, BY(3, 1), 1, BY(1, 0), 1},
    {2, 24, 9, 8, 32, BY(3, 5), 2, BY(0, 2), 1},
    {1, 24, 9, 8, 32, 3, BY(2, 1), 1, 1},
    {1, 3, 19, 17, 16, BY(5, 3), 2, BY(2, 1), 1},
    {2, 24, 9, 8, 24, BY(3, 5), 1, BY(1, 2), 24},
    {2, 16, 9, 8, 16, 3, BY(1, 2), BY(0, 1), 16},
    {17, 40, 2, 2, 24, 1, 1, 0, 1},
    {30, 24, 1, 1, 72, 1, 1, 0, 1},
    {9, 40, 2, 2, 56, 3, 2, 1, 1},
    {16, 24, 4, 5, 40, 1, 2, 0, 1},
    {8, 24, 3, 3, 40, 5, 1, 2, 1},
    {12, 32, 5, 4, 24, BY(3, 2), BY(2, 1), BY(1, 0), 1},
    {400, 512, 1, 1, 16, 1, 1, 0, 1},
    {2, 256, 4, 4, 40, 1, 2, 0, 1},
    {2, 40, 2, 3, 400, 1, 1, 0, 1},
};
enum { CASES = sizeof cases / sizeof *cases };

/* A walk over the tiles in several chunks: too large for the loops below. */
static const shape many_tiles = {4, 16, 67, 67, 32, 3, 1, 1, 1};

typedef struct operands {
    float *x, *w, *b, *y;
    size_t size[4];
} operands;

static size_t activation_at(lince_shape s, size_t n, size_t c, size_t y, size_t x)
{
    size_t b = (size_t)s.block, height = (size_t)s.height, width = (size_t)s.width,
           blocks = (size_t)lince_round_up(s.channels, s.block) / b;
    return (((n * blocks + c / b) * height + y) * width + x) * b + c % b;
}

/* Random values where there are channels, zeros in their padding. */
static void fill_activation(float *v, lince_shape s, int n, value_kind kind, lince_random *r)
{
    for (size_t i = 0; i < (size_t)n; i++)
        for (size_t c = 0; c < (size_t)s.channels; c++)
            for (size_t y = 0; y < (size_t)s.height; y++)
                for (size_t x = 0; x < (size_t)s.width; x++)
                    v[activation_at(s, i, c, y, x)] = draw_value(kind, r);
}

/* Gradients take part in the sums of backward weights as weights do in the others. */
static void fill_gradient(float *v, lince_shape s, int n, value_kind kind, lince_random *r)
{
    int all = n * s.height * s.width;
    for (int i = 0; i < all; i++)
        for (size_t c = 0; c < (size_t)s.channels; c++) {
            size_t sample = (size_t)(i / (s.height * s.width)), y = (size_t)(i / s.width % s.height);
            v[activation_at(s, sample, c, y, (size_t)(i % s.width))] = draw_weight(kind, i >= all / 2, r);
        }
}

/* What is summed over: a group's inputs and taps, or in backward data its outputs and taps. */
static void fill_weights(float *w, const lince_conv *c, lince_direction direction, value_kind kind,
                         lince_random *r)
{
    int inputs = c->in.channels / c->groups, outputs = c->out.channels / c->groups;
    int taps = c->kernel[0] * c->kernel[1];
    for (int o = 0; o < c->out.channels; o++)
        for (int i = 0; i < inputs; i++)
            for (int tap = 0; tap < taps; tap++) {
                bool back = direction == LINCE_BACKWARD_DATA;
                int place = (back ? o % outputs : i) * taps + tap, places = (back ? outputs : inputs) * taps;
                w[lince_conv_weight_at(c, o, i, tap / c->kernel[1], tap % c->kernel[1])] =
                    draw_weight(kind, place >= places / 2, r);
            }
}

static operands make_of(const lince_conv *c, lince_direction direction, value_kind kind, uint64_t key)
{
    operands o = {.size = {(size_t)c->batch * lince_shape_size(c->in), lince_conv_weights_size(c),
                           (size_t)lince_round_up(c->out.channels, c->out.block),
                           (size_t)c->batch * lince_shape_size(c->out)}};
    float **all[] = {&o.x, &o.w, &o.b, &o.y};
    lince_random r = lince_random_at(key);
    for (int i = 0; i < 4; i++) assert_non_null(*all[i] = lince_alloc(o.size[i], sizeof(float)));
    fill_activation(o.x, c->in, c->batch, kind, &r);
    if (direction == LINCE_BACKWARD_WEIGHTS)
        fill_gradient(o.y, c->out, c->batch, kind, &r);
    else
        fill_activation(o.y, c->out, c->batch, kind, &r);
    fill_weights(o.w, c, direction, kind, &r);
    for (int k = 0; k < c->out.channels; k++) o.b[k] = draw_weight(kind, true, &r);
    return o;
}

static operands copy_of(const operands *from)
{
    operands o = *from;
    float **all[] = {&o.x, &o.w, &o.b, &o.y};
    for (int i = 0; i < 4; i++) {
        const float *values = *all[i];
        assert_non_null(*all[i] = lince_alloc(o.size[i], sizeof(float)));
        memcpy(*all[i], values, o.size[i] * sizeof(float));
    }
    return o;
}

static operands make(const lince_conv *c)
{
    return make_of(c, LINCE_FORWARD, NORMAL, 7);
}

static void release(operands *o)
{
    lince_free(o->x), lince_free(o->w), lince_free(o->b), lince_free(o->y);
}

/* Runs one implementation over the operands; false where it does not do this geometry. */
static bool run(const lince_op_row *implementation, const lince_conv *c, lince_direction direction,
                int threads, operands *o, lince_conv_args more)
{
    lince_kernel kernel;
    bool bias = direction != LINCE_BACKWARD_DATA;
    lince_conv_task task = {*c, direction, bias};
    if (lince_kernel_init_as(&kernel, ON(threads), implementation, &task)) return false;
    more.x = o->x, more.w = o->w, more.b = bias ? o->b : NULL, more.y = o->y;
    more.scratch = lince_alloc(kernel.scratch + 1, 1);
    assert_non_null(more.scratch);
    memset(more.scratch, 0xFF, kernel.scratch); /* NaN: it must not be read before it is written */
    lince_kernel_run(&kernel, &more);
    lince_free(more.scratch);
    lince_kernel_release(&kernel);
    return true;
}

/* --- against the truth ---------------------------------------------------------------------------------- */

/* Operands without blocks, in double precision. */
static double *plain_activation(lince_shape s, int n, const float *from)
{
    double *to = lince_alloc((size_t)n * lince_shape_elements(s), sizeof *to), *next = to;
    assert_non_null(to);
    for (size_t i = 0; i < (size_t)n; i++)
        for (size_t c = 0; c < (size_t)s.channels; c++)
            for (size_t y = 0; y < (size_t)s.height; y++)
                for (size_t x = 0; x < (size_t)s.width; x++)
                    *next++ = (double)from[activation_at(s, i, c, y, x)];
    return to;
}

static double *plain_weights(const lince_conv *c, const float *from)
{
    double *to = lince_alloc(conv_w_at(c, c->out.channels, 0, 0, 0), sizeof *to), *next = to;
    assert_non_null(to);
    for (int o = 0; o < c->out.channels; o++)
        for (int i = 0; i < conv_inputs(c); i++)
            for (int ky = 0; ky < c->kernel[0]; ky++)
                for (int kx = 0; kx < c->kernel[1]; kx++)
                    *next++ = (double)from[lince_conv_weight_at(c, o, i, ky, kx)];
    return to;
}

typedef struct plain_operands {
    double *x, *w, *b, *y;
} plain_operands;

static plain_operands plain_of(const lince_conv *c, const operands *o)
{
    plain_operands p = {plain_activation(c->in, c->batch, o->x), plain_weights(c, o->w),
                        lince_alloc(o->size[2], sizeof(double)), plain_activation(c->out, c->batch, o->y)};
    assert_non_null(p.b);
    for (size_t i = 0; i < o->size[2]; i++) p.b[i] = (double)o->b[i];
    return p;
}

static void plain_release(plain_operands *p)
{
    lince_free(p->x), lince_free(p->w), lince_free(p->b), lince_free(p->y);
}

/* By its name, because what an architecture does not have is in no table. */
static conv_algorithm algorithm_of(const lince_op_row *implementation, lince_direction direction)
{
    const char *name = implementation->name;
    if (is_ref(implementation)) return IN_DOUBLE;
    if (strstr(name, "winograd")) return strstr(name, "onednn") ? WINOGRAD_4 : WINOGRAD;
    if (strstr(name, "onednn")) return lince_cpu_level() > LINCE_PLAIN ? IN_CHAIN : BY_PRODUCT;
    if (strstr(name, "split")) return IN_TILES;
    if (direction != LINCE_BACKWARD_WEIGHTS) return IN_CHAIN;
    return strstr(name, "depthwise") || strstr(name, "grouped") ? BY_PARITY : BY_SAMPLE;
}

static tally tallies[MOST_ROWS][3];

/* Where the result's element `at`, as conv_bound.h numbers them, lies. */
static size_t place_of(const lince_conv *c, lince_direction direction, size_t at)
{
    if (direction == LINCE_BACKWARD_WEIGHTS) {
        size_t kernel = (size_t)c->kernel[1], row = at / kernel, height = (size_t)c->kernel[0],
               inputs = (size_t)conv_inputs(c);
        return lince_conv_weight_at(c, (int)(row / height / inputs), (int)(row / height % inputs),
                                    (int)(row % height), (int)(at % kernel));
    }
    lince_shape s = direction == LINCE_FORWARD ? c->out : c->in;
    size_t width = (size_t)s.width, height = (size_t)s.height, channels = (size_t)s.channels;
    return activation_at(s, at / width / height / channels, at / width / height % channels,
                         at / width % height, at % width);
}

typedef struct checked {
    const lince_op_row *implementation;
    shape shape;
    int block;
    lince_direction direction;
    value_kind kind;
    tally *tally;
} checked;

static void check_result(const checked *k, char what, size_t at, estimate expected, float found, double terms)
{
    static const char *const directions[] = {"forward", "backward data", "backward weights"};
    shape s = k->shape;
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg(
            "%s, %s, %s values, %d x %dx%dx%d -> %d, kernel %dx%d, stride %dx%d, padding %dx%d, groups %d, "
            "block %d: %c[%zu] is %.9g, expected %.9g: %.3g times the bound",
            k->implementation->name, directions[k->direction], value_kind_names[k->kind], s.n, s.in, s.height,
            s.width, s.out, shape_axis(s.kernel, 0), shape_axis(s.kernel, 1), shape_axis(s.stride, 0),
            shape_axis(s.stride, 1), shape_axis(s.padding, 0), shape_axis(s.padding, 1), s.groups, k->block,
            what, at, (double)found, expected.value, ratio);
    record(k->tally, k->kind, terms, ratio);
}

/* Results against the truth; their padding is zero, and the other operands are as they were. */
static void check_operands(const checked *k, const conv_truth *t, const operands *before, operands *found)
{
    const lince_conv *c = t->p->c;
    float *all[] = {found->x, found->w, found->b, found->y};
    const float *was[] = {before->x, before->w, before->b, before->y};
    size_t result = k->direction == LINCE_FORWARD ? 3 : k->direction == LINCE_BACKWARD_DATA ? 0 : 1;
    bool weights = k->direction == LINCE_BACKWARD_WEIGHTS;
    static const char names[] = "xwby";
    for (size_t i = 0; i < 4; i++)
        if (i != result && !(i == 2 && weights))
            assert_memory_equal(all[i], was[i], before->size[i] * sizeof(float));
    for (size_t i = 0; i < conv_results(t->p); i++) {
        float *y = &all[result][place_of(c, k->direction, i)];
        check_result(k, names[result], i, t->result[i], *y, t->p->sums[i].terms);
        *y = 0;
    }
    for (size_t i = 0; i < before->size[result]; i++) assert_true(all[result][i] == 0);
    double pixels = (double)c->batch * c->out.height * c->out.width;
    for (size_t i = 0; i < before->size[2] && weights; i++)
        if (i < (size_t)c->out.channels)
            check_result(k, 'b', i, t->bias[i], found->b[i], pixels);
        else
            assert_true(found->b[i] == 0);
}

/* What each implementation that does this geometry gives, against the truth; how many did it. */
static int compare(shape s, int block, lince_direction direction, value_kind kind, uint64_t key)
{
    lince_conv c = conv_of_shape(s, block);
    operands before = make_of(&c, direction, kind, key);
    plain_operands plain = plain_of(&c, &before);
    conv_problem p = {&c, direction, order_of(kind), plain.x, plain.w, plain.b, plain.y, NULL, NULL};
    conv_truth truth[CONV_ALGORITHMS] = {{0}};
    int done = 0;
    conv_problem_sum(&p);
    EACH_ROW(way, LINCE_OP_CONV)
    {
        checked k = {way, s, block, direction, kind, &tallies[number_of(way)][direction]};
        conv_algorithm a = algorithm_of(way, direction);
        operands found = copy_of(&before);
        if (run(way, &c, direction, 2, &found, (lince_conv_args){0})) {
            if (!truth[a].p) truth[a] = a >= WINOGRAD ? winograd_truth_of(&p, a) : conv_truth_of(&p, a);
            check_operands(&k, &truth[a], &before, &found);
            done++;
        }
        release(&found);
    }
    for (int a = 0; a < CONV_ALGORITHMS; a++) conv_truth_release(&truth[a]);
    lince_free(p.sums), lince_free(p.bias_sums);
    plain_release(&plain);
    release(&before);
    return done;
}

/* In blocks of their lanes lince's own kernels do all that is not grouped; of groups square windows of 3, where a vector finds each input
 * of its channels in two blocks; with a channel a group also of 5 and 7. */
static bool has_own(shape s, int block)
{
    int inputs = s.in / s.groups;
    bool shares = s.kernel == 3 && s.in == s.out &&
                  (block % inputs == 0 || inputs % block == 0 || (inputs > block && inputs <= 64));
    return lince_cpu_level() > LINCE_PLAIN && block == lince_cpu_lanes() && s.in >= block && s.stride <= 2 &&
           (s.groups == 1 || shares || (inputs == 1 && (s.kernel == 5 || s.kernel == 7)));
}

static void compare_all(shape s, int block, value_kind kind, uint64_t key)
{
    for (int d = LINCE_FORWARD; d <= LINCE_BACKWARD_WEIGHTS; d++)
        if (compare(s, block, (lince_direction)d, kind, key) < 2 && has_own(s, block))
            fail_msg("%dx%dx%d -> %d, kernel %dx%d, direction %d: nothing but the reference", s.in, s.height,
                     s.width, s.out, shape_axis(s.kernel, 0), shape_axis(s.kernel, 1), d);
}

static void test_every_implementation_is_the_definition(void **state)
{
    (void)state;
    for (size_t which = 0; which < CASES; which++)
        for (int block = 8; block <= 16; block += 8)
            compare_all(cases[which], block, (value_kind)(which % VALUE_KINDS), which);
}

/* Maps of more than the second-level cache has for them are computed part by part. */
static void test_large_maps_are_the_definition(void **state)
{
    static const shape both[] = {{1, 64, 49, 47, 48, 1, 1, 0, 1},
                                 {1, 64, 49, 50, 48, 3, 2, 1, 1},
                                 {1, 1608, 10, 20, 40, 1, 1, 0, 1}};
    static const shape strided = {1, 64, 96, 51, 48, 1, 2, 0, 1};
    int block = lince_cpu_lanes() > 8 ? 16 : 8;
    (void)state;
    for (size_t i = 0; i < sizeof both / sizeof *both; i++)
        for (int d = LINCE_FORWARD; d <= LINCE_BACKWARD_DATA; d++)
            compare(both[i], block, (lince_direction)d, NORMAL, i);
    compare(strided, block, LINCE_FORWARD, NORMAL, 3);
}

static void test_backward_weights_adds_up_over_chunks(void **state)
{
    (void)state;
    compare(many_tiles, lince_cpu_lanes() > 8 ? 16 : 8, LINCE_BACKWARD_WEIGHTS, NORMAL, 7);
}

/* A kernel of two sizes, with as much padding as keeps it inside. */
static void draw_sides(shape *s, lince_random *r)
{
    int kernel[2], padding[2], *size[] = {&s->height, &s->width};
    for (int axis = 0; axis < 2; axis++) {
        kernel[axis] = 1 + (int)lince_random_below(r, 7);
        padding[axis] = (int)lince_random_below(r, (uint32_t)(kernel[axis] < 3 ? kernel[axis] : 3));
        if (*size[axis] + 2 * padding[axis] < kernel[axis]) *size[axis] = kernel[axis];
    }
    s->kernel = BY(kernel[0], kernel[1]);
    s->padding = BY(padding[0], padding[1]);
}

/* Half of them 3x3 with stride 1, a quarter depthwise or grouped, an eighth of two sizes. */
static shape draw_shape(lince_random *r)
{
    shape s = {.n = draw_size(r, 1, 6), .height = draw_size(r, 1, 20), .width = draw_size(r, 1, 20)};
    s.in = draw_size(r, 1, 96), s.out = draw_size(r, 1, 96), s.groups = 1, s.kernel = 3, s.stride = 1;
    switch (lince_random_below(r, 4)) {
    case 0:
        s.groups = s.out = s.in = lince_round_up(s.in, 8), s.kernel = 3 + 2 * (int)lince_random_below(r, 3);
        if (lince_random_below(r, 2)) s.groups = s.in / (1 << lince_random_below(r, 4)), s.kernel = 3;
        break;
    case 1:
        if (lince_random_below(r, 2)) return draw_sides(&s, r), s;
        s.kernel = 1 + (int)lince_random_below(r, 5);
        break;
    default: break;
    }
    if (s.kernel != 3 || s.groups > 1) s.stride = 1 + (int)lince_random_below(r, 2);
    s.padding = (int)lince_random_below(r, (uint32_t)(s.kernel < 3 ? s.kernel : 3));
    int least = s.kernel - 2 * s.padding;
    if (s.height < least) s.height = least;
    if (s.width < least) s.width = least;
    return s;
}

/* At most as many as let a sample of 10,000 end in minutes. */
static bool is_large(shape s)
{
    double taps = shape_taps(s), pixels = (double)s.n * s.height * s.width;
    return taps * pixels * s.in / s.groups * s.out > 4e6;
}

static void test_random_shapes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(11, LINCE_STREAM_SYNTH, 0, i));
        shape s = draw_shape(&r);
        while (is_large(s)) s = draw_shape(&r);
        int block = lince_cpu_lanes() > 8 && lince_random_below(&r, 2) ? 16 : 8;
        compare_all(s, block, (value_kind)(i % VALUE_KINDS), i);
    }
}

/* By its name likewise: weights' gradients sum over samples anyway, and are left to other rows. */
static bool takes_part(const lince_op_row *implementation, int direction)
{
    return direction != LINCE_BACKWARD_WEIGHTS || !strstr(implementation->name, "samples");
}

/* Behind all comparisons: none was ten times too wide, and each implementation of this level took part. */
static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    static const char *const directions[] = {"forward", "backward data", "backward weights"};
    EACH_ROW(way, LINCE_OP_CONV)
    for (int d = 0; d < 3; d++) {
        char name[64];
        size_t results = 0, i = number_of(way);
        snprintf(name, sizeof name, "%s, %s", way->name, directions[d]);
        check_tally(name, &tallies[i][d]);
        for (int l = 0; l < LENGTHS; l++) results += tallies[i][d].results[NORMAL][l];
        if (!results && takes_part(way, d) && way->needs == lince_cpu_level() && way->needs > LINCE_PLAIN)
            fail_msg("%s took no part", name);
    }
}

/* relu and gate: fused or not, the same numbers as in a pass of their own. */
static void compare_fused(const lince_op_row *implementation, lince_direction direction)
{
    lince_conv c = conv_of_shape(cases[2], lince_cpu_lanes());
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
    EACH_ROW(row, LINCE_OP_CONV) compare_fused(row, LINCE_FORWARD), compare_fused(row, LINCE_BACKWARD_DATA);
}

/* What promises so (oneDNN does not): bytes, on more threads than there is work for, too. */
static void compare_threads(const lince_op_row *implementation, shape s, int block, lince_direction direction)
{
    static const int threads[] = {2, 3, 64};
    lince_conv c = conv_of_shape(s, block);
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
    EACH_ROW(row, LINCE_OP_CONV)
    for (int d = LINCE_FORWARD; d <= LINCE_BACKWARD_WEIGHTS && row->same_bits && !is_ref(row); d++)
        for (size_t which = 0; which < sizeof shapes / sizeof *shapes; which++)
            for (int block = 8; block <= 16; block += 8)
                compare_threads(row, shapes[which], block, (lince_direction)d);
}

/* One value of x that is no number, or infinite, makes no finite result of what reads it. */
static void spoil(const lince_op_row *row, uint32_t bits)
{
    lince_conv c = conv_of_shape((shape){2, 48, 12, 12, 40, 1, 1, 0, 1}, lince_cpu_lanes());
    operands o = make(&c);
    memcpy(&o.x[activation_at(c.in, 1, 33, 5, 7)], &bits, sizeof bits);
    if (run(row, &c, LINCE_FORWARD, 1, &o, (lince_conv_args){0}))
        for (size_t channel = 0; channel < 40; channel++) {
            assert_false(isfinite(o.y[activation_at(c.out, 1, channel, 5, 7)]));
            assert_true(isfinite(o.y[activation_at(c.out, 1, channel, 5, 6)]));
        }
    release(&o);
}

static void test_what_is_no_number_stays_none(void **state)
{
    (void)state;
    static const uint32_t bits[] = {0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 0x7fffffff, 0xffffffff};
    EACH_ROW(row, LINCE_OP_CONV)
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) spoil(row, bits[i]);
}

/* Sample by sample, where results are small. */
static void compare_samples(const lince_op_row *row, shape s, lince_direction direction)
{
    lince_conv c = conv_of_shape(s, lince_cpu_lanes()), one = c;
    operands all = make(&c);
    size_t x = lince_shape_size(c.in), y = lince_shape_size(c.out);
    one.batch = 1;
    if (run(row, &c, direction, 2, &all, (lince_conv_args){0})) {
        operands each = make(&c);
        assert_true(lince_is_far(direction == LINCE_FORWARD ? all.y : all.x,
                                 all.size[direction == LINCE_FORWARD ? 3 : 0]));
        for (size_t n = 0; n < (size_t)c.batch; n++) {
            operands sample = {.x = each.x + n * x, .w = each.w, .b = each.b, .y = each.y + n * y};
            assert_true(run(row, &one, direction, 1, &sample, (lince_conv_args){0}));
        }
        assert_memory_equal(each.x, all.x, all.size[0] * sizeof(float));
        assert_memory_equal(each.y, all.y, all.size[3] * sizeof(float));
        release(&each);
    }
    release(&all);
}

static void test_results_that_are_written_past_the_caches_are_those_of_each_sample(void **state)
{
    (void)state;
    EACH_ROW(row, LINCE_OP_CONV)
    for (int kernel = 1; kernel <= 3 && row->same_bits && !is_ref(row); kernel += 2) {
        compare_samples(row, (shape){5, 16, 168, 168, 32, kernel, 1, kernel / 2, 1}, LINCE_FORWARD);
        compare_samples(row, (shape){5, 32, 168, 168, 16, kernel, 1, kernel / 2, 1}, LINCE_BACKWARD_DATA);
    }
}

/* <y, conv(x, w)> = <x, backward data(y, w)> = <w, backward weights(x, y)>: the reference's three directions
 * are transposes of each other. */
static void test_the_reference_directions_are_transposes(void **state)
{
    (void)state;
    for (size_t which = 0; which < CASES; which++) {
        lince_conv c = conv_of_shape(cases[which], 16);
        operands o = make(&c), result = make(&c);
        double product[3] = {0};
        lince_conv_args args[3] = {{.x = o.x, .w = o.w, .y = result.y},
                                   {.x = result.x, .w = o.w, .y = o.y},
                                   {.x = o.x, .w = result.w, .y = o.y}};
        for (int d = 0; d < 3; d++) {
            lince_kernel k;
            lince_conv_task task = {c, (lince_direction)d, false};
            assert_int_equal(lince_kernel_init_as(&k, ON(2), &lince_conv_ref, &task), 0);
            lince_kernel_run(&k, &args[d]);
            lince_kernel_release(&k);
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
        lince_conv c = conv_of_shape(cases[which], lince_cpu_lanes());
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
        cmocka_unit_test(test_every_implementation_is_the_definition),
        cmocka_unit_test(test_large_maps_are_the_definition),
        cmocka_unit_test(test_backward_weights_adds_up_over_chunks),
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_bounds_are_not_wide),
        cmocka_unit_test(test_relu_and_gate),
        cmocka_unit_test(test_own_kernels_give_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_what_is_no_number_stays_none),
        cmocka_unit_test(test_results_that_are_written_past_the_caches_are_those_of_each_sample),
        cmocka_unit_test(test_rows_of_weights_go_where_each_weight_lies),
        cmocka_unit_test(test_the_reference_directions_are_transposes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
