/* Which texts have a negation or a contrast. */
#include "text/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static unsigned turns_of(const char *text)
{
    const lince_words_options plain = {.clean = LINCE_CLEAN_WORDS};
    lince_splitter *splitter;
    lince_words words = {0};
    assert_int_equal(lince_splitter_new(&splitter, &plain), 0);
    assert_int_equal(lince_split_words(splitter, text, &words), 0);
    unsigned turns = lince_turns(&words);
    lince_words_release(&words);
    lince_splitter_free(splitter);
    return turns;
}

static void test_negations_of_two_languages(void **state)
{
    (void)state;
    assert_int_equal(turns_of("This is NOT good"), LINCE_NEGATION);
    assert_int_equal(turns_of("I don't like it"), LINCE_NEGATION);
    assert_int_equal(turns_of("I don\u2019t like it"), LINCE_NEGATION); /* a typographic apostrophe */
    assert_int_equal(turns_of("dont like it"), LINCE_NEGATION);
    assert_int_equal(turns_of("nunca más"), LINCE_NEGATION);
    assert_int_equal(turns_of("JAMÁS vuelvo"), LINCE_NEGATION);
    assert_int_equal(turns_of("un café sin sabor"), LINCE_NEGATION);
    assert_int_equal(turns_of("Sin dudarlo"), LINCE_NEGATION);
    assert_int_equal(turns_of("sinfonía"), 0);
}

static void test_contrasts_of_two_languages(void **state)
{
    (void)state;
    assert_int_equal(turns_of("pretty, but slow"), LINCE_CONTRAST);
    assert_int_equal(turns_of("bonito; aunque lento"), LINCE_CONTRAST);
    assert_int_equal(turns_of("caro, sin embargo funciona"), LINCE_CONTRAST); /* no negation */
    assert_int_equal(turns_of("sin"), LINCE_NEGATION);
    assert_int_equal(turns_of("no es caro, pero funciona"), LINCE_NEGATION | LINCE_CONTRAST);
}

static void test_whole_words_only(void **state)
{
    (void)state;
    assert_int_equal(turns_of("a note on butter, nobly nocturnal"), 0);
    assert_int_equal(turns_of(""), 0);
    assert_int_equal(lince_turn("n't"), 0); /* nothing before it: no word of its own */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_negations_of_two_languages),
        cmocka_unit_test(test_contrasts_of_two_languages),
        cmocka_unit_test(test_whole_words_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
