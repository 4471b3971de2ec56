/* Records as TensorFlow frames them, and events as TensorBoard reads them. */
#include "core/file.h"
#include "core/memory.h"
#include "log/crc32c.h"
#include "log/frames.h"
#include "log/logger.h"
#include "log/tensorboard.pb-c.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER TEST_SCRATCH "/frames"

typedef Lince__TensorBoard__Event event;

static int begin(void **state)
{
    (void)state;
    lince_remove_folder(FOLDER);
    return lince_make_folder(FOLDER);
}

/* --- checksums ------------------------------------------------------------------------------------ */

/* RFC 3720, B.4, and the usual "123456789". */
static void test_checksums_are_the_standards(void **state)
{
    unsigned char bytes[32] = {0};
    (void)state;
    assert_int_equal(lince_crc32c("", 0), 0);
    assert_int_equal(lince_crc32c("123456789", 9), 0xe3069283);
    assert_int_equal(lince_crc32c(bytes, 32), 0x8a9136aa);
    memset(bytes, 0xff, 32);
    assert_int_equal(lince_crc32c(bytes, 32), 0x62a8ab43);
    for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
    assert_int_equal(lince_crc32c(bytes, 32), 0x46dd794e);
}

static void test_the_mask_is_a_rotation_and_a_constant(void **state)
{
    (void)state;
    assert_int_equal(lince_frames_mask(0), 0xa282ead8);
    assert_int_equal(lince_frames_mask(0x00008000), 0xa282ead9);
    assert_int_equal(lince_frames_mask(1), 0xa284ead8);
}

/* --- frames --------------------------------------------------------------------------------------- */

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;) value = value << 8 | at[i];
    return value;
}

/* The next record of a file's bytes, and where the one behind it begins; NULL at the end. */
static const unsigned char *next_record(const unsigned char **at, const unsigned char *end, size_t *size)
{
    const unsigned char *frame = *at;
    if (frame == end) return NULL;
    assert_true(end - frame >= LINCE_FRAME_BYTES);
    *size = (size_t)number(frame, 8);
    assert_int_equal(number(frame + 8, 4), lince_frames_mask(lince_crc32c(frame, 8)));
    assert_true((size_t)(end - frame) >= LINCE_FRAME_BYTES + *size);
    assert_int_equal(number(frame + 12 + *size, 4), lince_frames_mask(lince_crc32c(frame + 12, *size)));
    *at = frame + LINCE_FRAME_BYTES + *size;
    return frame + 12;
}

static lince_frames create(void)
{
    lince_frames r;
    int folder = open(FOLDER, O_RDONLY | O_DIRECTORY);
    assert_int_equal(lince_frames_create(&r, folder, FOLDER, "file"), 0);
    close(folder);
    return r;
}

static void put(lince_frames *r, const char *text)
{
    unsigned char *to = lince_frames_begin(r, strlen(text));
    assert_non_null(to);
    memcpy(to, text, strlen(text));
    assert_int_equal(lince_frames_end(r, strlen(text)), 0);
}

static void test_records_follow_each_other(void **state)
{
    static const char *const texts[] = {"first", "", "the third"};
    lince_frames r = create();
    char *bytes;
    size_t size, length;
    (void)state;
    for (int i = 0; i < 3; i++) put(&r, texts[i]);
    assert_int_equal(lince_frames_close(&r), 0);
    assert_int_equal(lince_file_read(FOLDER "/file", 1000, &bytes, &size), 0);
    const unsigned char *at = (unsigned char *)bytes, *end = at + size, *record;
    for (int i = 0; i < 3; i++) {
        assert_non_null(record = next_record(&at, end, &length));
        assert_int_equal(length, strlen(texts[i]));
        assert_memory_equal(record, texts[i], length);
    }
    assert_null(next_record(&at, end, &length));
    lince_free(bytes);
}

/* A process that is killed leaves what was flushed. */
static void test_what_is_flushed_is_there(void **state)
{
    lince_frames r = create();
    char *bytes;
    size_t size, length;
    (void)state;
    put(&r, "one");
    assert_int_equal(lince_frames_flush(&r), 0);
    put(&r, "two");
    assert_int_equal(lince_file_read(FOLDER "/file", 1000, &bytes, &size), 0);
    const unsigned char *at = (unsigned char *)bytes, *end = at + size;
    assert_memory_equal(next_record(&at, end, &length), "one", 3);
    assert_ptr_equal(at, end);
    lince_free(bytes);
    lince_frames_close(&r);
}

static void test_a_file_that_is_there_is_left_alone(void **state)
{
    lince_frames r = create(), other;
    int folder = open(FOLDER, O_RDONLY | O_DIRECTORY);
    (void)state;
    assert_int_equal(lince_frames_create(&other, folder, FOLDER, "file"), 1);
    close(folder);
    lince_frames_close(&r);
}

/* --- events --------------------------------------------------------------------------------------- */

static int take_path(void *path, int folder, const char *name)
{
    (void)folder;
    if (strcmp(name, path) > 0) strcpy(path, name);
    return 0;
}

/* The events of the newest file; each is told to `take`. */
static int read_events(void (*take)(void *context, const event *e), void *context)
{
    char name[LINCE_PATH_MAX] = "", path[LINCE_PATH_MAX], *bytes;
    size_t size, length;
    int count = 0;
    assert_int_equal(lince_folder_list(FOLDER "/tensorboard", take_path, name), 0);
    assert_int_equal(lince_path_join(path, FOLDER "/tensorboard", name), 0);
    assert_int_equal(strncmp(name, "events.out.tfevents.", 20), 0);
    assert_int_equal(lince_file_read(path, 1 << 20, &bytes, &size), 0);
    const unsigned char *at = (unsigned char *)bytes, *end = at + size, *record;
    for (; (record = next_record(&at, end, &length)); count++) {
        event *e = lince__tensor_board__event__unpack(NULL, length, record);
        assert_non_null(e);
        assert_true(e->wall_time > 1e9);
        if (!count) assert_string_equal(e->file_version, "brain.Event:2");
        if (take) take(context, e);
        lince__tensor_board__event__free_unpacked(e, NULL);
    }
    lince_free(bytes);
    return count;
}

static void *open_log(size_t done)
{
    static const lince_logged_setting settings[] = {{"lr", LINCE_LOGGED_NUMBER, NULL, 0.5},
                                                    {"model", LINCE_LOGGED_TEXT, "vgg16", 0},
                                                    {"nesterov", LINCE_LOGGED_SWITCH, NULL, 1}};
    void *log;
    assert_int_equal(lince_tensorboard_logger.open(&log, FOLDER, settings, 3, done), 0);
    return log;
}

typedef struct found {
    int scalars, histograms, pictures, sessions;
    int64_t restart;
} found;

static void take_event(void *context, const event *e)
{
    found *f = context;
    if (e->session_log && e->session_log->status == LINCE__TENSOR_BOARD__SESSION_LOG__STATUS__START)
        f->restart = e->step;
    for (size_t i = 0; e->summary && i < e->summary->n_value; i++) {
        const Lince__TensorBoard__Value *v = e->summary->value[i];
        f->scalars += v->has_simple_value;
        f->histograms += v->histo != NULL;
        f->pictures += v->image != NULL;
        f->sessions += v->metadata && !strcmp(v->metadata->plugin_data->plugin_name, "hparams");
        if (v->histo) {
            double all = 0;
            assert_int_equal(v->histo->n_bucket, v->histo->n_bucket_limit);
            for (size_t k = 0; k < v->histo->n_bucket; k++) all += v->histo->bucket[k];
            assert_true(all == v->histo->num);
        }
    }
}

static void test_what_is_told_is_written(void **state)
{
    const lince_logger *l = &lince_tensorboard_logger;
    const lince_logged_measure measures[] = {{"train/loss", 0.5}, {"val/loss", (double)NAN}, {"lr", 1e-3}};
    const float values[] = {-1, 0, 0.5f, 1, NAN}, alike[] = {2, 2, 2};
    uint8_t pixels[3 * 2 * 2] = {0};
    const lince_image picture = {.width = 2, .height = 2, .pixels = pixels};
    found f = {0};
    void *log = open_log(0);
    (void)state;
    assert_int_equal(l->step(log, 1, measures, 3), 0);
    assert_int_equal(l->epoch(log, 1, measures, 3), 0);
    assert_int_equal(l->weights(log, 1, "fc.weight", values, 5), 0);
    assert_int_equal(l->weights(log, 1, "bn.weight", alike, 3), 0);
    assert_int_equal(l->weights(log, 1, "none", values, 0), 0);
    assert_int_equal(l->picture(log, 1, 0, &picture), 0);
    assert_int_equal(l->close(log, true), 0);
    assert_int_equal(read_events(take_event, &f), 8);
    assert_true(f.scalars == 4 && f.histograms == 2 && f.pictures == 1 && f.sessions == 2 && !f.restart);
}

static void test_a_session_that_goes_on_has_a_newer_file_and_says_where_it_begins(void **state)
{
    const lince_logged_measure measure = {"loss", 1};
    found f = {0};
    void *log = open_log(0);
    (void)state;
    assert_int_equal(lince_tensorboard_logger.step(log, 1, &measure, 1), 0);
    assert_int_equal(lince_tensorboard_logger.close(log, false), 0);
    log = open_log(20);
    assert_int_equal(lince_tensorboard_logger.close(log, false), 0);
    assert_int_equal(read_events(take_event, &f), 3);
    assert_true(f.restart == 21 && !f.scalars);
}

static void test_formats_have_names(void **state)
{
    (void)state;
    assert_ptr_equal(lince_logger_named("tensorboard"), &lince_tensorboard_logger);
    assert_null(lince_logger_named("none"));
    assert_null(lince_logger_named(NULL));
    assert_string_equal(lince_logger_name_at(NULL, 0), "tensorboard");
    assert_null(lince_logger_name_at(NULL, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksums_are_the_standards),
        cmocka_unit_test(test_the_mask_is_a_rotation_and_a_constant),
        cmocka_unit_test_setup(test_records_follow_each_other, begin),
        cmocka_unit_test_setup(test_what_is_flushed_is_there, begin),
        cmocka_unit_test_setup(test_a_file_that_is_there_is_left_alone, begin),
        cmocka_unit_test_setup(test_what_is_told_is_written, begin),
        cmocka_unit_test_setup(test_a_session_that_goes_on_has_a_newer_file_and_says_where_it_begins, begin),
        cmocka_unit_test(test_formats_have_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
