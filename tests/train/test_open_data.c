/* The parts that a run's settings make of a data set. */
#include "train/data/open_data.h"

#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static const char FOLDER[] = TEST_SCRATCH "/open-data";

/* 200 pictures of each of ten classes to train on, 40 to test. */
static int draw_data(void **state)
{
    (void)state;
    return access(FOLDER, F_OK) ? lince_synth_images(FOLDER, 2400, 1) : 0;
}

static void expect_parts(const char *limit, const char *val_split, size_t train, size_t val)
{
    lince_settings s;
    lince_dataset *dataset = NULL;
    bool held_out = false;
    assert_int_equal(lince_settings_init(&s), 0);
    assert_int_equal(lince_settings_set(&s, "data", FOLDER), 0);
    assert_int_equal(lince_settings_set(&s, "train-limit", limit), 0);
    assert_int_equal(lince_settings_set(&s, "val-split", val_split), 0);
    assert_int_equal(lince_open_data(&dataset, &s, NULL, &held_out, NULL), 0);
    assert_true(held_out);
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), train);
    assert_int_equal(lince_dataset_count(dataset, LINCE_VAL), val);
    assert_int_equal(lince_dataset_count(dataset, LINCE_TEST), 400);
    lince_dataset_free(dataset);
    lince_settings_release(&s);
}

static void test_a_share_of_the_training_part_is_held_out(void **state)
{
    (void)state;
    expect_parts("0", "0.1", 1800, 200);
    expect_parts("0", "0", 2000, 0);
}

static void test_a_limit_keeps_the_proportion_of_what_is_held_out(void **state)
{
    (void)state;
    expect_parts("90", "0.1", 900, 100);
    expect_parts("10", "0.5", 100, 100);
    expect_parts("3", "0.1", 30, 10); /* one of each class is the least */
    expect_parts("1000", "0.1", 1800, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_share_of_the_training_part_is_held_out),
        cmocka_unit_test(test_a_limit_keeps_the_proportion_of_what_is_held_out),
    };
    return cmocka_run_group_tests(tests, draw_data, NULL);
}
