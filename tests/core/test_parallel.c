/* Work divided by data: each piece is done once, in pieces that do not depend on the number of threads. */
#include "core/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 1000 };

static void count_task(void *context, size_t index)
{
    atomic_fetch_add(&((atomic_int *)context)[index], 1);
}

static void test_each_task_runs_once_on_any_number_of_threads(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 9; threads += 4)
        for (size_t count = 0; count <= COUNT; count = count * 10 + 1) {
            atomic_int done[COUNT] = {0};
            lince_parallel(threads, count, count_task, done);
            for (size_t i = 0; i < COUNT; i++) assert_int_equal(done[i], i < count);
        }
}

typedef struct pieces {
    atomic_int seen[COUNT];
    size_t end[COUNT]; /* of the piece that begins there */
} pieces;

static void mark_range(void *context, size_t begin, size_t end)
{
    pieces *p = context;
    p->end[begin] = end;
    for (size_t i = begin; i < end; i++) atomic_fetch_add(&p->seen[i], 1);
}

static void test_ranges_are_cut_by_the_grain_alone(void **state)
{
    (void)state;
    static const size_t totals[] = {0, 1, 99, 100, 101, COUNT};
    for (size_t t = 0; t < sizeof totals / sizeof *totals; t++)
        for (int threads = 1; threads <= 4; threads++) {
            pieces p = {0};
            lince_parallel_ranges(threads, totals[t], 100, mark_range, &p);
            for (size_t i = 0; i < COUNT; i++) {
                size_t whole = i + 100 < totals[t] ? i + 100 : totals[t];
                assert_int_equal(p.seen[i], i < totals[t]);
                assert_int_equal(p.end[i], i < totals[t] && i % 100 == 0 ? whole : 0);
            }
        }
}

static void sum_inside(void *context, size_t index)
{
    (void)index;
    atomic_int done[8] = {0};
    lince_parallel(4, 8, count_task, done);
    for (size_t i = 0; i < 8; i++) atomic_fetch_add((atomic_int *)context, done[i]);
}

static void test_work_may_be_divided_within_a_task(void **state)
{
    (void)state;
    atomic_int sum = 0;
    lince_parallel(4, 16, sum_inside, &sum);
    assert_int_equal(sum, 16 * 8);
}

static void test_there_is_a_processor(void **state)
{
    (void)state;
    assert_true(lince_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_task_runs_once_on_any_number_of_threads),
        cmocka_unit_test(test_ranges_are_cut_by_the_grain_alone),
        cmocka_unit_test(test_work_may_be_divided_within_a_task),
        cmocka_unit_test(test_there_is_a_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
