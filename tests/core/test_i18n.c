#include "core/i18n.h"

#include <lince/language.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_in_two_senses_has_two_translations),
        cmocka_unit_test(test_what_is_not_translated_is_itself_without_its_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
