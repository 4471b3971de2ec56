/* CIFAR-10 and CIFAR-100 batches, as their authors pack them. */
#include "data/dataset.h"
#include "data/fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

enum { PIXELS = 3072, RECORDS = 4 };

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

/* Records of `label_bytes` labels (the last is the record's number modulo `classes`) and pixels that tell
 * their place. */
static size_t make_batch(uint8_t *out, size_t label_bytes, int classes, int first)
{
    uint8_t *at = out;
    for (int i = first; i < first + RECORDS; i++) {
        if (label_bytes == 2) *at++ = 99; /* the coarse label is of no use */
        *at++ = (uint8_t)(i % classes);
        for (int p = 0; p < PIXELS; p++) *at++ = (uint8_t)(i + p / 1024 * 50 + p % 1024 / 32);
    }
    return (size_t)(at - out);
}

static void put_cifar10(const char *folder)
{
    uint8_t batch[RECORDS * (PIXELS + 1)];
    for (int i = 1; i <= 5; i++) {
        char name[64];
        snprintf(name, sizeof name, "cifar-10-batches-bin/data_batch_%d.bin", i);
        put_file(folder, name, batch, make_batch(batch, 1, 3, i));
    }
    put_file(folder, "cifar-10-batches-bin/test_batch.bin", batch, make_batch(batch, 1, 3, 0));
    put_text(folder, "cifar-10-batches-bin/batches.meta.txt", "airplane\r\nbird\r\ncat\r\n\r\n");
    put_text(folder, "cifar-10-batches-bin/readme.html", "<html>");
}

static void assert_cifar10(const char *path)
{
    lince_dataset *dataset;
    if (lince_dataset_open(&dataset, path) < 0) fail_msg("%s", lince_error());
    assert_string_equal(lince_dataset_kind(dataset), "cifar-10");
    assert_int_equal(lince_dataset_classes(dataset), 3);
    assert_string_equal(lince_dataset_class(dataset, 1), "bird");
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), 5 * RECORDS);
    assert_int_equal(lince_dataset_count(dataset, LINCE_TEST), RECORDS);
    /* Test records 0..3 have labels 0, 1, 2, 0. */
    assert_string_equal(lince_dataset_name(dataset, LINCE_TEST, 1),
                        "cifar-10-batches-bin/test_batch.bin#00003");
    assert_int_equal(lince_dataset_label(dataset, LINCE_TEST, 2), 1);
    lince_image image;
    assert_int_equal(lince_dataset_read(dataset, LINCE_TEST, 1, &image), 0);
    assert_int_equal(image.width, 32);
    assert_int_equal(image.height, 32);
    const uint8_t *pixel = image.pixels + (5 * 32 + 7) * 3; /* row 5, column 7 of record 3 */
    assert_int_equal(pixel[0], 3 + 5);
    assert_int_equal(pixel[1], 3 + 5 + 50);
    assert_int_equal(pixel[2], 3 + 5 + 100);
    lince_image_release(&image);
    lince_dataset_free(dataset);
}

static void test_cifar10_is_read_from_its_folder(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar10");
    char inner[LINCE_PATH_MAX];
    put_cifar10(folder);
    assert_cifar10(folder);
    snprintf(inner, sizeof inner, "%s/cifar-10-batches-bin", folder);
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open(&dataset, inner), 0);
    assert_string_equal(lince_dataset_kind(dataset), "cifar-10");
    lince_dataset_free(dataset);
}

static void test_cifar10_is_read_from_its_tar_gz(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar10-tar");
    char path[LINCE_PATH_MAX], file[LINCE_PATH_MAX];
    put_cifar10(folder);
    snprintf(path, sizeof path, "%s/cifar-10-binary.tar.gz", folder);
    struct archive *tar = new_tar(path, ARCHIVE_FILTER_GZIP);
    static const char *const names[] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                        "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin",
                                        "batches.meta.txt", "readme.html"};
    for (size_t i = 0; i < 8; i++) {
        char *bytes, name[64];
        size_t size;
        snprintf(name, sizeof name, "cifar-10-batches-bin/%s", names[i]);
        snprintf(file, sizeof file, "%s/%s", folder, name);
        assert_int_equal(lince_file_read(file, 1 << 20, &bytes, &size), 0);
        tar_put(tar, name, bytes, size);
        lince_free(bytes);
    }
    tar_close(tar);
    assert_cifar10(path);
    keep_seed(path, "cifar10.tar.gz");
}

/* The names need not be in order in the file; labels follow their order, as those of class folders do. */
static void test_cifar100_takes_the_fine_labels(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar100");
    uint8_t batch[RECORDS * (PIXELS + 2)];
    put_file(folder, "train.bin", batch, make_batch(batch, 2, 4, 0));
    put_file(folder, "test.bin", batch, make_batch(batch, 2, 4, 0));
    put_text(folder, "fine_label_names.txt", "wolf\napple\nbear\nplate\n");
    put_text(folder, "coarse_label_names.txt", "people\n");
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_string_equal(lince_dataset_kind(dataset), "cifar-100");
    assert_int_equal(lince_dataset_classes(dataset), 4);
    assert_string_equal(lince_dataset_class(dataset, 3), "wolf");
    assert_string_equal(lince_dataset_name(dataset, LINCE_TRAIN, 3), "train.bin#00000");
    assert_string_equal(lince_dataset_name(dataset, LINCE_TRAIN, 0), "train.bin#00001");
    lince_dataset_free(dataset);
}

static void assert_refused(const char *folder, const char *why)
{
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open(&dataset, folder), LINCE_EFORMAT);
    assert_null(dataset);
    assert_message(folder);
    assert_message(why);
}

static void test_a_truncated_batch_is_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar-cut");
    uint8_t batch[RECORDS * (PIXELS + 1)];
    put_cifar10(folder);
    put_file(folder, "cifar-10-batches-bin/data_batch_3.bin", batch, make_batch(batch, 1, 3, 0) - 100);
    assert_refused(folder, "data_batch_3.bin: 12192 bytes are not a whole number of records of 3073");
    put_file(folder, "cifar-10-batches-bin/data_batch_3.bin", batch, 0);
    assert_refused(folder, "data_batch_3.bin: 0 bytes");
}

static void test_a_label_without_a_name_is_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar-label");
    put_cifar10(folder);
    put_text(folder, "cifar-10-batches-bin/batches.meta.txt", "airplane\nbird\n");
    assert_refused(
        folder,
        "data_batch_1.bin: record 1 has label 2, and the number of classes that batches.meta.txt names is 2");
    put_text(folder, "cifar-10-batches-bin/batches.meta.txt", "airplane\nbird\nbird\n");
    assert_refused(folder, "batches.meta.txt: line 3 names a class twice");
    put_text(folder, "cifar-10-batches-bin/batches.meta.txt", "airplane\nb\xffrd\nbird\n");
    assert_refused(folder, "the class 'b?rd' has a name that is not plain UTF-8 text; rename it");
}

static void test_missing_class_names_are_asked_for(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar-names");
    char path[LINCE_PATH_MAX];
    put_cifar10(folder);
    snprintf(path, sizeof path, "%s/cifar-10-batches-bin/batches.meta.txt", folder);
    assert_int_equal(unlink(path), 0);
    assert_refused(folder, "without batches.meta.txt");
}

static void test_a_missing_batch_is_noted(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar-missing");
    char path[LINCE_PATH_MAX];
    put_cifar10(folder);
    snprintf(path, sizeof path, "%s/cifar-10-batches-bin/data_batch_4.bin", folder);
    assert_int_equal(unlink(path), 0);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), 4 * RECORDS);
    assert_int_equal(lince_dataset_notes(dataset), 1);
    assert_string_equal(lince_dataset_note(dataset, 0), "data_batch_4.bin is missing");
    lince_dataset_free(dataset);
}

static void test_the_python_version_is_refused_with_the_remedy(void **state)
{
    (void)state;
    const char *folder = fresh_folder("cifar-pickle");
    put_text(folder, "cifar-10-batches-py/data_batch_1", "\x80\x02}q");
    put_text(folder, "cifar-10-batches-py/batches.meta", "\x80\x02}q");
    assert_refused(folder, "use the binary version (cifar-10-binary.tar.gz)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cifar10_is_read_from_its_folder),
        cmocka_unit_test(test_cifar10_is_read_from_its_tar_gz),
        cmocka_unit_test(test_cifar100_takes_the_fine_labels),
        cmocka_unit_test(test_a_truncated_batch_is_refused),
        cmocka_unit_test(test_a_label_without_a_name_is_refused),
        cmocka_unit_test(test_missing_class_names_are_asked_for),
        cmocka_unit_test(test_a_missing_batch_is_noted),
        cmocka_unit_test(test_the_python_version_is_refused_with_the_remedy),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
