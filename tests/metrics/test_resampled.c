/* Means over folds: Student's t as scipy has it, and the correction of Nadeau and Bengio. */
#include "metrics/resampled.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance)) fail_msg("found %.15g, expected %.15g", found, expected);
}

/* 2 * scipy.stats.t.sf(t, freedom) */
static void test_student_p_is_that_of_scipy(void **state)
{
    (void)state;
    static const struct {
        double t, freedom, p;
    } cases[] = {{0, 4, 1},
                 {1.5, 4, 0.208},
                 {2.776445105, 4, 0.05000000001011946},
                 {-3.2, 9, 0.010831302589901321},
                 {0.01, 1, 0.993634014470186},
                 {50, 2, 0.00039976015988808057},
                 {1.96, 1000, 0.050273184955748736}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        near(lince_student_p(cases[i].t, cases[i].freedom), cases[i].p, 1e-12);
}

/* scipy.stats.t.ppf((1 + share) / 2, freedom) */
static void test_student_quantile_is_that_of_scipy(void **state)
{
    (void)state;
    near(lince_student_quantile(0.95, 1), 12.706204736174694, 1e-9);
    near(lince_student_quantile(0.95, 4), 2.7764451051977934, 1e-10);
    near(lince_student_quantile(0.95, 9), 2.262157162798205, 1e-10);
    near(lince_student_quantile(0.99, 29), 2.756385903670605, 1e-10);
}

/* With scipy's quantile q and numpy: q * v.std(ddof=1) * sqrt(1/k), and sqrt(1/k + 1/(k - 1)). */
static void test_the_corrected_interval_is_wider_by_the_overlap(void **state)
{
    (void)state;
    const double values[] = {0.81, 0.84, 0.79, 0.86, 0.82};
    lince_resampled r = lince_resample(values, 5);
    near(r.mean, 0.824, 1e-15);
    near(r.deviation, 0.027018512172212565, 1e-15);
    near(r.half, 0.033547913849266524, 1e-12);
    near(r.half_corrected, 0.05032187077389979, 1e-12);
}

static void test_a_difference_is_tested_with_the_corrected_variance(void **state)
{
    (void)state;
    const double differences[] = {0.02, 0.01, 0.03, -0.01, 0.02};
    lince_resampled r = lince_resample(differences, 5);
    near(r.t, 1.376124924112373, 1e-12);
    near(r.p, 0.24080150290275065, 1e-12);
}

static void test_equal_folds_differ_surely_or_not_at_all(void **state)
{
    (void)state;
    const double none[] = {0, 0, 0}, all[] = {0.25, 0.25, 0.25}, undefined[] = {0.1, NAN, 0.2};
    near(lince_resample(none, 3).p, 1, 0);
    near(lince_resample(all, 3).p, 0, 0);
    assert_true(isnan(lince_resample(undefined, 3).mean));
    assert_true(isnan(lince_resample(undefined, 3).p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_student_p_is_that_of_scipy),
        cmocka_unit_test(test_student_quantile_is_that_of_scipy),
        cmocka_unit_test(test_the_corrected_interval_is_wider_by_the_overlap),
        cmocka_unit_test(test_a_difference_is_tested_with_the_corrected_variance),
        cmocka_unit_test(test_equal_folds_differ_surely_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
