/* Factors of channels against their definition and bounds. */
#include "kernels/kernels.h"
#include "ops/blocked.h"
#include "ops/rows.h"

enum { OUTPUT, FACTORS, INPUT, WHATS };
static const char *const names[WHATS] = {"scaled channels", "gradient of factors", "gradient of channels"};
static tally tallies[WHATS];

static void check(int what, value_kind kind, double terms, size_t at, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s, %s values: [%zu] is %.9g, expected %.9g: %.3g times the bound", names[what],
                 value_kind_names[kind], at, (double)found, expected.value, ratio);
    record(&tallies[what], kind, terms, ratio);
}

static estimate product(float a, float b)
{
    return rounded(exactly((double)a * (double)b));
}

static void test_random_shapes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(29, LINCE_STREAM_SYNTH, 0, i));
        value_kind kind = (value_kind)(i % VALUE_KINDS);
        lince_shape shape = draw_shape(&r), factors = shape;
        int batch = draw_size(&r, 1, 4);
        factors.height = factors.width = 1;
        float *v = draw_blocked(shape, batch, kind, &r), *s = draw_blocked_weights(factors, batch, kind, &r),
              *dy = draw_blocked_weights(shape, batch, kind, &r), *to = blocked_new(shape, batch),
              *dv = blocked_new(shape, batch), *ds = blocked_new(factors, batch);
        sum *sums = lince_alloc((size_t)batch * lince_shape_size(factors), sizeof *sums);
        assert_non_null(sums);
        lince_scale_channels(ON(2), shape, (size_t)batch, v, s, to);
        lince_scale_channels_backward(ON(2), shape, (size_t)batch, v, s, dy, dv, ds);
        EACH_ELEMENT(shape, batch)
        {
            size_t at = blocked_at(shape, n, c, y, x), factor = blocked_at(factors, n, c, 0, 0);
            check(OUTPUT, kind, 1, at, product(v[at], s[factor]), to[at]);
            check(INPUT, kind, 1, at, product(dy[at], s[factor]), dv[at]);
            add_term(&sums[factor], product(v[at], dy[at]));
        }
        EACH_ELEMENT(factors, batch)
        {
            size_t at = blocked_at(factors, n, c, y, x);
            check(FACTORS, kind, sums[at].terms, at, total_of(&sums[at], order_of(kind), sums[at].terms - 1),
                  ds[at]);
        }
        assert_padding_zero(shape, batch, to);
        assert_padding_zero(shape, batch, dv);
        lince_free(v), lince_free(s), lince_free(dy), lince_free(to), lince_free(dv), lince_free(ds);
        lince_free(sums);
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
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("ops/scale", tests, NULL, NULL);
}
