/* Samples of several labels, or of none: how tables and lines say them, and what is done with them. */
#include "data/dataset_fixture.h"
#include "data/loader/sampler.h"
#include "modality/modality.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static lince_dataset *open_with(const char *path, lince_table_options options)
{
    lince_dataset *dataset;
    if (lince_dataset_open_table(&dataset, path, &options, NULL) < 0) fail_msg("%s", lince_error());
    return dataset;
}

static lince_dataset *open_ok(const char *path)
{
    return open_with(path, (lince_table_options){0});
}

static void assert_refused(const char *path, lince_table_options options, int code, const char *why)
{
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open_table(&dataset, path, &options, NULL), code);
    assert_message(why);
}

/* The labels of a sample by its name, "a|b". */
static const char *labels_of(const lince_dataset *d, const char *name)
{
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < lince_dataset_count(d, (lince_part)p); i++)
            if (!strcmp(lince_dataset_name(d, (lince_part)p, i), name))
                return lince_dataset_labels_name(d, (lince_part)p, i);
    fail_msg("there is no sample %s", name);
    return NULL;
}

static void assert_class_count(const lince_dataset *d, lince_part part, const char *class, size_t count)
{
    for (int c = 0; c < lince_dataset_classes(d); c++)
        if (!strcmp(lince_dataset_class(d, c), class)) {
            assert_int_equal(lince_dataset_class_count(d, part, c), count);
            return;
        }
    fail_msg("there is no class %s", class);
}

static void test_a_labels_file_holds_lists_beside_pictures(void **state)
{
    (void)state;
    const char *folder = fresh_folder("several-pictures");
    PNGS(folder, "i/1.png", "i/2.png", "i/3.png", "i/4.png", "i/5.png");
    put_text(folder, "labels.csv",
             "path,labels\n1.png,dog|cat\n2.png,cat\n3.png,\n4.png, cat | cow |\n5.png,dog\n");
    lince_dataset *d = open_ok(folder);
    assert_true(lince_dataset_several(d));
    assert_counts(d, 5, 0, 0);
    assert_int_equal(lince_dataset_classes(d), 3);
    assert_string_equal(labels_of(d, "i/1.png"), "cat|dog"); /* in the classes' order */
    assert_string_equal(labels_of(d, "i/3.png"), "");
    assert_string_equal(labels_of(d, "i/4.png"), "cat|cow");
    assert_class_count(d, LINCE_TRAIN, "cat", 3);
    assert_class_count(d, LINCE_TRAIN, "dog", 2);
    assert_int_equal(lince_dataset_used(d, LINCE_TRAIN), 5);
    assert_noted(d, "column 2 (labels) holds lists of labels");
    lince_dataset_free(d);
    d = open_with(folder, (lince_table_options){.labels = "one"});
    assert_false(lince_dataset_several(d));
    assert_counts(d, 4, 0, 0);
    lince_dataset_free(d);
}

/* What holds a bar need not be a list. */
static void test_names_with_a_bar_are_names_unless_their_pieces_recur(void **state)
{
    (void)state;
    const char *folder = fresh_folder("several-names");
    PNGS(folder, "i/1.png", "i/2.png", "i/3.png");
    put_text(folder, "labels.csv", "path,label\n1.png,up|down\n2.png,left|right\n3.png,up|down\n");
    lince_dataset *d = open_ok(folder);
    assert_false(lince_dataset_several(d));
    assert_int_equal(lince_dataset_classes(d), 2);
    lince_dataset_free(d);
    d = open_with(folder, (lince_table_options){.labels = "several"});
    assert_int_equal(lince_dataset_classes(d), 4);
    lince_dataset_free(d);
    put_text(folder, "labels.csv", "path,label\n1.png,up;down\n2.png,left\n3.png,\n");
    d = open_with(folder, (lince_table_options){.labels = "several", .label_separator = ";"});
    assert_string_equal(labels_of(d, "i/1.png"), "down|up");
    lince_dataset_free(d);
    assert_refused(folder, (lince_table_options){.label_separator = "::"}, LINCE_EUSAGE,
                   "label-separator ::: expected one character");
}

static void test_columns_of_0_and_1_are_classes(void **state)
{
    (void)state;
    const char *folder = fresh_folder("several-columns");
    PNGS(folder, "i/1.png", "i/2.png", "i/3.png");
    put_text(folder, "truth.csv", "image,age,melanoma,nevus\n1,31,1,1\n2,44,0,1\n3,50,0.0,0.0\n");
    lince_dataset *d = open_ok(folder);
    assert_true(lince_dataset_several(d));
    assert_string_equal(labels_of(d, "i/1.png"), "melanoma|nevus");
    assert_string_equal(labels_of(d, "i/2.png"), "nevus");
    assert_string_equal(labels_of(d, "i/3.png"), "");
    assert_noted(d, "columns of 0 and 1 that are classes: 2");
    lince_dataset_free(d);
    put_text(folder, "truth.csv", "image,melanoma,nevus\n1,1,0\n2,0,1\n3,0,1\n"); /* one each: one label */
    d = open_ok(folder);
    assert_false(lince_dataset_several(d));
    assert_string_equal(labels_of(d, "i/3.png"), "nevus");
    lince_dataset_free(d);
    d = open_with(folder, (lince_table_options){.labels = "several"});
    assert_true(lince_dataset_several(d));
    lince_dataset_free(d);
}

static void test_rows_of_one_picture_are_joined_where_it_is_said(void **state)
{
    (void)state;
    const char *folder = fresh_folder("several-rows");
    PNGS(folder, "i/1.png", "i/2.png");
    put_text(folder, "list.csv", "image,label\n1,cat\n2,dog\n1,dog\n");
    assert_refused(folder, (lince_table_options){0}, LINCE_EDATA, "labels several says so");
    lince_dataset *d = open_with(folder, (lince_table_options){.labels = "several"});
    assert_string_equal(labels_of(d, "i/1.png"), "cat|dog");
    lince_dataset_free(d);
}

static void test_texts_have_lists_in_a_column(void **state)
{
    (void)state;
    const char *folder = fresh_folder("several-texts");
    put_text(folder, "a.csv", "text,labels\nhello there,x|y\nbye now,\nhello again,x\n");
    lince_dataset *d = open_ok(folder);
    assert_string_equal(labels_of(d, "2"), "x|y");
    assert_string_equal(labels_of(d, "3"), "");
    assert_counts(d, 3, 0, 0);
    lince_dataset_free(d);
    folder = fresh_folder("several-json");
    put_text(folder, "a.jsonl",
             "{\"text\": \"hello there\", \"labels\": [\"x\", \"y, \\\"z\\\"\"]}\n"
             "{\"text\": \"bye now\", \"labels\": []}\n{\"text\": \"hello again\", \"labels\": [\"x\"]}\n");
    d = open_ok(folder);
    assert_string_equal(labels_of(d, "1"), "x|y, \"z\"");
    assert_string_equal(labels_of(d, "2"), "");
    lince_dataset_free(d);
    folder = fresh_folder("several-python");
    put_text(folder, "a.csv", "text,labels\nhello there,\"['x', 'y']\"\nbye now,['y']\nand,['z']\n");
    d = open_ok(folder);
    assert_string_equal(labels_of(d, "2"), "x|y");
    lince_dataset_free(d);
    d = open_with(folder, (lince_table_options){.labels = "several", .drop_labels = "x"});
    assert_counts(d, 2, 0, 0);
    lince_dataset_free(d);
}

static void test_lines_have_several_marks(void **state)
{
    (void)state;
    const char *folder = fresh_folder("several-lines");
    put_text(
        folder, "a.txt",
        "__label__a __label__b hello there\n__label__b what\tis this\nno label at all\n__label__b bye\n");
    lince_dataset *d = open_ok(folder);
    assert_true(lince_dataset_several(d));
    assert_string_equal(labels_of(d, "1"), "a|b");
    assert_string_equal(labels_of(d, "3"), "");
    for (size_t i = 0; i < 4; i++)
        if (!strcmp(lince_dataset_name(d, LINCE_TRAIN, i), "1"))
            assert_string_equal(lince_dataset_text(d, LINCE_TRAIN, i), "hello there");
    lince_dataset_free(d);
    assert_refused(folder, (lince_table_options){.labels = "one"}, LINCE_EFORMAT,
                   "two labels; where texts have several");
}

/* Three parts; 40 samples of labels a, b or both, two of c. */
static const char *many(void)
{
    static char csv[4096];
    char *at = csv + sprintf(csv, "text,labels,part\n");
    for (int i = 0; i < 40; i++)
        at += sprintf(at, "text number %d,%s,train\n", i, i % 4 == 3 ? "" : i % 2 ? "a" : "a|b");
    for (int i = 0; i < 10; i++) at += sprintf(at, "rare number %d,a|b|c,train\n", i);
    sprintf(at, "a test,a|d,test\n");
    const char *folder = fresh_folder("several-many");
    put_text(folder, "texts.csv", csv);
    return folder;
}

static void test_rare_labels_are_split_evenly_and_none_is_lost(void **state)
{
    (void)state;
    lince_dataset *d = open_with(many(), (lince_table_options){.split_column = "part"});
    assert_noted(d, "classes that the training part lacks: 1 (d)"); /* it is said, and no error */
    assert_done(lince_dataset_split(d, &(lince_split){.val = 0.2, .seed = 1}));
    assert_counts(d, 40, 10, 1);
    assert_class_count(d, LINCE_VAL, "c", 2); /* of 10, the rarest */
    assert_class_count(d, LINCE_TRAIN, "c", 8);
    assert_class_count(d, LINCE_VAL, "a", 8);
    assert_class_count(d, LINCE_VAL, "b", 6);
    lince_dataset_free(d);
    d = open_with(many(), (lince_table_options){.split_column = "part"});
    assert_done(lince_dataset_fold(d, &(lince_fold){.folds = 5, .fold = 2, .seed = 1}));
    assert_class_count(d, LINCE_TEST, "c", 2);
    assert_int_equal(lince_dataset_count(d, LINCE_TEST), 10);
    lince_dataset_free(d);
}

static void test_classes_that_are_not_wanted_are_no_labels_any_more(void **state)
{
    (void)state;
    lince_dataset *d = open_with(many(), (lince_table_options){.split_column = "part", .classes = "c,b"});
    assert_int_equal(lince_dataset_classes(d), 2);
    assert_counts(d, 50, 0, 1); /* all are there, and may have none */
    assert_class_count(d, LINCE_TRAIN, "c", 10);
    assert_string_equal(lince_dataset_labels_name(d, LINCE_TEST, 0), "");
    char *names[] = {"z", "c", "b"};
    assert_done(lince_dataset_match(d, NULL, names, 3));
    assert_string_equal(lince_dataset_class(d, 1), "c");
    assert_class_count(d, LINCE_TRAIN, "c", 10);
    assert_class_count(d, LINCE_TRAIN, "z", 0);
    lince_dataset_free(d);
}

/* The same labels in other rows are other data. */
static void test_the_fingerprint_knows_the_sets(void **state)
{
    (void)state;
    char first[128];
    const char *folder = fresh_folder("several-print");
    put_text(folder, "a.csv", "text,labels\nfirst one,x|y\nsecond,x\nthird,y\n");
    lince_dataset *d = open_ok(folder);
    snprintf(first, sizeof first, "%s", lince_dataset_fingerprint(d));
    lince_dataset_free(d);
    put_text(folder, "a.csv", "text,labels\nfirst one,y|x\nsecond,x\nthird,x|y\n");
    d = open_ok(folder);
    assert_string_not_equal(first, lince_dataset_fingerprint(d));
    lince_dataset_free(d);
}

static void test_a_balanced_epoch_draws_each_label_and_none_alike(void **state)
{
    (void)state;
    lince_dataset *d = open_with(many(), (lince_table_options){.split_column = "part"});
    size_t n = lince_dataset_count(d, LINCE_TRAIN), rare = 0, none = 0;
    lince_sampler s;
    assert_done(lince_sampler_init(&s, d, LINCE_TRAIN, NULL, n));
    assert_int_equal(s.classes, 4); /* a, b, c and none */
    uint32_t order[64];
    for (int epoch = 0; epoch < 100; epoch++) {
        const int32_t *labels;
        lince_sampler_draw(&s, 1, epoch, order);
        for (size_t i = 0; i < n; i++) {
            rare += lince_dataset_has(d, LINCE_TRAIN, order[i], 2);
            none += !lince_dataset_labels(d, LINCE_TRAIN, order[i], &labels);
        }
    }
    assert_true(none > 1100 && none < 1400); /* a quarter of 5000 */
    assert_true(rare > 2000);                /* a quarter, and what the draws of a and b bring */
    lince_sampler_release(&s);
    lince_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_labels_file_holds_lists_beside_pictures),
        cmocka_unit_test(test_names_with_a_bar_are_names_unless_their_pieces_recur),
        cmocka_unit_test(test_columns_of_0_and_1_are_classes),
        cmocka_unit_test(test_rows_of_one_picture_are_joined_where_it_is_said),
        cmocka_unit_test(test_texts_have_lists_in_a_column),
        cmocka_unit_test(test_lines_have_several_marks),
        cmocka_unit_test(test_rare_labels_are_split_evenly_and_none_is_lost),
        cmocka_unit_test(test_classes_that_are_not_wanted_are_no_labels_any_more),
        cmocka_unit_test(test_the_fingerprint_knows_the_sets),
        cmocka_unit_test(test_a_balanced_epoch_draws_each_label_and_none_alike),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
