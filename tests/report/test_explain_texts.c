/* The report of a real run on texts: a small network, built-in tweets, two epochs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/page.h"
#include "report/trained_run.h"

static const char DATA[] = TEST_SCRATCH "/explain-tweets", AWAY[] = TEST_SCRATCH "/explain-tweets-away";
static char run[LINCE_PATH_MAX];

static int a_trained_run(void **state)
{
    (void)state;
    static const char *const settings[][2] = {
        {"data", DATA},       {"model", "gru"},
        {"epochs", "2"},      {"batch-size", "16"},
        {"embedding", "8"},   {"hidden", "8"},
        {"lr", "0.01"},       {"min-freq", "3"},
        {"seed", "5"},        {"split-by", "random"},
        {"lang", "en"},       {"max-tokens", "30"},
        {"val-split", "0.2"}, {"out", TEST_SCRATCH "/explain-tweets-run"}};
    if (system("rm -rf " TEST_SCRATCH "/explain-tweets*") || lince_synth_tweets(DATA, 600, 1)) return -1;
    return train_run(settings, sizeof settings / sizeof *settings, run);
}

static void test_the_page_tells_of_lengths_vocabulary_and_leaks(void **state)
{
    (void)state;
    char *html = get_file(run, "report.html"), *markdown = get_file(run, "report.md");
    assert_well_formed(html);
    assert_non_null(strstr(markdown, "From texts to numbers"));
    assert_non_null(strstr(markdown, "(plots/lengths.svg)"));
    assert_non_null(strstr(markdown, "of each text the first 30 words are read"));
    assert_non_null(strstr(markdown, "| words known |"));
    assert_non_null(strstr(markdown, "Texts of the test part that are also in the training part: "));
    assert_non_null(strstr(markdown, "--split-by group --group-column 2 keeps such texts on one side"));
    assert_non_null(strstr(
        markdown, "| **✗** | **The samples of the test are new to the network.** |")); /* they are not */
    assert_null(strstr(markdown, "Normalisation"));
    assert_int_equal(occurrences(html, "<img "), count_figures(run));
    lince_free(html);
    lince_free(markdown);
}

/* What is left out must be what was read: the words of the text, up to --max-tokens. */
static void test_words_are_shaded_by_what_their_absence_costs(void **state)
{
    (void)state;
    lince_facts facts;
    assert_int_equal(lince_facts_read(&facts, run), 0);
    const json_t *samples = json_object_get(facts.explained, "words"), *s;
    size_t i, spans = 0;
    assert_true(json_array_size(samples) >= 4);
    json_array_foreach(samples, i, s)
    {
        const json_t *words = json_object_get(s, "words"), *word;
        size_t k;
        double most = 0;
        assert_in_range(json_array_size(words), 1, 30);
        json_array_foreach(words, k, word)
        {
            assert_true(*lince_fact_text(word, "word"));
            most = fmax(most, fabs(lince_fact_number(word, "lost")));
        }
        assert_true(most > 0 && most <= 1);
        spans += json_array_size(words);
    }
    char *html = get_file(run, "report.html");
    assert_int_equal(occurrences(html, "<span style=\"background:rgba("), spans);
    lince_free(html);
    lince_facts_release(&facts);
}

/* Texts one by one, and in batches of others. */
static void test_the_network_says_again_what_predictions_csv_says(void **state)
{
    (void)state;
    assert_says_it_again(run, 4, 1e-5);
}

static void test_errors_stand_with_their_texts_the_surest_first(void **state)
{
    (void)state;
    lince_facts facts;
    assert_int_equal(lince_facts_read(&facts, run), 0);
    assert_errors_by_confidence(&facts, "text");
    lince_facts_release(&facts);
}

static void test_the_peak_of_memory_is_recorded(void **state)
{
    (void)state;
    lince_facts facts;
    assert_int_equal(lince_facts_read(&facts, run), 0);
    assert_true(facts.peak_memory > 1 << 20);
    lince_facts_release(&facts);
}

static void test_the_report_in_spanish(void **state)
{
    (void)state;
    assert_int_equal(lince_report(run, "es", NULL), 0);
    char *markdown = get_file(run, "report.md");
    assert_non_null(strstr(markdown, "De textos a números"));
    assert_non_null(strstr(markdown, "Las palabras de que depende una predicción"));
    assert_non_null(
        strstr(markdown, "Textos de la parte de prueba que también están en la de entrenamiento: "));
    assert_null(strstr(markdown, "is left out in turn"));
    lince_free(markdown);
}

static void test_without_the_data_what_was_found_is_kept(void **state)
{
    (void)state;
    char *markdown = report_without_data(run, DATA, AWAY);
    assert_non_null(strstr(markdown, "What needs the texts themselves is left as it was."));
    assert_non_null(strstr(markdown, "The words that a prediction hangs on"));
    lince_free(markdown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_tells_of_lengths_vocabulary_and_leaks),
        cmocka_unit_test(test_words_are_shaded_by_what_their_absence_costs),
        cmocka_unit_test(test_the_network_says_again_what_predictions_csv_says),
        cmocka_unit_test(test_errors_stand_with_their_texts_the_surest_first),
        cmocka_unit_test(test_the_peak_of_memory_is_recorded),
        cmocka_unit_test(test_the_report_in_spanish),
        cmocka_unit_test(test_without_the_data_what_was_found_is_kept),
    };
    return cmocka_run_group_tests(tests, a_trained_run, NULL);
}
