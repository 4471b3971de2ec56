/* What may be shown of a name: UTF-8 without control characters. */
#include "core/display.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* RFC 3629: the first and last character of each length, and their neighbours that are none. */
static void test_a_clean_name_is_utf8_without_control_characters(void **state)
{
    (void)state;
    static const char *const clean[] = {"",
                                        "cat.png",
                                        "ñandú 1",
                                        "\xc2\xa0",
                                        "\xdf\xbf",
                                        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xef\xbf\xbd",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf"},
                             *const unclean[] = {"a\tb",
                                                 "a\nb",
                                                 "\x1b",
                                                 "\x7f",
                                                 "\xc2\x80",
                                                 "\xc2\x9f",
                                                 "\x80",
                                                 "\xc0\x80",
                                                 "\xc1\xbf",
                                                 "\xc3",
                                                 "\xe0\x9f\xbf",
                                                 "\xed\xa0\x80",
                                                 "\xf0\x8f\xbf\xbf",
                                                 "\xf4\x90\x80\x80",
                                                 "\xf5\x80\x80\x80",
                                                 "a\xff"};
    for (size_t i = 0; i < sizeof clean / sizeof *clean; i++)
        if (!lince_name_is_clean(clean[i])) fail_msg("%zu should be clean", i);
    for (size_t i = 0; i < sizeof unclean / sizeof *unclean; i++)
        if (lince_name_is_clean(unclean[i])) fail_msg("%zu should not be clean", i);
}

static void test_the_rest_is_shown_as_question_marks(void **state)
{
    (void)state;
    char shown[32];
    lince_name_for_display(shown, sizeof shown, "a\nb\x1b\xc2\x9b\xff\xe2\x82z");
    assert_string_equal(shown, "a?b?????z");
    lince_text_for_display(shown, sizeof shown, "a\nb\x1b");
    assert_string_equal(shown, "a\nb?");
}

static void test_a_long_name_is_cut_between_two_characters(void **state)
{
    (void)state;
    char shown[8];
    lince_name_for_display(shown, 3, "añb");
    assert_string_equal(shown, "a");
    lince_name_for_display(shown, 4, "añb");
    assert_string_equal(shown, "añ");
    lince_name_for_display(shown, 1, "añb");
    assert_string_equal(shown, "");
}

static void test_characters_are_counted_as_people_do(void **state)
{
    (void)state;
    assert_int_equal(lince_characters(""), 0);
    assert_int_equal(lince_characters("lince"), 5);
    assert_int_equal(lince_characters("ñ€🐈"), 3);
}

static void test_what_reorders_its_surroundings_is_not_shown(void **state)
{
    (void)state;
    bool shown;
    char out[32];
    assert_int_equal(lince_character("\u202eevil", &shown), 3);
    assert_false(shown);
    assert_int_equal(lince_character("ñ", &shown), 2);
    assert_true(shown);
    assert_int_equal(lince_character("\xff", &shown), 1);
    assert_false(shown);
    assert_int_equal(lince_character("\u200f", &shown), 3); /* a mark of Arabic and Hebrew texts */
    assert_true(shown);
    lince_name_for_display(out, sizeof out, "a\u202ab\u2066c\u2069\u2028d");
    assert_string_equal(out, "a?b?c??d");
}

static void test_room_is_counted_in_bytes_and_filled_by_characters(void **state)
{
    (void)state;
    char out[32];
    assert_int_equal(lince_cut("abc", 3), 3);
    assert_int_equal(lince_cut("abcd", 3), 3);
    assert_int_equal(lince_cut("aññ", 2), 1);
    assert_int_equal(lince_cut("aññ", 3), 3);
    assert_int_equal(lince_cut("ñ", 1), 0);
    snprintf(out, sizeof out, "%.*s|", LINCE_CUT("€€€", 7));
    assert_string_equal(out, "€€|");
}

static void test_lines_and_tabs_of_a_text_stay_and_a_name_has_none(void **state)
{
    (void)state;
    lince_buffer text = {0}, name = {0}, html = {0};
    lince_put_for_display(&text, "a\tb\nc\rd\x1b", "!");
    assert_string_equal(text.data, "a\tb\nc!d!");
    lince_put_name_for_display(&name, "a\tb\nc", "?");
    assert_string_equal(name.data, "a?b?c");
    lince_buffer_html(&html, "<b\u202e>\xc2\x9b");
    assert_string_equal(html.data, "&lt;b\ufffd&gt;\ufffd");
    lince_buffer_release(&text);
    lince_buffer_release(&name);
    lince_buffer_release(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_reorders_its_surroundings_is_not_shown),
        cmocka_unit_test(test_room_is_counted_in_bytes_and_filled_by_characters),
        cmocka_unit_test(test_lines_and_tabs_of_a_text_stay_and_a_name_has_none),
        cmocka_unit_test(test_a_clean_name_is_utf8_without_control_characters),
        cmocka_unit_test(test_the_rest_is_shown_as_question_marks),
        cmocka_unit_test(test_a_long_name_is_cut_between_two_characters),
        cmocka_unit_test(test_characters_are_counted_as_people_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
