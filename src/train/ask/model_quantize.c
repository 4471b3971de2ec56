/* lince_model_quantize: weights in 8 bits of a finished run. How ranges are measured, and whether the first and last layers stay in
 * floats, is chosen on the validation part; the test part is looked at once, for the numbers. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "core/watch.h"
#include "layers/bytes.h"
#include "train/ask/quantizing.h"
#include "train/data/open_data.h"
#include "train/measure/feed.h"
#include "train/run/run.h"
#include "weights/state_dict.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char *text_of(const lince_buffer *b)
{
    return b->data ? b->data : "";
}

bool lince_quantizing_named(const lince_buffer *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text_of(names); (at = strstr(at, name)); at += length)
        if (at > names->data && at[-1] == ' ' && (at[length] == ' ' || !at[length])) return true;
    return false;
}

void lince_quantizing_name(lince_buffer *names, const char *name)
{
    if (!lince_quantizing_named(names, name)) lince_buffer_printf(names, " %s", name);
}

static void set_names(lince_buffer *names, const char *text)
{
    names->size = 0;
    lince_buffer_puts(names, text);
}

/* --- nets ------------------------------------------------------------------------------------------------ */

static void set_scales(const lince_quantizing *q, lince_quantized *made, lince_range_method method)
{
    for (size_t i = 0; q->ranges && i < made->scale_count; i++)
        lince_layer_set_scale(lince_net_layer(made->net, (size_t)made->scales[i].node),
                              lince_ranges_scale(q->ranges, i, method));
}

int lince_quantizing_build(const lince_quantizing *q, const char *names, lince_range_method method, int batch,
                           int threads, lince_net **net)
{
    lince_net_options options = {.batch = batch, .threads = threads, .inference = true};
    lince_net *old;
    lince_quantized made = {0};
    *net = NULL;
    LINCE_TRY(lince_blueprint_assemble(&q->m->blueprint, &options, &old));
    int code = lince_net_quantize(old, names, &made);
    lince_net_free(old);
    if (!code) code = lince_net_prepare(made.net);
    if (!code) code = lince_quantized_weights(q->floats, &made);
    if (!code) {
        set_scales(q, &made, method);
        *net = made.net;
        made.net = NULL;
    }
    lince_quantized_release(&made);
    return code;
}

/* --- calibrating ------------------------------------------------------------------------------------------- */

/* Samples spread over the part, each once through the net of floats. */
static int count_samples(lince_quantizing *q, lince_loader *loader)
{
    size_t all = lince_loader_samples(loader), wanted = (size_t)q->options.calibrate;
    lince_batch batch;
    q->samples = wanted < all ? wanted : all;
    for (size_t i = 0; i < q->samples; i++) {
        LINCE_TRY(lince_observer_stops(&q->observer));
        LINCE_TRY(lince_loader_start(loader, 0, i * all / q->samples));
        int more = lince_loader_next(loader, &batch);
        if (more < 0) return more;
        lince_feed(q->floats, &batch);
        lince_net_forward(q->floats, batch.n, false, batch.key);
        lince_ranges_count(q->ranges, q->floats);
    }
    return q->samples ? 0 : lince_fail(LINCE_EDATA, "the training part has no samples");
}

/* With these layers in floats: what bytes there are, and what they have to stand for. */
static int plan(lince_quantizing *q, const char *names)
{
    lince_dataset *data = NULL;
    lince_loader *loader = NULL;
    lince_part part = LINCE_TRAIN;
    bool own;
    lince_ranges_free(q->ranges);
    q->ranges = NULL;
    lince_quantized_release(&q->plan);
    LINCE_TRY(lince_net_quantize(q->floats, names, &q->plan));
    LINCE_TRY(lince_ranges_new(&q->ranges, &q->plan));
    int code = lince_model_open_part(q->m, NULL, "train", 1, &q->quiet, &data, &part, &own, &loader);
    if (!code) code = count_samples(q, loader);
    lince_loader_free(loader);
    lince_dataset_free(data);
    return code;
}

/* --- choosing ------------------------------------------------------------------------------------------------ */

/* What a net answers on a part, in place of the model's own. */
static int answers_of(lince_quantizing *q, lince_net *net, const char *part, lince_evaluation *e)
{
    lince_model *m = q->m;
    lince_dataset *data;
    lince_net *own = m->net;
    int batch = m->batch;
    m->net = net;
    m->batch = LINCE_EVALUATION_BATCH;
    int code = lince_model_on_part(m, NULL, part, false, &q->quiet, &data, e);
    m->net = own;
    m->batch = batch;
    lince_dataset_free(data);
    return code;
}

/* A sample is right or wrong, whatever its labels. */
static int compare(const lince_evaluation *before, const lince_evaluation *after, lince_quantized_worth *w)
{
    enum { RESAMPLES = 2000, KINDS = 2 };
    size_t n = before->n, scores = lince_score_count(KINDS);
    int32_t *marks = lince_alloc(3 * n + 1, sizeof *marks);
    lince_interval *room = lince_alloc(4 * scores, sizeof *room);
    int code = marks && room ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < n && !code; i++) {
        marks[i] = 1;
        marks[n + i] = before->outcomes[i].right;
        marks[2 * n + i] = after->outcomes[i].right;
    }
    const int32_t *predicted[] = {marks + n, marks + 2 * n};
    lince_paired paired = {.classes = KINDS, .n = n, .runs = 2, .label = marks, .predicted = predicted};
    if (!code) code = lince_bootstrap(&paired, 0, RESAMPLES, 1, room, room + 2 * scores);
    if (!code) *w = (lince_quantized_worth){n, room[0].value, room[scores].value, room[3 * scores]};
    lince_free(marks);
    lince_free(room);
    return code;
}

typedef struct choice {
    lince_range_method method;
    double accuracy, loss;
} choice;

static int try_method(lince_quantizing *q, const char *names, lince_range_method method, choice *best)
{
    lince_net *net;
    lince_evaluation e = {0};
    LINCE_TRY(lince_quantizing_build(q, names, method, LINCE_EVALUATION_BATCH, q->m->threads, &net));
    int code = answers_of(q, net, "val", &e);
    if (!code && (e.accuracy > best->accuracy || (e.accuracy == best->accuracy && e.loss < best->loss)))
        *best = (choice){method, e.accuracy, e.loss};
    lince_evaluation_release(&e);
    lince_net_free(net);
    return code;
}

/* All methods with these layers in floats. */
static int try_names(lince_quantizing *q, const char *names, choice *best)
{
    LINCE_TRY(plan(q, names));
    for (int method = 0; method < LINCE_RANGE_METHODS; method++)
        LINCE_TRY(try_method(q, names, (lince_range_method)method, best));
    return 0;
}

static double points_lost(const lince_evaluation *before, const choice *c)
{
    return 100 * (before->accuracy - c->accuracy);
}

/* As few layers in floats as keep what may be lost: none but the slow ones, the first, the last, both. Leaves the best. */
static int choose(lince_quantizing *q, const lince_evaluation *before, const char *first, const char *last)
{
    choice best = {.accuracy = -1};
    lince_buffer tried = {0};
    int code = 0;
    for (int i = 0; i < 4 && !code && (i == 0 || points_lost(before, &best) > q->options.max_loss); i++) {
        choice one = {.accuracy = -1};
        set_names(&tried, text_of(&q->slow));
        if (i & 1) lince_quantizing_name(&tried, first);
        if (i & 2) lince_quantizing_name(&tried, last);
        code = tried.error ? tried.error : try_names(q, text_of(&tried), &one);
        if (code || (one.accuracy <= best.accuracy)) continue;
        best = one;
        set_names(&q->names, text_of(&tried));
    }
    lince_buffer_release(&tried);
    q->method = best.method;
    if (!code) code = q->names.error;
    return code ? code : plan(q, text_of(&q->names));
}

static int refuse_loss(const lince_quantizing *q)
{
    const lince_quantized_worth *w = &q->validation;
    return lince_fail(
        LINCE_EDATA,
        "in 8 bits %.2f points of accuracy are lost on the validation part: %.2f %% become %.2f %% (95 %% "
        "interval of the difference: %+.2f to %+.2f; samples: %zu), and --max-loss allows %g; nothing was "
        "written",
        -100 * w->difference.value, 100 * w->before, 100 * w->after, 100 * w->difference.low,
        100 * w->difference.high, w->n, q->options.max_loss);
}

/* --- measuring and writing ------------------------------------------------------------------------------------- */

static int measure_part(lince_quantizing *q, lince_net *net, const char *part, const lince_evaluation *before,
                        lince_quantized_worth *w)
{
    lince_evaluation after = {0};
    int code = answers_of(q, net, part, &after);
    if (!code) code = compare(before, &after, w);
    lince_evaluation_release(&after);
    return code;
}

static int measure_test(lince_quantizing *q, lince_net *net)
{
    lince_evaluation before = {0};
    lince_dataset *data;
    int code = lince_model_on_part(q->m, NULL, "test", false, &q->quiet, &data, &before);
    bool none = data && !lince_dataset_count(data, LINCE_TEST);
    if (!code) code = measure_part(q, net, "test", &before, &q->test);
    lince_evaluation_release(&before);
    lince_dataset_free(data);
    return none ? 0 : code;
}

static int find_size(const char *path, double *bytes)
{
    struct stat status;
    if (stat(path, &status)) return lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno));
    *bytes = (double)status.st_size;
    return 0;
}

static int save(lince_quantizing *q, lince_net *net)
{
    lince_passport passport;
    lince_blueprint b = q->m->blueprint;
    b.floats = (char *)text_of(&q->names);
    b.bf16 = false;
    int code = lince_blueprint_write(&b, &passport);
    if (!code) code = lince_state_dict_save(net, NULL, q->file, passport.list, passport.count);
    lince_passport_release(&passport);
    if (!code) code = find_size(q->m->path, &q->bytes_before);
    return code ? code : find_size(q->file, &q->bytes_after);
}

static int finish(lince_quantizing *q, const lince_evaluation *before)
{
    lince_net *net;
    LINCE_TRY(lince_quantizing_build(q, text_of(&q->names), q->method, LINCE_EVALUATION_BATCH, q->m->threads,
                                     &net));
    int code = measure_part(q, net, "val", before, &q->validation);
    if (!code && -100 * q->validation.difference.value > q->options.max_loss) code = refuse_loss(q);
    if (!code && !q->options.untimed) code = lince_quantizing_time(q);
    if (!code) code = measure_test(q, net);
    if (!code) code = save(q, net);
    lince_net_free(net);
    return code ? code : lince_quantizing_write(q);
}

static int quantize(lince_quantizing *q)
{
    lince_net_options options = {.batch = 1, .threads = q->m->threads, .inference = true, .keep = true};
    lince_evaluation before = {0};
    lince_dataset *data;
    LINCE_TRY(lince_model_build(q->m, &options, &q->floats));
    LINCE_TRY(plan(q, ""));
    if (!q->options.untimed) LINCE_TRY(lince_quantizing_find_slow(q));
    char first[LINCE_NAME_MAX], last[LINCE_NAME_MAX];
    const lince_quantized_part *parts = q->plan.parts;
    memcpy(first, lince_net_layer(q->floats, (size_t)parts[0].layer)->name, sizeof first);
    memcpy(last, lince_net_layer(q->floats, (size_t)parts[q->plan.part_count - 1].layer)->name, sizeof last);
    int code = lince_model_on_part(q->m, NULL, "val", false, &q->observer, &data, &before);
    if (!code) code = choose(q, &before, first, last);
    if (!code) code = finish(q, &before);
    lince_evaluation_release(&before);
    lince_dataset_free(data);
    return code;
}

static int check(const lince_model *m, const lince_quantize_options *o)
{
    if (m->blueprint.floats)
        return lince_fail(LINCE_EUSAGE, "%s: its weights are in 8 bits already", m->path);
    if (!m->has_run || m->of_file)
        return lince_fail(
            LINCE_EUSAGE,
            "lince quantize: needs a run, whose parts say what bytes have to stand for and what is lost; %s is "
            "a weights file",
            m->path);
    if (m->settings.val_on_test)
        return lince_fail(LINCE_EUSAGE,
                          "lince quantize: chooses on the validation part, and here that is the test part "
                          "(--val-on-test), which must not decide anything");
    if (o->calibrate < 1)
        return lince_fail(LINCE_EUSAGE, "--calibrate %d: expected one sample at least", o->calibrate);
    if (!(o->max_loss >= 0))
        return lince_fail(LINCE_EUSAGE, "--max-loss %g: expected points of accuracy", o->max_loss);
    return 0;
}

int lince_model_quantize(lince_model *m, const lince_quantize_options *options,
                         const lince_observer *observer, char **text)
{
    LINCE_NEED(m);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_quantizing q = {.m = m, .options = LINCE_QUANTIZE_OPTIONS_INIT, .observer = LINCE_OBSERVER_INIT};
    *text = NULL;
    LINCE_TRY(lince_sized_read(&q.options, options, "lince_quantize_options"));
    LINCE_TRY(lince_sized_read(&q.observer, observer, "lince_observer"));
    LINCE_TRY(check(m, &q.options));
    q.quiet = q.observer;
    q.quiet.note = q.quiet.warning = NULL;
    lince_run run;
    LINCE_TRY(lince_run_open(&run, m->run));
    if (q.options.path)
        snprintf(q.file, sizeof q.file, "%s", q.options.path);
    else
        LINCE_TRY(lince_path_join(q.file, m->run, "weights/int8.safetensors"));
    LINCE_TRY(lince_run_lock(&run));
    int code = quantize(&q);
    lince_run_unlock(&run);
    if (!code) code = lince_quantizing_tell(&q, text);
    lince_ranges_free(q.ranges);
    lince_quantized_release(&q.plan);
    lince_net_free(q.floats);
    lince_buffer_release(&q.slow);
    lince_buffer_release(&q.names);
    return code;
}
