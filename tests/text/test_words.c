/* What of a text is a word. */
#include "data/fixture.h"
#include "text/words.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static lince_splitter *new_splitter(lince_cleaning clean, const char *stop_words, const char *stem)
{
    lince_splitter *splitter;
    lince_words_options options = {.clean = clean};
    strcpy(options.stop_words, stop_words);
    strcpy(options.stem, stem);
    assert_done(lince_splitter_new(&splitter, &options));
    return splitter;
}

/* The words with bars between them. */
static void assert_split(lince_splitter *splitter, const char *text, const char *expected)
{
    lince_words words = {0};
    char found[512] = "";
    assert_done(lince_split_words(splitter, text, &words));
    for (size_t i = 0; i < words.count; i++) strcat(strcat(found, i ? "|" : ""), lince_word_at(&words, i));
    assert_string_equal(found, expected);
    lince_words_release(&words);
}

typedef struct example {
    const char *text, *words;
} example;

static void check(lince_cleaning clean, const char *stop_words, const char *stem, const example *examples,
                  size_t n)
{
    lince_splitter *splitter = new_splitter(clean, stop_words, stem);
    for (size_t i = 0; i < n; i++) assert_split(splitter, examples[i].text, examples[i].words);
    lince_splitter_free(splitter);
}

#define CHECK(clean, stop_words, stem, examples) \
    check(clean, stop_words, stem, examples, sizeof(examples) / sizeof *(examples))

static void test_words_of_tweets_in_any_language(void **state)
{
    (void)state;
    static const example examples[] = {
        {"I don't LIKE it, at all.", "i|don't|like|it|at|all"},
        {"don’t", "don't"},
        {"¡Qué ALEGRÍA, niño!", "qué|alegría|niño|!"},
        {"Straße ﬁne ＷＩＤＥ", "strasse|fine|wide"},
        {"e\xcc\x81tat", "état"},
        {"sooooo goooood !!!! ???", "soo|good|!|?"},
        {"cooperate 1000 3:30", "cooperate|1000|3|30"},
        {"#NoMore tags #1", "nomore|tags|1"},
        {"see https://x.co/a?b=c now", "see|<url>|now"},
        {"pic.twitter.com/abc www.x.org/ bbc.co.uk/news and/or 1.5/2", "<url>|<url>|<url>|and|or|1|5|2"},
        {"@Ana and @bob_2: hi me@x.org", "<user>|and|<user>|hi|me|x|org"},
        {"good 👍🏽 day ❤️🤣", "good|👍|day|❤|🤣"},
        {"fine :) sad:( :-D re:do :p", "fine|:)|sad|:(|:-d|re|do|:p"},
        {"<3 x", "<3|x"},
        {"日本語 текст", "日本語|текст"},
        {"...,;--", ""},
        {"", ""},
        {"a\1b\2c \x7f", "a|b|c"},
        {"ab\xff"
         "cd",
         "ab|cd"},
    };
    CHECK(LINCE_CLEAN_WORDS, "", "", examples);
}

static void test_the_courses_cleaning_leaves_letters_only(void **state)
{
    (void)state;
    static const example examples[] = {
        {"I don't LIKE it, at all. 10/10", "i|dont|like|it|at|all"},
        {"@Ana see https://x.co/a #cool 👍 niño!!", "see|cool|niño"},
        {"sooo good", "sooo|good"},
        {"123 ...", ""},
    };
    CHECK(LINCE_CLEAN_TWEETS, "", "", examples);
}

static void test_without_cleaning_blanks_separate_and_nothing_else(void **state)
{
    (void)state;
    static const example examples[] = {
        {" I don't LIKE\n\tit, @x http://y ", "I|don't|LIKE|it,|@x|http://y"},
        {"", ""},
    };
    CHECK(LINCE_CLEAN_NONE, "", "", examples);
}

static void test_function_words_are_left_out_but_no_negations(void **state)
{
    (void)state;
    static const example english[] = {{"This is not the best, but it was good", "not|best|but|good"}},
                         spanish[] = {{"No es lo mejor, pero está muy bien", "no|mejor|pero|está|bien"}};
    CHECK(LINCE_CLEAN_WORDS, "english", "", english);
    CHECK(LINCE_CLEAN_WORDS, "spanish", "", spanish);
}

static void test_words_are_stemmed_by_their_language(void **state)
{
    (void)state;
    static const example english[] = {{"running runs happily", "run|run|happili"}},
                         spanish[] = {{"corriendo corren felices", "corr|corr|felic"}};
    CHECK(LINCE_CLEAN_WORDS, "", "english", english);
    CHECK(LINCE_CLEAN_WORDS, "", "spanish", spanish);
}

static void test_a_very_long_word_is_cut_between_two_characters(void **state)
{
    (void)state;
    enum { TIMES = 100 };
    char text[3 * TIMES + 2] = "a";
    for (int i = 0; i < TIMES; i++) strcat(text, i % 2 ? "語" : "本");
    lince_splitter *splitter = new_splitter(LINCE_CLEAN_WORDS, "", "");
    lince_words words = {0};
    assert_done(lince_split_words(splitter, text, &words));
    assert_int_equal(words.count, 1);
    assert_int_equal(strlen(lince_word_at(&words, 0)), 1 + 3 * ((LINCE_WORD_MAX - 1) / 3));
    lince_words_release(&words);
    lince_splitter_free(splitter);
}

static void test_an_unknown_language_names_the_nearest(void **state)
{
    (void)state;
    lince_splitter *splitter;
    lince_words_options options = {.stem = "spanich"};
    assert_int_equal(lince_splitter_new(&splitter, &options), LINCE_EUSAGE);
    assert_message("--stem spanich: not a language that is known; did you mean spanish?");
    options = (lince_words_options){.stop_words = "klingon"};
    assert_int_equal(lince_splitter_new(&splitter, &options), LINCE_EUSAGE);
    assert_message("there are: english, spanish");
    lince_cleaning clean;
    assert_int_equal(lince_cleaning_named("all", &clean), LINCE_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_tweets_in_any_language),
        cmocka_unit_test(test_the_courses_cleaning_leaves_letters_only),
        cmocka_unit_test(test_without_cleaning_blanks_separate_and_nothing_else),
        cmocka_unit_test(test_function_words_are_left_out_but_no_negations),
        cmocka_unit_test(test_words_are_stemmed_by_their_language),
        cmocka_unit_test(test_a_very_long_word_is_cut_between_two_characters),
        cmocka_unit_test(test_an_unknown_language_names_the_nearest),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
