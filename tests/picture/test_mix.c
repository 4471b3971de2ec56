/* How batches are mixed: what torchvision's v2.MixUp and v2.CutMix do with a share, and how shares are
 * drawn. */
#include "picture/augment/mix.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "data/share.h"

enum { N = 3, WIDTH = 4, HEIGHT = 2, SIZE = 3 * WIDTH * HEIGHT, DRAWS = 20000 };

static void fill(float x[N * SIZE])
{
    for (int i = 0; i < N * SIZE; i++) x[i] = (float)(i * 37 % 101) / 7;
}

/* inpt.roll(1, 0).mul(1 - lam).add(inpt.mul(lam)) */
static void test_mixup_averages_each_sample_with_the_one_before_it(void **state)
{
    (void)state;
    float before[N * SIZE], x[N * SIZE], spare[SIZE];
    fill(before), fill(x);
    lince_mix_pixels(&(lince_mix){.own = 0.3f}, N, 3, WIDTH, HEIGHT, x, spare);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < SIZE; k++) {
            float partner = before[(i + N - 1) % N * SIZE + k] * (1 - 0.3f),
                  own = before[i * SIZE + k] * 0.3f;
            assert_true(x[i * SIZE + k] == partner + own);
        }
}

/* output[..., y1:y2, x1:x2] = inpt.roll(1, 0)[..., y1:y2, x1:x2] */
static void test_cutmix_pastes_the_same_place_of_the_sample_before(void **state)
{
    (void)state;
    float before[N * SIZE], x[N * SIZE], spare[SIZE];
    fill(before), fill(x);
    lince_mix_pixels(&(lince_mix){.own = 0.75f, .part = {1, 0, 2, 1}}, N, 3, WIDTH, HEIGHT, x, spare);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < SIZE; k++) {
            bool inside = k / WIDTH % HEIGHT == 0 && (k % WIDTH == 1 || k % WIDTH == 2);
            assert_true(x[i * SIZE + k] == before[(inside ? (i + N - 1) % N : i) * SIZE + k]);
        }
}

static void test_a_share_of_one_or_a_single_sample_changes_nothing(void **state)
{
    (void)state;
    float before[N * SIZE], x[N * SIZE], spare[SIZE];
    fill(before), fill(x);
    lince_mix_pixels(&(lince_mix){.own = 1}, N, 3, WIDTH, HEIGHT, x, spare);
    lince_mix_pixels(&(lince_mix){.own = 0.5f}, 1, 3, WIDTH, HEIGHT, x, spare);
    assert_memory_equal(x, before, sizeof x);
}

static lince_mix draw(lince_mixing mixing, size_t step)
{
    return lince_mix_draw(&mixing, 5, 1, step, 40, 30);
}

/* The shares below 0.1 that Beta(a, a)'s distribution function has. */
static void test_shares_are_distributed_as_beta(void **state)
{
    (void)state;
    static const struct {
        double alpha, below_a_tenth;
    } cases[] = {{0.2, 0.336}, {1, 0.1}, {2, 0.028}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int low = 0, high = 0;
        for (size_t i = 0; i < DRAWS; i++) {
            lince_mix m = draw((lince_mixing){.mixup = cases[k].alpha}, i);
            assert_true(m.own >= 0 && m.own <= 1 && !m.part.width);
            low += m.own<0.1f, high += m.own> 0.9f;
        }
        assert_share("below 0.1", low, DRAWS, cases[k].below_a_tenth);
        assert_share("above 0.9", high, DRAWS, cases[k].below_a_tenth);
    }
}

static void test_a_tiny_alpha_draws_numbers(void **state)
{
    (void)state;
    int ends = 0;
    for (size_t i = 0; i < 1000; i++) {
        float own = draw((lince_mixing){.mixup = 1e-4}, i).own;
        assert_true(own >= 0 && own <= 1);
        ends += own < 1e-3f || own > 0.999f;
    }
    assert_true(ends > 990);
}

static void test_what_cutmix_leaves_is_the_samples_share(void **state)
{
    (void)state;
    double mean = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        lince_mix m = draw((lince_mixing){.cutmix = 1}, i);
        const lince_rectangle *p = &m.part;
        assert_true(p->x >= 0 && p->y >= 0 && p->x + p->width <= 40 && p->y + p->height <= 30);
        assert_float_equal(m.own, 1 - (double)p->width * p->height / (40 * 30), 1e-6);
        mean += (double)m.own / DRAWS;
    }
    assert_true(mean > 0.55 && mean < 0.75); /* above 1/2: rectangles are cut off at the borders */
}

static void test_with_both_each_is_drawn_for_half_of_the_batches(void **state)
{
    (void)state;
    int cut = 0;
    for (size_t i = 0; i < DRAWS; i++)
        cut += draw((lince_mixing){.mixup = 100, .cutmix = 100}, i).part.width > 0;
    assert_share("cutmix", cut, DRAWS, 0.5);
}

static void test_draws_depend_on_seed_epoch_and_step_and_are_nothing_without_an_alpha(void **state)
{
    (void)state;
    const lince_mixing m = {.mixup = 1};
    float first = lince_mix_draw(&m, 5, 1, 2, 8, 8).own;
    assert_true(first == lince_mix_draw(&m, 5, 1, 2, 8, 8).own &&
                first != lince_mix_draw(&m, 6, 1, 2, 8, 8).own);
    assert_true(first != lince_mix_draw(&m, 5, 2, 2, 8, 8).own &&
                first != lince_mix_draw(&m, 5, 1, 3, 8, 8).own);
    assert_true(draw((lince_mixing){0}, 1).own == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixup_averages_each_sample_with_the_one_before_it),
        cmocka_unit_test(test_cutmix_pastes_the_same_place_of_the_sample_before),
        cmocka_unit_test(test_a_share_of_one_or_a_single_sample_changes_nothing),
        cmocka_unit_test(test_shares_are_distributed_as_beta),
        cmocka_unit_test(test_a_tiny_alpha_draws_numbers),
        cmocka_unit_test(test_what_cutmix_leaves_is_the_samples_share),
        cmocka_unit_test(test_with_both_each_is_drawn_for_half_of_the_batches),
        cmocka_unit_test(test_draws_depend_on_seed_epoch_and_step_and_are_nothing_without_an_alpha),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
