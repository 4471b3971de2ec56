/* Some of the classes: renumbered in the data's order, in all parts, whatever order they are named in. */
#include "data/dataset.h"
#include "data/fixture.h"
#include "modality/modality.h"

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

static lince_dataset *open_classes(const char *from, const char *classes, int expected)
{
    lince_dataset *d;
    assert_int_equal(lince_dataset_open_table(&d, from, &(lince_table_options){.classes = classes}, NULL),
                     expected);
    return d;
}

static void test_faults_of_classes_that_are_not_chosen_do_not_matter(void **state)
{
    (void)state;
    const char *spoiled = fresh_folder("select-spoiled");
    static const char *const pictures[] = {"train/cat/1.png", "train/dog/1.png", "test/cat/1.png",
                                           "test/dog/1.png",  "test/odd/1.png",  "train/rare/1.png"};
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) put_png(spoiled, pictures[i], 0);
    put_text(spoiled, "train/empty/notes.txt", "no picture yet");
    assert_null(open_classes(spoiled, NULL, LINCE_EDATA));
    lince_dataset *d = open_classes(spoiled, "cat,dog", 0);
    assert_int_equal(lince_dataset_classes(d), 2);
    assert_int_equal(lince_dataset_count(d, LINCE_TEST), 2);
    for (size_t i = 0; i < lince_dataset_notes(d); i++)
        assert_null(strstr(lince_dataset_note(d, i), "lacks"));
    lince_dataset_free(d);
    assert_null(open_classes(spoiled, "cat,empty", LINCE_EDATA));
    assert_message("the class folder train/empty holds no");
    assert_null(open_classes(spoiled, "cat,odd", LINCE_EDATA));
    assert_message("that the training part lacks: 1 (odd)");
}

static void test_the_fingerprint_is_of_all_that_was_found(void **state)
{
    (void)state;
    lince_dataset *all = open_classes(folder, NULL, 0), *some = open_classes(folder, "cat,dog", 0);
    assert_string_equal(lince_dataset_fingerprint(all), lince_dataset_fingerprint(some));
    lince_dataset_free(all);
    lince_dataset_free(some);
}

/* --- a model's classes ---------------------------------------------------------------------------- */

static lince_dataset *match(char *const *names, int count, const char *classes, int expected)
{
    lince_dataset *d = open_data();
    assert_int_equal(lince_dataset_match(d, classes, names, count), expected);
    return d;
}

static void test_samples_get_the_labels_of_a_model_in_its_order(void **state)
{
    (void)state;
    static char *const names[] = {"fish", "zebra", "dog", "bear", "cat"};
    lince_dataset *d = match(names, 5, NULL, 0);
    assert_int_equal(lince_dataset_classes(d), 5);
    assert_string_equal(lince_dataset_class(d, 1), "zebra");
    static const size_t counts[] = {4, 0, 3, 1, 2};
    for (int c = 0; c < 5; c++) assert_int_equal(lince_dataset_class_count(d, LINCE_TEST, c), counts[c]);
    for (size_t i = 0; i < lince_dataset_count(d, LINCE_TEST); i++)
        assert_non_null(strstr(lince_dataset_name(d, LINCE_TEST, i),
                               lince_dataset_class(d, lince_dataset_label(d, LINCE_TEST, i))));
    lince_dataset_free(d);
}

static void test_classes_that_the_model_lacks_or_has_twice_are_refused(void **state)
{
    (void)state;
    static char *const few[] = {"bear", "cat"}, *const twice[] = {"bear", "cat", "dog", "fish", "cat"};
    lince_dataset_free(match(few, 2, NULL, LINCE_EDATA));
    assert_message("does not know: 2 of 4 (dog, fish)");
    lince_dataset_free(match(twice, 5, NULL, LINCE_EDATA));
    assert_message("2 classes of the model are called 'cat'");
    lince_dataset *d = match(few, 2, "cat", 0);
    assert_int_equal(lince_dataset_count(d, LINCE_TEST), 2);
    size_t others = 0; /* of bear, dog and fish */
    for (size_t i = 0; i < lince_dataset_left_out(d); i++) {
        const lince_left_out *sample = lince_dataset_left_out_at(d, i);
        assert_non_null(strstr(sample->name, sample->class));
        assert_string_equal(sample->reason, "of a class that was not asked for");
        others += sample->part == LINCE_TEST;
    }
    assert_int_equal(others, 1 + 3 + 4);
    lince_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chosen_classes_keep_their_samples_and_order),
        cmocka_unit_test(test_no_list_keeps_all),
        cmocka_unit_test(test_a_list_that_cannot_be_is_refused),
        cmocka_unit_test(test_faults_of_classes_that_are_not_chosen_do_not_matter),
        cmocka_unit_test(test_the_fingerprint_is_of_all_that_was_found),
        cmocka_unit_test(test_samples_get_the_labels_of_a_model_in_its_order),
        cmocka_unit_test(test_classes_that_the_model_lacks_or_has_twice_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
