/* Filters fitted to patches: their answers have no mean, variance 1 and no correlation. */
#include "formula.h"
#include "models/whitening.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PICTURES = 6, HEIGHT = 9, WIDTH = 11, AREA = HEIGHT * WIDTH, N = LINCE_PATCH_VALUES };

static float pictures[PICTURES][3][HEIGHT][WIDTH];

/* Smooth pictures with noise, channels that go along with each other, and a mean that is not zero. */
static void make_pictures(void)
{
    for (int p = 0; p < PICTURES; p++)
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < WIDTH; x++) {
                    uint64_t at = (uint64_t)((p * HEIGHT + y) * WIDTH + x);
                    pictures[p][c][y][x] = 0.5f + sinf((float)(p + x) * 0.4f + (float)y * 0.7f) +
                                           formula(at, 1, 0.3) + formula(at, 2 + (uint64_t)c, 0.2);
                }
}

static void fit(double eps, float *filters, float *bias)
{
    lince_patches patches = {0};
    for (int p = 0; p < PICTURES; p++) lince_patches_add(&patches, pictures[p][0][0], HEIGHT, WIDTH);
    assert_int_equal(patches.count, PICTURES * (HEIGHT - 1) * (WIDTH - 1));
    lince_patches_whitening(&patches, eps, filters, bias);
}

/* As a convolution of 2 x 2 computes them. */
static void answer(int p, int y, int x, const float *filters, const float *bias, double *out)
{
    for (int k = 0; k < LINCE_WHITENING_FILTERS; k++) {
        out[k] = (double)bias[k];
        for (int c = 0; c < 3; c++)
            for (int dy = 0; dy < 2; dy++)
                for (int dx = 0; dx < 2; dx++)
                    out[k] += (double)filters[k * N + (c * 2 + dy) * 2 + dx] *
                              (double)pictures[p][c][y + dy][x + dx];
    }
}

static void test_answers_are_white(void **state)
{
    (void)state;
    float filters[LINCE_WHITENING_FILTERS * N], bias[LINCE_WHITENING_FILTERS];
    double sum[N] = {0}, product[N][N] = {{0}}, out[LINCE_WHITENING_FILTERS];
    double count = PICTURES * (HEIGHT - 1) * (WIDTH - 1);
    make_pictures();
    fit(0, filters, bias);
    for (int p = 0; p < PICTURES; p++)
        for (int y = 0; y + 1 < HEIGHT; y++)
            for (int x = 0; x + 1 < WIDTH; x++) {
                answer(p, y, x, filters, bias, out);
                for (int i = 0; i < N; i++) {
                    assert_true(fabs(out[i] + out[N + i]) < 1e-5); /* the negatives */
                    sum[i] += out[i];
                    for (int j = 0; j < N; j++) product[i][j] += out[i] * out[j];
                }
            }
    for (int i = 0; i < N; i++) {
        assert_true(fabs(sum[i] / count) < 1e-4);
        for (int j = 0; j < N; j++) assert_true(fabs(product[i][j] / count - (i == j)) < 1e-4);
    }
}

/* The first answer is the direction in which patches vary most: here brightness, all of one sign. */
static void test_filters_are_ordered_by_variance(void **state)
{
    (void)state;
    float filters[LINCE_WHITENING_FILTERS * N], bias[LINCE_WHITENING_FILTERS];
    make_pictures();
    fit(0, filters, bias);
    double last = 0;
    for (int k = 0; k < N; k++) {
        double square = 0;
        for (int i = 0; i < N; i++) square += (double)filters[k * N + i] * (double)filters[k * N + i];
        assert_true(square >= last); /* 1 / variance */
        last = square;
    }
    for (int i = 0; i < N; i++) assert_true(filters[i] > 0);
}

/* Constant pictures have no direction at all: eps alone keeps filters finite. */
static void test_without_variance_filters_stay_finite(void **state)
{
    (void)state;
    float filters[LINCE_WHITENING_FILTERS * N], bias[LINCE_WHITENING_FILTERS];
    for (int i = 0; i < PICTURES * 3 * AREA; i++) (&pictures[0][0][0][0])[i] = 0.25f;
    fit(5e-4, filters, bias);
    for (int k = 0; k < N; k++) {
        double square = 0;
        for (int i = 0; i < N; i++) square += (double)filters[k * N + i] * (double)filters[k * N + i];
        assert_true(fabs(square - 1 / 5e-4) < 1);
        assert_true(isfinite(bias[k]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_white),
        cmocka_unit_test(test_filters_are_ordered_by_variance),
        cmocka_unit_test(test_without_variance_filters_stay_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
