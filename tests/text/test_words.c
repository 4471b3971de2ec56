/* What of a text is a word. */
#include "data/fixture.h"
#include "text/breaks.h"
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

/* Words of these scripts are told apart by ICU's dictionaries where lince is built with them. */
static void check_scripts(bool characters, const example *examples, size_t n)
{
    lince_splitter *splitter;
    assert_done(lince_splitter_new(&splitter, &(lince_words_options){.characters = characters}));
    for (size_t i = 0; i < n; i++) assert_split(splitter, examples[i].text, examples[i].words);
    lince_splitter_free(splitter);
}

static void test_scripts_without_blanks_have_words(void **state)
{
    (void)state;
    static const example examples[] = {
        {"我喜欢这部电影，非常好！", "我|喜欢|这|部|电影|非常|好|!"},
        {"私は日本語を話します。", "私|は|日本語|を|話|し|ます"},
        {"ฉันชอบภาพยนตร์เรื่องนี้", "ฉัน|ชอบ|ภาพยนตร์|เรื่อง|นี้"},
        {"买了iPhone手机", "买|了|iphone|手机"},
        {"한국어 영화", "한국어|영화"},
    };
    if (!lince_has_dictionaries()) skip();
    check_scripts(false, examples, sizeof examples / sizeof *examples);
}

static void test_without_dictionaries_each_character_is_a_word(void **state)
{
    (void)state;
    static const example examples[] = {
        {"我喜欢，好！", "我|喜|欢|好|!"},
        {"ฉันชอบ", "ฉั|น|ช|อ|บ"},
        {"买iPhone手机2号", "买|iphone|手|机|2|号"},
        {"한국어 영화", "한국어|영화"},
    };
    check_scripts(true, examples, sizeof examples / sizeof *examples);
}

static void test_models_made_before_keep_their_words(void **state)
{
    (void)state;
    static const example examples[] = {
        {"我喜欢这部电影，好", "我喜欢这部电影|好"},
        {"a&amp;b <br /> don\xc2\xb4t 🇪🇸", "a|amp|b|br|don|\xcc\x81t|🇪|🇸"},
    };
    lince_splitter *splitter;
    assert_done(lince_splitter_new(&splitter, &(lince_words_options){.rules = LINCE_RULES_BLANKS}));
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        assert_split(splitter, examples[i].text, examples[i].words);
    lince_splitter_free(splitter);
}

/* Normalising would sort them in quadratic time: hours for what is here. */
static void test_marks_upon_marks_and_texts_without_blanks_are_read_at_once(void **state)
{
    (void)state;
    static const char *const units[] = {"\u0301\u0323", "-.", "本日", "/a"};
    enum { SIZE = 1 << 20 };
    lince_splitter *splitter = new_splitter(LINCE_CLEAN_WORDS, "", "");
    char *text = malloc(SIZE + 1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i]), used = 1;
        lince_words words = {0};
        text[0] = 'a';
        for (; used + length <= SIZE; used += length) memcpy(text + used, units[i], length);
        text[used] = '\0';
        assert_done(lince_split_words(splitter, text, &words));
        assert_true(words.count > 0);
        lince_words_release(&words);
    }
    free(text);
    lince_splitter_free(splitter);
}

static void test_entities_and_tags_are_no_words(void **state)
{
    (void)state;
    static const example examples[] = {
        {"salt &amp; pepper &lt;3 &quot;x&quot; ni&ntilde;o &#39;tis &#x41;", "salt|pepper|<3|x|niño|tis|a"},
        {"one<br />two <b>bold</b> <a href=\"http://x.org/y\">link</a>", "one|two|bold|link"},
        {"&lt;br /&gt;twice", "twice"},
        {"AT&T a<b & c>d &nosuch; <user> <3 x<br", "at|t|a|b|c|d|nosuch|user|<3|x|br"},
        {"it&#8217;s don&rsquo;t", "it's|don't"},
        {"&#0; &#xD800; &#99999999;", "0|xd800|99999999"},
    };
    CHECK(LINCE_CLEAN_WORDS, "", "", examples);
}

static void test_accents_and_letters_that_are_typed_as_apostrophes(void **state)
{
    (void)state;
    static const example examples[] = {{"don\xc2\xb4t can\xca\xbct \xc2\xb4so\xc2\xb4", "don't|can't|so"}};
    CHECK(LINCE_CLEAN_WORDS, "", "", examples);
}

static void test_a_flag_is_one_word(void **state)
{
    (void)state;
    static const example examples[] = {{"¡Vamos 🇪🇸🇲🇽! 🇪", "vamos|🇪🇸|🇲🇽|!|🇪"}};
    CHECK(LINCE_CLEAN_WORDS, "", "", examples);
}

static void test_the_courses_cleaning_leaves_letters_only(void **state)
{
    (void)state;
    static const example examples[] = {
        {"I don't LIKE it, at all. 10/10", "i|dont|like|it|at|all"},
        {"@Ana see https://x.co/a #cool 👍 niño!!", "see|cool|niño"},
        {"sooo good", "sooo|good"},
        {"a&lt;3 don\xc2\xb4t<br>", "alt|don|\xcc\x81tbr"},
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
    for (int i = 0; i < TIMES; i++) strcat(text, i % 2 ? "가" : "나");
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
    assert_message("stem spanich: not a language that is known; did you mean spanish?");
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
        cmocka_unit_test(test_scripts_without_blanks_have_words),
        cmocka_unit_test(test_without_dictionaries_each_character_is_a_word),
        cmocka_unit_test(test_models_made_before_keep_their_words),
        cmocka_unit_test(test_marks_upon_marks_and_texts_without_blanks_are_read_at_once),
        cmocka_unit_test(test_entities_and_tags_are_no_words),
        cmocka_unit_test(test_accents_and_letters_that_are_typed_as_apostrophes),
        cmocka_unit_test(test_a_flag_is_one_word),
        cmocka_unit_test(test_the_courses_cleaning_leaves_letters_only),
        cmocka_unit_test(test_without_cleaning_blanks_separate_and_nothing_else),
        cmocka_unit_test(test_function_words_are_left_out_but_no_negations),
        cmocka_unit_test(test_words_are_stemmed_by_their_language),
        cmocka_unit_test(test_a_very_long_word_is_cut_between_two_characters),
        cmocka_unit_test(test_an_unknown_language_names_the_nearest),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
