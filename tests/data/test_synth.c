/* The built-in sample: the same for the same seed, balanced, and not to be told by colour. */
#include "data/dataset.h"
#include "data/fixture.h"
#include "modality/modality.h"

#include <lince/language.h>
#include <lince/synth.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static const char *synthesise(const char *name, size_t n, uint64_t seed)
{
    static char path[4][LINCE_PATH_MAX];
    static int next;
    char *folder = path[next++ % 4];
    snprintf(folder, LINCE_PATH_MAX, "%s/sample/", fresh_folder(name));
    assert_done(lince_synth_images(folder, n, seed));
    return folder;
}

static lince_dataset *open_sample(const char *folder)
{
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    return dataset;
}

static void test_the_sample_has_the_layout_of_a_data_set(void **state)
{
    (void)state;
    lince_dataset *dataset = open_sample(synthesise("synth-layout", 240, 1));
    assert_int_equal(lince_dataset_classes(dataset), 10);
    assert_int_equal(lince_dataset_notes(dataset), 0);
    for (int c = 0; c < 10; c++) {
        assert_int_equal(lince_dataset_class_count(dataset, LINCE_TRAIN, c), 20);
        assert_int_equal(lince_dataset_class_count(dataset, LINCE_TEST, c), 4);
    }
    assert_string_equal(lince_dataset_name(dataset, LINCE_TRAIN, 0), "train/checkerboard/0000.png");
    assert_string_equal(lince_dataset_name(dataset, LINCE_TEST, 0), "test/checkerboard/0005.png");
    lince_dataset_free(dataset);
}

static bool same_picture(lince_dataset *a, lince_dataset *b, size_t index)
{
    lince_image x, y;
    assert_done(lince_dataset_read(a, LINCE_TRAIN, index, &x));
    assert_done(lince_dataset_read(b, LINCE_TRAIN, index, &y));
    assert_int_equal(x.width, 32);
    assert_int_equal(x.height, 32);
    bool same = !memcmp(x.pixels, y.pixels, 32 * 32 * 3);
    lince_image_release(&x), lince_image_release(&y);
    return same;
}

static void test_the_seed_decides_every_picture(void **state)
{
    (void)state;
    lince_dataset *a = open_sample(synthesise("synth-a", 60, 7)),
                  *b = open_sample(synthesise("synth-b", 60, 7));
    lince_dataset *other = open_sample(synthesise("synth-c", 60, 8));
    for (size_t i = 0; i < lince_dataset_count(a, LINCE_TRAIN); i++) {
        assert_true(same_picture(a, b, i));
        assert_false(same_picture(a, other, i));
    }
    lince_dataset_free(a), lince_dataset_free(b), lince_dataset_free(other);
}

static double mean_brightness(lince_dataset *dataset, int label)
{
    double sum = 0;
    size_t pictures = 0;
    for (size_t i = 0; i < lince_dataset_count(dataset, LINCE_TRAIN); i++) {
        if (lince_dataset_label(dataset, LINCE_TRAIN, i) != label) continue;
        lince_image image;
        assert_done(lince_dataset_read(dataset, LINCE_TRAIN, i, &image));
        for (int p = 0; p < 32 * 32 * 3; p++) sum += image.pixels[p];
        lince_image_release(&image);
        pictures++;
    }
    return sum / (double)(pictures * 32 * 32 * 3);
}

/* A picture's mean has a standard deviation of about 33 levels; that of 200 pictures, of 2.3. */
static void test_brightness_says_nothing_about_the_class(void **state)
{
    (void)state;
    lince_dataset *dataset = open_sample(synthesise("synth-mean", 2400, 3));
    for (int c = 0; c < 10; c++) {
        double mean = mean_brightness(dataset, c);
        if (mean < 127.5 - 9 || mean > 127.5 + 9)
            fail_msg("%s: mean %.1f", lince_dataset_class(dataset, c), mean);
    }
    lince_dataset_free(dataset);
}

static void test_a_folder_that_is_there_is_not_overwritten(void **state)
{
    (void)state;
    const char *folder = fresh_folder("synth-there");
    put_text(folder, "precious.txt", "mine");
    assert_int_equal(lince_synth_images(folder, 60, 1), LINCE_EIO);
    assert_message("synth-there: is there already");
    char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%s/precious.txt", folder);
    assert_int_equal(access(path, F_OK), 0);
    assert_done(lince_synth_images(fresh_folder("synth-empty"), 60, 1)); /* an empty one is as good as none */
}

static void test_too_few_pictures_are_refused(void **state)
{
    (void)state;
    assert_int_equal(lince_synth_images(TEST_SCRATCH "/synth-few", 59, 1), LINCE_EUSAGE);
    assert_message("n 59: expected 60 to");
    assert_int_not_equal(access(TEST_SCRATCH "/synth-few", F_OK), 0);
}

static void test_what_cannot_be_written_leaves_nothing(void **state)
{
    (void)state;
    const char *folder = fresh_folder("synth-file");
    char path[LINCE_PATH_MAX];
    put_text(folder, "file", "in the way");
    snprintf(path, sizeof path, "%s/file/sample", folder);
    assert_int_equal(lince_synth_images(path, 60, 1), LINCE_EIO);
    snprintf(path, sizeof path, "%s/file", folder);
    assert_int_equal(lince_synth_images(path, 60, 1), LINCE_EIO);
    assert_message("is there already");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sample_has_the_layout_of_a_data_set),
        cmocka_unit_test(test_the_seed_decides_every_picture),
        cmocka_unit_test(test_brightness_says_nothing_about_the_class),
        cmocka_unit_test(test_a_folder_that_is_there_is_not_overwritten),
        cmocka_unit_test(test_too_few_pictures_are_refused),
        cmocka_unit_test(test_what_cannot_be_written_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
