/* Confident learning: the samples that cleanlab takes for mislabelled, in its order. */
#include "core/file.h"
#include "core/memory.h"
#include "metrics/label_errors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_SAMPLES = 200, MOST_CLASSES = 8 };

static float probability[MOST_SAMPLES * MOST_CLASSES];
static int32_t label[MOST_SAMPLES];

static void skip_word(char **at, const char *word)
{
    *at += strspn(*at, " \n");
    if (strncmp(*at, word, strlen(word)) != 0) fail_msg("expected '%s' at: %.40s", word, *at);
    *at += strlen(word);
}

static void assert_case(char **at)
{
    lince_label_issue *issues;
    size_t count, n = strtoul(*at, at, 10);
    int classes = (int)strtol(*at, at, 10);
    assert_in_range(n, 1, MOST_SAMPLES);
    assert_in_range(classes, 2, MOST_CLASSES);
    for (size_t i = 0; i < n; i++) {
        label[i] = (int32_t)strtol(*at, at, 10);
        for (int c = 0; c < classes; c++) probability[i * (size_t)classes + (size_t)c] = strtof(*at, at);
    }
    assert_int_equal(lince_label_issues(probability, label, n, classes, &issues, &count), 0);
    skip_word(at, "issues");
    assert_int_equal(count, strtoul(*at, at, 10));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(issues[i].sample, strtoul(*at, at, 10));
        assert_int_equal(issues[i].given, label[issues[i].sample]);
        assert_true(issues[i].margin < 0.5);
    }
    skip_word(at, "end");
    lince_free(issues);
}

static bool there[MOST_SAMPLES * MOST_CLASSES];

/* Of each class in the order in which they are among those of all, the least margin of which is first. */
static void assert_several(char **at)
{
    lince_label_issue *issues;
    size_t count, n = strtoul(*at, at, 10), told = 0;
    int32_t classes = (int32_t)strtol(*at, at, 10);
    assert_in_range(n, 1, MOST_SAMPLES);
    assert_in_range(classes, 1, MOST_CLASSES);
    for (size_t i = 0; i < n; i++) {
        float *row = probability + i * (size_t)classes;
        bool *marks = there + i * (size_t)classes;
        for (int c = 0; c < classes; c++) marks[c] = strtol(*at, at, 10);
        for (int c = 0; c < classes; c++) row[c] = strtof(*at, at);
    }
    assert_int_equal(lince_label_issues_several(probability, there, n, classes, &issues, &count), 0);
    for (size_t i = 1; i < count; i++) assert_true(issues[i - 1].margin <= issues[i].margin);
    for (int32_t c = 0; c < classes; c++) {
        skip_word(at, "issues");
        size_t wanted = strtoul(*at, at, 10);
        for (size_t i = 0; i < count; i++) {
            if (issues[i].class != c) continue;
            assert_true(wanted-- > 0);
            assert_int_equal(issues[i].sample, strtoul(*at, at, 10));
            assert_int_equal(issues[i].given, there[issues[i].sample * (size_t)classes + (size_t)c]);
            assert_int_equal(issues[i].suggested, !issues[i].given);
            told++;
        }
        assert_int_equal(wanted, 0);
    }
    assert_int_equal(told, count);
    skip_word(at, "end");
    lince_free(issues);
}

static void test_the_issues_are_those_of_cleanlab(void **state)
{
    (void)state;
    char *bytes;
    size_t size;
    int cases = 0;
    assert_int_equal(
        lince_file_read(TEST_SOURCE_DIR "/tests/metrics/label_errors.txt", 1 << 20, &bytes, &size), 0);
    for (char *at = bytes; at[strspn(at, " \n")]; cases++) {
        bool one = !strncmp(at + strspn(at, " \n"), "case", 4);
        skip_word(&at, one ? "case" : "several");
        if (one)
            assert_case(&at);
        else
            assert_several(&at);
    }
    assert_int_equal(cases, 8);
    lince_free(bytes);
}

/* Two classes told apart surely, and one sample of each under the other's name. */
static void test_what_is_surely_the_other_class_comes_first(void **state)
{
    (void)state;
    enum { N = 20 };
    float p[N][2];
    int32_t given[N];
    lince_label_issue *issues;
    size_t count;
    for (int i = 0; i < N; i++) {
        given[i] = i % 2;
        p[i][given[i]] = 0.9f, p[i][1 - given[i]] = 0.1f;
    }
    p[4][0] = 0.05f, p[4][1] = 0.95f;
    p[7][1] = 0.02f, p[7][0] = 0.98f;
    assert_int_equal(lince_label_issues(&p[0][0], given, N, 2, &issues, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(issues[0].sample, 7);
    assert_int_equal(issues[0].given, 1);
    assert_int_equal(issues[0].suggested, 0);
    assert_float_equal(issues[0].self_confidence, 0.02, 1e-6);
    assert_float_equal(issues[0].margin, 0.02, 1e-6);
    assert_int_equal(issues[1].sample, 4);
    lince_free(issues);
}

static void test_a_class_without_samples_suggests_nothing(void **state)
{
    (void)state;
    const float p[] = {0.1f, 0.2f, 0.7f, 0.6f, 0.3f, 0.1f, 0.2f, 0.7f, 0.1f};
    const int32_t given[] = {0, 0, 1};
    lince_label_issue *issues;
    size_t count;
    assert_int_equal(lince_label_issues(p, given, 3, 3, &issues, &count), 0);
    for (size_t i = 0; i < count; i++) assert_int_not_equal(issues[i].sample, 0);
    lince_free(issues);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_issues_are_those_of_cleanlab),
        cmocka_unit_test(test_what_is_surely_the_other_class_comes_first),
        cmocka_unit_test(test_a_class_without_samples_suggests_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
