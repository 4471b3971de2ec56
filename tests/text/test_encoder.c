/* Words get their numbers by frequency, and texts become numbers. */
#include "data/fixture.h"
#include "text/encoder.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static void count(lince_counter *counter, const char *words)
{
    char copy[256];
    strcpy(copy, words);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        assert_done(lince_counter_add(counter, word));
}

static void assert_vocabulary(const char *words, size_t least, size_t most, const char *expected)
{
    lince_counter counter = {0};
    lince_vocabulary v;
    char found[256] = "";
    count(&counter, words);
    assert_done(lince_vocabulary_make(&v, &counter, least, most));
    for (size_t i = 0; i < v.size; i++) strcat(strcat(found, i ? " " : ""), v.words[i]);
    assert_string_equal(found, expected);
    for (size_t i = 0; i < v.size; i++) assert_int_equal(lince_vocabulary_find(&v, v.words[i]), i);
    assert_int_equal(lince_vocabulary_find(&v, "nowhere"), LINCE_UNK);
    lince_vocabulary_release(&v);
    lince_counter_release(&counter);
}

static void test_frequent_words_come_first_and_ties_by_their_bytes(void **state)
{
    (void)state;
    assert_vocabulary("b a c b é a d", 1, 0, "<pad> <unk> a b c d é");
    assert_vocabulary("b a c b a", 2, 0, "<pad> <unk> a b");
    assert_vocabulary("c b b a a a", 1, 2, "<pad> <unk> a b");
    assert_vocabulary("", 1, 0, "<pad> <unk>");
    assert_vocabulary("<unk> <unk> a <pad>", 1, 0, "<pad> <unk> a");
}

static void make(lince_encoder *encoder, lince_encoder_options options, const char *words)
{
    lince_counter counter = {0};
    assert_done(lince_encoder_init(encoder, &options));
    lince_vocabulary_release(&encoder->vocabulary);
    count(&counter, words);
    assert_done(lince_vocabulary_make(&encoder->vocabulary, &counter, 1, 0));
    lince_counter_release(&counter);
}

static void assert_encoded(lince_encoder *encoder, const char *text, int length, const int32_t expected[4])
{
    int32_t tokens[4] = {-1, -1, -1, -1};
    assert_int_equal(lince_encode(encoder, text, tokens, NULL), length);
    for (int i = 0; i < 4; i++) assert_int_equal(tokens[i], expected[i]);
}

static void test_a_text_becomes_its_words_numbers(void **state)
{
    (void)state;
    lince_encoder e;
    make(&e, (lince_encoder_options){.max_tokens = 4}, "good good day");
    assert_encoded(&e, "Good day", 2, (const int32_t[]){2, 3, -1, -1});
    assert_encoded(&e, "a good day", 3, (const int32_t[]){LINCE_UNK, 2, 3, -1});
    assert_encoded(&e, "day day good good day", 4, (const int32_t[]){3, 3, 2, 2});
    assert_encoded(&e, "...", 1, (const int32_t[]){LINCE_UNK, -1, -1, -1});
    lince_encoder_release(&e);
}

static void test_words_and_unknown_ones_are_counted(void **state)
{
    (void)state;
    lince_encoder e;
    int32_t tokens[3];
    lince_encoded seen;
    make(&e, (lince_encoder_options){.max_tokens = 3}, "good");
    assert_int_equal(lince_encode(&e, "a good b c d", tokens, &seen), 3);
    assert_int_equal(seen.words, 5);
    assert_int_equal(seen.unknown, 2);
    lince_encoder_release(&e);
}

static void test_it_comes_back_from_its_texts(void **state)
{
    (void)state;
    lince_encoder e, back;
    char *options, *vocabulary;
    make(&e,
         (lince_encoder_options){
             .words = {.clean = LINCE_CLEAN_TWEETS, .stop_words = "english", .stem = "english"},
             .max_tokens = 4},
         "run \" ñ");
    assert_done(lince_encoder_write(&e, &options, &vocabulary));
    assert_string_equal(vocabulary, "[\"<pad>\",\"<unk>\",\"\\\"\",\"run\",\"ñ\"]");
    assert_done(lince_encoder_read(&back, options, vocabulary, "best.safetensors"));
    assert_encoded(&back, "the running ñ", 2, (const int32_t[]){3, 4, -1, -1});
    lince_encoder_release(&back);
    lince_encoder_release(&e);
    lince_free(options);
    lince_free(vocabulary);
}

static void test_what_says_nothing_of_rules_was_made_by_the_first(void **state)
{
    (void)state;
    static const char before[] = "{\"clean\":\"words\",\"stop_words\":\"\",\"stem\":\"\",\"max_tokens\":4}";
    lince_encoder e;
    char *options, *vocabulary;
    assert_done(lince_encoder_read(&e, before, "[\"<pad>\",\"<unk>\",\"我喜欢\"]", "w"));
    assert_encoded(&e, "我喜欢", 1, (const int32_t[]){2, -1, -1, -1});
    assert_done(lince_encoder_write(&e, &options, &vocabulary));
    assert_non_null(strstr(options, "\"rules\":1"));
    lince_encoder_release(&e);
    lince_free(options);
    lince_free(vocabulary);
    make(&e, (lince_encoder_options){.words.characters = true, .max_tokens = 4}, "我 喜 欢");
    assert_encoded(&e, "我喜欢", 3, (const int32_t[]){3, 2, 4, -1});
    assert_done(lince_encoder_write(&e, &options, &vocabulary));
    assert_non_null(strstr(options, "\"rules\":2,\"breaks\":\"characters\""));
    lince_encoder_release(&e);
    assert_done(lince_encoder_read(&e, options, vocabulary, "w"));
    assert_encoded(&e, "我喜欢", 3, (const int32_t[]){3, 2, 4, -1});
    lince_encoder_release(&e);
    lince_free(options);
    lince_free(vocabulary);
}

static void test_texts_that_are_not_its_own_are_refused(void **state)
{
    (void)state;
    static const char good[] = "{\"clean\":\"words\",\"stop_words\":\"\",\"stem\":\"\",\"max_tokens\":4}";
    static const char *const options[] = {
        "",
        "[]",
        "{\"clean\":\"words\"}",
        "{\"clean\":\"soap\",\"stop_words\":\"\",\"stem\":\"\",\"max_tokens\":4}",
        "{\"clean\":\"words\",\"stop_words\":\"\",\"stem\":\"\",\"max_tokens\":0}",
        "{\"clean\":\"words\",\"rules\":9,\"stop_words\":\"\",\"stem\":\"\",\"max_tokens\":4}"};
    static const char *const vocabularies[] = {"",
                                               "{}",
                                               "[\"<pad>\"]",
                                               "[\"a\",\"b\"]",
                                               "[\"<pad>\",\"<unk>\",3]",
                                               "[\"<pad>\",\"<unk>\",\"a\",\"a\"]"};
    lince_encoder e;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        assert_int_equal(lince_encoder_read(&e, options[i], "[\"<pad>\",\"<unk>\"]", "w"), LINCE_EDATA);
    for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
        assert_int_equal(lince_encoder_read(&e, good, vocabularies[i], "w"), LINCE_EDATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frequent_words_come_first_and_ties_by_their_bytes),
        cmocka_unit_test(test_a_text_becomes_its_words_numbers),
        cmocka_unit_test(test_words_and_unknown_ones_are_counted),
        cmocka_unit_test(test_it_comes_back_from_its_texts),
        cmocka_unit_test(test_what_says_nothing_of_rules_was_made_by_the_first),
        cmocka_unit_test(test_texts_that_are_not_its_own_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
