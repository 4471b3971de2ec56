/* Texts that stand in two parts: found, told apart, and no others. */
#include "data/fixture.h"
#include "data/leak.h"

#include <lince/language.h>
#include <time.h>

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
    assert_done(lince_dataset_open_table(&dataset, folder, &(lince_table_options){.group_column = "group"}));
    return dataset;
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
    lince_leak leak;
    bool known[5];
    assert_done(lince_leak_find(&leak, d, LINCE_TEST, LINCE_TRAIN, 2, known));
    assert_int_equal(leak.count, 5);
    assert_int_equal(known[0] + known[1] + known[2] + known[3] + known[4], 2);
    for (size_t i = 0; i < 2; i++) assert_true(known[leak.examples[i].index]);
    assert_int_equal(leak.exact, 0); /* the link is a word more */
    assert_int_equal(leak.near, 2);
    assert_int_equal(leak.kin, 1);
    assert_int_equal(leak.example_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const lince_leak_pair *p = &leak.examples[i];
        assert_true(p->similarity >= LINCE_NEAR && p->similarity < 1);
        assert_int_equal(strncmp(lince_dataset_text(d, LINCE_TEST, p->index) + 2,
                                 lince_dataset_text(d, LINCE_TRAIN, p->from) + 2, 8),
                         0);
    }
    lince_dataset_free(d);
}

static void test_case_and_punctuation_do_not_make_another_text(void **state)
{
    (void)state;
    lince_dataset *d = open_parts(train, "group,label,text\n3,a,\"Wow...\"\n8,b,wow\n5,a,wow not\n");
    lince_leak leak;
    assert_done(lince_leak_find(&leak, d, LINCE_TEST, LINCE_TRAIN, 1, NULL));
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
    lince_leak leak;
    assert_done(lince_leak_find(&leak, d, LINCE_TEST, LINCE_TRAIN, 1, NULL));
    assert_int_equal(leak.near, sizeof pairs / sizeof *pairs);
    for (size_t i = 0; i < leak.example_count; i++)
        assert_true(leak.examples[i].similarity == (26. - 2 - 3) / (26 - 2 + 3));
    lince_dataset_free(d);
}

static void test_texts_without_words_are_nobodys_copies(void **state)
{
    (void)state;
    lince_dataset *d = open_parts(train, "group,label,text\n3,a,\"?,\"\n8,b,....\n");
    lince_leak leak;
    assert_done(lince_leak_find(&leak, d, LINCE_TEST, LINCE_TRAIN, 1, NULL));
    assert_int_equal(leak.exact + leak.near, 0);
    assert_int_equal(leak.example_count, 0);
    lince_dataset_free(d);
}

static void test_an_empty_part_leaks_nothing(void **state)
{
    (void)state;
    lince_dataset *d = open_parts(train, train);
    lince_leak leak;
    assert_done(lince_leak_find(&leak, d, LINCE_TEST, LINCE_VAL, 1, NULL));
    assert_int_equal(leak.exact + leak.near, 0);
    assert_done(lince_leak_find(&leak, d, LINCE_VAL, LINCE_TRAIN, 1, NULL));
    assert_int_equal(leak.count, 0);
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
    lince_leak one, three;
    assert_done(lince_leak_find(&one, d, LINCE_TEST, LINCE_TRAIN, 1, NULL));
    assert_done(lince_leak_find(&three, d, LINCE_TEST, LINCE_TRAIN, 3, NULL));
    assert_true(one.near > N / 2 * 98 / 100);
    assert_true(one.near <= N / 2);
    assert_int_equal(one.kin, one.near);
    assert_int_equal(one.near, three.near);
    assert_memory_equal(one.examples, three.examples, sizeof one.examples);
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
    lince_leak leak;
    lince_table_options options = {.drop_labels = "Irrelevant", .group_column = "1"};
    assert_done(lince_dataset_open_table(&d, path, &options));
    assert_done(lince_leak_find(&leak, d, LINCE_VAL, LINCE_TRAIN, 1, NULL));
    print_message("validation file: %zu copies, %zu near copies of %zu; %zu in their own group\n", leak.exact,
                  leak.near, leak.count, leak.kin);
    assert_true(2 * leak.exact > leak.count - 100);
    assert_done(lince_dataset_split(d, &(lince_split){.test = 0.2, .fresh = true, .seed = 1}));
    clock_t begin = clock();
    assert_done(lince_leak_find(&leak, d, LINCE_TEST, LINCE_TRAIN, 1, NULL));
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
        cmocka_unit_test(test_a_random_split_of_the_courses_file_leaks),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
