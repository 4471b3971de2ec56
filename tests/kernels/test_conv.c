/* Every implementation of convolution against the plain C reference, in every direction, over shapes that
 * have caught convolutions out: odd sizes, strides, no padding, groups, channels that do not fill a block. */
#include "core/memory.h"
#include "core/random.h"
#include "kernels/choose.h"
#include "kernels/conv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    int n, in, height, width, out, kernel, stride, padding, groups;
} cases[] = {
    {2, 3, 9, 11, 20, 3, 1, 1, 1},  {1, 16, 8, 8, 16, 3, 1, 1, 1}, {3, 40, 7, 5, 33, 3, 1, 1, 1},
    {2, 64, 4, 4, 64, 3, 1, 1, 1},  {2, 64, 2, 2, 32, 3, 1, 1, 1}, {1, 32, 13, 13, 48, 5, 2, 2, 1},
    {2, 32, 6, 6, 64, 1, 1, 0, 1},  {2, 32, 7, 7, 16, 1, 2, 0, 1}, {1, 3, 23, 23, 16, 7, 2, 3, 1},
    {2, 32, 6, 6, 32, 3, 1, 1, 32}, {2, 32, 6, 6, 64, 3, 2, 1, 2}, {1, 128, 12, 12, 64, 3, 1, 1, 1},
};

typedef struct operands {
    float *x, *w, *b, *y;
    size_t size[4];
} operands;

static int out_size(int in, int kernel, int stride, int padding)
{
    return (in + 2 * padding - kernel) / stride + 1;
}

static lince_conv geometry(size_t i)
{
    int block = lince_preferred_block(),
        in_block = cases[i].in % block ? (cases[i].in < block ? 1 : block) : block;
    return (lince_conv){
        .batch = cases[i].n,
        .in = {cases[i].in, cases[i].height, cases[i].width, in_block},
        .out = {cases[i].out, out_size(cases[i].height, cases[i].kernel, cases[i].stride, cases[i].padding),
                out_size(cases[i].width, cases[i].kernel, cases[i].stride, cases[i].padding), block},
        .kernel = {cases[i].kernel, cases[i].kernel},
        .stride = {cases[i].stride, cases[i].stride},
        .padding = {cases[i].padding, cases[i].padding},
        .groups = cases[i].groups};
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

/* |a - b| in units of b's root mean square. fp32 sums: 1e-5 is ample; Winograd F(4x4, 3x3) with points 0,
 * +-1, +-2 loses about one digit more (Lavin & Gray 2016; Barabasz et al. 2020). */
static void assert_close(const char *name, int direction, size_t which, const float *a, const float *b,
                         size_t n)
{
    double squares = 0, worst = 0;
    for (size_t i = 0; i < n; i++) {
        squares += (double)b[i] * (double)b[i];
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
    }
    double rms = sqrt(squares / (double)n), tolerance = 1e-4;
    if (!(worst <= tolerance * rms))
        fail_msg("%s, direction %d, case %zu: off by %g of %g", name, direction, which, worst, rms);
}

static void compare(const lince_conv_implementation *implementation, size_t which, lince_direction direction)
{
    lince_conv c = geometry(which);
    lince_conv_kernel kernel, reference;
    if (lince_conv_kernel_init_as(&kernel, implementation, &c, direction, direction != LINCE_BACKWARD_DATA,
                                  2))
        return;
    assert_int_equal(lince_conv_kernel_init_as(&reference, &lince_conv_ref, &c, direction,
                                               direction != LINCE_BACKWARD_DATA, 1),
                     0);
    operands a = make(&c), b = make(&c);
    void *scratch = lince_alloc(kernel.scratch + 1, 1);
    lince_conv_kernel_run(&kernel, &(lince_conv_args){a.x, a.w, a.b, a.y, scratch});
    lince_conv_kernel_run(&reference, &(lince_conv_args){b.x, b.w, b.b, b.y, NULL});
    assert_close(implementation->name, direction, which, a.x, b.x, a.size[0]);
    assert_close(implementation->name, direction, which, a.w, b.w, a.size[1]);
    assert_close(implementation->name, direction, which, a.b, b.b, a.size[2]);
    assert_close(implementation->name, direction, which, a.y, b.y, a.size[3]);
    lince_free(scratch);
    release(&a);
    release(&b);
    lince_conv_kernel_release(&kernel);
    lince_conv_kernel_release(&reference);
}

static void test_every_implementation_equals_the_reference(void **state)
{
    (void)state;
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i != &lince_conv_ref; i++)
        for (size_t which = 0; which < sizeof cases / sizeof *cases; which++)
            for (int d = LINCE_FORWARD; d <= LINCE_BACKWARD_WEIGHTS; d++)
                compare(*i, which, (lince_direction)d);
}

/* <y, conv(x, w)> = <x, backward data(y, w)> = <w, backward weights(x, y)>: the reference's three directions
 * are transposes of each other. */
static void test_the_reference_directions_are_transposes(void **state)
{
    (void)state;
    for (size_t which = 0; which < sizeof cases / sizeof *cases; which++) {
        lince_conv c = geometry(which);
        operands o = make(&c), result = make(&c);
        double product[3] = {0};
        lince_conv_args args[3] = {{o.x, o.w, NULL, result.y, NULL},
                                   {result.x, o.w, NULL, o.y, NULL},
                                   {o.x, result.w, NULL, o.y, NULL}};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_implementation_equals_the_reference),
        cmocka_unit_test(test_the_reference_directions_are_transposes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
