/* Accuracy on parts of the test texts: by length, and with what turns a text. */
#include "core/memory.h"
#include "report/compare/context.h"
#include "text/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 80, RUNS = 2 };

/* 80 texts of 1..80 words, the even ones with a negation. Run 0 is always right, run 1 on up to 40 words. */
typedef struct fixture {
    int32_t label[N], answers[RUNS][N], *predicted[RUNS];
    lince_comparison comparison;
    lince_context *context;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    f.context = lince_alloc(1, sizeof *f.context);
    f.context->words = lince_alloc(N, sizeof *f.context->words);
    f.context->turns = lince_alloc(N, sizeof *f.context->turns);
    for (size_t i = 0; i < N; i++) {
        f.context->words[i] = i + 1;
        f.context->turns[i] = i % 2 ? LINCE_NEGATION : 0;
        f.label[i] = f.answers[0][i] = (int32_t)(i % 3);
        f.answers[1][i] = i < 40 ? f.label[i] : (f.label[i] + 1) % 3;
    }
    for (int r = 0; r < RUNS; r++) f.predicted[r] = f.answers[r];
    f.comparison = (lince_comparison){.count = RUNS,
                                      .classes = 3,
                                      .n = N,
                                      .label = f.label,
                                      .predicted = f.predicted,
                                      .context = f.context};
    *state = &f;
    return lince_context_slices(f.context, &f.comparison);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    lince_context_free(f->context);
    return 0;
}

static void test_every_text_is_in_one_class_of_lengths(void **state)
{
    const fixture *f = *state;
    size_t sum = 0, next = 0;
    for (size_t i = 0; i < f->context->slice_count; i++) {
        const lince_slice *s = &f->context->slices[i];
        if (s->kind != LINCE_SLICE_LENGTH) continue;
        assert_int_equal(s->from, next);
        next = s->to + 1;
        sum += s->n;
        assert_true(s->accuracy[0].value == 1);
        assert_true(s->accuracy[1].value == (s->to <= 40 ? 1 : 0));
    }
    assert_int_equal(sum, N);
    assert_int_equal(next, 0); /* behind the last one, which has no end */
}

static void test_the_longest_quarter(void **state)
{
    const fixture *f = *state;
    const lince_slice *s = lince_context_slice(f->context, LINCE_SLICE_LONGEST);
    assert_int_equal(s->from, 61);
    assert_int_equal(s->n, 20);
    assert_int_equal(s->contests[1].only_best, 20);
    assert_int_equal(s->contests[1].only_this, 0);
    assert_true(s->contests[1].p < 1e-5 && s->contests[0].p == 1);
}

static void test_what_turns_a_text(void **state)
{
    const fixture *f = *state;
    assert_int_equal(lince_context_slice(f->context, LINCE_SLICE_NEGATION)->n, N / 2);
    assert_int_equal(lince_context_slice(f->context, LINCE_SLICE_TURNED)->n, N / 2);
    assert_int_equal(lince_context_slice(f->context, LINCE_SLICE_PLAIN)->n, N / 2);
    assert_null(lince_context_slice(f->context, LINCE_SLICE_CONTRAST)); /* no text: no slice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_text_is_in_one_class_of_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_longest_quarter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_turns_a_text, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
