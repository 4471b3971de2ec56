/* Labels of pictures in tables beside them: how they are found, and what is said of what does not match. */
#include "data/dataset_fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static lince_dataset *open_with(const char *folder, lince_table_options options)
{
    lince_dataset *dataset;
    if (lince_dataset_open_table(&dataset, folder, &options, NULL) < 0) fail_msg("%s", lince_error());
    return dataset;
}

static lince_dataset *open_ok(const char *folder)
{
    return open_with(folder, (lince_table_options){0});
}

static void assert_refused(const char *folder, lince_table_options options, int code, const char *why)
{
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open_table(&dataset, folder, &options, NULL), code);
    assert_message(why);
}

/* The parts' sizes, of pictures. */
static void assert_pictures(const lince_dataset *dataset, size_t train, size_t val, size_t test)
{
    assert_ptr_equal(lince_modality_of_data(dataset), &lince_modality_pictures);
    assert_counts(dataset, train, val, test);
}

/* The class of a sample by its name. */
static const char *class_of(const lince_dataset *dataset, const char *name)
{
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < lince_dataset_count(dataset, (lince_part)p); i++)
            if (!strcmp(lince_dataset_name(dataset, (lince_part)p, i), name))
                return lince_dataset_class(dataset, lince_dataset_label(dataset, (lince_part)p, i));
    fail_msg("there is no sample %s", name);
    return NULL;
}

/* Kaggle's CIFAR-10: ids without an ending, the test part without labels, and numbers that both parts
 * have. */
static void test_ids_name_the_pictures_of_the_part_that_the_table_is_of(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-kaggle");
    PNGS(folder, "train/1.png", "train/2.png", "train/3.png", "train/4.png", "test/1.png", "test/2.png");
    put_text(folder, "trainLabels.csv", "id,label\n1,frog\n2,truck\n3,frog\n4,truck\n");
    put_text(folder, "sampleSubmission.csv", "id,label\n1,cat\n2,cat\n");
    lince_dataset *dataset = open_ok(folder);
    assert_pictures(dataset, 4, 0, 0);
    assert_int_equal(lince_dataset_classes(dataset), 2);
    assert_string_equal(class_of(dataset, "train/2.png"), "truck");
    assert_noted(dataset,
                 "labels from trainLabels.csv: pictures in column 1 (id), labels in column 2 (label)");
    assert_noted(dataset, "pictures left out, because no row names them: 2, the first: test/1.png");
    lince_image image;
    assert_done(lince_dataset_read(dataset, LINCE_TRAIN, 0, &image));
    lince_image_release(&image);
    lince_dataset_free(dataset);
}

static void test_names_with_endings_folders_and_backslashes_are_found(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-endings");
    PNGS(folder, "images/a.png", "images/b.png", "images/c.png", "images/d.png", "masks/a.png",
         "masks/b.png");
    put_text(folder, "labels.csv",
             "filename,width,label\nimages\\a.png,4,x\n./images/b.png,4,y\n"
             "/kaggle/input/set/images/c.png,4,x\nd.png,4,y\n");
    lince_dataset *dataset = open_ok(folder);
    assert_pictures(dataset, 4, 0, 0);
    assert_string_equal(class_of(dataset, "images/c.png"), "x");
    lince_dataset_free(dataset);
    put_text(folder, "labels.csv", "filename,label\na.png,x\nb.png,y\nc,x\nd,y\n");
    dataset = open_ok(folder);
    assert_pictures(dataset, 4, 0, 0);
    assert_string_equal(class_of(dataset, "images/a.png"), "x");
    lince_dataset_free(dataset);
}

/* Hugging Face's layout, as CSV and as JSON lines. */
static void test_each_part_has_its_metadata_beside_its_pictures(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-hugging");
    PNGS(folder, "train/1.png", "train/2.png", "train/3.png", "test/1.png", "test/2.png");
    put_text(folder, "train/metadata.csv", "file_name,label\n1.png,x\n2.png,y\n3.png,x\n");
    put_text(folder, "test/metadata.jsonl",
             "{\"file_name\": \"1.png\", \"label\": \"y\"}\n{\"file_name\": \"2.png\", \"label\": \"x\"}\n");
    lince_dataset *dataset = open_ok(folder);
    assert_pictures(dataset, 3, 0, 2);
    assert_string_equal(class_of(dataset, "train/1.png"), "x");
    assert_string_equal(class_of(dataset, "test/1.png"), "y");
    lince_dataset_free(dataset);
}

static void test_a_split_column_says_the_parts(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-split");
    PNGS(folder, "i/1.png", "i/2.png", "i/3.png", "i/4.png", "i/5.png", "i/6.png");
    put_text(folder, "list.csv",
             "image,level,split,who\n1,0,train,p\n2,1,train,q\n3,0,val,p\n4,1,val,r\n"
             "5,0,test,s\n6,1,test,s\n");
    lince_dataset *dataset = open_ok(folder);
    assert_pictures(dataset, 2, 2, 2);
    lince_dataset_free(dataset);
    dataset = open_with(folder, (lince_table_options){.group_column = "who"});
    assert_true(lince_dataset_grouped(dataset));
    assert_string_equal(lince_dataset_group(dataset, LINCE_TRAIN, 0), "p");
    lince_dataset_free(dataset);
    put_text(folder, "list.csv", "image,level,fold\n1,0,train\n2,1,train\n3,0,3\n");
    assert_refused(folder, (lince_table_options){.split_column = "fold"}, LINCE_EFORMAT,
                   "row 4 (line 4), column 3: '3' is no part");
}

static void test_what_does_not_match_is_counted_and_named(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-missing");
    PNGS(folder, "i/1.png", "i/2.png", "i/3.png", "i/9.png");
    put_text(folder, "list.csv", "image,level\n1,0\n2,1\n3,\n1,0\n7,1\n8,1\n");
    lince_dataset *dataset = open_ok(folder);
    assert_pictures(dataset, 2, 0, 0);
    assert_noted(dataset, "rows that name no file that is here: 2 of 6, the first: 7");
    assert_noted(dataset, "rows left out, because they have no label: 1 of 6");
    assert_noted(dataset, "rows that repeat an earlier one: 1 of 6");
    assert_noted(dataset, "pictures left out, because no row names them: 2, the first: i/3.png");
    lince_dataset_free(dataset);
    put_text(folder, "list.csv", "image,level\n1,0\n2,1\n1,1\n");
    assert_refused(folder, (lince_table_options){0}, LINCE_EDATA,
                   "row 4 (line 4): i/1.png is labelled 1 here and 0 in a row before");
}

static void test_a_guess_that_could_be_another_is_told(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-close");
    PNGS(folder, "i/1.png", "i/2.png", "i/3.png", "i/4.png");
    put_text(folder, "list.csv", "file,label,species,age\n1,a,x,7\n2,b,y,8\n3,a,x,7\n4,b,y,9\n");
    lince_dataset *dataset = open_ok(folder);
    assert_noted(dataset,
                 "labels are read from column 2 (label); they could be those of column 3 (species), too");
    lince_dataset_free(dataset);
    dataset = open_with(folder, (lince_table_options){.label_column = "species"});
    for (size_t i = 0; i < lince_dataset_notes(dataset); i++)
        assert_null(strstr(lince_dataset_note(dataset, i), "could be"));
    lince_dataset_free(dataset);
    put_text(folder, "list.csv", "file,label,age\n1,a,7\n2,b,8\n3,a,7\n4,b,9\n");
    dataset = open_ok(folder);
    for (size_t i = 0; i < lince_dataset_notes(dataset); i++)
        assert_null(strstr(lince_dataset_note(dataset, i), "could be"));
    lince_dataset_free(dataset);
}

static void test_columns_are_chosen_by_name_or_asked_for(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-columns");
    PNGS(folder, "i/1.png", "i/2.png");
    put_text(folder, "list.csv", "image,melanoma,nevus\n1,0,1\n2,2,0\n");
    assert_refused(folder, (lince_table_options){0}, LINCE_EDATA,
                   "which of its columns has their labels? label-column says; there are: 1 (image), 2 "
                   "(melanoma), 3 (nevus)");
    lince_dataset *dataset = open_with(folder, (lince_table_options){.label_column = "nevus"});
    assert_string_equal(class_of(dataset, "i/1.png"), "1");
    lince_dataset_free(dataset);
    assert_refused(folder, (lince_table_options){.label_column = "nevvus"}, LINCE_EUSAGE,
                   "did you mean nevus?");
    assert_refused(folder, (lince_table_options){.image_column = "picture"}, LINCE_EUSAGE,
                   "image-column picture: there is no such column");
    put_text(folder, "list.csv", "1.png,x\n2.png,y\n");
    dataset = open_ok(folder);
    assert_pictures(dataset, 2, 0, 0);
    lince_dataset_free(dataset);
}

/* Two folders that a table tells not to be classes; and class folders, whose names are better than a table's
 * numbers. */
static void test_a_table_is_believed_unless_folders_say_the_same(void **state)
{
    (void)state;
    const char *folder = fresh_folder("labels-halves");
    PNGS(folder, "part_1/a.png", "part_1/b.png", "part_2/c.png", "part_2/d.png");
    put_text(folder, "metadata.csv", "image_id,dx\na,nv\nb,mel\nc,nv\nd,mel\n");
    lince_dataset *dataset = open_ok(folder);
    assert_string_equal(lince_dataset_class(dataset, 0), "mel");
    assert_string_equal(lince_dataset_class(dataset, 1), "nv");
    lince_dataset_free(dataset);
    put_text(folder, "metadata.csv", "image_id,dx\na,0\nb,0\nc,1\nd,1\n");
    dataset = open_ok(folder);
    assert_string_equal(lince_dataset_class(dataset, 0), "part_1");
    assert_int_equal(lince_dataset_notes(dataset), 1); /* the table is no picture */
    lince_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_name_the_pictures_of_the_part_that_the_table_is_of),
        cmocka_unit_test(test_names_with_endings_folders_and_backslashes_are_found),
        cmocka_unit_test(test_each_part_has_its_metadata_beside_its_pictures),
        cmocka_unit_test(test_a_split_column_says_the_parts),
        cmocka_unit_test(test_what_does_not_match_is_counted_and_named),
        cmocka_unit_test(test_a_guess_that_could_be_another_is_told),
        cmocka_unit_test(test_columns_are_chosen_by_name_or_asked_for),
        cmocka_unit_test(test_a_table_is_believed_unless_folders_say_the_same),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
