/* Word vectors from files of GloVe's and fastText's kind. */
#include "data/fixture.h"
#include "text/vectors.h"

#include <lince/language.h>

enum { WIDTH = 3 };

static lince_vocabulary vocabulary;
static char path[LINCE_PATH_MAX];

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/words.vec", fresh_folder("vectors"));
    lince_language_set("en");
    return lince_vocabulary_init(&vocabulary) || lince_vocabulary_add(&vocabulary, "good") ||
           lince_vocabulary_add(&vocabulary, "ñu") || lince_vocabulary_add(&vocabulary, "bad");
}

static int teardown(void **state)
{
    (void)state;
    lince_vocabulary_release(&vocabulary);
    return 0;
}

static int load(const char *content, float table[5 * WIDTH], lince_vectors_found *found)
{
    for (int i = 0; i < 5 * WIDTH; i++) table[i] = -1;
    assert_done(lince_file_write(path, content, strlen(content)));
    return lince_vectors_load(path, &vocabulary, WIDTH, table, found);
}

static void expect(const char *content, size_t expected, const float good[WIDTH], const float nu[WIDTH])
{
    float table[5 * WIDTH];
    static const float untouched[WIDTH] = {-1, -1, -1};
    lince_vectors_found found;
    assert_done(load(content, table, &found));
    assert_int_equal(found.words, expected);
    assert_memory_equal(table, untouched, sizeof untouched); /* <pad> */
    assert_memory_equal(table + 1 * WIDTH, untouched, sizeof untouched);
    assert_memory_equal(table + 2 * WIDTH, good, sizeof untouched);
    assert_memory_equal(table + 3 * WIDTH, nu ? nu : untouched, sizeof untouched);
    assert_memory_equal(table + 4 * WIDTH, untouched, sizeof untouched);
}

static void test_words_of_the_vocabulary_get_their_vectors(void **state)
{
    (void)state;
    static const float good[] = {0.5f, -1.25f, 3e-2f}, nu[] = {1, 2, 3};
    expect("the 0 0 0\ngood 0.5 -1.25 3e-2\nñu 1 2 3\n", 2, good, nu);
    expect("good 0.5 -1.25 3e-2 \r\ngood 9 9 9\r\n<unk> 8 8 8", 1, good, NULL);
    expect("2 3\ngood 0.5 -1.25 3e-2\nñu 1 2 3\n", 2, good, nu);
    expect("\xef\xbb\xbfgood 0.5 -1.25 3e-2\n", 1, good, NULL); /* behind a byte order mark */
    expect("at name . 7 7 7\ngood 0.5 -1.25 3e-2\n", 1, good, NULL);
}

/* "good", "ñu" and "bad" of the vocabulary. */
static void test_words_in_other_letters_are_found(void **state)
{
    (void)state;
    static const float good[] = {1, 2, 3}, nu[] = {4, 5, 6};
    lince_vectors_found found;
    float table[5 * WIDTH];
    expect("GOOD 1 2 3\nGood 9 9 9\nÑU 4 5 6\n", 2, good, nu);     /* the first of them */
    expect("GOOD 9 9 9\ngood 1 2 3\nGood 8 8 8\n", 1, good, NULL); /* its own goes before */
    assert_done(load("Good 1 2 3\nñu 4 5 6\n", table, &found));
    assert_int_equal(found.words, 2);
    assert_int_equal(found.alike, 1);
}

/* The vocabulary's words are as they were written (--clean none), the file's in small letters. */
static void test_capitals_of_the_vocabulary_are_found(void **state)
{
    (void)state;
    static const float both[] = {1, 2, 3};
    lince_vocabulary cased;
    lince_vectors_found found;
    float table[4 * WIDTH] = {0};
    assert_done(lince_vocabulary_init(&cased));
    assert_done(lince_vocabulary_add(&cased, "Good"));
    assert_done(lince_vocabulary_add(&cased, "GOOD"));
    assert_done(lince_file_write(path, "good 1 2 3\n", 11));
    assert_done(lince_vectors_load(path, &cased, WIDTH, table, &found));
    assert_int_equal(found.words, 2);
    assert_int_equal(found.alike, 2);
    for (int i = 2; i < 4; i++) assert_memory_equal(table + i * WIDTH, both, sizeof both);
    lince_vocabulary_release(&cased);
}

/* Packed by the programs that do it; damaged ones are refused. */
static void test_packed_vectors_are_read(void **state)
{
    (void)state;
    static const char *const packers[] = {"gzip", "bzip2", "xz", "zstd -q"};
    static const float good[] = {1, 2, 3};
    size_t tried = 0;
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
        char command[3 * LINCE_PATH_MAX], packed_path[LINCE_PATH_MAX + 16], *packed;
        size_t size;
        lince_vectors_found found;
        float table[5 * WIDTH];
        assert_done(lince_file_write(path, "the 0 0 0\ngood 1 2 3\n", 21));
        snprintf(packed_path, sizeof packed_path, "%s.packed", path);
        snprintf(command, sizeof command, "%s -c '%s' >'%s' 2>/dev/null", packers[i], path, packed_path);
        if (system(command)) continue; /* not installed */
        tried++;
        assert_done(lince_vectors_load(packed_path, &vocabulary, WIDTH, table, &found));
        assert_int_equal(found.words, 1);
        assert_memory_equal(table + 2 * WIDTH, good, sizeof good);
        assert_done(lince_file_read(packed_path, 1 << 10, &packed, &size));
        assert_done(lince_file_write(packed_path, packed, size - 6));
        lince_free(packed);
        assert_int_equal(lince_vectors_load(packed_path, &vocabulary, WIDTH, table, &found), LINCE_EFORMAT);
        assert_message("packed, and truncated or damaged");
    }
    assert_true(tried > 0);
}

static void refuse(const char *content, int code, const char *why)
{
    float table[5 * WIDTH];
    lince_vectors_found found;
    assert_int_equal(load(content, table, &found), code);
    assert_message(path);
    assert_message(why);
}

static void test_another_width_is_refused(void **state)
{
    (void)state;
    refuse("good 1 2\n", LINCE_EUSAGE, "vectors of length 2; embedding is 3 and must be the same");
    refuse("400000 300\ngood 1 2 3\n", LINCE_EUSAGE, "vectors of length 300; embedding is 3");
}

static void test_binary_vectors_are_called_so(void **state)
{
    (void)state;
    static const char binary[] = "3 3\ngood \0\0\x80\x3f\0\0\0\0";
    float table[5 * WIDTH];
    lince_vectors_found found;
    assert_done(lince_file_write(path, binary, sizeof binary - 1));
    assert_int_equal(lince_vectors_load(path, &vocabulary, WIDTH, table, &found), LINCE_EFORMAT);
    assert_message("vectors in binary, as word2vec writes them");
    static const char other_width[] = "3 300\ngood \0\0\x80\x3f\0\0\0\0";
    assert_done(lince_file_write(path, other_width, sizeof other_width - 1));
    assert_int_equal(lince_vectors_load(path, &vocabulary, WIDTH, table, &found), LINCE_EFORMAT);
    assert_message("vectors in binary, as word2vec writes them");
}

static void test_lines_that_are_no_vectors_are_named(void **state)
{
    (void)state;
    refuse("the 0 0 0\ngood 1 2\n", LINCE_EFORMAT, ":2: expected a word and a vector of length 3");
    refuse("the 0 0 0\ngood 1 x 3\n", LINCE_EFORMAT, ":2: expected a word and a vector of length 3");
    refuse("the 0 0 0\ngood 1 nan 3\n", LINCE_EFORMAT, ":2: expected a word and a vector of length 3");
    refuse("", LINCE_EFORMAT, "the file is empty");
    refuse("PK\x03\x04 packed", LINCE_EFORMAT, "a zip archive; unpack it first: unzip");
    float table[5 * WIDTH];
    lince_vectors_found found;
    char missing[LINCE_PATH_MAX + 8];
    snprintf(missing, sizeof missing, "%.4000s.x", path);
    assert_int_equal(lince_vectors_load(missing, &vocabulary, WIDTH, table, &found), LINCE_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_the_vocabulary_get_their_vectors),
        cmocka_unit_test(test_words_in_other_letters_are_found),
        cmocka_unit_test(test_capitals_of_the_vocabulary_are_found),
        cmocka_unit_test(test_packed_vectors_are_read),
        cmocka_unit_test(test_another_width_is_refused),
        cmocka_unit_test(test_lines_that_are_no_vectors_are_named),
        cmocka_unit_test(test_binary_vectors_are_called_so),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
