/* CSV as RFC 4180 has it, and what is said where a file is not so. */
#include "core/buffer.h"
#include "data/fixture.h"
#include "text/csv.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

/* Records as "1:1 a|b 2:2 c|d ": row, line and fields. */
static int write_down(void *context, const lince_csv_record *record)
{
    lince_buffer *out = context;
    lince_buffer_printf(out, "%zu:%zu ", record->row, record->line);
    for (size_t i = 0; i < record->count; i++) {
        assert_int_equal(record->fields[i].text[record->fields[i].size], 0);
        lince_buffer_puts(out, i ? "|" : "");
        lince_buffer_put(out, record->fields[i].text, record->fields[i].size);
    }
    lince_buffer_puts(out, " ");
    return out->error;
}

static void expect_as(const char *csv, lince_csv_dialect dialect, const char *expected)
{
    lince_buffer out = {0};
    lince_buffer_puts(&out, "");
    assert_done(lince_csv_read(csv, strlen(csv), dialect, write_down, &out));
    assert_string_equal(out.data, expected);
    lince_buffer_release(&out);
}

static void expect_records(const char *csv, char delimiter, const char *expected)
{
    expect_as(csv, (lince_csv_dialect){delimiter, LINCE_QUOTING_MINIMAL}, expected);
}

static const lince_csv_dialect commas = {',', LINCE_QUOTING_MINIMAL};

static void expect_refused(const char *csv, size_t size, const char *why)
{
    lince_buffer out = {0};
    assert_int_equal(lince_csv_read(csv, size, commas, write_down, &out), LINCE_EFORMAT);
    assert_message(why);
    lince_buffer_release(&out);
}

static void test_records_of_every_kind_of_field_and_line(void **state)
{
    (void)state;
    expect_records("a,b\nc,d\n", ',', "1:1 a|b 2:2 c|d ");
    expect_records("a,b\r\nc,d", ',', "1:1 a|b 2:2 c|d ");
    expect_records("a,b\rc,d\r", ',', "1:1 a|b 2:2 c|d ");
    expect_records("\"a\",\"b, c\"\n", ',', "1:1 a|b, c ");
    expect_records("\"say \"\"so\"\"\",x", ',', "1:1 say \"so\"|x ");
    expect_records("a,\n,\n", ',', "1:1 a| 2:2 | ");
    expect_records("a\tb c\n", '\t', "1:1 a|b c ");
    expect_records("", ',', "");
}

static void test_blanks_around_fields_belong_to_them(void **state)
{
    (void)state;
    expect_records(" a , b\n", ',', "1:1  a | b ");
}

static void test_quoted_lines_count_as_lines_and_not_as_rows(void **state)
{
    (void)state;
    expect_records("a,\"one\n\ntwo\"\nb,\"x\r\ny\"\nc,d\n", ',', "1:1 a|one\n\ntwo 2:4 b|x\r\ny 3:6 c|d ");
}

static void test_empty_lines_are_passed_over(void **state)
{
    (void)state;
    expect_records("\n\na,b\n\n\r\nc,d\n\n", ',', "1:3 a|b 2:6 c|d ");
}

static void test_a_quote_within_a_plain_field_is_a_character(void **state)
{
    (void)state;
    expect_records("5\" screen,b\nthe \"a\",c\n", ',', "1:1 5\" screen|b 2:2 the \"a\"|c ");
}

static void test_an_unclosed_quote_is_refused_where_it_begins(void **state)
{
    (void)state;
    static const char csv[] = "1,a\n2,b\n3,\"c\n4,d\n5,e\n";
    expect_refused(csv, strlen(csv),
                   "row 3 (line 3), column 2: the quoted field that begins in line 3 has no end");
    static const char later[] = "1,\"a\nb\",\"c\nd";
    expect_refused(later, strlen(later), "row 1 (line 1), column 3: the quoted field that begins in line 2");
}

static void test_a_field_without_an_end_is_not_read_to_the_end(void **state)
{
    (void)state;
    size_t size = 100 << 20;
    char *csv = malloc(size);
    assert_non_null(csv);
    memset(csv, 'x', size);
    memcpy(csv, "a,b\nc,\"", 7);
    expect_refused(csv, size,
                   "row 2 (line 2), column 2: a field of more than 1048576 bytes begins in line 2");
    free(csv);
}

static void test_a_field_of_the_largest_size_is_read(void **state)
{
    (void)state;
    size_t size = LINCE_CSV_FIELD_MAX + 2;
    char *csv = malloc(size);
    assert_non_null(csv);
    memset(csv, 'x', size);
    memcpy(csv, "a,", 2);
    lince_buffer out = {0};
    assert_done(lince_csv_read(csv, size, commas, write_down, &out));
    assert_int_equal(out.size, 4 + size + 1);
    lince_buffer_release(&out);
    free(csv);
}

static void test_a_record_of_too_many_columns_is_refused(void **state)
{
    (void)state;
    char csv[LINCE_CSV_COLUMNS_MAX + 1];
    memset(csv, ',', sizeof csv);
    expect_refused(csv, sizeof csv, "row 1 (line 1): more than 4096 columns");
}

static int stop_at_two(void *context, const lince_csv_record *record)
{
    size_t *rows = context;
    *rows = record->row;
    return record->row == 2;
}

static void test_who_takes_may_stop(void **state)
{
    (void)state;
    size_t rows = 0;
    assert_int_equal(lince_csv_read("a\nb\nc\n\"", 7, commas, stop_at_two, &rows), 0);
    assert_int_equal(rows, 2);
}

static lince_csv_dialect sniffed(const char *csv)
{
    return lince_csv_sniff(csv, strlen(csv), (lince_csv_dialect){0});
}

static void test_the_delimiter_is_the_one_that_all_rows_share(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        char expected;
    } cases[] = {{"a,b\nc,d\n", ','},
                 {"label\tit is late, dear, very late\nx\tno, it is not\n", '\t'},
                 {"a;b\n\"c;d\";e\n", ';'},
                 {"a|b|c\nd|e|f\n", '|'},
                 {"a\t\"no end, dear\nb\tc, d, e\nb\tf\n", '\t'},
                 {"one column\nof text\n", ','},
                 {"", ','}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(sniffed(cases[i].csv).delimiter, cases[i].expected);
}

/* --- quotes that are characters ------------------------------------------------------------------- */

static void test_a_quoted_field_ends_where_its_quote_closes(void **state)
{
    (void)state;
    expect_records("x\t\"a\" b\ny\tc\n", '\t', "1:1 x|a b 2:2 y|c ");
    expect_records("x,\"a\" \"b\", c\ny,d\n", ',', "1:1 x|a \"b\"| c 2:2 y|d ");
}

static void test_without_quoting_a_line_is_a_record(void **state)
{
    (void)state;
    lince_csv_dialect plain = {'\t', LINCE_QUOTING_NONE};
    expect_as("x\t\"a\" b\ny\t\"c\r\nz\t\"\"\n", plain, "1:1 x|\"a\" b 2:2 y|\"c 3:3 z|\"\" ");
}

static void expect_quoting(const char *csv, lince_csv_quoting expected)
{
    assert_int_equal(sniffed(csv).quoting, expected);
}

static void test_quotes_that_would_swallow_rows_are_characters(void **state)
{
    (void)state;
    expect_quoting("x\t\"one\ny\ttwo\nx\tthree\ny\t\"four\nx\tfive\n", LINCE_QUOTING_NONE);
    expect_quoting("x\tone\ny\t\"two\nx\tthree\n", LINCE_QUOTING_NONE); /* no end */
    /* with a row of three columns, too: it is that row which is wrong */
    expect_quoting("x\t\"one\ny\ttwo\nx\tthree\ny\t\"four\nx\tfive\ty\n", LINCE_QUOTING_NONE);
    /* joined rows of another number of columns */
    expect_quoting("x,\"one\ny,two\nx,three\ny,\"four,five\nx,six\nx,seven\n", LINCE_QUOTING_NONE);
}

static void test_quotes_count_where_they_hold_fields_together(void **state)
{
    (void)state;
    expect_quoting("a,b\nc,d\n", LINCE_QUOTING_MINIMAL);
    expect_quoting("x,\"one, two\"\ny,three\n", LINCE_QUOTING_MINIMAL);
    expect_quoting("x,\"one\ntwo\"\ny,three\n", LINCE_QUOTING_MINIMAL);
    expect_quoting("x,\"one\nand, then, two\"\ny,three\ny,\"four\nfive\"\n", LINCE_QUOTING_MINIMAL);
    expect_quoting("\"x\",\"one\"\n\"y\",\"two\"\n", LINCE_QUOTING_MINIMAL);
    /* a file that quotes, with one mistake, which reading it then tells */
    expect_quoting("\"x\",\"one\"\n\"y\",\"two\"\n\"x\",\"three\n", LINCE_QUOTING_MINIMAL);
}

static void test_what_is_known_of_a_dialect_stays(void **state)
{
    (void)state;
    static const char csv[] = "x\t\"one;\ny\ttwo;\nx\tthree;\n";
    lince_csv_dialect d = lince_csv_sniff(csv, strlen(csv), (lince_csv_dialect){';', LINCE_QUOTING_MINIMAL});
    assert_int_equal(d.delimiter, ';');
    assert_int_equal(d.quoting, LINCE_QUOTING_MINIMAL);
    d = lince_csv_sniff(csv, 0, (lince_csv_dialect){0});
    assert_int_equal(d.delimiter, ',');
    assert_int_equal(d.quoting, LINCE_QUOTING_MINIMAL);
}

/* As written, and read back. */
static void expect_cell(const char *text, const char *written)
{
    lince_buffer out = {0};
    lince_csv_put(&out, text);
    assert_string_equal(out.data, written);
    if (*written != '"') assert_string_equal(lince_csv_text(out.data), text);
    lince_buffer_release(&out);
}

/* OWASP's CSV injection: what begins with = + - @, a tab or an end of a line. */
static void test_no_cell_is_a_formula_and_numbers_stay_numbers(void **state)
{
    (void)state;
    expect_cell("=1+1", "'=1+1");
    expect_cell("+a", "'+a");
    expect_cell("-", "'-");
    expect_cell("@user", "'@user");
    expect_cell("\ttab", "'\ttab");
    expect_cell("\uff1d1", "'\uff1d1");
    expect_cell("@a, b", "\"'@a, b\"");
    expect_cell("'=1", "''=1");
    static const char *const plain[] = {"-1", "+2.5", "-1e-3", "a=1", "'s", "''", "", " =1"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) expect_cell(plain[i], plain[i]);
    assert_string_equal(lince_csv_text("'tis"), "'tis");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_of_every_kind_of_field_and_line),
        cmocka_unit_test(test_blanks_around_fields_belong_to_them),
        cmocka_unit_test(test_quoted_lines_count_as_lines_and_not_as_rows),
        cmocka_unit_test(test_empty_lines_are_passed_over),
        cmocka_unit_test(test_a_quote_within_a_plain_field_is_a_character),
        cmocka_unit_test(test_an_unclosed_quote_is_refused_where_it_begins),
        cmocka_unit_test(test_a_field_without_an_end_is_not_read_to_the_end),
        cmocka_unit_test(test_a_field_of_the_largest_size_is_read),
        cmocka_unit_test(test_a_record_of_too_many_columns_is_refused),
        cmocka_unit_test(test_who_takes_may_stop),
        cmocka_unit_test(test_the_delimiter_is_the_one_that_all_rows_share),
        cmocka_unit_test(test_a_quoted_field_ends_where_its_quote_closes),
        cmocka_unit_test(test_without_quoting_a_line_is_a_record),
        cmocka_unit_test(test_quotes_that_would_swallow_rows_are_characters),
        cmocka_unit_test(test_quotes_count_where_they_hold_fields_together),
        cmocka_unit_test(test_what_is_known_of_a_dialect_stays),
        cmocka_unit_test(test_no_cell_is_a_formula_and_numbers_stay_numbers),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
