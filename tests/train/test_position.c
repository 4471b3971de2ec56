/* Where a run stands, as text: read back to the bit, by name, and as version 0.1 wrote it. */
#include "train/run/position.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { EPOCHS = 9 };
static const lince_position there = {.epoch = 3,
                                     .step = 17,
                                     .updates = 4321,
                                     .loss = 0.1,
                                     .hits = 29,
                                     .seen = 48,
                                     .seconds = 1.0 / 3,
                                     .epoch_seconds = 1e-9,
                                     .best_accuracy = 0.875,
                                     .best_loss = INFINITY,
                                     .best_epoch = 2,
                                     .waited = 1,
                                     .schedule_epoch = 1,
                                     .schedule_updates = 99,
                                     .optimizer_updates = 7};
static const lince_schedule plateau = {.best = 0.7, .factor = 0.01, .waited = 5};

static void expect_there(const char *at, const char *stage, const lince_position *wanted)
{
    lince_position p;
    lince_schedule s = {0};
    assert_int_equal(lince_position_read(&p, &s, at, stage, EPOCHS), 0);
    assert_true(p.epoch == wanted->epoch && p.step == wanted->step && p.updates == wanted->updates);
    assert_true(p.loss == wanted->loss && p.hits == wanted->hits && p.seen == wanted->seen);
    assert_true(p.seconds == wanted->seconds && p.epoch_seconds == wanted->epoch_seconds);
    assert_true(p.best_accuracy == wanted->best_accuracy && p.best_loss == wanted->best_loss);
    assert_true(p.best_epoch == wanted->best_epoch && p.waited == wanted->waited);
    assert_true(p.schedule_epoch == wanted->schedule_epoch);
    assert_true(p.schedule_updates == wanted->schedule_updates);
    assert_true(p.optimizer_updates == wanted->optimizer_updates);
    assert_true(s.best == plateau.best && s.factor == plateau.factor && s.waited == plateau.waited);
}

static void test_what_is_printed_is_read_back_exactly(void **state)
{
    (void)state;
    char at[LINCE_POSITION_MAX], stage[LINCE_POSITION_MAX];
    lince_position_print(&there, &plateau, at, stage);
    assert_non_null(strstr(at, "epoch=3 step=17 "));
    expect_there(at, stage, &there);
}

static void test_version_0_1_wrote_values_without_names_and_no_stages(void **state)
{
    (void)state;
    char at[LINCE_POSITION_MAX];
    lince_position before = there;
    before.schedule_epoch = 0, before.schedule_updates = before.optimizer_updates = 0;
    snprintf(at, sizeof at, "%d %zu %zu %a %a %zu %a %a %a %a %d %d %a %a %d", there.epoch, there.step,
             there.updates, there.loss, there.hits, there.seen, there.seconds, there.epoch_seconds,
             there.best_accuracy, there.best_loss, there.best_epoch, there.waited, plateau.best,
             plateau.factor, plateau.waited);
    expect_there(at, NULL, &before);
    expect_there(at, "1 99 7", &there);
}

static void test_a_text_with_other_fields_is_refused(void **state)
{
    (void)state;
    char at[LINCE_POSITION_MAX], stage[LINCE_POSITION_MAX], changed[LINCE_POSITION_MAX + 32];
    lince_position p;
    lince_schedule s;
    lince_position_print(&there, &plateau, at, stage);
    assert_int_equal(lince_position_read(&p, &s, NULL, stage, EPOCHS), LINCE_EFORMAT);
    assert_int_equal(lince_position_read(&p, &s, "", stage, EPOCHS), LINCE_EFORMAT);
    assert_int_equal(lince_position_read(&p, &s, strstr(at, "step="), stage, EPOCHS),
                     LINCE_EFORMAT); /* one is missing */
    snprintf(changed, sizeof changed, "%s later=1", at);
    assert_int_equal(lince_position_read(&p, &s, changed, stage, EPOCHS), LINCE_EFORMAT);
    snprintf(changed, sizeof changed, "%s", at);
    changed[strcspn(changed, "=") + 1] = 'x'; /* no number */
    assert_int_equal(lince_position_read(&p, &s, changed, stage, EPOCHS), LINCE_EFORMAT);
    changed[strlen(at) / 2] = '\0';
    assert_int_equal(lince_position_read(&p, &s, changed, stage, EPOCHS), LINCE_EFORMAT);
    assert_int_equal(lince_position_read(&p, &s, at, "1 99", EPOCHS), LINCE_EFORMAT);
}

/* `text` with what stands behind "name=" replaced. */
static const char *with(char out[2 * LINCE_POSITION_MAX], const char *text, const char *name,
                        const char *value)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    at += strlen(name);
    snprintf(out, 2 * LINCE_POSITION_MAX, "%.*s%s%s", (int)(at - text), text, value, at + strcspn(at, " "));
    return out;
}

static void test_what_no_run_of_so_many_epochs_can_say_is_refused(void **state)
{
    (void)state;
    static const char *const hostile[][2] = {
        {" epoch=", "-1"},        {" epoch=", "10"},
        {" epoch=", "999999999"}, {" epoch=", "4294967299"},
        {" epoch=", "1"},         {" epoch=", " 3"},
        {" step=", "-1"},         {" step=", "0x11"},
        {" loss=", "nan"},        {" loss=", "inf"},
        {" hits=", "-0x1p+0"},    {" best_accuracy=", "0x1p+1"},
        {" best_epoch=", "4"},    {" waited=", "5"},
        {" seconds=", "-0x1p+0"}, {" plateau_factor=", "0x1p+1"},
        {" updates=", "98"},      {"version=", "2"},
        {"version=", "0"},        {" updates=", "18446744073709551616"},
    };
    char at[LINCE_POSITION_MAX], stage[LINCE_POSITION_MAX], changed[2 * LINCE_POSITION_MAX];
    lince_position p;
    lince_schedule s;
    lince_position_print(&there, &plateau, at, stage);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        if (lince_position_read(&p, &s, with(changed, at, hostile[i][0], hostile[i][1]), stage, EPOCHS) !=
            LINCE_EFORMAT)
            fail_msg("%s%s was taken", hostile[i][0], hostile[i][1]);
    assert_int_equal(lince_position_read(&p, &s, at, with(changed, stage, "schedule_epoch=", "4"), EPOCHS),
                     LINCE_EFORMAT);
}

static void test_what_was_written_before_there_were_versions_is_read(void **state)
{
    (void)state;
    char at[LINCE_POSITION_MAX], stage[LINCE_POSITION_MAX];
    lince_position_print(&there, &plateau, at, stage);
    expect_there(strchr(at, ' ') + 1, stage, &there);
}

static void test_updates_follow_from_epoch_and_step(void **state)
{
    (void)state;
    assert_int_equal(lince_position_updates(&(lince_position){.epoch = 2, .step = 3}, 10, 1), 23);
    assert_int_equal(lince_position_updates(&(lince_position){.epoch = 2, .step = 8}, 10, 4), 8);
    assert_int_equal(lince_position_updates(&(lince_position){.epoch = 2, .step = 10}, 10, 4), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_no_run_of_so_many_epochs_can_say_is_refused),
        cmocka_unit_test(test_what_was_written_before_there_were_versions_is_read),
        cmocka_unit_test(test_updates_follow_from_epoch_and_step),
        cmocka_unit_test(test_what_is_printed_is_read_back_exactly),
        cmocka_unit_test(test_version_0_1_wrote_values_without_names_and_no_stages),
        cmocka_unit_test(test_a_text_with_other_fields_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
