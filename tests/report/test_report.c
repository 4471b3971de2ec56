#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <lince/error.h>
#include <lince/report.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/page.h"

static const char RUN[] = TEST_SCRATCH "/report-run";

static void put(const char *name, const char *text)
{
    put_file(RUN, name, text);
}

static char *get(const char *name)
{
    return get_file(RUN, name);
}

/* The pages alone, as where there is no gnuplot; what is asked of their words does not wait for figures. */
static int report_without_figures(const char *language)
{
    char *path = strdup(getenv("PATH"));
    setenv("PATH", TEST_SCRATCH, 1);
    int code = lince_report(RUN, language, NULL);
    setenv("PATH", path, 1);
    free(path);
    return code;
}

/* A finished run of two epochs over two classes, one of which has a name that is markup everywhere. */
static int a_small_run(void **state)
{
    (void)state;
    lince_remove_folder(RUN); /* figures of an earlier one would be counted */
    assert_int_equal(lince_make_folder(RUN), 0);
    put("config.yaml", "# lince 0\n# lince train --data <b>\nepochs: 2\noptimizer: sgd\n");
    put("data.json",
        "{\"path\": \"cats\", \"kind\": \"folder\", \"classes\": [\"<b>'|`x`&ñ\\\\\\\"\", \"dog\"],"
        "\"parts\": {\"train\": {\"n\": 8, \"per_class\": [4, 4]}, \"test\": {\"n\": 4, "
        "\"per_class\": [2, 2]}},"
        "\"split\": {\"val_from\": \"train\", \"val_split\": 0.1, \"seed\": 1}}");
    put("model.json",
        "{\"name\": \"vgg11\", \"layers\": [{\"name\": \"features.0\", \"type\": \"conv2d\", "
        "\"output\": [64, 32, 32]}, {\"name\": \"fc\", \"type\": \"linear\", \"output\": [2, 1, 1]}]}");
    put("results.csv", "epoch,time,train/loss,train/accuracy,val/loss,val/"
                       "accuracy,lr\n1,1,2,0.5,2,0.5,0.1\n2,2,1,0.9,1,0.6,0.1\n");
    put("test.json",
        "{\"classes\": [\"<b>'|`x`&ñ\\\\\\\"\", \"dog\"], \"confusion_matrix\": [[2, 0], [1, 1]], \"loss\": "
        "0.5, "
        "\"top5\": 1,"
        "\"ece\": 0.2, \"calibration\": [{\"n\": 4, \"confidence\": 0.05, \"accuracy\": 0.75}]}");
    put("curves.json",
        "[{\"class\": \"<b>'|`x`&ñ\\\\\\\"\", \"positives\": 2, \"negatives\": 2, \"roc auc\": 0.75, "
        "\"average precision\": 0.8, \"points\": [[0.9, 1, 0], [0.6, 2, 1], [0.1, 2, 2]]},"
        "{\"class\": \"dog\", \"positives\": 2, \"negatives\": 2, \"roc auc\": 0.75, \"average precision\": "
        "0.7, \"points\": [[0.9, 1, 0], [0.4, 1, 1], [0.1, 2, 2]]}]");
    return 0;
}

/* Names `first`, `second` and `third` stand in the text one behind the other, behind `from`. */
static void assert_in_order(const char *text, const char *from, const char *first, const char *second,
                            const char *third)
{
    const char *const names[] = {first, second, third};
    const char *at = strstr(text, from);
    assert_non_null(at);
    for (int i = 0; i < 3; i++) {
        at = strstr(at, names[i]);
        if (!at) fail_msg("behind '%s' there is no '%s' in its place", from, names[i]);
        at += strlen(names[i]);
    }
}

/* In the model they are sorted by name. */
static void test_classes_that_are_numbers_are_listed_by_value(void **state)
{
    (void)state;
    put("data.json", "{\"path\": \"digits\", \"kind\": \"folder\", \"classes\": [\"1\", \"10\", \"2\"],"
                     "\"parts\": {\"train\": {\"n\": 66, \"per_class\": [11, 33, 22]}, \"test\": {\"n\": 6, "
                     "\"per_class\": [1, 3, 2]}}}");
    put("test.json", "{\"classes\": [\"1\", \"10\", \"2\"], \"confusion_matrix\": [[1, 0, 0], [1, 2, 0], [0, "
                     "1, 1]], \"loss\": 0.5, \"top5\": 1, \"ece\": 0.2}");
    unlink(TEST_SCRATCH "/report-run/curves.json");
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *page = get("report.md"), *figure = get("plots/confusion.gp");
    assert_in_order(page, "| class | training", "| 1 | 11 |", "| 2 | 22 |", "| 10 | 33 |");
    assert_in_order(page, "| class | precision", "| 1 | 0.5", "| 2 | 1.0", "| 10 | 0.6");
    assert_in_order(figure, "set xtics", "'1' 0", "'2' 1", "'10' 2");
    assert_in_order(figure, "$matrix", "1 1 1 ", "2 1 1 ", "0 2 1 "); /* column, row, samples */
    lince_free(page);
    lince_free(figure);
}

static void test_the_page_is_one_file_without_network_or_script(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *html = get("report.html");
    assert_null(strstr(html, "http:"));
    assert_null(strstr(html, "https:"));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "src=\"plots"));
    lince_free(html);
}

/* The first class of the run is called <b>'|`x`&ñ\\" */
static void test_the_page_is_well_formed_and_names_are_escaped(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *html = get("report.html");
    assert_well_formed(html);
    assert_int_equal(occurrences(html, "<h2 id="), 11);
    assert_null(strstr(html, "<b>"));
    assert_non_null(strstr(html, "&lt;b&gt;&#39;|`x`&amp;ñ\\&quot;"));
    lince_free(html);
    char *markdown = get("report.md");
    assert_non_null(strstr(markdown, "\\<b\\>'\\|\\`x\\`\\&ñ\\\\\""));
    lince_free(markdown);
    char *svg = get("plots/confusion.svg");
    assert_null(strstr(svg, "<b>")); /* gnuplot escapes what it must */
    assert_non_null(strstr(svg, "&lt;b>'|`x`&amp;ñ"));
    lince_free(svg);
}

static void test_every_picture_has_a_text_that_stands_for_it(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *html = get("report.html");
    assert_int_equal(occurrences(html, "<img "), occurrences(html, "<img alt=\""));
    assert_null(strstr(html, "alt=\"\""));
    assert_non_null(strstr(html,
                           "alt=\"Curves of the loss by epoch: training from 2.000 to 1.000, validation from "
                           "2.000 to 1.000.\""));
    lince_free(html);
}

static void test_every_figure_is_there_twice_and_decodes(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    assert_int_equal(count_figures(RUN), 7); /* no learning rate, which is constant; no pictures */
}

static void test_every_figure_that_the_markdown_names_is_there(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *markdown = get("report.md"), path[LINCE_PATH_MAX];
    for (const char *at = markdown; (at = strstr(at, "](")); at += 2) {
        if (at[2] == '#') continue; /* the table of contents */
        snprintf(path, sizeof path, "%s/%.*s", RUN, (int)strcspn(at + 2, ")"), at + 2);
        assert_int_equal(access(path, R_OK), 0);
    }
    lince_free(markdown);
}

static void test_the_report_speaks_both_languages(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "es", NULL), 0);
    char *spanish = get("report.md");
    assert_non_null(strstr(spanish, "Resultados de prueba"));
    assert_non_null(strstr(spanish, "| época | pérdida de entrenamiento |"));
    assert_no_english(spanish);
    lince_free(spanish);
    char *html = get("report.html");
    assert_non_null(strstr(html, "lang=\"es\""));
    lince_free(html);
    assert_int_equal(lince_report(RUN, "xx", NULL), LINCE_EUSAGE);
}

static const char *line_with(const char *page, const char *words)
{
    static char line[512];
    const char *at = strstr(page, words);
    assert_non_null(at);
    while (at > page && at[-1] != '\n') at--;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void assert_check(const char *what, bool passed)
{
    assert_int_equal(report_without_figures("en"), 0);
    char *page = get("report.md");
    assert_non_null(strstr(line_with(page, what), passed ? "| ✓ |" : "✗"));
    lince_free(page);
}

static void test_the_checks_find_what_is_wrong(void **state)
{
    (void)state;
    assert_check("as many outputs as there are classes", true);
    assert_check("classes in the same order", true);
    assert_check("no say in training", true);
    assert_check("counts every test sample", true);
    put("model.json", "{\"name\": \"vgg11\", \"layers\": [{\"name\": \"x\", \"type\": \"linear\", "
                      "\"output\": [200, 1, 1]}]}");
    assert_check("as many outputs as there are classes", false);
    put("data.json",
        "{\"path\": \"cats\", \"classes\": [\"dog\", \"cat\"], \"parts\": {\"test\": {\"n\": 5}}, \"split\": "
        "{\"val_from\": \"test\"}}");
    assert_check("classes in the same order", false);
    assert_check("no say in training", false);
    assert_check("counts every test sample", false);
}

/* --- the page's frame ----------------------------------------------------------------------------- */

static void test_results_come_first_and_each_section_is_in_the_contents(void **state)
{
    (void)state;
    assert_int_equal(report_without_figures("en"), 0);
    char *html = get("report.html");
    const char *test = strstr(html, "<h2 id=\"s1\">1. Test results</h2>"),
               *how = strstr(html, "Data and split</h2>"), *last = strstr(html, "To do it again</h2>");
    assert_true(test && how && last && test < how && how < last);
    assert_int_equal(occurrences(html, "<li><a href=\"#s"), occurrences(html, "<h2 id=\"s"));
    assert_non_null(strstr(html, "<li><a href=\"#s11\">To do it again</a></li>"));
    lince_free(html);
    char *markdown = get("report.md");
    assert_non_null(strstr(markdown, "1. [Test results](#s1)"));
    assert_non_null(strstr(markdown, "<a id=\"s1\"></a>"));
    lince_free(markdown);
}

static void test_lines_end_neither_before_a_per_cent_sign_nor_within_an_option(void **state)
{
    (void)state;
    assert_int_equal(report_without_figures("en"), 0);
    char *html = get("report.html");
    assert_true(occurrences(html, "\u00a0%</dd>") > 0);
    assert_int_equal(occurrences(html, " %</dd>"), 0);
    assert_true(occurrences(html, "<span class=\"option\">--") > 0);
    lince_free(html);
}

/* Browsers repeat the head of a table that goes over pages. */
static void test_tables_have_a_head_and_a_body(void **state)
{
    (void)state;
    assert_int_equal(report_without_figures("en"), 0);
    char *html = get("report.html");
    size_t tables = occurrences(html, "<table>");
    assert_true(tables > 3);
    assert_int_equal(occurrences(html, "<table><thead>") + occurrences(html, "<table>\n<thead>"), tables);
    assert_int_equal(occurrences(html, "</thead>\n<tbody>"), tables);
    lince_free(html);
}

static void test_charts_have_a_drawing_for_narrow_screens(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *html = get("report.html"), *svg = get("plots/loss-narrow.svg");
    assert_int_equal(occurrences(html, "<picture><source media=\"(max-width:600px)\""), 7);
    assert_non_null(strstr(svg, "width=\"360\""));
    assert_int_not_equal(access(TEST_SCRATCH "/report-run/plots/loss-narrow.png", F_OK), 0);
    lince_free(svg);
    lince_free(html);
}

static void test_the_report_is_signed_dated_and_annotated(void **state)
{
    (void)state;
    put("cost.json", "{\"peak_memory\": 1048576, \"finished\": \"2026-11-29 10:15 UTC\"}");
    assert_int_equal(lince_report_sign(RUN, "Ana <b>", "first\n\nsecond: \"quoted\""), 0);
    assert_int_equal(lince_report_sign(RUN, NULL, NULL), 0); /* as it was */
    assert_int_equal(report_without_figures("en"), 0);
    char *html = get("report.html"), *config = get("config.yaml");
    assert_well_formed(html);
    assert_non_null(strstr(html, "<p>Ana &lt;b&gt; · 2026-11-29 10:15 UTC</p>"));
    assert_non_null(strstr(html, "<h3>Notes</h3>\n<p>first</p>\n<p>second: &quot;quoted&quot;</p>"));
    assert_non_null(strstr(config, "# lince train --data <b>\nepochs: 2\noptimizer: sgd\n")); /* left alone */
    lince_free(config);
    lince_free(html);
    assert_int_equal(lince_report_sign(RUN, "", ""), 0);
    assert_int_equal(report_without_figures("en"), 0);
    html = get("report.html");
    assert_null(strstr(html, "Ana"));
    assert_null(strstr(html, "Notes"));
    lince_free(html);
}

/* Columns as results.csv has them: training loss and accuracy, validation loss and accuracy. */
static char *discussion_of(const char *rows)
{
    char text[1024] = "epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr\n";
    strcat(text, rows);
    put("results.csv", text);
    assert_int_equal(report_without_figures("en"), 0);
    return get("report.md");
}

static void test_the_discussion_is_drawn_from_the_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *says, *suggests;
    } cases[] = {
        {"1,1,0.6,0.9,0.7,0.6,0.1\n2,2,0.4,0.95,0.6,0.65,0.1\n", "Overfitting: in epoch 2",
         "`--augment standard`"},
        {"1,1,0.65,0.5,0.65,0.5,0.1\n2,2,0.6,0.6,0.6,0.6,0.1\n", "Underfitting: in epoch 2", "`--epochs 9`"},
        {"1,1,0.5,0.8,0.5,0.8,0.1\n2,2,0.4,0.85,0.4,0.84,0.1\n", "Training and validation agree",
         "--scheduler cosine"},
        {"1,1,0.7,0.5,0.7,0.5,0.1\n2,2,0.69,0.5,0.7,0.5,0.1\n", "The network has learned nothing",
         "`--lr 0.001`"},
        {"1,1,0.5,0.8,0.5,0.8,0.1\n2,2,0.3,0.85,0.8,0.84,0.1\n",
         "The validation loss was lowest in epoch 1 (0.500) and rose to 0.800", "`--label-smoothing 0.1`"},
        {"1,1,0.5,0.8,0.5,0.8,0.1\n2,2,0.6,0.8,0.5,0.8,0.1\n3,3,0.5,0.8,0.5,0.8,0.1\n4,4,0.6,0.8,0.5,0.8,0."
         "1\n",
         "rose in 2 of 4 epochs", "`--clip-grad 1`"},
        {"1,1,0.5,0.8,,,0.1\n", "Without validation, nothing can be said", "`--val-split 0.1`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *page = discussion_of(cases[i].rows);
        if (!strstr(page, cases[i].says)) fail_msg("not said: %s", cases[i].says);
        if (!strstr(page, cases[i].suggests)) fail_msg("not suggested: %s", cases[i].suggests);
        lince_free(page);
    }
}

/* Two epochs of equal accuracy: the one with the lower loss was kept. */
static void test_the_best_epoch_is_the_one_that_training_kept(void **state)
{
    (void)state;
    char *page = discussion_of("1,1,0.5,0.8,0.9,0.8,0.1\n2,2,0.4,0.85,0.4,0.8,0.1\n");
    assert_non_null(strstr(page, "The weights of epoch 2 were kept"));
    lince_free(page);
}

static void test_one_answer_to_everything_is_no_overfitting(void **state)
{
    (void)state;
    put("test.json", "{\"classes\": [\"a\", \"b\"], \"confusion_matrix\": [[0, 2], [0, 2]]}");
    put("data.json", "{\"path\": \"cats\", \"classes\": [\"a\", \"b\"], \"split\": {}}");
    assert_int_equal(unlink(TEST_SCRATCH "/report-run/curves.json"), 0);
    char *page = discussion_of("1,1,0.5,0.9,0.7,0.5,0.1\n2,2,0.4,0.95,0.7,0.5,0.1\n");
    assert_non_null(
        strstr(page, "one answer to nearly everything: b for 100.0 % of the test samples, of which 50.0 %"));
    assert_null(strstr(page, "Overfitting"));
    assert_null(strstr(page, "hardest"));
    assert_non_null(strstr(page, "`--lr 0.001`"));
    lince_free(page);
}

static void test_classes_of_equal_difficulty_are_named_together(void **state)
{
    (void)state;
    static const char *const rows = "1,1,0.5,0.8,0.5,0.8,0.1\n2,2,0.4,0.85,0.4,0.84,0.1\n";
    put("data.json", "{\"path\": \"cats\", \"classes\": [\"a\", \"b\", \"c\"], \"split\": {}}");
    assert_int_equal(unlink(TEST_SCRATCH "/report-run/curves.json"), 0);
    put("test.json",
        "{\"classes\": [\"a\", \"b\", \"c\"], \"confusion_matrix\": [[9, 0, 0], [0, 0, 1], [0, 1, 0]]}");
    char *page = discussion_of(rows);
    assert_non_null(strstr(page, "Of 2 classes not one sample was recognised: b, c."));
    assert_non_null(strstr(page, "The easiest class is a (F1 1.00)."));
    assert_null(strstr(page, "The hardest class"));
    lince_free(page);
    put("test.json",
        "{\"classes\": [\"a\", \"b\", \"c\"], \"confusion_matrix\": [[9, 0, 0], [0, 1, 1], [0, 1, 1]]}");
    page = discussion_of(rows);
    assert_non_null(strstr(page, "The hardest classes are b, c, each with an F1 of 0.50."));
    lince_free(page);
}

/* Nine of ten are of one class: the constant answer has a loss of 0.325, not ln 2. */
static void test_nothing_learnt_is_measured_by_the_classes_shares(void **state)
{
    (void)state;
    put("data.json", "{\"path\": \"cats\", \"classes\": [\"a\", \"b\"], \"split\": {}, "
                     "\"parts\": {\"train\": {\"n\": 100, \"per_class\": [90, 10]}}}");
    put("config.yaml", "# lince 0\n# lince train\nepochs: 2\nbatch-size: 10\noptimizer: sgd\n");
    char *page = discussion_of("1,1,0.33,0.9,0.33,0.9,0.1\n2,2,0.325,0.9,0.33,0.9,0.1\n");
    assert_non_null(strstr(page, "learned nothing yet: its training loss ended at 0.325; an answer that does "
                                 "not look at the sample would have 0.325"));
    assert_non_null(strstr(page, "there were few steps so far")); /* and only then is the rate blamed */
    assert_true(strstr(page, "`--epochs ") < strstr(page, "`--lr "));
    assert_non_null(strstr(page, "- epochs: **2**"));
    lince_free(page);
}

static void test_what_is_not_for_the_run_s_kind_of_samples_is_left_out(void **state)
{
    (void)state;
    put("data.json",
        "{\"modality\": \"text\", \"path\": \"tweets\", \"classes\": [\"a\", \"b\"], \"split\": {}}");
    assert_int_equal(report_without_figures("en"), 0);
    char *page = get("report.md");
    assert_null(strstr(page, "Normalisation"));
    assert_null(strstr(page, "Pictures"));
    assert_non_null(strstr(page, "## 8. Architecture"));
    lince_free(page);
}

static void test_validation_on_the_test_part_is_said_loudly(void **state)
{
    (void)state;
    put("data.json", "{\"path\": \"cats\", \"classes\": [\"a\", \"b\"], \"split\": {\"val_from\": \"test\", "
                     "\"val_on_test\": true}}");
    assert_int_equal(report_without_figures("en"), 0);
    char *html = get("report.html");
    assert_non_null(strstr(html, "<p class=\"warning\">The test part was used for validation"));
    lince_free(html);
}

static void test_without_gnuplot_the_report_is_written_and_says_so(void **state)
{
    (void)state;
    assert_int_equal(report_without_figures("en"), 0);
    char *html = get("report.html");
    assert_non_null(strstr(html, "Figures are missing: gnuplot"));
    lince_free(html);
}

/* --- few classes and many ------------------------------------------------------------------------- */

static void test_two_classes_have_one_matrix_and_a_table_of_thresholds(void **state)
{
    (void)state;
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *page = get("report.md");
    assert_non_null(strstr(page, "(plots/confusion.svg)"));
    assert_null(strstr(page, "confusion_normalised"));
    assert_null(strstr(page, "(plots/confused.svg)"));
    assert_null(strstr(page, "five most probable"));
    assert_non_null(strstr(page, "| dog | 1.000 | 0.500 | 1.000 | 0.667 | 0.750 | 0.700 | 2 |"));
    assert_non_null(strstr(page, "A sample counts as dog where"));
    assert_non_null(strstr(page, "| 0.30 | 0.500 | 0.500 | 0.500 | 0.500 | 0.500 | 1 | 1 |"));
    assert_non_null(strstr(
        page, "| **0.50** | **0.500** | **1.000** | **1.000** | **0.667** | **0.750** | **0** | **1** |"));
    assert_non_null(strstr(page, "(plots/roc.svg)"));
    lince_free(page);
}

/* k classes of two samples; class c00 is never found, each other one always. */
static void many_classes(int k)
{
    char text[65536];
    int used = snprintf(text, sizeof text, "{\"classes\": [");
    for (int c = 0; c < k; c++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s\"c%02d\"", c ? ", " : "", c);
    used += snprintf(text + used, sizeof text - (size_t)used, "], \"confusion_matrix\": [");
    for (int r = 0; r < k; r++)
        for (int c = 0; c < k; c++)
            used += snprintf(text + used, sizeof text - (size_t)used, "%s%d%s",
                             c   ? ","
                             : r ? ",["
                                 : "[",
                             c == (r ? r : 1) ? 2 : 0, c == k - 1 ? "]" : "");
    snprintf(text + used, sizeof text - (size_t)used, "]}");
    put("test.json", text);
    assert_true(!unlink(TEST_SCRATCH "/report-run/curves.json") || errno == ENOENT);
}

static void test_of_many_classes_the_worst_come_first(void **state)
{
    (void)state;
    many_classes(100);
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *page = get("report.md");
    const char *first = strstr(page, "| c00 | 0.000"), *second = strstr(page, "| c01 | 0.500"),
               *third = strstr(page, "| c99 | 1.000"), *pairs = strstr(page, "(plots/confused.svg)"),
               *matrix = strstr(page, "(plots/confusion.svg)");
    assert_true(first && second && third && first < second && second < third);
    assert_true(pairs && matrix && pairs < matrix);
    assert_non_null(strstr(page, "the 15 best and the 15 worst classes"));
    lince_free(page);
    char *script = get("plots/per_class.gp");
    assert_non_null(strstr(script, "'c00' 29")); /* the last one of thirty */
    assert_null(strstr(script, "'c50'"));
    lince_free(script);
}

/* --- names that gnuplot could take for something else ---------------------------------------------- */

typedef struct heard {
    int count;
    char last[512];
} heard;

static void hear(void *context, const char *text)
{
    heard *h = context;
    if (!strstr(text, "figure")) return; /* this run has no data: their pictures are another warning */
    h->count++;
    snprintf(h->last, sizeof h->last, "%s", text);
}

static void name_the_classes(const char *first)
{
    char text[512];
    snprintf(text, sizeof text, "{\"classes\": [\"%s\", \"dog\"], \"confusion_matrix\": [[2, 0], [1, 1]]}",
             first);
    put("test.json", text);
    assert_true(!unlink(TEST_SCRATCH "/report-run/curves.json") ||
                errno == ENOENT); /* those of other names */
}

/* A tic's label is a format to gnuplot: "bad format character" emptied the figure. */
/* Of `all` groups of two samples each the first ones have an error. */
static void put_groups(int all, int with_errors)
{
    char text[16384];
    size_t used = (size_t)snprintf(
        text, sizeof text,
        "{\"classes\": [\"cat\", \"dog\"], \"confusion_matrix\": [[2, 0], [1, 1]], \"loss\": 0.5, \"top5\": 1,"
        "\"ece\": 0.2, \"groups\": {\"n\": %d, \"of\": [",
        all);
    for (int i = 0; i < all; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used,
                             "%s{\"name\": \"g%d\", \"n\": 2, \"accuracy\": %s, \"interval\": [0.1, 1], "
                             "\"per_class\": {\"cat\": {\"recall\": %s, \"support\": 2}}, \"mistakes\": []}",
                             i ? "," : "", i, i < with_errors ? "0.5" : "1.0",
                             i < with_errors ? "0.5" : "1.0");
    snprintf(text + used, sizeof text - used, "]}}");
    put("data.json", "{\"path\": \"x\", \"kind\": \"folder\", \"classes\": [\"cat\", \"dog\"]}");
    put("test.json", text);
    unlink(TEST_SCRATCH "/report-run/curves.json");
}

static void test_of_many_groups_those_with_errors_are_shown(void **state)
{
    (void)state;
    put_groups(60, 25);
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *page = get("report.md"), *figure = get("plots/groups.gp");
    assert_non_null(strstr(page, "| g24 | 2 | 50.00 % | 10.0 to 100.0 % | cat: 50 % of 2 | – |"));
    assert_null(strstr(page, "| g25 |"));
    assert_non_null(strstr(page, "all of their samples were answered rightly: 35."));
    assert_non_null(strstr(figure, "'g24' 24"));
    assert_null(strstr(figure, "'g25'"));
    assert_non_null(strstr(figure, "set x2tics")); /* what is below is far from the first rows */
    lince_free(page);
    lince_free(figure);
    put_groups(90, 70);
    assert_int_equal(report_without_figures("en"), 0);
    page = get("report.md");
    assert_non_null(strstr(page, "| g59 |"));
    assert_null(strstr(page, "| g60 |"));
    assert_non_null(strstr(page, "not shown here: 30; test.json has more"));
    lince_free(page);
    put_groups(6, 1);
    assert_int_equal(report_without_figures("en"), 0);
    page = get("report.md");
    assert_non_null(strstr(page, "| g5 | 2 | 100.00 % | 10.0 to 100.0 % | – | – |"));
    assert_null(strstr(page, "not shown"));
    lince_free(page);
}

static void test_any_class_name_is_drawn_as_it_is(void **state)
{
    (void)state;
    static const char *const names[] = {"50% off", "%",        "100%%d", "{/Symbol a}", "it's",
                                        "a_b^2",   "$x @y #z", "\\\\n",  "名前"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        heard h = {0};
        name_the_classes(names[i]);
        assert_int_equal(
            lince_report(RUN, "en",
                         &(lince_observer){.size = sizeof(lince_observer), .context = &h, .warning = hear}),
            0);
        if (h.count) fail_msg("%s: %s", names[i], h.last);
        assert_int_equal(count_figures(RUN), 5);
    }
    name_the_classes("50% off");
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    char *svg = get("plots/confusion.svg");
    assert_non_null(strstr(svg, "50% off"));
    lince_free(svg);
}

/* A program of that name that fails on one figure: the others are drawn, that one is told and leaves nothing,
 * not even what an earlier report had drawn. */
static void test_a_figure_that_fails_is_told_and_the_others_are_drawn(void **state)
{
    (void)state;
    static const char
        folder[] = TEST_SCRATCH "/report-bin",
        *const script =
            "#!/bin/sh\nsvg=${2#*\\'} svg=${svg%%\\'*}\n" /* -e "svg = '/dev/fd/7'; ..." loss.gp */
            "case $3 in loss.gp) echo 'no such thing' >&2; printf x >$svg; exit 1;; esac\n"
            "printf '<svg></svg>' >$svg\n";
    heard h = {0};
    char path[4096], *before = strdup(getenv("PATH"));
    assert_int_equal(lince_report(RUN, "en", NULL), 0);
    assert_int_equal(lince_make_folder(folder), 0);
    put_file(folder, "gnuplot", script);
    assert_int_equal(chmod(TEST_SCRATCH "/report-bin/gnuplot", 0755), 0);
    snprintf(path, sizeof path, "%s:%s", folder, before);
    setenv("PATH", path, 1);
    int code =
        lince_report(RUN, "en",
                     &(lince_observer){.size = sizeof(lince_observer), .context = &h, .warning = hear});
    setenv("PATH", before, 1);
    free(before);
    assert_int_equal(code, 0);
    assert_int_equal(h.count, 1);
    assert_non_null(strstr(h.last, "loss.gp: no such thing"));
    assert_int_not_equal(access(TEST_SCRATCH "/report-run/plots/loss.svg", F_OK), 0);
    assert_int_not_equal(access(TEST_SCRATCH "/report-run/plots/loss.png", F_OK), 0);
    assert_int_equal(access(TEST_SCRATCH "/report-run/plots/confusion.svg", F_OK), 0);
    char *page = get("report.md");
    assert_non_null(strstr(page, "Figures are missing: gnuplot failed on"));
    lince_free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_classes_that_are_numbers_are_listed_by_value, a_small_run),
        cmocka_unit_test_setup(test_the_page_is_one_file_without_network_or_script, a_small_run),
        cmocka_unit_test_setup(test_the_page_is_well_formed_and_names_are_escaped, a_small_run),
        cmocka_unit_test_setup(test_every_figure_that_the_markdown_names_is_there, a_small_run),
        cmocka_unit_test_setup(test_the_report_speaks_both_languages, a_small_run),
        cmocka_unit_test_setup(test_validation_on_the_test_part_is_said_loudly, a_small_run),
        cmocka_unit_test_setup(test_without_gnuplot_the_report_is_written_and_says_so, a_small_run),
        cmocka_unit_test_setup(test_every_picture_has_a_text_that_stands_for_it, a_small_run),
        cmocka_unit_test_setup(test_every_figure_is_there_twice_and_decodes, a_small_run),
        cmocka_unit_test_setup(test_two_classes_have_one_matrix_and_a_table_of_thresholds, a_small_run),
        cmocka_unit_test_setup(test_of_many_classes_the_worst_come_first, a_small_run),
        cmocka_unit_test_setup(test_of_many_groups_those_with_errors_are_shown, a_small_run),
        cmocka_unit_test_setup(test_results_come_first_and_each_section_is_in_the_contents, a_small_run),
        cmocka_unit_test_setup(test_lines_end_neither_before_a_per_cent_sign_nor_within_an_option,
                               a_small_run),
        cmocka_unit_test_setup(test_tables_have_a_head_and_a_body, a_small_run),
        cmocka_unit_test_setup(test_charts_have_a_drawing_for_narrow_screens, a_small_run),
        cmocka_unit_test_setup(test_the_report_is_signed_dated_and_annotated, a_small_run),
        cmocka_unit_test_setup(test_one_answer_to_everything_is_no_overfitting, a_small_run),
        cmocka_unit_test_setup(test_classes_of_equal_difficulty_are_named_together, a_small_run),
        cmocka_unit_test_setup(test_nothing_learnt_is_measured_by_the_classes_shares, a_small_run),
        cmocka_unit_test_setup(test_any_class_name_is_drawn_as_it_is, a_small_run),
        cmocka_unit_test_setup(test_a_figure_that_fails_is_told_and_the_others_are_drawn, a_small_run),
        cmocka_unit_test_setup(test_the_checks_find_what_is_wrong, a_small_run),
        cmocka_unit_test_setup(test_the_discussion_is_drawn_from_the_numbers, a_small_run),
        cmocka_unit_test_setup(test_the_best_epoch_is_the_one_that_training_kept, a_small_run),
        cmocka_unit_test_setup(test_what_is_not_for_the_run_s_kind_of_samples_is_left_out, a_small_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
