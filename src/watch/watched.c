#include "watch/watched.h"
#include "core/clock.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/sha256.h"
#include "core/yaml.h"
#include "train/run/progress.h"
#include "train/run/saved.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What is told of a run depends on these, and on progress.json. */
enum { CONFIG, RESULTS, TEST, EXPLAINED, END, REPORT, ERRORS };
static const char *const files[LINCE_WATCHED_FILES] = {
    [CONFIG] = "config.yaml",     [RESULTS] = "results.csv", [TEST] = "test.json",
    [EXPLAINED] = "explain.json", [END] = LINCE_END_FILE,    [REPORT] = "report.html",
    [ERRORS] = "plots/errors.png"};

enum { MOST = 16 << 20 }; /* bytes of a file that is read */

/* --- beginning ------------------------------------------------------------------------------------ */

/* A name out of a file system, as it may be shown; of the folder itself its own. */
static char *name_of(const char *folder, const char *path)
{
    lince_buffer out = {0};
    char *real = *path ? NULL : realpath(folder, NULL), *slash = real ? strrchr(real, '/') : NULL;
    lince_put_name_for_display(&out,
                               *path               ? path
                               : slash && slash[1] ? slash + 1
                                                   : folder,
                               LINCE_REPLACEMENT);
    free(real);
    if (!out.error && out.data) return out.data;
    lince_buffer_release(&out);
    return lince_strdup("?");
}

int lince_watched_init(lince_watched *w, const char *folder, const char *path, const unsigned char *secret,
                       size_t secret_size)
{
    char digits[LINCE_SHA256_DIGITS + 1];
    lince_sha256 sum;
    lince_sha256_begin(&sum);
    lince_sha256_add(&sum, secret, secret_size);
    lince_sha256_add(&sum, path, strlen(path));
    lince_sha256_end(&sum, digits);
    *w = (lince_watched){.path = lince_strdup(path), .name = name_of(folder, path), .there = true};
    memcpy(w->id, digits, LINCE_WATCHED_ID);
    return w->path && w->name ? 0 : LINCE_ENOMEM;
}

void lince_watched_release(lince_watched *w)
{
    json_decref(w->progress);
    lince_free(w->told.text);
    lince_free(w->at.text);
    lince_free(w->path);
    lince_free(w->name);
}

/* --- what the files say --------------------------------------------------------------------------- */

/* A text out of a file, as it may be shown. */
static json_t *shown(const char *text)
{
    lince_buffer out = {0};
    lince_put_for_display(&out, text ? text : "", LINCE_REPLACEMENT);
    json_t *json = out.error ? NULL : lince_json_string(out.data ? out.data : "");
    lince_buffer_release(&out);
    return json;
}

static void put_pair(json_t **settings, const yaml_node_t *key, const yaml_node_t *value)
{
    if (!key || !value || key->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE) return;
    const char *name = (const char *)key->data.scalar.value;
    if (lince_name_is_clean(name))
        lince_json_put(settings, name, shown((const char *)value->data.scalar.value));
}

/* Whatever version wrote them, also a later one: they are shown, not obeyed. */
static int take_settings(void *context, yaml_document_t *document, const char *path)
{
    json_t **settings = context;
    const yaml_node_t *root = yaml_document_get_root_node(document);
    (void)path;
    if (root->type != YAML_MAPPING_NODE) return 0;
    for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++)
        put_pair(settings, yaml_document_get_node(document, pair->key),
                 yaml_document_get_node(document, pair->value));
    return 0;
}

/* Settings of a run of lince have these; a config.yaml may be anybody's. */
static bool are_ours(const json_t *settings)
{
    return json_object_get(settings, "model") && json_object_get(settings, "epochs") &&
           json_object_get(settings, "data");
}

static int read_settings(int folder, json_t **settings)
{
    char *bytes;
    size_t size;
    *settings = lince_json_pack("{}");
    int code = lince_within_read(folder, files[CONFIG], 1 << 20, &bytes, &size);
    if (code) return code;
    code = lince_yaml_parse(bytes, size, files[CONFIG], take_settings, settings);
    lince_free(bytes);
    return code;
}

static void add_epoch(json_t **rows, const lince_epoch *e)
{
    json_t *row = lince_json_pack("[i]", e->epoch);
    const double values[] = {e->time, e->train_loss, e->train_accuracy, e->val_loss, e->val_accuracy, e->lr};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        lince_json_add(&row, lince_json_measure(values[i]));
    lince_json_add(rows, row);
}

/* Rows as results.csv has them. None, where there is no such file yet. */
static int read_epochs(int folder, lince_watched *w, json_t **rows)
{
    char *bytes;
    size_t size;
    lince_history history = {0};
    *rows = lince_json_pack("[]");
    w->done = 0;
    int code = lince_within_read(folder, files[RESULTS], MOST, &bytes, &size);
    if (code) return code < 0 ? code : 0;
    code = lince_history_parse(&history, files[RESULTS], bytes, size);
    for (size_t i = 0; !code && i < history.count; i++) add_epoch(rows, &history.epochs[i]);
    w->done = (int)history.count;
    lince_history_release(&history);
    lince_free(bytes);
    return code;
}

/* NULL: there is none, or it cannot be read: what it would say is left out. */
static json_t *read_json(int folder, const char *name)
{
    char *bytes;
    size_t size;
    json_t *json = NULL;
    if (lince_within_read(folder, name, MOST, &bytes, &size)) return NULL;
    if (lince_json_parse(bytes, size, 0, &json, NULL)) json = NULL;
    lince_free(bytes);
    return json;
}

/* Numbers of `from`, by these names, as far as they are there. */
static json_t *numbers_of(const json_t *from, const char *const *names)
{
    json_t *found = lince_json_pack("{}");
    for (; *names; names++) {
        const json_t *value = json_object_get(from, *names);
        if (json_is_number(value))
            lince_json_put(&found, *names, lince_json_measure(json_number_value(value)));
    }
    return found;
}

static json_t *read_test(int folder)
{
    static const char *const names[] = {"n", "loss", "accuracy", "top5", NULL};
    json_t *test = read_json(folder, files[TEST]),
           *told = json_is_object(test) ? numbers_of(test, names) : json_null();
    json_decref(test);
    return told;
}

static json_t *text_of(const json_t *object, const char *key)
{
    return shown(json_string_value(json_object_get(object, key)));
}

/* What the pictures of its errors show, the surest first. */
static json_t *read_mistakes(int folder)
{
    enum { ENOUGH = 12 };
    json_t *explained = read_json(folder, files[EXPLAINED]), *told = lince_json_pack("[]");
    const json_t *list = json_object_get(explained, "errors");
    for (size_t i = 0; i < json_array_size(list) && i < ENOUGH; i++) {
        const json_t *e = json_array_get(list, i);
        double probability = json_number_value(json_object_get(e, "probability"));
        lince_json_add(&told, lince_json_pack("{s:o, s:o, s:o, s:o}", "path", text_of(e, "path"), "true",
                                              text_of(e, "true"), "predicted", text_of(e, "predicted"),
                                              "probability", lince_json_measure(probability)));
    }
    json_decref(explained);
    return told;
}

/* --- telling -------------------------------------------------------------------------------------- */

static int put_json(lince_board *board, lince_item *item, const char *kind, json_t *json)
{
    char *text;
    LINCE_TRY(lince_json_text(json, JSON_COMPACT | JSON_REAL_PRECISION(9), &text));
    lince_board_put(board, item, kind, text);
    return 0;
}

/* The newest of what training writes, as seconds since 1970. */
static long long written(const lince_watched *w)
{
    long long newest = w->progress_stamp.seconds;
    for (int i = CONFIG; i <= END; i++)
        if (w->stamps[i].seconds > newest) newest = w->stamps[i].seconds;
    return newest;
}

/* A picture is asked for again once it is another one: its address says when it was written. */
static json_t *version_of(const lince_stamp *stamp)
{
    return stamp->there
               ? lince_json_pack("I", (json_int_t)(stamp->seconds * 1000 + stamp->nanoseconds / 1000000))
               : json_null();
}

/* The report of a run that stopped early is made behind its test, which is newer than its epochs. */
static bool has_ended(const lince_watched *w)
{
    const lince_stamp *test = &w->stamps[TEST], *results = &w->stamps[RESULTS];
    return w->stamps[END].there || (w->epochs > 0 && w->done >= w->epochs) ||
           (test->there && test->seconds >= results->seconds);
}

/* Takes `why`, `settings` and `rows` over. */
static int put_description(lince_watched *w, int folder, lince_board *board, json_t *why, json_t *settings,
                           json_t *rows)
{
    json_t *told =
        lince_json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", w->id, "name",
                        lince_json_string(w->name), "error", why, "settings", settings, "epochs", rows,
                        "test", read_test(folder), "mistakes", read_mistakes(folder), "report",
                        version_of(&w->stamps[REPORT]), "errors", version_of(&w->stamps[ERRORS]));
    return put_json(board, &w->told, "run", told);
}

/* What cannot be read is told as that, where something was trained beside it. */
static int describe(lince_watched *w, int folder, lince_board *board)
{
    json_t *settings, *rows;
    int code = read_settings(folder, &settings);
    w->run = code ? w->stamps[RESULTS].there || w->progress_stamp.there : are_ours(settings);
    if (!w->run) {
        json_decref(settings);
        lince_board_put(board, &w->told, "run", NULL);
        return 0;
    }
    int unread = read_epochs(folder, w, &rows);
    json_t *why = code < 0 || unread < 0 ? shown(lince_error()) : json_null();
    const char *epochs = json_string_value(json_object_get(settings, "epochs"));
    w->epochs = epochs ? atoi(epochs) : 0;
    w->ended = has_ended(w);
    return put_description(w, folder, board, why, settings, rows);
}

/* --- progress ------------------------------------------------------------------------------------- */

/* Seconds since it was written, at first sight; by the clock of whoever wrote it, if that is not ours. */
static double age_of(const lince_stamp *stamp)
{
    return fmax(0, difftime(time(NULL), (time_t)stamp->seconds));
}

/* NULL: no progress is made. */
static void take_progress(lince_watched *w, const json_t *said)
{
    static const char *const numbers[] = {"epoch", "epochs",   "step", "steps",
                                          "loss",  "accuracy", "lr",   "samples_per_second",
                                          "eta",   NULL};
    double within = json_number_value(json_object_get(said, "within"));
    json_decref(w->progress);
    w->progress = NULL;
    w->within = within > 0 && within < 1e6 ? within : 60;
    if (!said) return;
    w->progress = numbers_of(said, numbers);
    lince_json_put(&w->progress, "phase", text_of(said, "phase"));
}

/* Another machine's file may come as of two times, its size of one and its bytes of the other: it has moved, and what was known holds until
 * the next look. */
static void read_progress(lince_watched *w, int folder, bool first)
{
    json_t *said = read_json(folder, LINCE_PROGRESS_FILE);
    w->moved = lince_now() - (first ? age_of(&w->progress_stamp) : 0);
    if (json_is_object(said) || !w->progress_stamp.there) take_progress(w, said);
    json_decref(said);
}

static const char *state_of(lince_watched *w)
{
    static const char *const names[] = {[LINCE_RUN_STOPPED] = "stopped",
                                        [LINCE_RUN_TRAINING] = "training",
                                        [LINCE_RUN_LOST] = "lost",
                                        [LINCE_RUN_FINISHED] = "finished"};
    bool alive = w->progress && lince_now() - w->moved <= w->within;
    w->state = alive         ? LINCE_RUN_TRAINING
               : w->ended    ? LINCE_RUN_FINISHED
               : w->progress ? LINCE_RUN_LOST
                             : LINCE_RUN_STOPPED;
    return names[w->state];
}

static int put_progress(lince_watched *w, lince_board *board)
{
    const char *state = state_of(w);
    json_t *progress = w->progress && w->state != LINCE_RUN_FINISHED ? json_incref(w->progress) : json_null();
    return put_json(board, &w->at, "at",
                    lince_json_pack("{s:s, s:s, s:I, s:o}", "id", w->id, "state", state, "written",
                                    (json_int_t)written(w), "progress", progress));
}

/* --- looking -------------------------------------------------------------------------------------- */

static int look_within(lince_watched *w, int folder, lince_board *board)
{
    bool first = w->looked == 0, changed = first;
    for (int i = 0; i < LINCE_WATCHED_FILES; i++)
        changed |= lince_within_changed(folder, files[i], &w->stamps[i]);
    if (lince_within_changed(folder, LINCE_PROGRESS_FILE, &w->progress_stamp))
        read_progress(w, folder, first);
    w->looked = lince_now();
    if (changed) LINCE_TRY(describe(w, folder, board));
    if (w->run) return put_progress(w, board);
    lince_board_put(board, &w->at, "at", NULL);
    return 0;
}

/* A folder that cannot be reached now, as one of another machine, is told as it was. */
int lince_watched_look(lince_watched *w, const char *root, lince_board *board)
{
    int folder = lince_folder_open(root, w->path, false);
    if (folder < 0) return w->run && w->looked > 0 ? put_progress(w, board) : 0;
    int code = look_within(w, folder, board);
    close(folder);
    return code;
}

void lince_watched_leave(lince_watched *w, lince_board *board)
{
    w->there = w->run = false;
    w->looked = 0; /* all is read anew where it comes again */
    lince_board_put(board, &w->told, "run", NULL);
    lince_board_put(board, &w->at, "at", NULL);
}
