/* Some of the classes: renumbered in the data's order, in all parts, whatever order they are named in. */
#include "data/dataset.h"
#include "data/fixture.h"

#include <lince/language.h>

static char folder[LINCE_PATH_MAX - 64];

static int setup(void **state)
{
    (void)state;
    static const char *const names[] = {"bear", "cat", "dog", "fish"};
    snprintf(folder, sizeof folder, "%s", fresh_folder("select"));
    for (int part = 0; part < 2; part++)
        for (int c = 0; c < 4; c++)
            for (int i = 0; i <= c; i++) {
                char name[96];
                snprintf(name, sizeof name, "%s/%s/%d.png", part ? "test" : "train", names[c], i);
                put_png(folder, name, 0);
            }
    return lince_language_set("en");
}

static lince_dataset *open_data(void)
{
    lince_dataset *d;
    assert_done(lince_dataset_open(&d, folder));
    return d;
}

static void test_chosen_classes_keep_their_samples_and_order(void **state)
{
    (void)state;
    lince_dataset *d = open_data();
    assert_done(lince_dataset_select(d, "fish,cat"));
    assert_int_equal(lince_dataset_classes(d), 2);
    assert_string_equal(lince_dataset_class(d, 0), "cat");
    assert_string_equal(lince_dataset_class(d, 1), "fish");
    for (int p = 0; p < 2; p++) {
        lince_part part = p ? LINCE_TEST : LINCE_TRAIN;
        assert_int_equal(lince_dataset_class_count(d, part, 0), 2);
        assert_int_equal(lince_dataset_class_count(d, part, 1), 4);
        assert_int_equal(lince_dataset_count(d, part), 6);
        for (size_t i = 0; i < 6; i++) {
            const char *name = lince_dataset_name(d, part, i),
                       *class = lince_dataset_class(d, lince_dataset_label(d, part, i));
            if (!strstr(name, class)) fail_msg("%s is labelled %s", name, class);
        }
    }
    lince_dataset_free(d);
}

static void test_no_list_keeps_all(void **state)
{
    (void)state;
    lince_dataset *d = open_data();
    assert_done(lince_dataset_select(d, NULL));
    assert_done(lince_dataset_select(d, ""));
    assert_int_equal(lince_dataset_classes(d), 4);
    lince_dataset_free(d);
}

static void test_a_list_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const lists[][2] = {{"cat,dgo", "did you mean 'dog'"},
                                           {"cat,zebra", "no class 'zebra'"},
                                           {"cat,dog,cat", "twice"},
                                           {"cat", "two or more"},
                                           {"cat,,dog", "no class ''"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        lince_dataset *d = open_data();
        assert_int_equal(lince_dataset_select(d, lists[i][0]), LINCE_EUSAGE);
        assert_message(lists[i][1]);
        assert_int_equal(lince_dataset_classes(d), 4);
        lince_dataset_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chosen_classes_keep_their_samples_and_order),
        cmocka_unit_test(test_no_list_keeps_all),
        cmocka_unit_test(test_a_list_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
