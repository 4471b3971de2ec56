/* The range test through the library: what it writes, and the rate that it suggests. */
#include "data/fixture.h"
#include "settings/settings.h"

#include <lince/language.h>
#include <lince/lince.h>

static char data[600];

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    snprintf(data, sizeof data, "%.500s/data", fresh_folder("lr-find-api"));
    return lince_synth_tweets(data, 200, 1);
}

static int find(const char *out, const char *resume, double *lr, char folder[LINCE_PATH_MAX])
{
    const char *const given[][2] = {{"data", data},     {"model", "rnn"},     {"hidden", "4"},
                                    {"embedding", "4"}, {"batch-size", "16"}, {"threads", "1"},
                                    {"out", out},       {"resume", resume}};
    lince_settings s;
    assert_done(lince_settings_init(&s));
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        assert_done(lince_settings_set(&s, given[i][0], given[i][1]));
    int code = lince_lr_find(&s, 1e-4, 1, 30, NULL, folder, LINCE_PATH_MAX, lr);
    lince_settings_release(&s);
    return code;
}

static void test_the_rate_is_one_of_the_steps_in_its_table(void **state)
{
    (void)state;
    double lr = 0, step_lr;
    char folder[LINCE_PATH_MAX], out[LINCE_PATH_MAX];
    size_t rows = 0, found = 0;
    snprintf(out, sizeof out, "%.500s/lr-find-api/out", TEST_SCRATCH);
    assert_done(find(out, "", &lr, folder));
    assert_string_equal(folder, out);
    char *table = get_text(folder, "lr_find.csv"), *save = NULL;
    assert_string_equal(strtok_r(table, "\n", &save), "step,lr,loss,smoothed");
    for (char *row; (row = strtok_r(NULL, "\n", &save)); rows++) {
        assert_int_equal(sscanf(row, "%*d,%lf", &step_lr), 1);
        found += step_lr / lr > 1 - 1e-6 && step_lr / lr < 1 + 1e-6;
    }
    lince_free(table);
    assert_in_range(rows, 20, 30);
    assert_int_equal(found, 1);
    assert_int_equal(access(strcat(out, "/weights"), F_OK), -1); /* none are kept */
}

static void test_a_run_that_goes_on_has_no_beginning(void **state)
{
    (void)state;
    double lr;
    char folder[LINCE_PATH_MAX];
    assert_int_equal(find("", data, &lr, folder), LINCE_EUSAGE);
    assert_message("leave out resume");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_rate_is_one_of_the_steps_in_its_table),
        cmocka_unit_test(test_a_run_that_goes_on_has_no_beginning),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
