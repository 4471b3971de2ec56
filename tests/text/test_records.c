/* Tables of JSON, in the shapes in which they are written. */
#include "core/buffer.h"
#include "data/fixture.h"
#include "text/records.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

/* Records as "1:1 a|b 2:2 c|d ": row, line and fields; the names are row 0. */
static int write_down(void *context, const lince_csv_record *record)
{
    lince_buffer *out = context;
    lince_buffer_printf(out, "%zu:%zu ", record->row, record->line);
    for (size_t i = 0; i < record->count; i++) {
        assert_int_equal(strlen(record->fields[i].text), record->fields[i].size);
        lince_buffer_printf(out, "%s%s", i ? "|" : "", record->fields[i].text);
    }
    lince_buffer_puts(out, " ");
    return out->error;
}

static void expect_records(const char *text, const char *expected)
{
    lince_records records;
    lince_buffer out = {0};
    assert_done(lince_records_open(&records, text, strlen(text), (lince_csv_dialect){0}));
    assert_string_equal(lince_records_kind(&records), "json");
    for (int times = 0; times < 2; times++) {
        out.size = 0;
        assert_done(lince_records_read(&records, write_down, &out));
        assert_string_equal(out.data, expected);
    }
    lince_buffer_release(&out);
    lince_records_close(&records);
}

static void refuse(const char *text, const char *why)
{
    lince_records records;
    assert_int_equal(lince_records_open(&records, text, strlen(text), (lince_csv_dialect){0}), LINCE_EFORMAT);
    assert_message(why);
}

static void test_json_lines_are_records(void **state)
{
    (void)state;
    expect_records(
        "{\"text\": \"a, \\\"b\\\"\", \"label\": \"x\"}\n\n{\"text\": \"c\\nd\", \"label\": \"y\"}\n",
        "0:0 text|label 1:1 a, \"b\"|x 2:3 c\nd|y ");
}

static void test_a_list_of_objects_is_a_table(void **state)
{
    (void)state;
    expect_records(" [\n{\"t\": \"a\",\n \"l\": \"x\"},\n{\"t\": \"b\", \"l\": \"y\"}]\n",
                   "0:0 t|l 1:2 a|x 2:4 b|y ");
}

static void test_an_object_may_hold_the_list_or_the_columns(void **state)
{
    (void)state;
    expect_records("{\"version\": 1, \"data\": [{\"t\": \"a\"}, {\"t\": \"b\"}]}", "0:0 t 1:1 a 2:2 b ");
    expect_records("{\"t\": {\"0\": \"a\", \"5\": \"b\"}, \"l\": {\"0\": 1, \"5\": 2}}",
                   "0:0 t|l 1:1 a|1 2:2 b|2 ");
    expect_records("{\"t\": [\"a\", \"b\"], \"l\": [1, 2]}", "0:0 t|l 1:1 a|1 2:2 b|2 ");
}

static void test_columns_are_all_names_that_occur(void **state)
{
    (void)state;
    expect_records("{\"a\": \"x\"}\n{\"b\": \"y\", \"a\": null}\n", "0:0 a|b 1:1 x| 2:2 |y ");
}

static void test_what_is_no_string_stands_as_json_writes_it(void **state)
{
    (void)state;
    expect_records("{\"a\": 1, \"b\": 1.0, \"c\": 0.1, \"d\": true, \"e\": [1, \"x\"], \"f\": {\"g\": null}}",
                   "0:0 a|b|c|d|e|f 1:1 1|1.0|0.1|true|[1,\"x\"]|{\"g\":null} ");
}

static void test_what_is_damaged_is_told_with_its_line(void **state)
{
    (void)state;
    refuse("{\"a\": \"x\"}\n{\"a\": }\n", "row 2 (line 2): not JSON: ");
    refuse("{\"a\": \"x\"}\n\n{\"a\":\n\"y\",\n}\n", "row 2 (line 5): not JSON: ");
    refuse("{\"a\": \"x\"}\n7\n", "row 2 (line 2): not JSON: ");
    refuse("{\"a\": \"x\"}\n[1]\n", "row 2 (line 2): expected an object");
    refuse("[{\"a\": \"x\"}\n{\"a\": \"x\"}]", "line 2: expected a comma or the list's end");
    refuse("[{\"a\": \"x\"},\n", "not JSON: ");
    refuse("[{\"a\": \"x\"}] x", "more stands behind the list's end");
    refuse("{\"a\": \"\\ud800\"}", "not JSON: ");
}

static void test_what_begins_like_neither_is_csv(void **state)
{
    (void)state;
    static const char csv[] = "[removed],x\n{gone},y\n";
    lince_records records;
    assert_done(lince_records_open(&records, csv, strlen(csv), (lince_csv_dialect){0}));
    assert_string_equal(lince_records_kind(&records), "csv");
    lince_records_close(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_lines_are_records),
        cmocka_unit_test(test_a_list_of_objects_is_a_table),
        cmocka_unit_test(test_an_object_may_hold_the_list_or_the_columns),
        cmocka_unit_test(test_columns_are_all_names_that_occur),
        cmocka_unit_test(test_what_is_no_string_stands_as_json_writes_it),
        cmocka_unit_test(test_what_is_damaged_is_told_with_its_line),
        cmocka_unit_test(test_what_begins_like_neither_is_csv),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
