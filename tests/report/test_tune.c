/* A search through the library: what its observers hear, what it leaves, what fails, and that its winner is
 * chosen once. */
#include "data/fixture.h"
#include "settings/settings.h"

#include <jansson.h>
#include <lince/language.h>
#include <lince/lince.h>
#include <lince/tune.h>
#include <math.h>

static char data[600];

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    snprintf(data, sizeof data, "%.500s/data", fresh_folder("tune-api"));
    return lince_synth_tweets(data, 300, 1);
}

typedef struct heard {
    size_t legs, failed;
    double best; /* of all legs */
    volatile sig_atomic_t stop;
    size_t stop_after; /* legs; 0: never */
} heard;

static void hear_leg(void *context, const lince_tune_leg *leg)
{
    heard *h = context;
    h->legs++;
    h->failed += leg->failed != NULL;
    if (!leg->failed) h->best = fmax(h->best, leg->value);
    if (h->stop_after && h->legs == h->stop_after) h->stop = 1;
}

static int search(const char *out, const char *resume, const lince_tune_options *options, heard *h,
                  lince_tune_result *result)
{
    const char *const given[][2] = {{"data", data},
                                    {"model", "rnn"},
                                    {"hidden", "4"},
                                    {"embedding", "4"},
                                    {"threads", "1"},
                                    {"batch-size", "16"},
                                    {"epochs", "3"},
                                    {"find-duplicates", "no"},
                                    {"no-report", "yes"},
                                    {"out", out ? out : ""},
                                    {"resume", resume ? resume : ""}};
    lince_settings s;
    assert_done(lince_settings_init(&s));
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        assert_done(lince_settings_set(&s, given[i][0], given[i][1]));
    const lince_observer observer = {.size = sizeof observer, .stop = &h->stop};
    const lince_tune_observer tune = {.size = sizeof tune, .context = h, .leg = hear_leg};
    int code = lince_tune(&s, options, "a test", &observer, &tune, result);
    lince_settings_release(&s);
    return code;
}

/* Lines of the journal, a leg each. */
static size_t journal_lines(const char *folder)
{
    char *text = get_text(folder, "search/journal.jsonl");
    size_t lines = 0;
    for (const char *c = text; *c; c++) lines += *c == '\n';
    lince_free(text);
    return lines;
}

static bool was_tested(const char *folder, size_t trial)
{
    char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%.4000s/trials/%03zu/test.json", folder, trial);
    return !access(path, F_OK);
}

static void test_the_best_of_all_trials_is_tested_and_no_other(void **state)
{
    (void)state;
    const char *const space[] = {"lr=1e-4..1e-1:log", "hidden=4,8"};
    const lince_tune_options options = {
        .size = sizeof options, .space = space, .space_count = 2, .trials = 6, .jobs = 2};
    lince_tune_result r = LINCE_TUNE_RESULT_INIT;
    heard h = {0};
    assert_done(search(fresh_folder("tune-api/all"), NULL, &options, &h, &r));
    assert_int_equal(r.trials, 6);
    assert_int_equal(r.failed, 0);
    assert_int_equal(h.legs, journal_lines(r.folder));
    assert_true(h.legs > 6); /* some went on to three epochs */
    assert_int_equal(r.epochs, 3);
    assert_int_equal(r.of, 3);
    assert_true(r.value <= h.best);
    assert_true(r.test_accuracy >= 0 && r.test_accuracy <= 1);
    for (size_t i = 0; i < r.trials; i++) assert_int_equal(was_tested(r.folder, i), i == r.trial);
    assert_non_null(strstr(r.command, "best.yaml"));
}

static void test_one_that_was_stopped_ends_as_one_that_was_not(void **state)
{
    (void)state;
    const char *const space[] = {"lr=1e-4..1e-1:log", "dropout=0..0.5"};
    const lince_tune_options options = {
        .size = sizeof options, .space = space, .space_count = 2, .trials = 5, .jobs = 1};
    lince_tune_result whole = LINCE_TUNE_RESULT_INIT, part = LINCE_TUNE_RESULT_INIT;
    heard h = {0}, stopped = {.stop_after = 3}, rest = {0};
    assert_done(search(fresh_folder("tune-api/whole"), NULL, &options, &h, &whole));
    assert_int_equal(search(fresh_folder("tune-api/part"), NULL, &options, &stopped, &part),
                     LINCE_EINTERRUPTED);
    for (size_t i = 0; i < 5; i++) assert_false(was_tested(part.folder, i));
    assert_done(search(NULL, part.folder, &(lince_tune_options)LINCE_TUNE_OPTIONS_INIT, &rest, &part));
    assert_int_equal(stopped.legs + rest.legs, h.legs);
    assert_int_equal(part.trial, whole.trial);
    assert_true(part.value == whole.value && part.test_accuracy == whole.test_accuracy);
}

static void test_trials_that_fail_are_kept_with_their_reason(void **state)
{
    (void)state;
    const char *const space[] = {"batch-size=16,4096"};
    const lince_tune_options options = {
        .size = sizeof options, .space = space, .space_count = 1, .trials = 5, .jobs = 1};
    lince_tune_result r = LINCE_TUNE_RESULT_INIT;
    heard h = {0};
    assert_done(search(fresh_folder("tune-api/failing"), NULL, &options, &h, &r));
    assert_int_equal(r.trials, 2);
    assert_int_equal(r.failed, 1);
    assert_int_equal(h.failed, 1);
    char *page = get_text(r.folder, "tune.md");
    assert_non_null(strstr(page, "batch-size 4096: larger than the training part"));
    lince_free(page);
}

/* A budget that is over leaves a leg half done, and some of its seconds: a winner that was tested stays. */
static void test_a_search_that_the_budget_ended_does_not_go_on(void **state)
{
    (void)state;
    const char *const space[] = {"lr=1e-4..1e-1:log"};
    lince_tune_options options = {
        .size = sizeof options, .space = space, .space_count = 1, .jobs = 1, .budget = 0.5};
    lince_tune_result r = LINCE_TUNE_RESULT_INIT, again = LINCE_TUNE_RESULT_INIT;
    heard h = {0};
    while (search(fresh_folder("tune-api/brief"), NULL, &options, &h, &r) == LINCE_EDATA) {
        assert_message("was over before the first trial had its epochs (1)");
        options.budget *= 2;
    }
    size_t legs = journal_lines(r.folder);
    h = (heard){0};
    assert_done(search(NULL, r.folder, &(lince_tune_options)LINCE_TUNE_OPTIONS_INIT, &h, &again));
    assert_int_equal(h.legs, 0);
    assert_int_equal(journal_lines(r.folder), legs);
    assert_int_equal(again.trial, r.trial);
    assert_true(again.value == r.value && again.test_accuracy == r.test_accuracy);
    char *page = get_text(r.folder, "tune.md");
    assert_non_null(strstr(page, "The budget of time ended the search"));
    lince_free(page);
    options = (lince_tune_options){.size = sizeof options, .budget = 3600};
    assert_int_equal(search(NULL, r.folder, &options, &h, &again), LINCE_EUSAGE);
    assert_message("its winner was tested");
}

/* As a kill leaves it between the last leg, which came in after the budget, and the choice of the winner. */
static void test_a_budget_that_is_over_when_it_goes_on_forgets_no_trial(void **state)
{
    (void)state;
    const char *const space[] = {"lr=1e-4..1e-1:log"};
    const lince_tune_options options = {
        .size = sizeof options, .space = space, .space_count = 1, .trials = 3, .budget = 3600, .jobs = 2};
    lince_tune_result r = LINCE_TUNE_RESULT_INIT, again = LINCE_TUNE_RESULT_INIT;
    heard h = {0}, rest = {0};
    char path[LINCE_PATH_MAX];
    assert_done(search(fresh_folder("tune-api/late"), NULL, &options, &h, &r));
    snprintf(path, sizeof path, "%.4000s/search/search.json", r.folder);
    json_t *asked = json_load_file(path, 0, NULL);
    json_object_set_new(asked, "budget", json_real(1e-6));
    json_object_set_new(asked, "trials", json_integer(30));
    json_object_set_new(asked, "ended", json_false());
    assert_int_equal(json_dump_file(asked, path, 0), 0);
    json_decref(asked);
    assert_done(search(NULL, r.folder, &(lince_tune_options)LINCE_TUNE_OPTIONS_INIT, &rest, &again));
    assert_int_equal(rest.legs, 0);
    assert_int_equal(again.trial, r.trial);
    assert_int_equal(again.trials, r.trials);
    assert_true(again.value == r.value);
}

static void test_what_cannot_vary_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *varies, *expected;
    } wrong[] = {{"lr=1e-1..1e-3", "the range is empty"},
                 {"augment=none,standard", "it is a setting of pictures, and"},
                 {"tta=none,flip", "it changes nothing of what is learned"},
                 {"seed=1..9", "seed cannot vary"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const lince_tune_options options = {
            .size = sizeof options, .space = &wrong[i].varies, .space_count = 1, .trials = 2};
        lince_tune_result r = LINCE_TUNE_RESULT_INIT;
        heard h = {0};
        char folder[LINCE_PATH_MAX];
        snprintf(folder, sizeof folder, "%.500s/tune-api/refused", TEST_SCRATCH);
        assert_int_equal(search(folder, NULL, &options, &h, &r), LINCE_EUSAGE);
        assert_message(wrong[i].expected);
        assert_int_not_equal(access(folder, F_OK), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_of_all_trials_is_tested_and_no_other),
        cmocka_unit_test(test_one_that_was_stopped_ends_as_one_that_was_not),
        cmocka_unit_test(test_trials_that_fail_are_kept_with_their_reason),
        cmocka_unit_test(test_a_search_that_the_budget_ended_does_not_go_on),
        cmocka_unit_test(test_a_budget_that_is_over_when_it_goes_on_forgets_no_trial),
        cmocka_unit_test(test_what_cannot_vary_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
