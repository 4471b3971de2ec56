/* Proposals: densities that are densities, proposals that depend on nothing but seed, number and what is
 * known, and that find a known optimum sooner than chance; and which setting mattered. */
#include "settings/settings.h"
#include "tune/importance.h"

#include <lince/language.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRIALS = 40, SEEDS = 20, MOST = 120 };

static lince_space space;
static lince_settings settings;

static int begin(void **state)
{
    (void)state;
    lince_language_set("en");
    int code = lince_settings_init(&settings);
    if (!code) code = lince_space_add(&space, "lr=1e-5..1:log", &settings);
    if (!code) code = lince_space_add(&space, "dropout=0..0.9", &settings);
    return code ? code : lince_space_add(&space, "optimizer=sgd,adam,adamw,rmsprop", &settings);
}

static int end(void **state)
{
    (void)state;
    lince_space_release(&space);
    lince_settings_release(&settings);
    return 0;
}

/* Its optimum, 0, is at places 0.3 and 0.6 and at the third choice; dropout matters little. */
static double truth(const double *place)
{
    double lr = place[0] - 0.3, dropout = place[1] - 0.6;
    return -(2 * lr * lr + 0.04 * dropout * dropout + (place[2] == 2 ? 0 : 0.3));
}

typedef struct trials {
    double place[MOST][3];
    lince_observation known[MOST];
    size_t count;
} trials;

static void add(trials *t)
{
    lince_observation one = {t->place[t->count], truth(t->place[t->count])};
    size_t k = t->count++;
    for (; k > 0 && t->known[k - 1].score < one.score; k--) t->known[k] = t->known[k - 1];
    t->known[k] = one;
}

static double best_of(size_t count, bool tpe, uint64_t seed, trials *t)
{
    t->count = 0;
    while (t->count < count) {
        if (tpe && t->count >= LINCE_TPE_STARTUP)
            assert_int_equal(
                lince_propose_tpe(&space, t->known, t->count, seed, t->count, 0, t->place[t->count]), 0);
        else
            lince_propose_random(&space, seed, t->count, 0, t->place[t->count]);
        add(t);
    }
    return t->known[0].score;
}

static void test_tpe_finds_an_optimum_better_than_chance(void **state)
{
    (void)state;
    static trials t;
    double tpe = 0, random = 0;
    int won = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double a = best_of(TRIALS, true, seed, &t), b = best_of(TRIALS, false, seed, &t);
        tpe += a / SEEDS, random += b / SEEDS;
        won += a > b;
    }
    assert_true(tpe > random / 2); /* half as far from it */
    assert_true(won >= 3 * SEEDS / 4);
}

static void test_a_proposal_is_a_function_of_seed_number_and_what_is_known(void **state)
{
    (void)state;
    static trials t;
    double a[3], b[3], other[3];
    best_of(TRIALS, false, 3, &t);
    assert_int_equal(lince_propose_tpe(&space, t.known, 30, 5, 30, 0, a), 0);
    assert_int_equal(lince_propose_tpe(&space, t.known, 30, 5, 30, 0, b), 0);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(lince_propose_tpe(&space, t.known, 30, 5, 31, 0, other), 0);
    assert_true(memcmp(a, other, sizeof a) != 0);
    assert_int_equal(lince_propose_tpe(&space, t.known, 30, 5, 30, 1, other), 0);
    assert_true(memcmp(a, other, sizeof a) != 0);
}

static void test_parzen_windows_make_a_density(void **state)
{
    (void)state;
    static trials t;
    best_of(TRIALS, false, 4, &t);
    for (size_t at = 0; at < 3; at++)
        for (size_t n = 0; n <= 12; n += 6) {
            lince_parzen p;
            double sum = 0;
            size_t points = space.dims[at].count ? space.dims[at].count : 4000;
            assert_int_equal(lince_parzen_init(&p, &space, at, t.known, n), 0);
            for (size_t i = 0; i < points; i++)
                sum += space.dims[at].count ? lince_parzen_density(&p, (double)i)
                                            : lince_parzen_density(&p, ((double)i + 0.5) / 4000) / 4000;
            assert_true(fabs(sum - 1) < 1e-3);
            lince_random random = lince_random_at(9);
            for (int i = 0; i < 100; i++) {
                double place = lince_parzen_draw(&p, &random);
                assert_true(place >= 0 && place <= (space.dims[at].count ? 3 : 1));
            }
            lince_parzen_release(&p);
        }
}

static void test_a_failed_trial_is_among_the_bad(void **state)
{
    (void)state;
    static trials t;
    double place[3];
    best_of(TRIALS, false, 6, &t);
    for (size_t i = 20; i < t.count; i++) t.known[i].score = -INFINITY;
    assert_int_equal(lince_propose_tpe(&space, t.known, t.count, 6, t.count, 0, place), 0);
    assert_true(isfinite(place[0]) && isfinite(place[1]));
}

static void test_what_matters_is_said_to_matter(void **state)
{
    (void)state;
    static trials t;
    double share[3];
    best_of(MOST, false, 8, &t);
    lince_importance(&space, t.known, t.count, share);
    assert_true(fabs(share[0] + share[1] + share[2] - 1) < 1e-9);
    assert_true(share[0] > 2 * share[1] && share[2] > 2 * share[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tpe_finds_an_optimum_better_than_chance),
        cmocka_unit_test(test_a_proposal_is_a_function_of_seed_number_and_what_is_known),
        cmocka_unit_test(test_parzen_windows_make_a_density),
        cmocka_unit_test(test_a_failed_trial_is_among_the_bad),
        cmocka_unit_test(test_what_matters_is_said_to_matter),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
