/* JSON documents: a part that could not be made is told at the end, wherever it was; and what is read says file and
 * line. */
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_text(json_t *json, const char *expected)
{
    char *text;
    assert_int_equal(lince_json_text(json, JSON_COMPACT, &text), 0);
    assert_string_equal(text, expected);
    lince_free(text);
}

static void assert_refused(json_t *json, int code, const char *why)
{
    char *text;
    assert_int_equal(lince_json_text(json, JSON_COMPACT, &text), code);
    assert_null(text);
    assert_non_null(strstr(lince_error(), why));
}

static void test_pieces_make_a_document(void **state)
{
    (void)state;
    json_t *list = json_array(), *object = lince_json_pack("{s:i}", "n", 3);
    lince_json_add(&list, lince_json_real(0.5));
    lince_json_add(&list, lince_json_measure(NAN));
    lince_json_put(&object, "list", list);
    lince_json_put(&object, "name", lince_json_string("añada"));
    assert_text(object, "{\"n\":3,\"list\":[0.5,null],\"name\":\"añada\"}");
}

static void test_a_piece_that_is_missing_is_told_at_the_end(void **state)
{
    (void)state;
    json_t *list = json_array(), *object = json_object();
    lince_json_add(&list, NULL);
    lince_json_add(&list, json_integer(1));
    lince_json_put(&object, "list", list);
    lince_json_put(&object, "more", json_integer(2));
    assert_refused(lince_json_pack("{s:o, s:i}", "inner", object, "last", 3), LINCE_ENOMEM, "memory");
}

static void test_what_is_not_finite_is_told_as_that(void **state)
{
    (void)state;
    json_t *list = json_array();
    lince_json_add(&list, lince_json_pack("{s:f, s:o}", "loss", (double)INFINITY, "rest", json_array()));
    assert_refused(lince_json_pack("{s:o}", "epochs", list), LINCE_ENUMERIC, "finite");
    assert_refused(lince_json_pack("{s:o}", "loss", lince_json_real(NAN)), LINCE_ENUMERIC, "finite");
}

static void test_what_is_not_utf8_is_told_as_that(void **state)
{
    (void)state;
    assert_refused(lince_json_pack("{s:s}", "name", "\xff"), LINCE_EDATA, "UTF-8");
    assert_refused(lince_json_pack("{s:o}", "name", lince_json_string("\xe1")), LINCE_EDATA, "UTF-8");
}

static void test_what_would_command_a_terminal_is_escaped_and_read_back(void **state)
{
    (void)state;
    static const char name[] = "a\xc2\x9b\x7f\u202e\u2029ñ";
    char *text;
    json_t *again;
    assert_int_equal(lince_json_text(lince_json_pack("{s:s}", name, name), JSON_COMPACT, &text), 0);
    assert_string_equal(text, "{\"a\\u009b\\u007f\\u202e\\u2029ñ\":\"a\\u009b\\u007f\\u202e\\u2029ñ\"}");
    assert_int_equal(lince_json_parse(text, strlen(text), 0, &again, NULL), 0);
    assert_string_equal(json_string_value(json_object_get(again, name)), name);
    json_decref(again);
    lince_free(text);
}

static void test_one_document_says_nothing_of_another(void **state)
{
    (void)state;
    assert_refused(lince_json_pack("{s:f}", "loss", (double)NAN), LINCE_ENUMERIC, "finite");
    assert_refused(NULL, LINCE_ENOMEM, "memory");
    assert_text(lince_json_pack("[i]", 1), "[1]");
}

static void test_a_file_that_is_not_json_is_named_with_its_line(void **state)
{
    (void)state;
    json_t *json;
    const char *path = TEST_SCRATCH "/test.json";
    assert_int_equal(lince_file_write(path, "{\n  \"a\": 1,\n}\n", 15), 0);
    assert_int_equal(lince_json_read(path, &json), LINCE_EFORMAT);
    assert_null(json);
    assert_non_null(strstr(lince_error(), "test.json: line 3: not JSON"));
    assert_int_equal(lince_file_write(path, "[1]", 3), 0);
    assert_int_equal(lince_json_read(path, &json), 0);
    assert_text(json, "[1]");
    unlink(path);
}

static void test_a_file_that_is_not_there_may_be_none_but_one_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    json_t *json;
    assert_int_equal(lince_json_read(TEST_SCRATCH "/missing.json", &json), LINCE_EIO);
    assert_int_equal(lince_json_read_if_there(TEST_SCRATCH "/missing.json", &json), 0);
    assert_null(json);
    assert_int_equal(lince_json_read_if_there(TEST_SCRATCH, &json), LINCE_EIO);
}

/* --- memory that is missing while a document is read --- */

static size_t allocations, failing; /* the failing-th returns NULL, and with `lasting` all behind it */
static bool lasting;

static void *allocate(size_t size)
{
    allocations++;
    if (allocations == failing || (lasting && failing && allocations > failing)) {
        errno = ENOMEM;
        return NULL;
    }
    return malloc(size);
}

/* A long key, a long text with escapes, a long number: all longer than what jansson begins with. */
static void test_missing_memory_never_makes_another_document(void **state)
{
    (void)state;
    static const char text[] =
        " {\"a key that is a little longer than sixteen bytes\": [1, \"a text, \\\"longer\\\" than the key \\u00e9\"],\n"
        "  \"n\": 12345678901234567, \"x\": 0.12345678901234567890123456789} ";
    json_t *expected, *found;
    assert_int_equal(lince_json_parse(text, sizeof text - 1, 0, &expected, NULL), 0);
    assert_int_equal(json_integer_value(json_object_get(expected, "n")), 12345678901234567);
    json_set_alloc_funcs(allocate, free);
    for (int both = 0; both < 2; both++) {
        lasting = both;
        size_t refused = 0, n = 1;
        for (allocations = n; allocations >= n; n++) {
            allocations = 0, failing = n;
            int code = lince_json_parse(text, sizeof text - 1, 0, &found, NULL);
            failing = 0;
            if (code)
                assert_int_equal(code, LINCE_ENOMEM);
            else if (!json_equal(found, expected))
                fail_msg("allocation %zu: another document", n);
            refused += code != 0;
            json_decref(found);
        }
        assert_true(refused > 10);
    }
    json_set_alloc_funcs(malloc, free);
    json_decref(expected);
}

static void test_a_document_ends_where_it_ends(void **state)
{
    (void)state;
    json_t *json;
    json_error_t at;
    static const char *const wrong[] = {"",     " ",       "1",     "{",   "[1",
                                        "{}]",  "{}{}",    "{},{}", "[1}", "{\"a\": \"b}",
                                        "[01]", "[\"\n\"]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(lince_json_parse(wrong[i], strlen(wrong[i]), 0, &json, NULL), LINCE_EFORMAT);
        assert_null(json);
    }
    assert_int_equal(lince_json_parse("{}{}", 4, JSON_DISABLE_EOF_CHECK, &json, &at), 0);
    assert_int_equal(at.position, 2);
    json_decref(json);
    char deep[3000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(lince_json_parse(deep, sizeof deep, 0, &json, &at), LINCE_EFORMAT);
    assert_non_null(strstr(at.text, "levels"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_make_a_document),
        cmocka_unit_test(test_a_piece_that_is_missing_is_told_at_the_end),
        cmocka_unit_test(test_what_is_not_finite_is_told_as_that),
        cmocka_unit_test(test_what_is_not_utf8_is_told_as_that),
        cmocka_unit_test(test_what_would_command_a_terminal_is_escaped_and_read_back),
        cmocka_unit_test(test_one_document_says_nothing_of_another),
        cmocka_unit_test(test_missing_memory_never_makes_another_document),
        cmocka_unit_test(test_a_document_ends_where_it_ends),
        cmocka_unit_test(test_a_file_that_is_not_json_is_named_with_its_line),
        cmocka_unit_test(test_a_file_that_is_not_there_may_be_none_but_one_that_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
