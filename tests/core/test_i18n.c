#include "core/error.h"
#include "core/i18n.h"
#include "core/parallel.h"

#include <lince/language.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_a_word_in_two_senses_has_two_translations(void **state)
{
    (void)state;
    assert_int_equal(lince_language_set("es"), 0);
    assert_string_equal(_("training"), "entrenando");
    assert_string_equal(C_("part", "training"), "entrenamiento");
    assert_int_equal(lince_language_set("en"), 0);
    assert_string_equal(C_("part", "training"), "training");
}

static void test_what_is_not_translated_is_itself_without_its_context(void **state)
{
    (void)state;
    assert_string_equal(lince_tr_in("es", "xyzzy"), "xyzzy");
    assert_string_equal(lince_tr_in("es", NC_("magic", "xyzzy")), "xyzzy");
    assert_string_equal(lince_tr_in("es", ""), "");
}

/* An embedder sets "batch-size" and never typed a dash; a program's user did. */
static void test_settings_have_dashes_where_a_command_line_is_spoken_of(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"--fit %s: smaller than --%s", "fit %s: smaller than %s"},
        {"leave it out (--quoting none) or say '--no-such'", "leave it out (quoting none) or say 'no-such'"},
        {"a dash -- or two --- and -v, a--b", "a dash -- or two --- and -v, a--b"},
        {"'lince train --resume %s' goes on", "'lince train --resume %s' goes on"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_string_equal(lince_translate(texts[i][0]), texts[i][1]);
        lince_language_dashes(1);
        assert_string_equal(lince_translate(texts[i][0]), texts[i][0]);
        lince_language_dashes(0);
    }
    lince_language_set("es");
    lince_fail(LINCE_EUSAGE, "--lang %s: expected en, es or auto", "xx");
    assert_string_equal(lince_error(), "lang xx: se esperaba en, es o auto");
    lince_language_dashes(1);
    lince_fail(LINCE_EUSAGE, "--lang %s: expected en, es or auto", "xx");
    assert_string_equal(lince_error(), "--lang xx: se esperaba en, es o auto");
    lince_language_dashes(0);
    lince_language_set("en");
}

static void keep_error(void *texts, size_t index)
{
    lince_fail(LINCE_EUSAGE, "--lang %s: expected en, es or auto", "xx");
    snprintf(((char(*)[64])texts)[index], 64, "%s", lince_error());
}

static void test_tasks_speak_as_the_thread_that_divides_its_work(void **state)
{
    (void)state;
    char texts[8][64];
    lince_language_set("es");
    lince_language_dashes(1);
    lince_parallel(4, 8, keep_error, texts);
    for (int i = 0; i < 8; i++) assert_string_equal(texts[i], "--lang xx: se esperaba en, es o auto");
    lince_language_dashes(0);
    lince_language_set("en");
    lince_parallel(4, 8, keep_error, texts);
    for (int i = 0; i < 8; i++) assert_string_equal(texts[i], "lang xx: expected en, es or auto");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_in_two_senses_has_two_translations),
        cmocka_unit_test(test_what_is_not_translated_is_itself_without_its_context),
        cmocka_unit_test(test_settings_have_dashes_where_a_command_line_is_spoken_of),
        cmocka_unit_test(test_tasks_speak_as_the_thread_that_divides_its_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
