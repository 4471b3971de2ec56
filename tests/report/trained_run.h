/* What the tests of a real run's report share, pictures and texts. Include page.h and cmocka before. */
#ifndef TESTS_REPORT_TRAINED_RUN_H
#define TESTS_REPORT_TRAINED_RUN_H

#include "report/facts/facts.h"

#include <lince/error.h>
#include <lince/lince.h>

#include <stdio.h>

/* Trains with these settings; the run's folder goes to run. */
static inline int train_run(const char *const (*settings)[2], size_t count, char run[LINCE_PATH_MAX])
{
    lince_settings s;
    if (lince_settings_init(&s)) return -1;
    int code = 0;
    for (size_t i = 0; !code && i < count; i++) code = lince_settings_set(&s, settings[i][0], settings[i][1]);
    if (!code) code = lince_train(&s, "lince train", NULL, run, LINCE_PATH_MAX);
    lince_settings_release(&s);
    return code;
}

/* explain.json was made by the network that predictions.csv tells of. */
static inline void assert_says_it_again(const char *run, double samples, double tolerance)
{
    lince_facts facts;
    assert_int_equal(lince_facts_read(&facts, run), 0);
    const json_t *again = json_object_get(facts.explained, "again");
    assert_true(lince_fact_number(again, "samples") >= samples);
    assert_true(lince_fact_number(again, "difference") < tolerance);
    lince_facts_release(&facts);
}

/* Errors, the surest first; each has a text under `key`. */
static inline void assert_errors_by_confidence(const lince_facts *facts, const char *key)
{
    const json_t *errors = json_object_get(facts->explained, "errors"), *error;
    double before = 1;
    size_t i;
    assert_true(json_array_size(errors) > 0);
    json_array_foreach(errors, i, error)
    {
        assert_true(*lince_fact_text(error, key));
        assert_string_not_equal(lince_fact_text(error, "true"), lince_fact_text(error, "predicted"));
        assert_true(lince_fact_number(error, "probability") <= before);
        before = lince_fact_number(error, "probability");
    }
}

/* report.md written anew while the data are elsewhere; the caller's to free. */
static inline char *report_without_data(const char *run, const char *data, const char *away)
{
    assert_int_equal(rename(data, away), 0);
    int code = lince_report(run, "en", NULL);
    assert_int_equal(rename(away, data), 0);
    assert_int_equal(code, 0);
    return get_file(run, "report.md");
}

#endif
