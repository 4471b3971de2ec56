/* What is UTF-8, and what becomes it. */
#include "data/fixture.h"
#include "text/encoding.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static void expect_decoded(const char *bytes, size_t size, const char *encoding, const char *expected)
{
    char *text;
    size_t text_size;
    assert_done(lince_decode(bytes, size, encoding, &text, &text_size));
    assert_int_equal(text_size, strlen(expected));
    assert_string_equal(text, expected);
    lince_free(text);
}

static void test_encodings_become_utf8_without_a_mark(void **state)
{
    (void)state;
    expect_decoded("\xef\xbb\xbfni\xc3\xb1o", 8, "utf-8", "niño");
    expect_decoded("ni\xf1o", 4, "latin-1", "niño");
    expect_decoded("\x80 5 \x93ok\x94", 8, "windows-1252", "€ 5 “ok”");
    expect_decoded("\xff\xfe"
                   "a\0\xf1\0",
                   6, "utf-16", "añ");
    expect_decoded("\xfe\xff\0a\0\xf1", 6, "utf-16", "añ");
    expect_decoded("", 0, "utf-8", "");
    expect_decoded("", 0, "latin-1", "");
}

static void test_what_an_encoding_does_not_have_is_refused(void **state)
{
    (void)state;
    char *text;
    size_t size;
    assert_int_equal(lince_decode("ab\x81", 3, "windows-1252", &text, &size), LINCE_EFORMAT);
    assert_message("the bytes at offset 2 are not windows-1252");
    assert_null(text);
    assert_int_equal(lince_decode("a\0b", 3, "utf-16", &text, &size), LINCE_EFORMAT);
    assert_int_equal(lince_decode("\xff\xfe"
                                  "a\0",
                                  4, "utf-8", &text, &size),
                     LINCE_EFORMAT);
    assert_message("encoding utf-16 reads it");
    assert_int_equal(lince_decode("a", 1, "ebcdic", &text, &size), LINCE_EUSAGE);
    assert_message("expected one of utf-8|latin-1|windows-1252|utf-16");
}

static void test_the_first_byte_that_is_not_utf8_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {{"plain", 5},
                 {"niño 🤣", 10},
                 {"ni\xf1o", 2},
                 {"a\xc0\xaf", 1},        /* not the shortest form */
                 {"ab\xed\xa0\x80", 2},   /* a lone surrogate, U+D800 */
                 {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
                 {"caf\xc3", 3}};         /* cut */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lince_utf8_check(cases[i].text, strlen(cases[i].text)), cases[i].at);
}

static void test_what_is_wrong_is_said(void **state)
{
    (void)state;
    char text[256];
    lince_utf8_explain("ni\xf1o", 4, 2, text, sizeof text);
    assert_non_null(strstr(text, "byte 0xF1 at offset 2 is not UTF-8"));
    lince_utf8_explain("\xed\xa0\x80", 3, 0, text, sizeof text);
    assert_non_null(strstr(text, "half of a surrogate pair"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings_become_utf8_without_a_mark),
        cmocka_unit_test(test_what_an_encoding_does_not_have_is_refused),
        cmocka_unit_test(test_the_first_byte_that_is_not_utf8_is_found),
        cmocka_unit_test(test_what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
