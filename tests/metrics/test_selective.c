#include "metrics/selective.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* Right shares from the top: 1/1, 2/2, 2/3, then two of one confidence: 4/5, then 4/6. */
static lince_answered answers[] = {{0.5f, true},  {0.9f, true}, {0.3f, false},
                                   {0.7f, false}, {0.8f, true}, {0.5f, true}};
enum { N = sizeof answers / sizeof *answers };

static int sort(void **state)
{
    (void)state;
    lince_answered_sort(answers, N);
    return 0;
}

static void assert_selection(lince_selection s, float least, size_t answered, size_t right)
{
    assert_float_equal(s.least, (double)least, 0);
    assert_int_equal(s.answered, answered);
    assert_int_equal(s.right, right);
}

static void test_at_a_confidence(void **state)
{
    (void)state;
    assert_selection(lince_selection_at(answers, N, 0), 0, 6, 4);
    assert_selection(lince_selection_at(answers, N, 0.5), 0.5f, 5, 4);
    assert_selection(lince_selection_at(answers, N, (double)0.7f), 0.7f, 3, 2);
    assert_selection(lince_selection_at(answers, N, 0.95), 0.95f, 0, 0);
}

/* The least that does, however often the share falls short above it; what is as sure comes in together. */
static void test_the_least_confidence_that_reaches_a_share(void **state)
{
    (void)state;
    lince_selection s;
    assert_true(lince_selection_for(answers, N, 0.6, &s));
    assert_selection(s, 0.3f, 6, 4);
    assert_true(lince_selection_for(answers, N, 0.75, &s));
    assert_selection(s, 0.5f, 5, 4);
    assert_true(lince_selection_for(answers, N, 0.9, &s));
    assert_selection(s, 0.8f, 2, 2);
}

static void test_a_share_out_of_reach_tells_the_most(void **state)
{
    (void)state;
    lince_answered wrong[] = {{0.9f, false}, {0.8f, true}, {0.7f, true}, {0.6f, false}};
    lince_selection s;
    assert_false(lince_selection_for(wrong, 4, 0.7, &s));
    assert_selection(s, 0.7f, 3, 2);
    assert_false(lince_selection_for(wrong, 0, 0.7, &s));
    assert_selection(s, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_a_confidence),
        cmocka_unit_test(test_the_least_confidence_that_reaches_a_share),
        cmocka_unit_test(test_a_share_out_of_reach_tells_the_most),
    };
    return cmocka_run_group_tests(tests, sort, NULL);
}
