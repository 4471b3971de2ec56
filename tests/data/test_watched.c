/* Opening data, and what is read of all pictures' headers, tells how far it is, and stops where it is asked to. */
#include "data/dataset_fixture.h"
#include "settings/settings.h"

#include <lince/describe.h>

enum { PHASES = LINCE_INDEXING + 1 };

typedef struct hearing {
    size_t times[PHASES]; /* that each phase was told of */
    lince_phase until;    /* that asks to stop when it is told; PHASES: none does */
    volatile sig_atomic_t stop;
} hearing;

static void hear(void *context, const lince_progress *p)
{
    hearing *h = context;
    assert_true(p->step <= p->steps);
    h->times[p->phase]++;
    if (p->phase == h->until) h->stop = 1;
}

static int describe(const char *path, hearing *h)
{
    lince_observer observer = LINCE_OBSERVER_INIT;
    lince_settings *settings = lince_settings_new();
    char *text = NULL;
    observer.context = h;
    observer.progress = hear;
    observer.stop = &h->stop;
    int code = lince_describe_as(path, settings, &observer, 0, &text);
    lince_text_free(text);
    lince_settings_free(settings);
    return code;
}

/* Of three pictures in two classes. */
static const char *pictures(void)
{
    static const char path[] = TEST_SCRATCH "/watched.zip";
    zip_t *zip = new_zip(path);
    zip_put_png(zip, "a/1.png", 1);
    zip_put_png(zip, "a/2.png", 2);
    zip_put_png(zip, "b/1.png", 3);
    assert_int_equal(zip_close(zip), 0);
    return path;
}

static void test_each_phase_is_told(void **state)
{
    (void)state;
    hearing h = {.until = (lince_phase)PHASES};
    if (describe(pictures(), &h)) fail_msg("%s", lince_error());
    assert_true(h.times[LINCE_OPENING] > 0);
    assert_true(h.times[LINCE_INDEXING] > 0);
    assert_true(h.times[LINCE_PREPARING] > 0);
}

static void test_each_phase_stops_when_asked(void **state)
{
    (void)state;
    static const lince_phase phases[] = {LINCE_OPENING, LINCE_INDEXING, LINCE_PREPARING};
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        hearing h = {.until = phases[i]};
        assert_int_equal(describe(pictures(), &h), LINCE_EINTERRUPTED);
        for (size_t later = i + 1; later < sizeof phases / sizeof *phases; later++)
            assert_int_equal(h.times[phases[later]], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_phase_is_told),
        cmocka_unit_test(test_each_phase_stops_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
