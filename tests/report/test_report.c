#include "core/file.h"
#include "core/memory.h"

#include <lince/error.h>
#include <lince/train.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char RUN[] = TEST_SCRATCH "/report-run";

static void put(const char *name, const char *text)
{
    char path[LINCE_PATH_MAX];
    assert_int_equal(lince_path_join(path, RUN, name), 0);
    assert_int_equal(lince_file_write(path, text, strlen(text)), 0);
}

static char *get(const char *name)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    assert_int_equal(lince_path_join(path, RUN, name), 0);
    assert_int_equal(lince_file_read(path, 64 << 20, &bytes, &size), 0);
    return bytes;
}

/* A finished run of two epochs over two classes, one of which has a name that is markup everywhere. */
static int a_small_run(void **state)
{
    (void)state;
    assert_int_equal(lince_make_folder(RUN), 0);
    put("config.yaml", "# lince 0\n# lince train --data <b>\nepochs: 2\n");
    put("data.json", "{\"path\": \"cats\", \"kind\": \"folder\", \"classes\": [\"<b>'|`x`\", \"dog\"],"
                     "\"parts\": {\"train\": {\"n\": 8, \"per_class\": [4, 4]}, \"test\": {\"n\": 4, "
                     "\"per_class\": [2, 2]}},"
                     "\"split\": {\"val_from\": \"train\", \"val_split\": 0.1, \"seed\": 1}}");
    put("model.json", "{\"name\": \"vgg11\", \"layers\": [{\"name\": \"features.0\", \"type\": \"conv2d\", "
                      "\"output\": [64, 32, 32]}]}");
    put("results.csv", "epoch,time,train/loss,train/accuracy,val/loss,val/"
                       "accuracy,lr\n1,1,2,0.5,2,0.5,0.1\n2,2,1,0.9,1,0.6,0.1\n");
    put("test.json",
        "{\"classes\": [\"<b>'|`x`\", \"dog\"], \"confusion_matrix\": [[2, 0], [1, 1]], \"loss\": 0.5, "
        "\"top5\": 1,"
        "\"ece\": 0.2, \"calibration\": [{\"n\": 4, \"confidence\": 0.05, \"accuracy\": 0.75}]}");
    return 0;
}

static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word)) count++;
    return count;
}

static void test_the_page_is_one_file_without_network_or_script(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en"), 0);
    char *html = get("report.html");
    assert_null(strstr(html, "http:"));
    assert_null(strstr(html, "https:"));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "src=\"plots"));
    lince_free(html);
}

static void test_tags_balance_and_names_are_escaped(void **state)
{
    (void)state;
    static const char *const tags[][2] = {{"<table>", "</table>"},   {"<tr", "</tr>"},    {"<td", "</td>"},
                                          {"<th", "</th>"},          {"<pre>", "</pre>"}, {"<h2>", "</h2>"},
                                          {"<figure>", "</figure>"}, {"<div", "</div>"}};
    assert_int_equal(lince_report(RUN, "en"), 0);
    char *html = get("report.html");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t opened = occurrences(html, tags[i][0]);
        assert_int_equal(opened, occurrences(html, tags[i][1]));
    }
    assert_true(occurrences(html, "<h2>") == 10);
    assert_null(strstr(html, "<b>"));
    assert_non_null(strstr(html, "&lt;b&gt;"));
    lince_free(html);
}

static void test_every_figure_that_the_markdown_names_is_there(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en"), 0);
    char *markdown = get("report.md"), path[LINCE_PATH_MAX];
    for (const char *at = markdown; (at = strstr(at, "](")); at += 2) {
        snprintf(path, sizeof path, "%s/%.*s", RUN, (int)strcspn(at + 2, ")"), at + 2);
        assert_int_equal(access(path, R_OK), 0);
    }
    lince_free(markdown);
}

static void test_the_report_speaks_both_languages(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "es"), 0);
    char *spanish = get("report.html");
    assert_non_null(strstr(spanish, "lang=\"es\""));
    assert_non_null(strstr(spanish, "Resultados de prueba"));
    assert_null(strstr(spanish, "Test results"));
    lince_free(spanish);
    assert_int_equal(lince_report(RUN, "xx"), LINCE_EUSAGE);
}

static void test_validation_on_the_test_part_is_said_loudly(void **state)
{
    (void)state;
    put("data.json", "{\"path\": \"cats\", \"classes\": [\"a\", \"b\"], \"split\": {\"val_from\": \"test\", "
                     "\"val_on_test\": true}}");
    assert_int_equal(lince_report(RUN, "en"), 0);
    char *html = get("report.html");
    assert_non_null(strstr(html, "<p class=\"warning\">The test part was used for validation"));
    lince_free(html);
    a_small_run(NULL);
}

static void test_without_gnuplot_the_report_is_written_and_says_so(void **state)
{
    (void)state;
    char *path = strdup(getenv("PATH"));
    setenv("PATH", TEST_SCRATCH, 1);
    int code = lince_report(RUN, "en");
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(code, 0);
    char *html = get("report.html");
    assert_non_null(strstr(html, "The figures are missing. gnuplot"));
    lince_free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_page_is_one_file_without_network_or_script, a_small_run),
        cmocka_unit_test_setup(test_tags_balance_and_names_are_escaped, a_small_run),
        cmocka_unit_test_setup(test_every_figure_that_the_markdown_names_is_there, a_small_run),
        cmocka_unit_test_setup(test_the_report_speaks_both_languages, a_small_run),
        cmocka_unit_test_setup(test_validation_on_the_test_part_is_said_loudly, a_small_run),
        cmocka_unit_test_setup(test_without_gnuplot_the_report_is_written_and_says_so, a_small_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
