/* What a run tells of itself while it is trained. */
#include "core/file.h"
#include "core/json.h"
#include "train/run/progress.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define FOLDER TEST_SCRATCH "/progress"
#define PATH   FOLDER "/" LINCE_PROGRESS_FILE

static const lince_progress some = {sizeof some, LINCE_TRAINING, 3, 10, 7, 20, 0.25, 0.5, 1e-3, 800, 12.5};

static int begin(void **state)
{
    static lince_run run;
    lince_remove_folder(FOLDER);
    run = (lince_run){.folder = FOLDER, .lock = -1};
    *state = &run;
    return lince_make_folder(FOLDER);
}

static double number(const char *key)
{
    json_t *json;
    assert_int_equal(lince_json_read(PATH, &json), 0);
    const json_t *value = json_object_get(json, key);
    double found = json_is_number(value) ? json_number_value(value) : NAN;
    json_decref(json);
    return found;
}

static void test_it_is_there_while_the_folder_is_locked(void **state)
{
    lince_progress_file file;
    lince_run *run = *state;
    lince_progress_file_init(&file, run, NULL);
    lince_progress_file_show(&file, &some);
    assert_true(lince_file_is_missing(PATH)); /* a run that has no folder yet */
    assert_int_equal(lince_run_lock(run), 0);
    lince_progress_file_show(&file, &some);
    assert_true(number("epoch") == 3 && number("steps") == 20 && number("loss") == 0.25 &&
                number("eta") == 12.5);
    assert_true(number("within") >= 60);
    lince_progress_file_end(&file);
    assert_true(lince_file_is_missing(PATH));
    lince_run_unlock(run);
}

static void test_what_is_no_number_is_null(void **state)
{
    lince_progress_file file;
    lince_run *run = *state;
    lince_progress other = some;
    other.loss = NAN, other.accuracy = INFINITY, other.eta = -1;
    lince_progress_file_init(&file, run, NULL);
    assert_int_equal(lince_run_lock(run), 0);
    lince_progress_file_show(&file, &other);
    assert_true(isnan(number("loss")) && isnan(number("accuracy")) && isnan(number("eta")) &&
                number("lr") == 1e-3);
    lince_progress_file_end(&file);
    lince_run_unlock(run);
}

typedef struct heard {
    int notes, warnings, progress, epochs;
} heard;

static void note(void *context, const char *text)
{
    assert_string_equal(text, "a note");
    ((heard *)context)->notes++;
}

static void progress(void *context, const lince_progress *p)
{
    assert_ptr_equal(p, &some);
    ((heard *)context)->progress++;
}

static void test_who_listens_hears_all_and_the_file_is_written_now_and_then(void **state)
{
    lince_progress_file file;
    lince_run *run = *state;
    heard h = {0};
    sig_atomic_t stop = 0;
    const lince_observer listener = {sizeof listener, &h, note, NULL, progress, NULL, &stop};
    const lince_observer *o = lince_progress_file_init(&file, run, &listener);
    assert_true(o->note && !o->warning && o->progress && !o->epoch && o->stop == &stop);
    assert_int_equal(lince_run_lock(run), 0);
    o->note(o->context, "a note");
    for (int i = 0; i < 100000; i++) {
        o->progress(o->context, &some);
        if (i == 0) assert_int_equal(lince_file_remove(FOLDER, LINCE_PROGRESS_FILE), 0);
        if (i == 10)
            assert_true(lince_file_is_missing(PATH)); /* a hundred thousand a second are not written */
    }
    assert_true(h.notes == 1 && h.progress == 100000);
    lince_progress_file_end(&file);
    lince_run_unlock(run);
}

/* A folder that cannot be written to (a full disk) stops no training. */
static void test_what_fails_is_left(void **state)
{
    lince_progress_file file;
    lince_run run = {.folder = FOLDER, .lock = 1 << 20}; /* no descriptor */
    (void)state;
    lince_progress_file_init(&file, &run, NULL);
    lince_progress_file_show(&file, &some);
    lince_progress_file_end(&file);
    assert_true(lince_file_is_missing(PATH));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_it_is_there_while_the_folder_is_locked, begin),
        cmocka_unit_test_setup(test_what_is_no_number_is_null, begin),
        cmocka_unit_test_setup(test_who_listens_hears_all_and_the_file_is_written_now_and_then, begin),
        cmocka_unit_test_setup(test_what_fails_is_left, begin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
