/* The built-in short texts: the same for the same seed, balanced, with cues far from the end, and learnable
 * only by who reads the negation and what stands behind the "but". */
#include "data/dataset.h"
#include "data/fixture.h"
#include "modality/modality.h"

#include <lince/language.h>
#include <lince/synth.h>

enum { N = 3000 };

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static const char *synthesise(const char *name, size_t n, uint64_t seed)
{
    const char *folder = fresh_folder(name);
    assert_done(lince_synth_tweets(folder, n, seed));
    return folder;
}

static char *read_csv(const char *folder)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    assert_done(lince_path_join(path, folder, "tweets.csv"));
    assert_done(lince_file_read(path, 64 << 20, &bytes, &size));
    return bytes;
}

static lince_dataset *open_sample(const char *folder)
{
    lince_dataset *dataset;
    assert_done(
        lince_dataset_open_table(&dataset, folder, &(lince_table_options){.group_column = "group"}, NULL));
    return dataset;
}

static void test_it_is_a_table_of_three_classes_about_equal(void **state)
{
    (void)state;
    lince_dataset *d = open_sample(synthesise("synth-tweets", N, 1));
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), N);
    assert_int_equal(lince_dataset_classes(d), 3);
    assert_string_equal(lince_dataset_class(d, 0), "negative");
    assert_string_equal(lince_dataset_table(d)->text_column, "4 (text)");
    for (int c = 0; c < 3; c++) {
        size_t n = lince_dataset_class_count(d, LINCE_TRAIN, c);
        assert_true(n > N * 30 / 100 && n < N * 37 / 100);
    }
    lince_dataset_free(d);
}

static void test_the_seed_decides_every_byte(void **state)
{
    (void)state;
    char *a = read_csv(synthesise("synth-tweets-a", 200, 7)),
         *b = read_csv(synthesise("synth-tweets-b", 200, 7)),
         *c = read_csv(synthesise("synth-tweets-c", 200, 8));
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    lince_free(a);
    lince_free(b);
    lince_free(c);
}

static void test_more_of_it_begins_with_the_same(void **state)
{
    (void)state;
    char *few = read_csv(synthesise("synth-tweets-a", 100, 7)),
         *many = read_csv(synthesise("synth-tweets-b", 300, 7));
    assert_int_equal(strncmp(few, many, strlen(few)), 0);
    lince_free(few);
    lince_free(many);
}

static void test_messages_of_a_group_paraphrase_each_other(void **state)
{
    (void)state;
    lince_dataset *d = open_sample(synthesise("synth-tweets", N, 1));
    size_t groups = 0, largest = 0, size = 0;
    for (size_t i = 0; i < N; i++) {
        bool same =
            i && !strcmp(lince_dataset_group(d, LINCE_TRAIN, i), lince_dataset_group(d, LINCE_TRAIN, i - 1));
        size = same ? size + 1 : 1;
        groups += !same;
        if (size > largest) largest = size;
        if (same)
            assert_int_equal(lince_dataset_label(d, LINCE_TRAIN, i),
                             lince_dataset_label(d, LINCE_TRAIN, i - 1));
    }
    assert_int_equal(largest, 6);
    assert_true(groups > N / 5 && groups < N / 3);
    lince_dataset_free(d);
}

static size_t count(const lince_dataset *d, int label, const char *word)
{
    size_t found = 0;
    for (size_t i = 0; i < lince_dataset_count(d, LINCE_TRAIN); i++)
        found += lince_dataset_label(d, LINCE_TRAIN, i) == label &&
                 strstr(lince_dataset_text(d, LINCE_TRAIN, i), word) != NULL;
    return found;
}

static void test_no_word_tells_the_label_by_itself(void **state)
{
    (void)state;
    lince_dataset *d = open_sample(synthesise("synth-tweets", N, 1));
    static const char *const words[] = {"awful", "lovely", "horrible", "genial", "not", "but", "pero", "no "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t negative = count(d, 0, words[i]), positive = count(d, 2, words[i]);
        assert_true(negative > 0 && positive > 0);
        assert_true(negative < 9 * positive && positive < 9 * negative);
    }
    lince_dataset_free(d);
}

static void test_spanish_articles_and_exclamations_are_those_of_the_language(void **state)
{
    (void)state;
    lince_dataset *d = open_sample(synthesise("synth-tweets", N, 1));
    static const char *const wrong[] = {" de el ", " a el ",     "qué un",
                                        "qué muy", "aunque qué", "principio qué"};
    size_t spanish = 0;
    for (int label = 0; label < 3; label++) {
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
            assert_int_equal(count(d, label, wrong[i]), 0);
        spanish += count(d, label, " al mercado");
    }
    assert_true(spanish > 0);
    lince_dataset_free(d);
}

static void test_cues_stand_up_to_sixty_words_before_the_end(void **state)
{
    (void)state;
    lince_dataset *d = open_sample(synthesise("synth-tweets", N, 1));
    size_t by_length[4] = {0}; /* up to 15, 30, 60 words, and more */
    for (size_t i = 0; i < N; i++) {
        size_t words = 1;
        for (const char *c = lince_dataset_text(d, LINCE_TRAIN, i); *c; c++) words += *c == ' ';
        by_length[words <= 15 ? 0 : words <= 30 ? 1 : words <= 60 ? 2 : 3]++;
        assert_true(words < 90);
    }
    assert_true(by_length[0] > N / 4 && by_length[1] > N / 10 && by_length[2] > N / 4 &&
                by_length[3] > N / 50);
    lince_dataset_free(d);
}

static void test_nothing_is_overwritten_and_few_are_refused(void **state)
{
    (void)state;
    const char *folder = synthesise("synth-tweets-a", 50, 1);
    assert_int_equal(lince_synth_tweets(folder, 50, 1), LINCE_EIO);
    assert_message("nothing is overwritten");
    assert_int_equal(lince_synth_tweets(folder, 3, 1), LINCE_EUSAGE);
    assert_message("n 3: expected 30 to 10000000 messages");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_a_table_of_three_classes_about_equal),
        cmocka_unit_test(test_the_seed_decides_every_byte),
        cmocka_unit_test(test_more_of_it_begins_with_the_same),
        cmocka_unit_test(test_messages_of_a_group_paraphrase_each_other),
        cmocka_unit_test(test_no_word_tells_the_label_by_itself),
        cmocka_unit_test(test_spanish_articles_and_exclamations_are_those_of_the_language),
        cmocka_unit_test(test_cues_stand_up_to_sixty_words_before_the_end),
        cmocka_unit_test(test_nothing_is_overwritten_and_few_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
