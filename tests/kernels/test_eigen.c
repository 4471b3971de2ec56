/* Eigenvalues and eigenvectors of symmetric matrices against numpy's and their definition. */
#include "formula.h"
#include "kernels/eigen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { N = 12 };

/* The covariance of 40 rows of N numbers: element k of row r is formula(r N + k, 0, 1) (k + 1). */
static void make(double *a)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int r = 0; r < 40; r++)
                sum += (double)formula((uint64_t)(r * N + i), 0, 1) * (i + 1) *
                       (double)formula((uint64_t)(r * N + j), 0, 1) * (j + 1);
            a[i * N + j] = sum / 40;
        }
}

/* Rows of length 1 at right angles, and A v = value v, to some roundings of the largest value. */
static void expect_eigenvectors(const double *a, int n, const double *values, const double *v)
{
    double most = fabs(values[0]) > fabs(values[n - 1]) ? fabs(values[0]) : fabs(values[n - 1]);
    for (int k = 0; k < n; k++) {
        for (int l = 0; l <= k; l++) {
            double product = 0;
            for (int i = 0; i < n; i++) product += v[k * n + i] * v[l * n + i];
            assert_true(fabs(product - (k == l)) < 1e-14);
        }
        for (int i = 0; i < n; i++) {
            double image = 0;
            for (int j = 0; j < n; j++) image += a[i * n + j] * v[k * n + j];
            assert_true(fabs(image - values[k] * v[k * n + i]) <= 1e-14 * most);
        }
        assert_true(k == 0 || values[k] <= values[k - 1]);
    }
}

static void test_values_are_numpys(void **state)
{
    (void)state;
    /* numpy.linalg.eigvalsh */
    static const double expected[N] = {61.8349863200443, 50.8152957760196, 40.3149195022383,
                                       27.3805729624294, 14.5522212773589, 10.8356419135776,
                                       8.42323352755141, 5.25148266940166, 3.268761314434,
                                       2.60411250568725, 1.08625205871514, 0.250282359611108};
    double a[N * N], kept[N * N], values[N], vectors[N * N];
    make(a);
    make(kept);
    lince_eigen(a, N, values, vectors);
    expect_eigenvectors(kept, N, values, vectors);
    for (int k = 0; k < N; k++) assert_true(fabs(values[k] - expected[k]) < 1e-12 * expected[0]);
}

static void test_the_largest_component_is_positive(void **state)
{
    (void)state;
    double a[] = {2, -1, -1, 2}, values[2], v[4];
    lince_eigen(a, 2, values, v);
    double half = sqrt(0.5);
    assert_true(fabs(values[0] - 3) < 1e-15 && fabs(values[1] - 1) < 1e-15);
    assert_true(fabs(fabs(v[0]) - half) < 1e-15 && fabs(v[0] + v[1]) < 1e-15); /* (1, -1) */
    assert_true(fabs(v[2] - half) < 1e-15 && fabs(v[3] - half) < 1e-15);       /* (1, 1) */
}

/* Zero, equal values, negative ones, and sizes that differ by more than digits. */
static void test_special_matrices(void **state)
{
    (void)state;
    static const double matrices[][9] = {{0},
                                         {1, 0, 0, 0, 1, 0, 0, 0, 1},
                                         {-1, 2, 0, 2, -1, 0, 0, 0, 5},
                                         {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                         {1e-300, 1e-150, 0, 1e-150, 1, 1e-20, 0, 1e-20, 1e200}};
    for (size_t m = 0; m < sizeof matrices / sizeof *matrices; m++) {
        double a[9], values[3], vectors[9];
        for (int i = 0; i < 9; i++) a[i] = matrices[m][i];
        lince_eigen(a, 3, values, vectors);
        expect_eigenvectors(matrices[m], 3, values, vectors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_numpys),
        cmocka_unit_test(test_the_largest_component_is_positive),
        cmocka_unit_test(test_special_matrices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
