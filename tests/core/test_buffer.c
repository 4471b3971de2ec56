/* Texts that grow: what was put in stands there in order, terminated, whatever its length and bytes. */
#include "core/buffer.h"
#include "core/memory.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_pieces_stand_one_behind_the_other(void **state)
{
    (void)state;
    lince_buffer b = {0};
    lince_buffer_puts(&b, "one");
    lince_buffer_printf(&b, " %d %s", 2, "three");
    lince_buffer_put(&b, "\0four", 5);
    assert_int_equal(b.error, 0);
    assert_int_equal(b.size, 16);
    assert_memory_equal(b.data, "one 2 three\0four", 17);
    lince_buffer_release(&b);
    assert_null(b.data);
}

static void test_nothing_put_in_is_no_text_and_an_empty_text_is_one(void **state)
{
    (void)state;
    lince_buffer b = {0};
    assert_null(b.data);
    lince_buffer_puts(&b, "");
    assert_string_equal(b.data, "");
    lince_buffer_release(&b);
}

static void test_a_text_of_any_length_is_whole(void **state)
{
    (void)state;
    lince_buffer b = {0};
    char expected[16];
    for (int i = 0; i < 20000; i++) lince_buffer_printf(&b, "%05d\n", i);
    assert_int_equal(b.error, 0);
    assert_int_equal(strlen(b.data), 20000 * 6);
    for (int i = 0; i < 20000; i += 997) {
        snprintf(expected, sizeof expected, "%05d\n", i);
        assert_memory_equal(b.data + 6 * i, expected, 6);
    }
    lince_buffer_release(&b);
}

static void test_html_has_no_markup_of_the_text_s_own(void **state)
{
    (void)state;
    lince_buffer b = {0};
    lince_buffer_html(&b, "<a href=\"x\">&'ñ</a>");
    assert_string_equal(b.data, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;ñ&lt;/a&gt;");
    lince_buffer_release(&b);
}

/* The vectors of RFC 4648, section 10. */
static void test_base64_is_that_of_the_rfc(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        lince_buffer b = {0};
        lince_buffer_puts(&b, "");
        lince_buffer_base64(&b, vectors[i][0], strlen(vectors[i][0]));
        assert_string_equal(b.data, vectors[i][1]);
        lince_buffer_release(&b);
    }
    lince_buffer all = {0};
    lince_buffer_base64(&all, "\xfb\xff\xbf", 3);
    assert_string_equal(all.data, "+/+/");
    lince_buffer_release(&all);
}

static void test_what_does_not_fit_is_an_error_that_stays(void **state)
{
    (void)state;
    lince_buffer b = {0};
    lince_buffer_puts(&b, "kept");
    lince_buffer_put(&b, "", SIZE_MAX);
    assert_int_equal(b.error, LINCE_ENOMEM);
    lince_buffer_puts(&b, " and no more");
    assert_int_equal(b.error, LINCE_ENOMEM);
    assert_string_equal(b.data, "kept");
    assert_non_null(strstr(lince_error(), "out of memory"));
    lince_buffer_release(&b);
}

static void test_a_part_that_failed_fails_the_whole(void **state)
{
    (void)state;
    lince_buffer whole = {0}, part = {0}, failed = {.error = LINCE_ENOMEM};
    assert_string_equal(lince_buffer_part(&whole, &part), "");
    lince_buffer_puts(&part, "one");
    assert_string_equal(lince_buffer_part(&whole, &part), "one");
    assert_int_equal(whole.error, 0);
    assert_string_equal(lince_buffer_part(&whole, &failed), "");
    assert_int_equal(whole.error, LINCE_ENOMEM);
    lince_buffer_release(&part);
}

static void test_memory_that_a_text_lacks_is_its_error(void **state)
{
    (void)state;
    lince_buffer text = {0};
    void *memory = lince_buffer_alloc(&text, 2, 8);
    assert_non_null(memory);
    lince_free(memory);
    assert_int_equal(text.error, 0);
    assert_null(lince_buffer_alloc(&text, SIZE_MAX / 2, 8));
    assert_int_equal(text.error, LINCE_ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_stand_one_behind_the_other),
        cmocka_unit_test(test_nothing_put_in_is_no_text_and_an_empty_text_is_one),
        cmocka_unit_test(test_a_text_of_any_length_is_whole),
        cmocka_unit_test(test_html_has_no_markup_of_the_text_s_own),
        cmocka_unit_test(test_base64_is_that_of_the_rfc),
        cmocka_unit_test(test_what_does_not_fit_is_an_error_that_stays),
        cmocka_unit_test(test_a_part_that_failed_fails_the_whole),
        cmocka_unit_test(test_memory_that_a_text_lacks_is_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
