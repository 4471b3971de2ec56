/* Rungs, promotions and the leader, by examples worked by hand. */
#include "tune/asha.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_rungs(int epochs, int least, int reduction, int count, const int *expected)
{
    lince_rungs r;
    lince_rungs_init(&r, epochs, least, reduction);
    assert_int_equal(r.count, count);
    for (int i = 0; i < count; i++) assert_int_equal(r.epochs[i], expected[i]);
}

static void test_rungs_end_with_the_whole_run(void **state)
{
    (void)state;
    assert_rungs(9, 1, 3, 3, (const int[]){1, 3, 9});
    assert_rungs(10, 1, 3, 3, (const int[]){1, 3, 10});
    assert_rungs(27, 3, 3, 3, (const int[]){3, 9, 27});
    assert_rungs(8, 1, 2, 4, (const int[]){1, 2, 4, 8});
    assert_rungs(5, 5, 3, 1, (const int[]){5});
    assert_rungs(1, 1, 3, 1, (const int[]){1});
}

/* A trial that was sent to and judged at one rung. */
static lince_standing judged(double score)
{
    return (lince_standing){.sent = 1, .reached = 1, .score = {score}};
}

static void promote(const lince_rungs *r, lince_standing *trials, int trial, double score)
{
    (void)r;
    trials[trial].score[trials[trial].reached++] = score;
    trials[trial].sent++;
}

static void test_the_best_third_goes_on(void **state)
{
    (void)state;
    lince_rungs r;
    lince_rungs_init(&r, 9, 1, 3);
    lince_standing t[9] = {judged(0.5), judged(0.7)};
    assert_int_equal(lince_asha_promote(&r, t, 2), -1); /* of two, none */
    t[2] = judged(0.6);
    assert_int_equal(lince_asha_promote(&r, t, 3), 1); /* of three, the best */
    t[1].sent = 2;
    assert_int_equal(lince_asha_promote(&r, t, 3), -1); /* it is on its way */
    for (int i = 3; i < 6; i++) t[i] = judged(0.1 * i); /* .3 .4 .5 */
    assert_int_equal(lince_asha_promote(&r, t, 6), 2);  /* of six the best two: 1 and 2 */
    t[2].sent = 2;
    assert_int_equal(lince_asha_promote(&r, t, 6), -1);
    t[6] = judged(0.9), t[7] = judged(0.8), t[8] = judged(0.95);
    assert_int_equal(lince_asha_promote(&r, t, 9),
                     8); /* of nine 8, 6 and 7; that 1 and 2 went on was early */
    t[8].sent = 2;
    assert_int_equal(lince_asha_promote(&r, t, 9), 6);
}

static void test_higher_rungs_come_first(void **state)
{
    (void)state;
    lince_rungs r;
    lince_rungs_init(&r, 9, 1, 3);
    lince_standing t[9];
    for (int i = 0; i < 9; i++) t[i] = judged(0.1 * i);
    for (int i = 6; i < 9; i++) promote(&r, t, i, 0.5 + 0.01 * i);
    assert_int_equal(lince_asha_promote(&r, t, 9), 8);
    promote(&r, t, 8, 0.6);
    assert_int_equal(lince_asha_promote(&r, t, 9), -1);
    assert_int_equal(lince_asha_leader(t, 9), 8);
}

static void test_what_failed_is_the_worst_and_counts(void **state)
{
    (void)state;
    lince_rungs r;
    lince_rungs_init(&r, 9, 1, 3);
    lince_standing t[3] = {{.sent = 1, .failed = true}, {.sent = 1, .failed = true}, judged(0.2)};
    assert_int_equal(lince_asha_promote(&r, t, 3), 2);
    assert_int_equal(lince_asha_leader(t, 3), 2);
    t[2].sent = 2, t[2].failed = true; /* on its way up */
    assert_int_equal(lince_asha_promote(&r, t, 3), -1);
    assert_int_equal(lince_asha_leader(t, 3), -1);
}

static void test_of_equal_ones_the_earlier_goes_on(void **state)
{
    (void)state;
    lince_rungs r;
    lince_rungs_init(&r, 3, 1, 3);
    lince_standing t[3] = {judged(0.5), judged(0.5), judged(0.5)};
    assert_int_equal(lince_asha_promote(&r, t, 3), 0);
}

/* Higher rungs lead, whatever the scores. */
static void test_the_leader_got_farthest(void **state)
{
    (void)state;
    lince_rungs r;
    lince_rungs_init(&r, 3, 1, 3);
    lince_standing t[3] = {judged(0.4), judged(0.9), judged(0.5)};
    assert_int_equal(lince_asha_leader(t, 3), 1);
    promote(&r, t, 2, 0.6);
    assert_int_equal(lince_asha_leader(t, 3), 2);
    assert_int_equal(lince_asha_leader(t, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rungs_end_with_the_whole_run),
        cmocka_unit_test(test_the_best_third_goes_on),
        cmocka_unit_test(test_higher_rungs_come_first),
        cmocka_unit_test(test_what_failed_is_the_worst_and_counts),
        cmocka_unit_test(test_of_equal_ones_the_earlier_goes_on),
        cmocka_unit_test(test_the_leader_got_farthest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
