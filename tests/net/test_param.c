/* Initial values are one sequence of draws, whoever draws it: any number of threads, copies or none. */
#include "core/memory.h"
#include "core/random.h"
#include "net/param.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 70, COLUMNS = 49 * 30, KEY = 99 };

static lince_param make(lince_init init, size_t zeros, int copies)
{
    lince_param p = {.device = &lince_host,
                     .ndim = 2,
                     .dims = {ROWS, COLUMNS},
                     .size = ROWS * COLUMNS,
                     .init = init,
                     .init_scale = 0.5f,
                     .init_zeros = zeros,
                     .copies = copies};
    if (copies > 1) {
        p.size = ROWS * COLUMNS / (size_t)copies + 1;
        p.origin = lince_alloc(ROWS * COLUMNS, sizeof *p.origin);
    }
    p.value = lince_alloc(p.size, sizeof *p.value);
    return p;
}

static void begin(lince_param *p, int threads)
{
    assert_int_equal(lince_param_init(p, &(lince_exec){.device = &lince_host, .threads = threads}, KEY), 0);
}

static void release(lince_param *p)
{
    lince_free(p->origin);
    lince_free(p->value);
}

static void expect_sequence(lince_init init, size_t zeros, int copies, int threads)
{
    lince_param p = make(init, zeros, copies);
    float *plain = lince_alloc(ROWS * COLUMNS, sizeof *plain);
    begin(&p, threads);
    lince_param_export(&p, p.value, plain);
    lince_random random = lince_random_at(KEY);
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        float expected = 0;
        if (i >= zeros && init == LINCE_INIT_ONES) expected = 1;
        if (i >= zeros && init == LINCE_INIT_NORMAL) expected = 0.5f * lince_random_normal(&random);
        if (i >= zeros && init == LINCE_INIT_UNIFORM)
            expected = 0.5f * (2 * lince_random_uniform(&random) - 1);
        if (plain[i] != expected)
            fail_msg("kind %d, element %zu: %g, not %g", (int)init, i, (double)plain[i], (double)expected);
    }
    lince_free(plain);
    release(&p);
}

static void test_initial_values_are_one_sequence_on_any_number_of_threads(void **state)
{
    (void)state;
    static const lince_init kinds[] = {LINCE_INIT_ZEROS, LINCE_INIT_ONES, LINCE_INIT_NORMAL,
                                       LINCE_INIT_UNIFORM};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int threads = 1; threads <= 3; threads += 2) {
            expect_sequence(kinds[k], 0, 1, threads);
            expect_sequence(kinds[k], 30, 1, threads);
            expect_sequence(kinds[k], 0, 49, threads);
        }
}

static void test_without_their_origin_copies_begin_at_their_mean(void **state)
{
    (void)state;
    lince_param p = make(LINCE_INIT_NORMAL, 0, 49), q = make(LINCE_INIT_NORMAL, 0, 49);
    lince_free(q.origin);
    q.origin = NULL;
    begin(&p, 2);
    begin(&q, 3);
    for (size_t i = 0; i < p.size - 1; i++) {
        float difference = p.value[i] - q.value[i];
        assert_true(difference < 1e-6f && difference > -1e-6f);
    }
    release(&p);
    release(&q);
}

/* torch.nn.init.dirac_ of w[:w.size(1)], what is behind it drawn as without it. */
static void test_filters_begin_as_the_identity_as_far_as_there_are_inputs(void **state)
{
    (void)state;
    enum { OUT = 5, IN = 3, SIDE = 3, FILTER = IN * SIDE * SIDE };
    float with[OUT * FILTER], without[OUT * FILTER];
    lince_param p = {.device = &lince_host,
                     .ndim = 4,
                     .dims = {OUT, IN, SIDE, SIDE},
                     .size = OUT * FILTER,
                     .init = LINCE_INIT_UNIFORM,
                     .init_scale = 0.5f,
                     .value = without};
    begin(&p, 2);
    p.value = with;
    p.init_identity = true;
    begin(&p, 2);
    for (int o = 0; o < OUT; o++)
        for (int i = 0; i < FILTER; i++) {
            bool middle = i == o * SIDE * SIDE + SIDE * SIDE / 2;
            float expected = o >= IN ? without[o * FILTER + i] : middle ? 1 : 0;
            assert_true(with[o * FILTER + i] == expected);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_initial_values_are_one_sequence_on_any_number_of_threads),
        cmocka_unit_test(test_without_their_origin_copies_begin_at_their_mean),
        cmocka_unit_test(test_filters_begin_as_the_identity_as_far_as_there_are_inputs),
    };
    return cmocka_run_group_tests_name("net/param", tests, NULL, NULL);
}
