/* Groups from files' names, of pictures as of any files, and parts that keep them together. */
#include "data/dataset_fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

static char folder[1024];

/* Four patients, with six pictures each, of two classes; and one picture of nobody. */
static int setup(void **state)
{
    (void)state;
    static const char *const patients[] = {"ann", "bob", "cat", "dan"};
    char name[64];
    snprintf(folder, sizeof folder, "%s", fresh_folder("name_groups"));
    for (int p = 0; p < 4; p++)
        for (int i = 0; i < 6; i++) {
            snprintf(name, sizeof name, "%s/%s_%d.png", i % 2 ? "ill" : "well", patients[p], i);
            put_png(folder, name, 10 * p + i);
        }
    put_png(folder, "ill/nobody.png", 99);
    return lince_language_set("en");
}

static int open_by(lince_dataset **dataset, const char *pattern)
{
    return lince_dataset_open_table(dataset, folder, &(lince_table_options){.group_pattern = pattern}, NULL);
}

static void test_groups_are_what_the_parentheses_hold_of_a_file_s_name(void **state)
{
    (void)state;
    lince_dataset *d;
    assert_done(open_by(&d, "(.*)_"));
    assert_true(lince_dataset_grouped(d));
    assert_string_equal(lince_dataset_group(d, LINCE_TRAIN, 0), "ann");
    assert_noted(d, "samples whose name group-pattern does not match, so that each stands for itself: 1, the "
                    "first: ill/nobody.png");
    lince_dataset_free(d);
}

static void test_with_a_slash_the_path_is_searched(void **state)
{
    (void)state;
    lince_dataset *d;
    assert_done(open_by(&d, "^(.*)/"));
    assert_string_equal(lince_dataset_group(d, LINCE_TRAIN, 0), "ill");
    lince_dataset_free(d);
}

static void test_a_group_is_in_one_part_alone(void **state)
{
    (void)state;
    lince_dataset *d;
    lince_split split = {.val = 0.2, .test = 0.2, .fresh = true, .by_group = true, .seed = 5};
    assert_done(open_by(&d, "(.*)_"));
    assert_done(lince_dataset_split(d, &split));
    for (int p = 0; p < LINCE_PARTS; p++) {
        assert_true(lince_dataset_count(d, (lince_part)p) > 0);
        for (int q = 0; q < p; q++)
            for (size_t i = 0; i < lince_dataset_count(d, (lince_part)p); i++)
                for (size_t k = 0; k < lince_dataset_count(d, (lince_part)q); k++) {
                    const char *a = lince_dataset_group(d, (lince_part)p, i),
                               *b = lince_dataset_group(d, (lince_part)q, k);
                    assert_true(!a || !b || strcmp(a, b) != 0);
                }
    }
    lince_dataset_free(d);
}

static void test_patterns_that_are_none_or_match_nothing_are_refused(void **state)
{
    (void)state;
    lince_dataset *d;
    assert_int_equal(open_by(&d, "(.*"), LINCE_EUSAGE);
    assert_message("group-pattern (.*: not a regular expression");
    assert_int_equal(open_by(&d, "speaker([0-9]+)"), LINCE_EUSAGE);
    assert_message("matches no file's name; the first: ill/ann_1.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_are_what_the_parentheses_hold_of_a_file_s_name),
        cmocka_unit_test(test_with_a_slash_the_path_is_searched),
        cmocka_unit_test(test_a_group_is_in_one_part_alone),
        cmocka_unit_test(test_patterns_that_are_none_or_match_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
