/* The folds of a cross-validation: every sample is tested once, classes are even, groups stay whole. */
#include "data/dataset_fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

static const char *const classes[] = {"cat", "dog", "fish"};
static char folder[LINCE_PATH_MAX];

/* 20 cats, 7 dogs and 5 fishes in train/, one cat in val/, two of each in test/. */
static int setup(void **state)
{
    (void)state;
    static const int sizes[] = {20, 7, 5};
    char name[64];
    snprintf(folder, sizeof folder, "%s", fresh_folder("folds"));
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < sizes[c] + 2; i++) {
            snprintf(name, sizeof name, "%s/%s/%d.png", i < sizes[c] ? "train" : "test", classes[c], i);
            put_png(folder, name, i);
        }
    put_png(folder, "val/cat/0.png", 0);
    put_png(folder, "val/dog/0.png", 0);
    put_png(folder, "val/fish/0.png", 0);
    return lince_language_set("en");
}

static lince_dataset *open_fold(lince_fold fold)
{
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_done(lince_dataset_fold(dataset, &fold));
    return dataset;
}

static bool has(const lince_dataset *dataset, lince_part part, const char *name)
{
    for (size_t i = 0; i < lince_dataset_count(dataset, part); i++)
        if (!strcmp(lince_dataset_name(dataset, part, i), name)) return true;
    return false;
}

static void test_each_sample_is_tested_in_one_fold_and_learned_in_the_others(void **state)
{
    (void)state;
    enum { FOLDS = 5 };
    lince_dataset *fold[FOLDS], *all;
    size_t tested = 0;
    for (int f = 0; f < FOLDS; f++) {
        fold[f] = open_fold((lince_fold){.folds = FOLDS, .fold = f + 1, .seed = 3});
        tested += lince_dataset_count(fold[f], LINCE_TEST);
        assert_counts(fold[f], 28, 0, 7);
        assert_int_equal(lince_dataset_left_alone(fold[f]), 6);
    }
    assert_int_equal(tested, 20 + 7 + 5 + 3);
    assert_done(lince_dataset_open(&all, folder));
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < lince_dataset_count(all, (lince_part)p); i++) {
            const char *name = lince_dataset_name(all, (lince_part)p, i);
            int times = 0;
            for (int f = 0; f < FOLDS; f++) {
                times += has(fold[f], LINCE_TEST, name);
                assert_int_equal(has(fold[f], LINCE_TEST, name) || has(fold[f], LINCE_TRAIN, name),
                                 p != LINCE_TEST);
            }
            assert_int_equal(times, p != LINCE_TEST);
        }
    for (int f = 0; f < FOLDS; f++) lince_dataset_free(fold[f]);
    lince_dataset_free(all);
}

static void test_classes_and_sizes_are_even(void **state)
{
    (void)state;
    static const size_t most[] = {7, 3, 2}; /* 21, 8 and 6 samples in 3 folds */
    for (int f = 1; f <= 3; f++) {
        lince_dataset *d = open_fold((lince_fold){.folds = 3, .fold = f, .seed = 1});
        for (int c = 0; c < 3; c++)
            assert_in_range(lince_dataset_class_count(d, LINCE_TEST, c), most[c] - (c == 1), most[c]);
        assert_in_range(lince_dataset_count(d, LINCE_TEST), 11, 12);
        lince_dataset_free(d);
    }
}

static void test_the_seed_decides_and_nothing_else(void **state)
{
    (void)state;
    lince_dataset *a = open_fold((lince_fold){.folds = 2, .fold = 1, .seed = 1}),
                  *b = open_fold((lince_fold){.folds = 2, .fold = 1, .seed = 1}),
                  *c = open_fold((lince_fold){.folds = 2, .fold = 1, .seed = 2});
    size_t same = 0, count = lince_dataset_count(a, LINCE_TEST);
    for (size_t i = 0; i < count; i++) {
        assert_true(has(b, LINCE_TEST, lince_dataset_name(a, LINCE_TEST, i)));
        same += has(c, LINCE_TEST, lince_dataset_name(a, LINCE_TEST, i));
    }
    assert_true(same < count);
    lince_dataset_free(a), lince_dataset_free(b), lince_dataset_free(c);
}

static void test_all_samples_are_divided_on_demand(void **state)
{
    (void)state;
    lince_dataset *d = open_fold((lince_fold){.folds = 2, .fold = 2, .all = true});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN) + lince_dataset_count(d, LINCE_TEST), 41);
    assert_int_equal(lince_dataset_left_alone(d), 0);
    lince_dataset_free(d);
}

static void test_more_folds_than_samples_of_a_class_are_refused(void **state)
{
    (void)state;
    lince_dataset *d;
    assert_done(lince_dataset_open(&d, folder));
    assert_int_equal(lince_dataset_fold(d, &(lince_fold){.folds = 7, .fold = 1}), LINCE_EUSAGE);
    assert_message("folds 7: the class 'fish' has fewer samples, 6; choose fewer folds");
    lince_dataset_free(d);
}

/* --- groups --------------------------------------------------------------------------------------- */

enum { TEXTS = 300 };

/* 60 groups, one of them half of all texts. */
static lince_dataset *open_texts(const char *column, int topics)
{
    const char *texts = fresh_folder("folds-groups");
    char csv[16384] = "topic,label,text\n";
    for (int i = 0; i < TEXTS; i++)
        sprintf(csv + strlen(csv), "t%d,%s,text number %d\n", i % 2 ? i % (topics - 1) : 77,
                i % 3 ? "yes" : "no", i);
    put_text(texts, "texts.csv", csv);
    lince_dataset *dataset;
    assert_done(
        lince_dataset_open_table(&dataset, texts, &(lince_table_options){.group_column = column}, NULL));
    return dataset;
}

static void test_groups_stay_whole_and_classes_even(void **state)
{
    (void)state;
    size_t tested = 0;
    for (int f = 1; f <= 4; f++) {
        lince_dataset *d = open_texts("topic", 60);
        assert_done(lince_dataset_fold(d, &(lince_fold){.folds = 4, .fold = f, .by_group = true, .seed = 2}));
        size_t count = lince_dataset_count(d, LINCE_TEST), no = lince_dataset_class_count(d, LINCE_TEST, 0);
        tested += count;
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < lince_dataset_count(d, LINCE_TRAIN); k++)
                assert_string_not_equal(lince_dataset_group(d, LINCE_TEST, i),
                                        lince_dataset_group(d, LINCE_TRAIN, k));
        /* the fold of the large group has its 150 texts alone; the other 150 are even in the other three */
        assert_true(count == 150 || (count >= 47 && count <= 53));
        assert_true(3 * no >= count - 6 && 3 * no <= count + 6);
        lince_dataset_free(d);
    }
    assert_int_equal(tested, TEXTS);
}

static void test_groups_fewer_than_folds_are_refused(void **state)
{
    (void)state;
    lince_dataset *d = open_texts("topic", 4);
    assert_int_equal(lince_dataset_fold(d, &(lince_fold){.folds = 5, .fold = 1, .by_group = true}),
                     LINCE_EUSAGE);
    assert_message("folds 5: there are fewer groups, 4; choose fewer folds");
    lince_dataset_free(d);
}

static void test_grouped_folds_need_groups(void **state)
{
    (void)state;
    lince_dataset *d = open_texts(NULL, 60);
    assert_int_equal(lince_dataset_fold(d, &(lince_fold){.folds = 5, .fold = 1, .by_group = true}),
                     LINCE_EUSAGE);
    assert_message("group-column");
    lince_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_sample_is_tested_in_one_fold_and_learned_in_the_others),
        cmocka_unit_test(test_classes_and_sizes_are_even),
        cmocka_unit_test(test_the_seed_decides_and_nothing_else),
        cmocka_unit_test(test_all_samples_are_divided_on_demand),
        cmocka_unit_test(test_more_folds_than_samples_of_a_class_are_refused),
        cmocka_unit_test(test_groups_stay_whole_and_classes_even),
        cmocka_unit_test(test_groups_fewer_than_folds_are_refused),
        cmocka_unit_test(test_grouped_folds_need_groups),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
