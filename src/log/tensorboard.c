/* TensorBoard's event files (https://www.tensorflow.org/tensorboard), in RUN/tensorboard/: scalars, histograms, pictures and, for
 * the hparams plugin, settings. Each session has a file of its own. One that goes on begins it with a sign behind which step
 * TensorBoard forgets what the earlier ones told. */
#include "core/error.h"
#include "core/folder.h"
#include "core/memory.h"
#include "log/frames.h"
#include "log/logger.h"
#include "log/tensorboard.pb-c.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "tensorboard"
#define PREFIX "events.out.tfevents."

typedef Lince__TensorBoard__Event event;
typedef Lince__TensorBoard__Value value;

typedef struct board {
    lince_frames records;
} board;

static double wall_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- events --------------------------------------------------------------------------------------- */

static int put_event(board *b, event *e)
{
    e->wall_time = wall_time();
    size_t size = lince__tensor_board__event__get_packed_size(e);
    unsigned char *to = lince_frames_begin(&b->records, size);
    if (!to) return LINCE_ENOMEM;
    lince__tensor_board__event__pack(e, to);
    return lince_frames_end(&b->records, size);
}

static int put_values(board *b, size_t step, value **values, size_t count)
{
    Lince__TensorBoard__Summary summary = LINCE__TENSOR_BOARD__SUMMARY__INIT;
    event e = LINCE__TENSOR_BOARD__EVENT__INIT;
    summary.value = values;
    summary.n_value = count;
    e.summary = &summary;
    e.has_step = true;
    e.step = (int64_t)step;
    return put_event(b, &e);
}

static int put_value(board *b, size_t step, value *v)
{
    return put_values(b, step, &v, 1);
}

/* --- scalars -------------------------------------------------------------------------------------- */

enum { MEASURES = 8, TAG = 64 };

static int put_measures(board *b, size_t step, const char *prefix, const lince_logged_measure *measures,
                        size_t count)
{
    value values[MEASURES], *list[MEASURES];
    char tags[MEASURES][TAG];
    size_t n = 0;
    for (size_t i = 0; i < count && n < MEASURES; i++) {
        if (!isfinite(measures[i].value)) continue;
        snprintf(tags[n], TAG, "%s%s", prefix, measures[i].name);
        lince__tensor_board__value__init(&values[n]);
        values[n].tag = tags[n];
        values[n].has_simple_value = true;
        values[n].simple_value = (float)measures[i].value;
        list[n] = &values[n];
        n++;
    }
    return n ? put_values(b, step, list, n) : 0;
}

static int put_step(void *log, size_t step, const lince_logged_measure *measures, size_t count)
{
    return put_measures(log, step, "step/", measures, count);
}

static int put_epoch(void *log, int epoch, const lince_logged_measure *measures, size_t count)
{
    return put_measures(log, (size_t)epoch, "", measures, count);
}

/* --- histograms ----------------------------------------------------------------------------------- */

enum { BUCKETS = 64 };

typedef struct sums {
    double min, max, sum, squares;
    size_t count;
} sums;

/* Of what is finite: nothing else is drawn. */
static sums sum_up(const float *x, size_t count)
{
    sums s = {.min = INFINITY, .max = -INFINITY};
    for (size_t i = 0; i < count; i++) {
        double v = (double)x[i];
        if (!isfinite(v)) continue;
        s.min = fmin(s.min, v);
        s.max = fmax(s.max, v);
        s.sum += v;
        s.squares += v * v;
        s.count++;
    }
    return s;
}

/* Of equal width from the least to the largest. */
static void fill(const float *x, size_t count, const sums *s, double bucket[BUCKETS])
{
    double scale = s->max > s->min ? BUCKETS / (s->max - s->min) : 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i])) continue;
        int at = (int)(((double)x[i] - s->min) * scale);
        bucket[at < BUCKETS ? at : BUCKETS - 1]++;
    }
}

static int put_weights(void *log, int epoch, const char *name, const float *x, size_t count)
{
    Lince__TensorBoard__Histogram h = LINCE__TENSOR_BOARD__HISTOGRAM__INIT;
    double limit[BUCKETS], bucket[BUCKETS] = {0};
    char tag[256];
    value v = LINCE__TENSOR_BOARD__VALUE__INIT;
    sums s = sum_up(x, count);
    if (!s.count) return 0;
    fill(x, count, &s, bucket);
    for (int i = 0; i < BUCKETS; i++) limit[i] = s.min + (s.max - s.min) * (i + 1) / BUCKETS;
    limit[BUCKETS - 1] = s.max;
    h.has_min = h.has_max = h.has_num = h.has_sum = h.has_sum_squares = true;
    h.min = s.min, h.max = s.max, h.num = (double)s.count, h.sum = s.sum, h.sum_squares = s.squares;
    h.n_bucket_limit = h.n_bucket = BUCKETS;
    h.bucket_limit = limit, h.bucket = bucket;
    snprintf(tag, sizeof tag, "weights/%s", name);
    v.tag = tag;
    v.histo = &h;
    return put_value(log, (size_t)epoch, &v);
}

/* --- pictures ------------------------------------------------------------------------------------- */

static int put_picture(void *log, int epoch, int number, const lince_image *picture)
{
    Lince__TensorBoard__Image image = LINCE__TENSOR_BOARD__IMAGE__INIT;
    value v = LINCE__TENSOR_BOARD__VALUE__INIT;
    uint8_t *bytes;
    size_t size;
    char tag[TAG];
    LINCE_TRY(lince_image_encode_png(picture, &bytes, &size));
    image.has_height = image.has_width = image.has_colorspace = image.has_encoded_image_string = true;
    image.height = picture->height, image.width = picture->width, image.colorspace = 3;
    image.encoded_image_string = (ProtobufCBinaryData){size, bytes};
    snprintf(tag, sizeof tag, "samples/image/%d", number);
    v.tag = tag;
    v.image = &image;
    int code = put_value(log, (size_t)epoch, &v);
    lince_free(bytes);
    return code;
}

/* --- settings ------------------------------------------------------------------------------------- */

/* A summary that the plugin alone reads. */
static int put_hparams(board *b, char *tag, const Lince__TensorBoard__Hparams *content)
{
    Lince__TensorBoard__Metadata__Plugin plugin = LINCE__TENSOR_BOARD__METADATA__PLUGIN__INIT;
    Lince__TensorBoard__Metadata metadata = LINCE__TENSOR_BOARD__METADATA__INIT;
    value v = LINCE__TENSOR_BOARD__VALUE__INIT;
    size_t size = lince__tensor_board__hparams__get_packed_size(content);
    uint8_t *bytes = lince_alloc(size + 1, 1);
    if (!bytes) return LINCE_ENOMEM;
    lince__tensor_board__hparams__pack(content, bytes);
    plugin.plugin_name = (char[]){"hparams"};
    plugin.has_content = true;
    plugin.content = (ProtobufCBinaryData){size, bytes};
    metadata.plugin_data = &plugin;
    v.tag = tag;
    v.metadata = &metadata;
    int code = put_value(b, 0, &v);
    lince_free(bytes);
    return code;
}

typedef struct entry {
    Lince__TensorBoard__SessionStart__Entry pair;
    Lince__TensorBoard__Setting value;
} entry;

static void fill_entry(entry *e, const lince_logged_setting *s)
{
    lince__tensor_board__session_start__entry__init(&e->pair);
    lince__tensor_board__setting__init(&e->value);
    e->pair.key = (char *)(uintptr_t)s->name;
    e->pair.value = &e->value;
    e->value.has_number_value = s->kind == LINCE_LOGGED_NUMBER;
    e->value.number_value = s->number;
    e->value.has_bool_value = s->kind == LINCE_LOGGED_SWITCH;
    e->value.bool_value = s->number != 0;
    if (s->kind == LINCE_LOGGED_TEXT) e->value.string_value = (char *)(uintptr_t)s->text;
}

static int put_settings(board *b, const lince_logged_setting *settings, size_t count)
{
    Lince__TensorBoard__SessionStart start = LINCE__TENSOR_BOARD__SESSION_START__INIT;
    Lince__TensorBoard__Hparams content = LINCE__TENSOR_BOARD__HPARAMS__INIT;
    entry *entries = lince_alloc(count + 1, sizeof *entries);
    start.hparams = lince_alloc(count + 1, sizeof *start.hparams);
    int code = entries && start.hparams ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < count; i++) {
        fill_entry(&entries[i], &settings[i]);
        start.hparams[start.n_hparams++] = &entries[i].pair;
    }
    start.has_start_time_secs = true;
    start.start_time_secs = wall_time();
    content.session_start_info = &start;
    if (!code) code = put_hparams(b, (char[]){"_hparams_/session_start_info"}, &content);
    lince_free(start.hparams);
    lince_free(entries);
    return code;
}

static int put_end(board *b)
{
    Lince__TensorBoard__SessionEnd end = LINCE__TENSOR_BOARD__SESSION_END__INIT;
    Lince__TensorBoard__Hparams content = LINCE__TENSOR_BOARD__HPARAMS__INIT;
    end.has_status = end.has_end_time_secs = true;
    end.status = LINCE__TENSOR_BOARD__SESSION_END__STATUS__SUCCESS;
    end.end_time_secs = wall_time();
    content.session_end_info = &end;
    return put_hparams(b, (char[]){"_hparams_/session_end_info"}, &content);
}

/* --- the file ------------------------------------------------------------------------------------- */

static int put_version(board *b)
{
    event e = LINCE__TENSOR_BOARD__EVENT__INIT;
    e.file_version = (char[]){"brain.Event:2"};
    return put_event(b, &e);
}

/* From this step on whatever was told before is void. */
static int put_restart(board *b, size_t step)
{
    Lince__TensorBoard__SessionLog start = LINCE__TENSOR_BOARD__SESSION_LOG__INIT;
    event e = LINCE__TENSOR_BOARD__EVENT__INIT;
    start.has_status = e.has_step = true;
    start.status = LINCE__TENSOR_BOARD__SESSION_LOG__STATUS__START;
    e.step = (int64_t)step;
    e.session_log = &start;
    return put_event(b, &e);
}

static int take_newest(void *newest, int folder, const char *name)
{
    long long *most = newest;
    (void)folder;
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0) return 0;
    long long number = strtoll(name + strlen(PREFIX), NULL, 10);
    if (number > *most && number < INT64_MAX) *most = number;
    return 0;
}

/* TensorBoard reads a folder's files in the order of their names, which begin with the time: another machine's clock may have been
 * ahead of this one's. */
static int next_number(const char *where, long long *number, bool *first)
{
    long long newest = 0, now = (long long)time(NULL);
    LINCE_TRY(lince_folder_list(where, take_newest, &newest));
    *first = newest == 0;
    *number = now > newest ? now : newest + 1;
    return 0;
}

/* As TensorFlow calls them: the time, the machine, the process. */
static void name_file(char *name, size_t size, long long number)
{
    char host[64] = "";
    if (gethostname(host, sizeof host - 1)) *host = '\0';
    for (char *c = host; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-') *c = '_';
    snprintf(name, size, PREFIX "%010lld.%s.%ld.0", number, *host ? host : "localhost", (long)getpid());
}

static int create_file(board *b, int folder, const char *where, bool *first)
{
    char name[160];
    long long number;
    int code;
    LINCE_TRY(next_number(where, &number, first));
    do name_file(name, sizeof name, number++);
    while ((code = lince_frames_create(&b->records, folder, where, name)) > 0);
    return code;
}

static int begin(board *b, const char *run, const lince_logged_setting *settings, size_t count, size_t done)
{
    char where[LINCE_PATH_MAX];
    bool first = true;
    LINCE_TRY(lince_path_join(where, run, FOLDER));
    int folder = lince_folder_open(run, FOLDER, true);
    if (folder < 0) return folder;
    int code = create_file(b, folder, where, &first);
    close(folder);
    LINCE_TRY(code);
    LINCE_TRY(put_version(b));
    if (!first) LINCE_TRY(put_restart(b, done + 1));
    LINCE_TRY(put_settings(b, settings, count));
    return lince_frames_flush(&b->records);
}

static int open_board(void **log, const char *run, const lince_logged_setting *settings, size_t count,
                      size_t done)
{
    board *b = *log = lince_alloc(1, sizeof *b);
    if (!b) return LINCE_ENOMEM;
    b->records.fd = -1;
    int code = begin(b, run, settings, count, done);
    if (!code) return 0;
    if (b->records.fd >= 0) close(b->records.fd);
    lince_free(b->records.waiting);
    lince_free(b);
    *log = NULL;
    return code;
}

static int flush(void *log)
{
    return lince_frames_flush(&((board *)log)->records);
}

static int close_board(void *log, bool finished)
{
    board *b = log;
    int code = finished ? put_end(b) : 0, closed = lince_frames_close(&b->records);
    lince_free(b);
    return code ? code : closed;
}

const lince_logger lince_tensorboard_logger = {.name = "tensorboard",
                                               .open = open_board,
                                               .step = put_step,
                                               .epoch = put_epoch,
                                               .weights = put_weights,
                                               .picture = put_picture,
                                               .flush = flush,
                                               .close = close_board};
