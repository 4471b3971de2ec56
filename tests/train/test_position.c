/* Where a run stands, as text: read back to the bit, by name, and as version 0.1 wrote it. */
#include "train/run/position.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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
    assert_true(lince_position_read(&p, &s, at, stage));
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
    assert_false(lince_position_read(&p, &s, NULL, stage));
    assert_false(lince_position_read(&p, &s, "", stage));
    assert_false(lince_position_read(&p, &s, strchr(at, ' ') + 1, stage)); /* one is missing */
    snprintf(changed, sizeof changed, "%s later=1", at);
    assert_false(lince_position_read(&p, &s, changed, stage));
    snprintf(changed, sizeof changed, "%s", at);
    changed[strcspn(changed, "=") + 1] = 'x'; /* no number */
    assert_false(lince_position_read(&p, &s, changed, stage));
    changed[strlen(at) / 2] = '\0';
    assert_false(lince_position_read(&p, &s, changed, stage));
    assert_false(lince_position_read(&p, &s, at, "1 99"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_printed_is_read_back_exactly),
        cmocka_unit_test(test_version_0_1_wrote_values_without_names_and_no_stages),
        cmocka_unit_test(test_a_text_with_other_fields_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
