/* Class folders: what is found in them, and what is said where they are not as they should be. */
#include "core/parallel.h"
#include "data/dataset_fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

#include <time.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static lince_dataset *open_ok(const char *path)
{
    lince_dataset *dataset;
    if (lince_dataset_open(&dataset, path) < 0) fail_msg("%s", lince_error());
    return dataset;
}

static void assert_refused(const char *path, int code, const char *why)
{
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open(&dataset, path), code);
    assert_null(dataset);
    assert_message(path);
    assert_message(why);
}

static void test_plain_class_folders_are_a_training_part(void **state)
{
    (void)state;
    const char *folder = fresh_folder("plain");
    PNGS(folder, "dog/2.png", "cat/1.png", "dog/10.png", "cat/deeper/3.png");
    lince_dataset *dataset = open_ok(folder);
    assert_string_equal(lince_dataset_kind(dataset), "folder");
    assert_string_equal(lince_dataset_path(dataset), folder);
    assert_int_equal(lince_dataset_classes(dataset), 2);
    assert_counts(dataset, 4, 0, 0);
    static const char *const names[] = {"cat/1.png", "cat/deeper/3.png", "dog/10.png", "dog/2.png"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(lince_dataset_name(dataset, LINCE_TRAIN, i), names[i]);
        assert_int_equal(lince_dataset_label(dataset, LINCE_TRAIN, i), i / 2);
    }
    assert_int_equal(lince_dataset_class_count(dataset, LINCE_TRAIN, 1), 2);
    assert_int_equal(lince_dataset_notes(dataset), 0);
    lince_image image;
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 2, &image), 0);
    assert_int_equal(image.pixels[0], 2); /* the third that was put */
    lince_image_release(&image);
    lince_dataset_free(dataset);
}

/* 'a-b/' comes before 'a/' as a path, but "a" before "a-b" as a name; capitals come first. */
static void test_classes_are_sorted_by_name_bytewise(void **state)
{
    (void)state;
    static const char *const sorted[] = {"Zebra", "a", "a-b", "a.b", "ñandú"};
    const char *folder = fresh_folder("sorted");
    PNGS(folder, "a/1.png", "a-b/1.png", "ñandú/1.png", "Zebra/1.png", "a.b/1.png");
    lince_dataset *dataset = open_ok(folder);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(lince_dataset_class(dataset, i), sorted[i]);
        assert_int_equal(lince_dataset_label(dataset, LINCE_TRAIN, (size_t)i), i);
        assert_memory_equal(lince_dataset_name(dataset, LINCE_TRAIN, (size_t)i), sorted[i],
                            strlen(sorted[i]));
    }
    lince_dataset_free(dataset);
}

static void test_train_val_and_test_folders_are_parts_whatever_they_are_called(void **state)
{
    (void)state;
    static const char *const spellings[][3] = {{"train", "val", "test"},
                                               {"Training", "Validation", "Testing"},
                                               {"TRAIN", "valid", "Test"}};
    for (size_t i = 0; i < 3; i++) {
        const char *folder = fresh_folder("parts");
        for (int p = 0; p < 3; p++)
            for (int n = 0; n < 2 * (3 - p); n++) {
                char name[64];
                snprintf(name, sizeof name, "%s/%s/%d.png", spellings[i][p], n % 2 ? "cat" : "dog", n);
                put_png(folder, name, n);
            }
        lince_dataset *dataset = open_ok(folder);
        assert_int_equal(lince_dataset_classes(dataset), 2);
        assert_counts(dataset, 6, 4, 2);
        lince_dataset_free(dataset);
    }
}

static void test_parts_and_classes_are_found_further_down(void **state)
{
    (void)state;
    const char *folder = fresh_folder("nested");
    PNGS(folder, "pets/pets/train/cat/1.png", "pets/pets/train/dog/1.png", "pets/pets/test/test/cat/2.png",
         "pets/pets/test/test/dog/2.png");
    put_text(folder, "pets/licence/licence.txt", "free");
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 2, 0, 2);
    assert_string_equal(lince_dataset_class(dataset, 0), "cat");
    assert_noted(dataset, "folder pets/licence holds no pictures");
    assert_noted(
        dataset,
        "files left out, because they are not pictures: 1, the first: pets/licence/licence.txt (a text)");
    lince_dataset_free(dataset);
}

/* COCO has a class "train"; it holds pictures, not classes. */
static void test_a_class_may_be_called_train(void **state)
{
    (void)state;
    const char *folder = fresh_folder("railway");
    PNGS(folder, "bus/1.png", "train/1.png", "tram/1.png");
    lince_dataset *dataset = open_ok(folder);
    assert_int_equal(lince_dataset_classes(dataset), 3);
    assert_counts(dataset, 3, 0, 0);
    lince_dataset_free(dataset);
}

/* As they are published: recognised, never taken for classes. */
static void test_parts_are_recognised_by_the_names_that_are_in_use(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"training_set", "test_set"},
                                           {"seg_train", "seg_test"},
                                           {"X_train", "X_test"},
                                           {"Final_Training", "Final_Test"},
                                           {"train_data", "test_data"},
                                           {"train_images", "test_images"},
                                           {"imagesTr", "imagesTs"},
                                           {"train", "test1"},
                                           {"trainset", "testset"},
                                           {"entrenamiento", "prueba"},
                                           {"train", "eval"},
                                           {"asl_alphabet_train", "asl_alphabet_test"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *folder = fresh_folder("part-names");
        for (int n = 0; n < 4; n++) {
            char name[80];
            snprintf(name, sizeof name, "%s/%s/%d.png", pairs[i][n / 2], n % 2 ? "cat" : "dog", n);
            put_png(folder, name, n);
        }
        lince_dataset *dataset = open_ok(folder);
        assert_int_equal(lince_dataset_classes(dataset), 2);
        assert_string_equal(lince_dataset_class(dataset, 0), "cat");
        assert_counts(dataset, 2, 0, 2);
        lince_dataset_free(dataset);
    }
}

/* Kaggle's CIFAR-10, Dogs vs. Cats, Hugging Face's image folders. */
static void test_parts_without_class_folders_are_no_classes(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"train", "test"},
                                           {"train", "test1"},
                                           {"training_set", "val"},
                                           {"train/train", "test1/test1"},
                                           {"train/images", "val/images"},
                                           {"imagesTr", "imagesTs"},
                                           {"pets_train", "pets_test"},
                                           {"pets_train/pets_train", "pets_test/pets_test"},
                                           {"train", "train"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *folder = fresh_folder("flat-parts");
        char name[64];
        for (int n = 0; n < 4; n++) {
            snprintf(name, sizeof name, "%s/%d.png", pairs[i][n / 2], n);
            put_png(folder, name, n);
        }
        assert_refused(folder, LINCE_EDATA, "no class folders, but pictures directly in ");
        assert_message(pairs[i][0]);
    }
}

static void test_siblings_with_the_same_folders_are_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("same-folders");
    PNGS(folder, "A/cat/1.png", "A/dog/2.png", "B/cat/3.png", "B/dog/4.png");
    assert_refused(
        folder, LINCE_EDATA,
        "2 folders (A, B, ...) hold folders of the same names (cat, dog, ...): parts, or classes?");

    /* the way out that the message names, and one name that is a habit */
    folder = fresh_folder("same-folders-in-train");
    PNGS(folder, "train/A/left/1.png", "train/A/right/2.png", "train/B/left/3.png", "train/B/right/4.png");
    lince_dataset *dataset = open_ok(folder);
    assert_string_equal(lince_dataset_class(dataset, 0), "A");
    assert_counts(dataset, 4, 0, 0);
    lince_dataset_free(dataset);
    folder = fresh_folder("images-in-classes");
    PNGS(folder, "cat/images/1.png", "dog/images/2.png", "cat/images/3.png");
    dataset = open_ok(folder);
    assert_counts(dataset, 3, 0, 0);
    lince_dataset_free(dataset);
    folder = fresh_folder("masks-in-classes");
    PNGS(folder, "COVID/images/1.png", "COVID/masks/1.png", "Normal/images/2.png", "Normal/masks/2.png");
    dataset = open_ok(folder);
    assert_string_equal(lince_dataset_class(dataset, 0), "COVID");
    lince_dataset_free(dataset);
}

static void test_an_empty_part_and_one_that_is_there_twice_are_noted(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX];
    const char *folder = fresh_folder("empty-part");
    PNGS(folder, "train/cat/1.png", "train/dog/2.png", "train_2/cat/3.png", "seg_pred/4.png");
    snprintf(path, sizeof path, "%s/test", folder);
    assert_int_equal(lince_make_folder(path), 0);
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 3, 0, 0);
    assert_noted(dataset, "the folder test holds no pictures and was left out");
    assert_noted(dataset, "the folder train_2 was added to the training part");
    assert_noted(dataset, "pictures left out, because they are in no class folder: 1, in seg_pred");
    lince_dataset_free(dataset);
}

/* Words that parts' names are made of are in classes' names, too. */
static void test_classes_may_have_names_like_those_of_parts(void **state)
{
    (void)state;
    const char *folder = fresh_folder("like-parts");
    PNGS(folder, "test_tube/1.png", "train_station/1.png", "bullet train/1.png", "tr/1.png", "ts/1.png");
    lince_dataset *dataset = open_ok(folder);
    assert_int_equal(lince_dataset_classes(dataset), 5);
    lince_dataset_free(dataset);
    folder = fresh_folder("like-parts-in-parts");
    PNGS(folder, "train/cup/1.png", "train/test tube/1.png", "test/test tube/1.png");
    dataset = open_ok(folder);
    assert_counts(dataset, 2, 0, 1);
    lince_dataset_free(dataset);
}

static void test_hidden_files_and_those_of_operating_systems_are_passed_over(void **state)
{
    (void)state;
    const char *folder = fresh_folder("hidden");
    PNGS(folder, "cat/1.png", "dog/1.png", ".cache/9.png", "cat/._1.png", "__MACOSX/cat/1.png");
    put_text(folder, "cat/Thumbs.db", "x");
    put_text(folder, "cat/.DS_Store", "x");
    put_text(folder, "dog/desktop.ini", "x");
    lince_dataset *dataset = open_ok(folder);
    assert_int_equal(lince_dataset_classes(dataset), 2);
    assert_counts(dataset, 2, 0, 0);
    assert_int_equal(lince_dataset_notes(dataset), 0);
    lince_dataset_free(dataset);
}

/* A class may be called ".net"; that it is passed over is told. */
static void test_hidden_files_that_could_be_samples_are_told(void **state)
{
    (void)state;
    const char *folder = fresh_folder("hidden-classes"), *zip = TEST_SCRATCH "/hidden.zip";
    PNGS(folder, ".net/1.png", ".net/2.png", "cat/1.png", "cat/.2.png", "dog/1.png");
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 2, 0, 0);
    assert_noted(dataset, "begins with a dot are hidden and were left out: 3, the first: .net/1.png");
    lince_dataset_free(dataset);
    zip_t *archive = new_zip(zip);
    zip_put_png(archive, ".net/1.png", 1);
    zip_put_png(archive, "cat/.2.png", 2);
    zip_put_png(archive, "cat/1.png", 3);
    zip_put_png(archive, "dog/1.png", 4);
    zip_close(archive);
    dataset = open_ok(zip);
    assert_noted(dataset, "begins with a dot are hidden and were left out: 2, the first: .net/1.png");
    lince_dataset_free(dataset);
}

static void test_the_content_decides_what_is_a_picture(void **state)
{
    (void)state;
    const char *folder = fresh_folder("content");
    PNGS(folder, "cat/1.PNG", "cat/no-extension", "cat/called.gif", "dog/1.png");
    put_text(folder, "dog/really.svg", "<svg>");
    put_text(folder, "dog/labels.csv", "a,b\n");
    put_text(folder, "dog/broken.jpg", "not a picture"); /* claims to be one: told when it is read */
    lince_dataset *dataset = open_ok(folder);
    assert_int_equal(lince_dataset_class_count(dataset, LINCE_TRAIN, 0), 3);
    assert_int_equal(lince_dataset_class_count(dataset, LINCE_TRAIN, 1), 2);
    assert_noted(dataset, "files left out, because they are not pictures: 2");
    lince_image image;
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 4, &image), LINCE_EFORMAT);
    assert_message("dog/broken.jpg: expected a picture (PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, PGM");
    assert_message("), but this looks like a text");
    lince_dataset_free(dataset);
}

static void test_slashes_behind_a_folder_are_none_of_its_name(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX];
    const char *folder = fresh_folder("slashes");
    PNGS(folder, "cat/1.png", "dog/1.png");
    put_text(folder, "cat/2.png", "");
    snprintf(path, sizeof path, "%s//", folder);
    lince_dataset *dataset = open_ok(path);
    assert_string_equal(lince_dataset_path(dataset), folder);
    lince_dataset_free(dataset);
}

static void test_a_workbook_beside_pictures_is_a_stray_file(void **state)
{
    (void)state;
    const char *folder = fresh_folder("workbook");
    PNGS(folder, "cat/1.png", "dog/1.png");
    put_text(folder, "notes.xlsx", "PK\3\4");
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 2, 0, 0);
    lince_dataset_free(dataset);
}

static void test_pictures_outside_the_class_folders_are_noted(void **state)
{
    (void)state;
    const char *folder = fresh_folder("outside");
    PNGS(folder, "train/cat/1.png", "train/dog/1.png", "train/lost.png", "extra/cat/1.png", "test/1.png",
         "test/2.png");
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 2, 0, 0);
    assert_noted(dataset, "pictures left out, because they are outside the class folders: 1, in train");
    assert_noted(dataset, "folder extra, beside the parts");
    assert_noted(dataset, "pictures left out, because they are in no class folder: 2, in test");
    lince_dataset_free(dataset);
}

/* Whoever trains inside the data folder finds its plots there next time. */
static void test_folders_of_runs_and_comparisons_are_no_data(void **state)
{
    (void)state;
    static const char *const written[] = {"runs/one/config.yaml", "runs/one/model.json", "gru/config.yaml",
                                          "gru/results.csv",      "cmp/compare.json",    "cmp/compare.html",
                                          "runs/one/results.csv"};
    const char *folder = fresh_folder("own");
    PNGS(folder, "cat/1.png", "dog/1.png", "runs/one/plots/loss.png", "gru/plots/samples/1.png",
         "cmp/plots/1.png", "runs.png/1.png");
    put_file(folder, "dog/config.yaml", "a: 1", 4); /* a name is not enough */
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) put_file(folder, written[i], "", 0);
    lince_dataset *dataset = open_ok(folder);
    assert_int_equal(lince_dataset_classes(dataset), 3);
    assert_string_equal(lince_dataset_class(dataset, 2), "runs.png");
    assert_counts(dataset, 3, 0, 0);
    assert_noted(dataset,
                 "folders left out, because they are runs or comparisons of lince: 3, the first: cmp");
    lince_dataset_free(dataset);
}

static void test_a_run_beside_other_files_leaves_these(void **state)
{
    (void)state;
    const char *folder = fresh_folder("own-beside");
    PNGS(folder, "train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/run/plots/1.png",
         "test/dog/1.png");
    put_file(folder, "test/run/config.yaml", "", 0);
    put_file(folder, "test/run/model.json", "", 0);
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 2, 0, 2);
    assert_noted(dataset, "the folder test/run is of a run or a comparison of lince's, and was left out");
    lince_dataset_free(dataset);
}

static void test_a_missing_folder_is_named_with_the_nearest_there_is(void **state)
{
    (void)state;
    const char *folder = fresh_folder("near");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "kittens/cat/1.png", "puppies/dog/1.png");
    snprintf(path, sizeof path, "%s/kitens", folder);
    assert_refused(path, LINCE_EIO, "did you mean");
    assert_message("/near/kittens?");
    snprintf(path, sizeof path, "%s/kitens/", folder);
    assert_refused(path, LINCE_EIO, "/near/kittens?");
    snprintf(path, sizeof path, "%s/elephants", folder);
    assert_refused(path, LINCE_EIO, "no such file or folder");
    assert_null(strstr(lince_error(), "did you mean"));
    snprintf(path, sizeof path, "%s/no/such", folder);
    assert_refused(path, LINCE_EIO, "there is no");
}

static void test_what_cannot_be_a_data_set_is_refused(void **state)
{
    (void)state;
    const char *empty = fresh_folder("empty");
    assert_refused(empty, LINCE_EDATA, "empty");

    const char *texts = fresh_folder("texts");
    put_text(texts, "cat/1.mid", "MThd\1\1\1\1");
    assert_refused(texts, LINCE_EDATA,
                   "no pictures that are read (PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, PGM");
    assert_message(") in it, but 1 .mid");

    const char *packed = fresh_folder("packed");
    static const uint8_t npz[] = "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0"
                                 "arr.npy";
    put_file(packed, "1.bin", npz, sizeof npz - 1);
    assert_refused(packed, LINCE_EDATA, "but 1 .bin; the first, 1.bin, looks like NumPy arrays (.npz)");
    put_file(packed, "1.bin", "PAR1....PAR1", 12);
    assert_refused(packed, LINCE_EDATA, "the first, 1.bin, looks like a Parquet table. Unpack archives");
    put_file(packed, "1.bin", npz, 26);
    assert_refused(packed, LINCE_EDATA, "the first, 1.bin, looks like a zip archive");

    const char *flat = fresh_folder("flat");
    PNGS(flat, "1.png", "2.png");
    assert_refused(flat, LINCE_EDATA, "no class folders, but pictures directly in");

    const char *flat_train = fresh_folder("flat-train");
    PNGS(flat_train, "train/1.png", "train/2.png", "test/cat/1.png", "test/dog/1.png");
    assert_refused(flat_train, LINCE_EDATA, "no class folders, but pictures directly in train (2)");

    const char *lonely = fresh_folder("lonely");
    PNGS(lonely, "cat/1.png", "cat/2.png");
    assert_refused(lonely, LINCE_EDATA, "only one class, cat");
}

static void test_an_empty_training_class_is_refused_as_imagefolder_does(void **state)
{
    (void)state;
    const char *folder = fresh_folder("empty-class");
    PNGS(folder, "train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png");
    put_text(folder, "train/fish/readme.txt", "to do");
    assert_refused(folder, LINCE_EDATA, "class folder train/fish holds no pictures");
}

static void test_an_entirely_empty_class_folder_is_seen(void **state)
{
    (void)state;
    const char *folder = fresh_folder("empty-folder");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "cat/1.png", "dog/1.png");
    snprintf(path, sizeof path, "%s/fish", folder);
    assert_int_equal(lince_make_folder(path), 0);
    assert_refused(folder, LINCE_EDATA, "class folder fish");
}

static void test_a_class_that_only_the_test_part_has_is_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("test-only-class");
    PNGS(folder, "train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/fish/1.png");
    assert_refused(folder, LINCE_EDATA, "classes of the test part that the training part lacks: 1 (fish)");
}

static void test_a_class_that_the_test_part_lacks_is_noted(void **state)
{
    (void)state;
    const char *folder = fresh_folder("test-lacks-class");
    PNGS(folder, "train/cat/1.png", "train/dog/1.png", "train/fish/1.png", "test/cat/1.png");
    lince_dataset *dataset = open_ok(folder);
    assert_noted(dataset, "classes that the test part lacks: 2 (dog, fish)");
    assert_int_equal(lince_dataset_label(dataset, LINCE_TEST, 0), 0);
    assert_int_equal(lince_dataset_class_count(dataset, LINCE_TEST, 2), 0);
    lince_dataset_free(dataset);
}

static void test_a_test_part_alone_can_be_opened(void **state)
{
    (void)state;
    const char *folder = fresh_folder("test-alone");
    PNGS(folder, "test/cat/1.png", "test/dog/1.png");
    lince_dataset *dataset = open_ok(folder);
    assert_counts(dataset, 0, 0, 2);
    lince_dataset_free(dataset);
}

static void test_a_picture_that_vanished_is_named(void **state)
{
    (void)state;
    const char *folder = fresh_folder("vanished");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "cat/1.png", "dog/1.png");
    lince_dataset *dataset = open_ok(folder);
    snprintf(path, sizeof path, "%s/cat/1.png", folder);
    assert_int_equal(unlink(path), 0);
    lince_image image;
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 0, &image), LINCE_EIO);
    assert_null(image.pixels);
    assert_message("vanished/cat/1.png: cannot open: No such file");
    lince_dataset_free(dataset);
}

static void test_a_link_that_leads_nowhere_is_one_bad_picture(void **state)
{
    (void)state;
    const char *folder = fresh_folder("broken-link");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "cat/1.png", "dog/1.png");
    snprintf(path, sizeof path, "%s/cat/2.png", folder);
    assert_int_equal(symlink("nowhere", path), 0);
    lince_dataset *dataset = open_ok(folder);
    lince_image image;
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 1, &image), LINCE_EIO);
    assert_message("broken-link/cat/2.png");
    lince_dataset_free(dataset);
}

/* A disk that is not mounted: training would go on without the class. */
static void test_links_to_nothing_among_the_classes_are_named(void **state)
{
    (void)state;
    const char *folder = fresh_folder("unmounted");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "cat/1.png", "dog/1.png");
    snprintf(path, sizeof path, "%s/eel", folder);
    assert_int_equal(symlink("/nowhere/eel", path), 0);
    assert_refused(folder, LINCE_EIO, "links that lead to nothing: 1 (eel)");
    snprintf(path, sizeof path, "%s/cat/more", folder);
    assert_int_equal(symlink("/nowhere/cat", path), 0);
    assert_refused(folder, LINCE_EIO, "links that lead to nothing: 2 (");
    snprintf(path, sizeof path, "%s/.hidden", folder);
    assert_int_equal(symlink("/nowhere", path), 0);
    assert_refused(folder, LINCE_EIO, "links that lead to nothing: 2 (");
}

static void test_a_link_in_a_circle_is_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("circle");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "cat/1.png", "dog/1.png");
    snprintf(path, sizeof path, "%s/cat/back", folder);
    assert_int_equal(symlink("..", path), 0);
    assert_refused(folder, LINCE_EFORMAT, "leads back");
}

static char *fingerprint(const char *path)
{
    lince_dataset *dataset = open_ok(path);
    char *kept = strdup(lince_dataset_fingerprint(dataset));
    lince_dataset_free(dataset);
    assert_int_equal(strlen(kept), 64);
    return kept;
}

static void test_the_fingerprint_tells_data_sets_apart(void **state)
{
    (void)state;
    const char *folder = fresh_folder("print");
    char path[LINCE_PATH_MAX];
    PNGS(folder, "data/cat/1.png", "data/cat/2.png", "data/dog/1.png");
    char *first = fingerprint(folder), *again = fingerprint(folder);
    assert_string_equal(first, again);

    snprintf(path, sizeof path, "%s.zip", folder);
    zip_t *zip = new_zip(path);
    zip_put_png(zip, "data/dog/1.png", 2);
    zip_put_png(zip, "data/cat/2.png", 1);
    zip_put_png(zip, "data/cat/1.png", 0);
    assert_int_equal(zip_close(zip), 0);
    char *packed = fingerprint(path);
    assert_string_equal(first, packed);

    put_text(folder, "data/cat/2.png", "another size");
    char *changed = fingerprint(folder);
    assert_string_not_equal(first, changed);
    free(first), free(again), free(packed), free(changed);
}

typedef struct shared_reading {
    lince_dataset *dataset;
    int wrong[64];
} shared_reading;

static void read_one(void *context, size_t index)
{
    shared_reading *shared = context;
    lince_image image;
    shared->wrong[index] =
        lince_dataset_read(shared->dataset, LINCE_TRAIN, index, &image) < 0 || image.pixels[5] != index;
    lince_image_release(&image);
}

static void test_several_threads_read_at_a_time(void **state)
{
    (void)state;
    const char *folder = fresh_folder("threads");
    char path[LINCE_PATH_MAX], name[64];
    snprintf(path, sizeof path, "%s/data.zip", folder);
    zip_t *zip = new_zip(path);
    for (int i = 0; i < 64; i++) {
        snprintf(name, sizeof name, "%s/%02d.png", i < 32 ? "cat" : "dog", i);
        zip_put_png(zip, name, i);
    }
    assert_int_equal(zip_close(zip), 0);
    shared_reading shared = {.dataset = open_ok(path)};
    lince_parallel(4, 64, read_one, &shared);
    for (int i = 0; i < 64; i++) assert_int_equal(shared.wrong[i], 0);
    lince_dataset_free(shared.dataset);
}

/* The real archive of 60,000 pictures, where it is there. */
static void test_cifar10_in_a_zip_opens_within_a_second(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX];
    const char *data = getenv("LINCE_DATA");
    snprintf(path, sizeof path, "%s/cifar10-pngs-in-folders.zip",
             data ? data : TEST_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK)) {
        print_message("skipped: no %s\n", path);
        skip();
    }
#ifdef __SANITIZE_ADDRESS__
    const double limit = 5;
#else
    const double limit = 1;
#endif
    struct timespec begin, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    lince_dataset *dataset = open_ok(path);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    assert_true((double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec) < limit);
    assert_counts(dataset, 50000, 0, 10000);
    assert_int_equal(lince_dataset_classes(dataset), 10);
    assert_string_equal(lince_dataset_class(dataset, 9), "truck");
    assert_string_equal(lince_dataset_name(dataset, LINCE_TRAIN, 0),
                        "cifar10/cifar10/train/airplane/aeroplane_s_000004.png");
    lince_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_class_folders_are_a_training_part),
        cmocka_unit_test(test_classes_are_sorted_by_name_bytewise),
        cmocka_unit_test(test_train_val_and_test_folders_are_parts_whatever_they_are_called),
        cmocka_unit_test(test_parts_and_classes_are_found_further_down),
        cmocka_unit_test(test_a_class_may_be_called_train),
        cmocka_unit_test(test_parts_are_recognised_by_the_names_that_are_in_use),
        cmocka_unit_test(test_parts_without_class_folders_are_no_classes),
        cmocka_unit_test(test_siblings_with_the_same_folders_are_refused),
        cmocka_unit_test(test_an_empty_part_and_one_that_is_there_twice_are_noted),
        cmocka_unit_test(test_classes_may_have_names_like_those_of_parts),
        cmocka_unit_test(test_hidden_files_and_those_of_operating_systems_are_passed_over),
        cmocka_unit_test(test_hidden_files_that_could_be_samples_are_told),
        cmocka_unit_test(test_the_content_decides_what_is_a_picture),
        cmocka_unit_test(test_slashes_behind_a_folder_are_none_of_its_name),
        cmocka_unit_test(test_a_workbook_beside_pictures_is_a_stray_file),
        cmocka_unit_test(test_pictures_outside_the_class_folders_are_noted),
        cmocka_unit_test(test_folders_of_runs_and_comparisons_are_no_data),
        cmocka_unit_test(test_a_run_beside_other_files_leaves_these),
        cmocka_unit_test(test_a_missing_folder_is_named_with_the_nearest_there_is),
        cmocka_unit_test(test_what_cannot_be_a_data_set_is_refused),
        cmocka_unit_test(test_an_empty_training_class_is_refused_as_imagefolder_does),
        cmocka_unit_test(test_an_entirely_empty_class_folder_is_seen),
        cmocka_unit_test(test_a_class_that_only_the_test_part_has_is_refused),
        cmocka_unit_test(test_a_class_that_the_test_part_lacks_is_noted),
        cmocka_unit_test(test_a_test_part_alone_can_be_opened),
        cmocka_unit_test(test_a_picture_that_vanished_is_named),
        cmocka_unit_test(test_a_link_that_leads_nowhere_is_one_bad_picture),
        cmocka_unit_test(test_links_to_nothing_among_the_classes_are_named),
        cmocka_unit_test(test_a_link_in_a_circle_is_refused),
        cmocka_unit_test(test_the_fingerprint_tells_data_sets_apart),
        cmocka_unit_test(test_several_threads_read_at_a_time),
        cmocka_unit_test(test_cifar10_in_a_zip_opens_within_a_second),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
