/* Samples that stand in two parts or under two labels: found, told apart, and no others. */
#include "core/hash.h"
#include "data/fixture.h"
#include "data/likeness/leak.h"
#include "modality/modality.h"

#include <lince/language.h>
#include <math.h>
#include <time.h>

#include <jpeglib.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static lince_dataset *open_parts(const char *train, const char *test)
{
    const char *folder = fresh_folder("leak");
    lince_dataset *dataset;
    put_text(folder, "train.csv", train);
    put_text(folder, "test.csv", test);
    assert_done(
        lince_dataset_open_table(&dataset, folder, &(lince_table_options){.group_column = "group"}, NULL));
    return dataset;
}

static lince_leaks leaks;

/* The pair of parts, of leaks that stay until the next call. */
static lince_leak find(lince_dataset *dataset, lince_part part, lince_part from, int threads)
{
    lince_leak none = {.part = part, .from = from};
    lince_leaks_release(&leaks);
    assert_done(lince_leaks_find(&leaks, dataset,
                                 &(lince_leak_options){.kind = lince_modality_of_data(dataset)->likeness,
                                                       .threads = threads}));
    const lince_leak *leak = lince_leak_between(&leaks, part, from);
    return leak ? *leak : none;
}

static int teardown(void **state)
{
    (void)state;
    lince_leaks_release(&leaks);
    return 0;
}

static const char train[] = "group,label,text\n"
                            "1,a,The weather in the mountains was lovely all through the week\n"
                            "2,b,I have never seen such a slow delivery in my whole life\n"
                            "3,a,wow\n"
                            "4,b,...\n";

static void test_copies_and_near_copies_are_told_apart(void **state)
{
    (void)state;
    lince_dataset *d =
        open_parts(train,
                   "group,label,text\n"
                   "1,a,\"the weather, in the MOUNTAINS was lovely all through the week!! https://x.co/1\"\n"
                   "9,b,I have never seen such a slow delivery in my life\n"
                   "5,b,The weather by the sea was dull for most of the month\n"
                   "6,a,???\n"
                   "7,b,no\n");
    lince_leak leak = find(d, LINCE_TEST, LINCE_TRAIN, 2);
    const bool *known = leaks.test_known;
    assert_int_equal(leak.count, 5);
    assert_int_equal(known[0] + known[1] + known[2] + known[3] + known[4], 2);
    assert_int_equal(leak.exact, 0); /* the link is a word more */
    assert_int_equal(leak.near, 2);
    assert_int_equal(leak.kin, 1);
    assert_int_equal(leak.example_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const lince_leak_pair *p = &leak.examples[i];
        assert_true(p->similarity >= LINCE_NEAR && p->similarity < 1);
        assert_int_equal(strncmp(p->sample.text + 2, p->like.text + 2, 8), 0);
    }
    lince_dataset_free(d);
}

static void test_case_and_punctuation_do_not_make_another_text(void **state)
{
    (void)state;
    lince_dataset *d = open_parts(train, "group,label,text\n3,a,\"Wow...\"\n8,b,wow\n5,a,wow not\n");
    lince_leak leak = find(d, LINCE_TEST, LINCE_TRAIN, 1);
    assert_int_equal(leak.exact, 2);
    assert_int_equal(leak.near, 0);
    assert_int_equal(leak.kin, 1);
    assert_true(leak.examples[0].similarity == 1);
    lince_dataset_free(d);
}

/* Pieces of three letters, not of three bytes: two texts of n letters that differ in one in their middle
 * share n - 2 - 3 of n - 2 + 3 pieces, in every script. By bytes, a letter of three bytes would cost as much
 * as three. */
static void test_similarity_is_counted_in_letters(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"abcdefghijklmnopqrstuvwxyz", "abcdefghijklm9opqrstuvwxyz"},
                                           {"абвгдежзийклмнопрстуфхцчшщ", "абвгдежзийклмноп9стуфхцчшщ"},
                                           {"ξαβγδεζηθικλμνοπρστυφχψωάέ", "ξαβγδεζηθικλμ9οπρστυφχψωάέ"},
                                           {"ՀԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՁՂՃՄՅՆՇՈՉՊ", "ՀԱԲԳԴԵԶԷԸԹԺԻԼ9ԾԿՁՂՃՄՅՆՇՈՉՊ"},
                                           {"აბგდევზთიკლმნოპჟრსტუფქღყშჩ", "აბგდევზთიკლმნ9პჟრსტუფქღყშჩ"}};
    char first[512] = "group,label,text\n", second[512] = "group,label,text\n";
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        sprintf(first + strlen(first), "%zu,%s,%s\n", i, i % 2 ? "a" : "b", pairs[i][0]);
        sprintf(second + strlen(second), "%zu,%s,%s\n", i, i % 2 ? "a" : "b", pairs[i][1]);
    }
    lince_dataset *d = open_parts(first, second);
    lince_leak leak = find(d, LINCE_TEST, LINCE_TRAIN, 1);
    assert_int_equal(leak.near, sizeof pairs / sizeof *pairs);
    for (size_t i = 0; i < leak.example_count; i++)
        assert_true(leak.examples[i].similarity == (26. - 2 - 3) / (26 - 2 + 3));
    lince_dataset_free(d);
}

static void test_texts_without_words_are_nobodys_copies(void **state)
{
    (void)state;
    lince_dataset *d = open_parts(train, "group,label,text\n3,a,\"?,\"\n8,b,....\n");
    lince_leak leak = find(d, LINCE_TEST, LINCE_TRAIN, 1);
    assert_int_equal(leak.exact + leak.near, 0);
    assert_int_equal(leak.example_count, 0);
    lince_dataset_free(d);
}

static void test_an_empty_part_leaks_nothing(void **state)
{
    (void)state;
    lince_dataset *d = open_parts(train, train);
    assert_int_equal(find(d, LINCE_TEST, LINCE_TRAIN, 1).exact, 3);
    assert_null(lince_leak_between(&leaks, LINCE_TEST, LINCE_VAL));
    assert_null(lince_leak_between(&leaks, LINCE_VAL, LINCE_TRAIN));
    lince_dataset_free(d);
}

/* A text of 20 words drawn by number, with word `changed` drawn anew. */
static void draw_text(char *out, uint32_t number, int changed)
{
    *out = '\0';
    for (int i = 0; i < 20; i++) {
        uint32_t seed = number * 1000u + (uint32_t)i + (i == changed ? 500000000u : 0),
                 word = seed * 2654435761u;
        sprintf(out + strlen(out), "%c%cx%u ", 'a' + (int)(word >> 8) % 26, 'a' + (int)(word >> 16) % 26,
                word % 9973);
    }
}

static void test_hashing_misses_hardly_any_and_threads_change_nothing(void **state)
{
    (void)state;
    enum { N = 400 };
    static char first[N * 256], second[N * 256];
    char text[256];
    strcpy(first, "group,label,text\n");
    strcpy(second, "group,label,text\n");
    for (uint32_t i = 0; i < N; i++) {
        draw_text(text, i, -1);
        sprintf(first + strlen(first), "%u,%s,%s\n", i, i % 2 ? "a" : "b", text);
        draw_text(text, i % 2 ? i : i + N,
                  (int)i % 20); /* every other one has a near copy: similarity 0.8 or more */
        sprintf(second + strlen(second), "%u,%s,%s\n", i, i % 2 ? "a" : "b", text);
    }
    lince_dataset *d = open_parts(first, second);
    lince_leak one = find(d, LINCE_TEST, LINCE_TRAIN, 1), three = find(d, LINCE_TEST, LINCE_TRAIN, 3);
    assert_true(one.near > N / 2 * 98 / 100);
    assert_true(one.near <= N / 2);
    assert_int_equal(one.kin, one.near);
    assert_int_equal(one.near, three.near);
    assert_memory_equal(one.examples, three.examples, sizeof one.examples);
    lince_dataset_free(d);
}

/* --- under two labels ----------------------------------------------------------------------------- */

static void test_a_text_under_two_labels_is_told_with_its_words_alone(void **state)
{
    (void)state;
    lince_dataset *d =
        open_parts("group,label,text\n"
                   "1,a,The weather in the mountains was lovely all through the week\n"
                   "2,b,\"the weather in the mountains, was lovely all through the week\"\n"
                   "3,a,I have never seen such a slow delivery in my whole life\n"
                   "4,b,I have never seen such a slow delivery in my life\n",
                   "group,label,text\n5,b,The weather in the mountains was lovely all through the "
                   "week\n6,a,nothing like it\n");
    lince_leak leak = find(d, LINCE_TRAIN, LINCE_TRAIN, 1);
    assert_int_equal(leak.exact, 2);
    assert_int_equal(leak.near, 0); /* a word more may turn what a text says */
    assert_int_equal(leak.relabelled, 2);
    assert_string_not_equal(leak.examples[0].sample.class, leak.examples[0].like.class);
    assert_int_equal(lince_leak_between(&leaks, LINCE_TEST, LINCE_TEST)->exact, 0);
    lince_dataset_free(d);
}

/* --- pictures ------------------------------------------------------------------------------------- */

/* What a scene shows at (x, y), 0..1: soft spots of colours that are drawn by its number. */
static void draw_scene(lince_image *image, int width, int height, uint32_t number, double gain)
{
    enum { SPOTS = 24 };
    assert_int_equal(lince_image_init(image, width, height), 0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double sum[3] = {0.4, 0.4, 0.4};
            for (uint32_t s = 0; s < SPOTS; s++) {
                uint32_t key = 1000 * number + s;
                uint64_t h = lince_hash(0, &key, sizeof key);
                double dx = (x + 0.5) / width - (double)(h & 255) / 255,
                       dy = (y + 0.5) / height - (double)(h >> 8 & 255) / 255,
                       near = exp(-(dx * dx + dy * dy) * 60);
                for (int c = 0; c < 3; c++) sum[c] += near * ((double)(h >> (16 + 8 * c) & 255) / 255 - 0.5);
            }
            for (int c = 0; c < 3; c++)
                image->pixels[3 * (y * width + x) + c] = (uint8_t)fmin(fmax(255 * gain * sum[c], 0), 255);
        }
}

static void put_image(const char *folder, const char *name, lince_image *image)
{
    uint8_t *bytes;
    size_t size;
    assert_int_equal(lince_image_encode_png(image, &bytes, &size), 0);
    put_file(folder, name, bytes, size);
    lince_free(bytes);
    lince_image_release(image);
}

static void put_scene(const char *folder, const char *name, int width, int height, uint32_t number,
                      double gain)
{
    lince_image image;
    draw_scene(&image, width, height, number, gain);
    put_image(folder, name, &image);
}

static void put_jpeg(const char *folder, const char *name, int width, int height, uint32_t number)
{
    lince_image image;
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    draw_scene(&image, width, height, number, 1);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (JDIMENSION)width;
    jpeg.image_height = (JDIMENSION)height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 60, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < height; y++) {
        JSAMPROW row = image.pixels + (size_t)y * (size_t)width * 3;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    put_file(folder, name, bytes, size);
    free(bytes);
    lince_image_release(&image);
}

/* Scenes 1 to 12 for training, half of them cats; other ones for the test, besides those of `put`. */
static lince_dataset *open_scenes(void (*put)(const char *folder))
{
    const char *folder = fresh_folder("leak-pictures");
    char name[64];
    lince_dataset *dataset;
    for (uint32_t i = 1; i <= 12; i++) {
        snprintf(name, sizeof name, "train/%s/%02u.png", i % 2 ? "cat" : "dog", i);
        put_scene(folder, name, 48, 40, i, 1);
        snprintf(name, sizeof name, "test/%s/new%02u.png", i % 2 ? "cat" : "dog", i);
        put_scene(folder, name, 48, 40, 100 + i, 1);
    }
    put(folder);
    assert_done(lince_dataset_open(&dataset, folder));
    return dataset;
}

static void put_nothing(const char *folder)
{
    (void)folder;
}

static void test_other_pictures_are_not_alike(void **state)
{
    (void)state;
    lince_dataset *d = open_scenes(put_nothing);
    lince_leak leak = find(d, LINCE_TEST, LINCE_TRAIN, 2);
    assert_int_equal(leak.count, 12);
    assert_int_equal(leak.exact + leak.near, 0);
    assert_int_equal(leak.example_count, 0);
    assert_int_equal(lince_leak_between(&leaks, LINCE_TRAIN, LINCE_TRAIN)->near, 0);
    lince_dataset_free(d);
}

static void put_copies(const char *folder)
{
    put_scene(folder, "test/cat/a-copy.png", 48, 40, 1, 1);
    put_scene(folder, "test/cat/b-brighter.png", 48, 40, 3, 1.25);
    put_jpeg(folder, "test/cat/c-jpeg.jpg", 48, 40, 5);
    put_scene(folder, "test/cat/d-larger.png", 120, 100, 7, 1);
    put_jpeg(folder, "test/cat/e-photograph.jpg", 600, 500, 9); /* decoded at a quarter of its size */
    put_scene(folder, "test/dog/f-of-a-cat.png", 48, 40, 11, 1);
}

static void test_a_picture_is_known_again_however_it_was_saved(void **state)
{
    (void)state;
    lince_dataset *d = open_scenes(put_copies);
    lince_leak one = find(d, LINCE_TEST, LINCE_TRAIN, 1), leak = find(d, LINCE_TEST, LINCE_TRAIN, 3);
    assert_int_equal(leak.exact, 2);
    assert_int_equal(leak.near, 4);
    assert_int_equal(leak.relabelled, 1);
    assert_int_equal(leak.example_count, LINCE_LEAK_EXAMPLES);
    assert_string_equal(leak.examples[0].sample.name, "test/cat/b-brighter.png");
    assert_string_equal(leak.examples[0].like.name, "train/cat/03.png");
    assert_true(leak.examples[0].similarity >= LINCE_NEAR_PICTURE && !leak.examples[0].sample.text);
    assert_memory_equal(one.examples, leak.examples, sizeof one.examples); /* threads change nothing */
    for (size_t i = 0; i < leak.count; i++) {
        bool copy = !strstr(lince_dataset_name(d, LINCE_TEST, i), "new");
        assert_int_equal(leaks.test_known[i], copy);
    }
    lince_dataset_free(d);
}

/* All of one shade; a few pixels of another on an empty ground. */
static void put_flat(const char *folder)
{
    for (int i = 0; i < 4; i++) {
        char name[64];
        lince_image image;
        snprintf(name, sizeof name, "%s/cat/shade%d.png", i % 2 ? "test" : "train", i);
        put_png(folder, name, i < 2 ? i : 252 + i);
        assert_int_equal(lince_image_init(&image, 28, 28), 0);
        memset(image.pixels, 255, 28 * 28 * 3);
        for (int y = 4; y < 24; y++) memset(image.pixels + 3 * (28 * y + 8 + 4 * i), 0, 9); /* a line */
        snprintf(name, sizeof name, "%s/dog/drawing%d.png", i % 2 ? "test" : "train", i);
        put_image(folder, name, &image);
    }
}

static void test_pictures_that_show_little_are_not_all_the_same(void **state)
{
    (void)state;
    lince_dataset *d = open_scenes(put_flat);
    lince_leak leak = find(d, LINCE_TEST, LINCE_TRAIN, 1);
    assert_int_equal(leak.exact + leak.near, 0);
    lince_dataset_free(d);
}

/* --- leaving out ---------------------------------------------------------------------------------- */

static void put_two_labels(const char *folder)
{
    put_copies(folder);
    put_scene(folder, "train/cat/01-again.png", 48, 40, 1, 1);
    put_scene(folder, "train/dog/a-cat.png", 48, 40, 13, 1);
    put_scene(folder, "train/cat/a-cat.png", 48, 40, 13, 1.2);
    put_scene(folder, "train/cat/another.png", 48, 40, 14, 1);
}

static int drop(lince_dataset *d, size_t dropped[LINCE_PARTS])
{
    lince_leaks_release(&leaks);
    assert_done(lince_leaks_find(
        &leaks, d,
        &(lince_leak_options){.kind = lince_modality_of_data(d)->likeness, .threads = 1, .thorough = true}));
    return lince_leaks_drop(&leaks, d, dropped);
}

static void test_what_is_dropped_is_listed_with_its_reason(void **state)
{
    (void)state;
    lince_dataset *d = open_scenes(put_two_labels);
    size_t dropped[LINCE_PARTS];
    assert_done(drop(d, dropped));
    assert_int_equal(dropped[LINCE_TRAIN], 9); /* 1 twice, 3, 5, 7, 9, 11; 13 under both labels */
    assert_int_equal(dropped[LINCE_VAL], 0);
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 7);
    assert_int_equal(lince_dataset_class_count(d, LINCE_TRAIN, 0), 1);
    assert_string_equal(lince_dataset_name(d, LINCE_TRAIN, 0), "train/cat/another.png");
    assert_int_equal(lince_dataset_count(d, LINCE_TEST), 18);
    assert_int_equal(lince_dataset_left_out(d), 9);
    const lince_left_out *first = lince_dataset_left_out_at(d, 0);
    assert_string_equal(first->name, "train/cat/01-again.png");
    assert_string_equal(first->reason, "is also in the test part");
    assert_true(first->dropped && !first->unreadable);
    for (size_t i = 0; i < 9; i++) {
        const lince_left_out *l = lince_dataset_left_out_at(d, i);
        if (strstr(l->name, "a-cat")) assert_string_equal(l->reason, "is there under another label, too");
    }
    lince_dataset_free(d);
}

static void test_a_class_without_a_sample_left_is_refused(void **state)
{
    (void)state;
    lince_dataset *d = open_scenes(put_copies);
    size_t dropped[LINCE_PARTS];
    assert_int_equal(drop(d, dropped), LINCE_EDATA);
    assert_message("class cat");
    lince_dataset_free(d);
}

/* Every tweet stands there about six times, in paraphrase. */
static void test_a_random_split_of_the_courses_file_leaks(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX];
    const char *data = getenv("LINCE_DATA");
    snprintf(path, sizeof path, "%s/twitter-entity-sentiment-analysis.zip",
             data ? data : TEST_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK)) {
        print_message("skipped: %s is not there (LINCE_DATA names the folder)\n", path);
        skip();
    }
    lince_dataset *d;
    lince_table_options options = {.drop_labels = "Irrelevant", .group_column = "1"};
    assert_done(lince_dataset_open_table(&d, path, &options, NULL));
    lince_leak leak = find(d, LINCE_VAL, LINCE_TRAIN, 1);
    print_message("validation file: %zu copies, %zu near copies of %zu; %zu in their own group\n", leak.exact,
                  leak.near, leak.count, leak.kin);
    assert_true(2 * leak.exact > leak.count - 100);
    assert_done(lince_dataset_split(d, &(lince_split){.test = 0.2, .fresh = true, .seed = 1}));
    clock_t begin = clock();
    leak = find(d, LINCE_TEST, LINCE_TRAIN, 1);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    print_message("random split: %zu copies, %zu near copies of %zu; %zu in their own group; %.1f s\n",
                  leak.exact, leak.near, leak.count, leak.kin, seconds);
    assert_true(leak.exact + leak.near > leak.count / 2);
    assert_true(seconds < 60); /* each pair by itself would take hours; sanitizers make it slow */
    lince_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_and_near_copies_are_told_apart),
        cmocka_unit_test(test_case_and_punctuation_do_not_make_another_text),
        cmocka_unit_test(test_similarity_is_counted_in_letters),
        cmocka_unit_test(test_texts_without_words_are_nobodys_copies),
        cmocka_unit_test(test_an_empty_part_leaks_nothing),
        cmocka_unit_test(test_hashing_misses_hardly_any_and_threads_change_nothing),
        cmocka_unit_test(test_a_text_under_two_labels_is_told_with_its_words_alone),
        cmocka_unit_test(test_other_pictures_are_not_alike),
        cmocka_unit_test(test_a_picture_is_known_again_however_it_was_saved),
        cmocka_unit_test(test_pictures_that_show_little_are_not_all_the_same),
        cmocka_unit_test(test_what_is_dropped_is_listed_with_its_reason),
        cmocka_unit_test(test_a_class_without_a_sample_left_is_refused),
        cmocka_unit_test(test_a_random_split_of_the_courses_file_leaks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
