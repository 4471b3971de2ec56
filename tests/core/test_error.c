/* Messages: one a thread, translated, and fit to be shown whatever names stand in them. */
#include "core/error.h"

#include <errno.h>
#include <lince/language.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include <cmocka.h>

static bool is_utf8(const char *text)
{
    utf8proc_int32_t c;
    for (utf8proc_ssize_t n; *text; text += n)
        if ((n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c)) < 1) return false;
    return true;
}

static void test_a_failure_is_its_code_and_a_message(void **state)
{
    (void)state;
    assert_int_equal(lince_fail(LINCE_EDATA, "%s: %d of %d", "cats.zip", 3, 4), LINCE_EDATA);
    assert_string_equal(lince_error(), "cats.zip: 3 of 4");
}

static void test_the_current_message_may_be_part_of_the_next(void **state)
{
    (void)state;
    lince_fail(LINCE_EIO, "inner");
    lince_fail(LINCE_EDATA, "outer: %s", lince_error());
    assert_string_equal(lince_error(), "outer: inner");
    assert_int_equal(lince_fail_in(LINCE_EFORMAT, "a.zip"), LINCE_EFORMAT);
    assert_string_equal(lince_error(), "a.zip: outer: inner");
}

static void test_it_is_in_the_thread_s_language(void **state)
{
    (void)state;
    lince_language_set("es");
    lince_fail(LINCE_EIO, "%s: not a plain file", "x");
    lince_language_set("en");
    assert_string_equal(lince_error(), "x: no es un archivo normal");
}

static void test_the_system_s_reasons_are_in_it_too(void **state)
{
    (void)state;
    static const int numbers[] = {EACCES, EEXIST, EIO, EISDIR, ENOENT, ENOSPC, ENOTDIR, EROFS};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_string_equal(lince_reason(numbers[i]), strerror(numbers[i]));
        lince_language_set("es");
        assert_string_not_equal(lince_reason(numbers[i]), strerror(numbers[i]));
        lince_language_set("en");
    }
    assert_non_null(lince_reason(123456));
}

/* Escape sequences of C0 (ESC), of C1 (CSI as one character), and DEL. */
static void test_names_do_not_command_the_terminal(void **state)
{
    (void)state;
    lince_fail(LINCE_EIO, "a\x1b[31m b\xc2\x9b"
                          "31m c\x7f ñ\nnext");
    assert_string_equal(lince_error(), "a?[31m b?31m c? ñ\nnext");
    lince_fail(LINCE_EIO, "message");
    lince_fail_in(LINCE_EIO, "\x1b]0;x\x07\n\xc2\x9d \x7f");
    assert_string_equal(lince_error(), "?]0;x??? ?: message");
}

static void test_bytes_that_are_not_utf8_are_shown_as_such(void **state)
{
    (void)state;
    lince_fail(LINCE_EIO, "%s", "\xff caf\xe9 \xc3");
    assert_string_equal(lince_error(), "? caf? ?");
}

/* Wherever the limit lies within a character. */
static void test_what_is_too_long_is_cut_between_two_characters(void **state)
{
    (void)state;
    char name[6000] = "";
    for (int shift = 0; shift < 4; shift++) {
        memset(name, 'x', (size_t)shift);
        name[shift] = '\0';
        while (strlen(name) < 5900) strcat(name, "🐈");
        lince_fail(LINCE_EIO, "%s: missing", name);
        assert_true(strlen(lince_error()) > 2000 && is_utf8(lince_error()) && !strchr(lince_error(), '?'));
        lince_fail(LINCE_EIO, "missing");
        lince_fail_in(LINCE_EIO, name);
        assert_true(is_utf8(lince_error()) && !strchr(lince_error(), '?'));
        assert_non_null(strstr(lince_error(), "🐈: missing")); /* a long name leaves room for what is wrong */
    }
}

static void *fail_elsewhere(void *unused)
{
    (void)unused;
    lince_language_set("es");
    lince_fail(LINCE_EDATA, "elsewhere");
    return NULL;
}

static void test_each_thread_has_its_own_message_and_language(void **state)
{
    (void)state;
    pthread_t thread;
    lince_fail(LINCE_EIO, "here");
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    assert_string_equal(lince_error(), "here");
    assert_string_equal(lince_language(), "en");
}

static void test_what_the_system_lacks_is_no_fault_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(lince_system_code(ENOMEM), LINCE_ENOMEM);
    assert_int_equal(lince_system_code(EMFILE), LINCE_ENOMEM);
    assert_int_equal(lince_system_code(ENOENT), LINCE_EIO);
    assert_int_equal(lince_system_code(EIO), LINCE_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failure_is_its_code_and_a_message),
        cmocka_unit_test(test_the_current_message_may_be_part_of_the_next),
        cmocka_unit_test(test_it_is_in_the_thread_s_language),
        cmocka_unit_test(test_the_system_s_reasons_are_in_it_too),
        cmocka_unit_test(test_names_do_not_command_the_terminal),
        cmocka_unit_test(test_bytes_that_are_not_utf8_are_shown_as_such),
        cmocka_unit_test(test_what_is_too_long_is_cut_between_two_characters),
        cmocka_unit_test(test_each_thread_has_its_own_message_and_language),
        cmocka_unit_test(test_what_the_system_lacks_is_no_fault_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
