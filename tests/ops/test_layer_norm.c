/* Layer normalisation against its definition in double precision. Backward is compared with differences of the forward pass by
 * ops/gradients and layers/layers.
 *
 * Bounds, with u = 2^-24, C channels in blocks of b, m and s a pixel's mean and deviation: sums over channels are C / b + 1 floats
 * long, so that the mean is off by (C / b + 2) u times the mean of |x|, and the deviation by half as much of itself as the mean of
 * squares is, and by what the mean's error adds to it. */
#include "kernels/kernels.h"
#include "ops/blocked.h"
#include "ops/rows.h"

static const double eps = (double)1e-5f;

typedef struct pixel {
    double mean, inv_std, size; /* size: the mean of |x| */
} pixel;

static pixel look_at(lince_shape s, const float *x, int n, int row, int column)
{
    double total = 0, size = 0, squares = 0, channels = s.channels;
    for (int c = 0; c < s.channels; c++) {
        double v = (double)x[blocked_at(s, n, c, row, column)];
        total += v, size += fabs(v);
    }
    for (int c = 0; c < s.channels; c++) {
        double d = (double)x[blocked_at(s, n, c, row, column)] - total / channels;
        squares += d * d;
    }
    return (pixel){total / channels, 1 / sqrt(squares / channels + eps), size / channels};
}

static double bound(lince_shape s, const pixel *p, double x, double gamma, double y)
{
    double u = UNIT_ROUNDOFF, terms = s.channels / s.block + 2,
           mean_off = terms * u * p->size + u * fabs(p->mean), scaled = fabs(x - p->mean) * p->inv_std,
           off = mean_off * p->inv_std;
    double relative = (terms + 6) * u + off * off;
    return fabs(gamma) * (off * 1.01 + scaled * relative) + u * (fabs(y) + fabs(gamma) * scaled) + 1e-38;
}

static void test_random_shapes(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(31, LINCE_STREAM_SYNTH, 0, i));
        lince_shape shape = draw_shape(&r), one = shape;
        shape.channels = draw_size(&r, 1, 300);
        one.channels = shape.channels, one.height = one.width = 1;
        int batch = draw_size(&r, 1, 3);
        value_kind kind = (value_kind)(i % VALUE_KINDS);
        float *v = draw_blocked(shape, batch, kind, &r), *gamma = draw_blocked_weights(one, 1, NORMAL, &r),
              *beta = draw_blocked_weights(one, 1, NORMAL, &r), *to = blocked_new(shape, batch),
              *moments =
                  lince_alloc(2 * (size_t)batch * (size_t)(shape.height * shape.width), sizeof *moments);
        assert_non_null(moments);
        lince_layer_norm ln = {gamma, beta, moments, 1e-5f};
        lince_layer_norm_forward(ON(2), &ln, shape, (size_t)batch, v, to);
        EACH_ELEMENT(shape, batch)
        {
            size_t at = blocked_at(shape, n, c, y, x);
            pixel p = look_at(shape, v, n, y, x);
            double g = (double)gamma[blocked_at(one, 0, c, 0, 0)],
                   b = (double)beta[blocked_at(one, 0, c, 0, 0)],
                   expected = ((double)v[at] - p.mean) * p.inv_std * g + b,
                   ratio = fabs((double)to[at] - expected) / bound(shape, &p, (double)v[at], g, expected);
            if (!(ratio <= 1))
                fail_msg("%d channels, block %d, %s values: %.9g, expected %.9g: %.3g times the bound",
                         shape.channels, shape.block, value_kind_names[kind], (double)to[at], expected,
                         ratio);
            worst = fmax(worst, ratio);
        }
        assert_padding_zero(shape, batch, to);
        lince_free(v), lince_free(gamma), lince_free(beta), lince_free(to), lince_free(moments);
    }
    print_message("layer norm: the worst is %.2f of its bound\n", worst);
    assert_true(worst > 0.02); /* else the bound says nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_shapes)};
    return cmocka_run_group_tests_name("ops/layer_norm", tests, NULL, NULL);
}
