/* The name that was meant: edits are counted as people mistype, and far names are not guessed at. */
#include "core/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_insertions_deletions_replacements_and_swaps_are_one_edit_each(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int edits;
    } cases[] = {{"", "", 0},
                 {"epochs", "epochs", 0},
                 {"epochs", "epoch", 1},
                 {"epoch", "epochs", 1},
                 {"epochs", "epochz", 1},
                 {"epochs", "epcohs", 1},
                 {"", "abc", 3},
                 {"kitten", "sitting", 3},
                 {"ca", "abc", 3} /* restricted: what was swapped is not edited again */};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(lince_edit_distance(cases[i].a, cases[i].b), cases[i].edits);
        assert_int_equal(lince_edit_distance(cases[i].b, cases[i].a), cases[i].edits);
    }
}

static void test_names_of_more_than_63_bytes_are_far_and_do_no_harm(void **state)
{
    (void)state;
    char name[65], longer[200];
    memset(name, 'a', sizeof name);
    name[63] = '\0';
    assert_int_equal(lince_edit_distance(name, name), 0);
    memset(longer, 'a', sizeof longer);
    longer[199] = '\0';
    assert_int_equal(lince_edit_distance(longer, longer), 64);
    assert_int_equal(lince_edit_distance("a", longer), 64);
}

static const char *name_at(const void *context, size_t index)
{
    return ((const char *const *)context)[index];
}

static void expect(const char *word, const char *wanted)
{
    static const char *const names[] = {"epochs", "batch-size", "cosine", "constant", "lr", NULL};
    const char *found = lince_nearest(word, name_at, names);
    if (wanted)
        assert_string_equal(found, wanted);
    else
        assert_null(found);
}

static void test_the_nearest_name_is_found(void **state)
{
    (void)state;
    expect("epoch", "epochs");
    expect("batchsize", "batch-size");
    expect("contsant", "constant");
}

static void test_the_beginning_of_a_name_is_enough(void **state)
{
    (void)state;
    expect("cos", "cosine");
    expect("batch", "batch-size");
}

static void test_what_is_near_no_name_gets_none(void **state)
{
    (void)state;
    expect("zebra", NULL);
    expect("learning-rate", NULL);
    expect("", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insertions_deletions_replacements_and_swaps_are_one_edit_each),
        cmocka_unit_test(test_names_of_more_than_63_bytes_are_far_and_do_no_harm),
        cmocka_unit_test(test_the_nearest_name_is_found),
        cmocka_unit_test(test_the_beginning_of_a_name_is_enough),
        cmocka_unit_test(test_what_is_near_no_name_gets_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
