#include "tune/record.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "train/run/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const lince_tune_samplers[] = {
    [LINCE_TUNE_TPE] = "tpe", [LINCE_TUNE_RANDOM] = "random", [LINCE_TUNE_RANDOM + 1] = NULL};
const char *const lince_tune_objectives[] = {[LINCE_TUNE_ACCURACY] = "accuracy",
                                             [LINCE_TUNE_LOSS] = "loss",
                                             [LINCE_TUNE_F1] = "f1",
                                             [LINCE_TUNE_F1 + 1] = NULL};

static const char JOURNAL[] = "search/journal.jsonl";

static int path_in(const lince_search *s, const char *name, char path[LINCE_PATH_MAX])
{
    return lince_path_join(path, s->folder, name);
}

double lince_search_score(const lince_search *s, double value)
{
    if (isnan(value)) return -INFINITY;
    return s->objective == LINCE_TUNE_LOSS ? -value : value;
}

/* --- trials --------------------------------------------------------------------------------------- */

int lince_search_add_trial(lince_search *s, const double *place)
{
    LINCE_TRY(lince_grow(&s->trials, &s->capacity, s->count + 1, sizeof *s->trials));
    lince_trial *t = &s->trials[s->count++];
    *t = (lince_trial){0};
    t->value = lince_alloc(s->space.count + 1, sizeof *t->value);
    t->place = lince_alloc(s->space.count + 1, sizeof *t->place);
    if (!t->value || !t->place) return LINCE_ENOMEM;
    for (size_t i = 0; i < s->space.count; i++) {
        char text[LINCE_VALUE_MAX];
        lince_dimension_print(&s->space.dims[i], place[i], text);
        if (!(t->value[i] = lince_strdup(text))) return LINCE_ENOMEM;
        t->place[i] =
            lince_dimension_place(&s->space.dims[i], text); /* of what is used, as a reader finds it */
    }
    return 0;
}

void lince_search_trial_name(size_t trial, char name[64])
{
    snprintf(name, 64, "trials/%03zu", trial);
}

void lince_search_trial_folder(const lince_search *s, size_t trial, char path[LINCE_PATH_MAX])
{
    char name[64];
    lince_search_trial_name(trial, name);
    if (lince_path_join(path, s->folder, name)) *path = '\0';
}

void lince_search_trial_text(const lince_search *s, size_t trial, lince_buffer *out)
{
    for (size_t i = 0; i < s->space.count; i++)
        lince_buffer_printf(out, "%s%s=%s", i ? " " : "", s->space.dims[i].setting->name,
                            s->trials[trial].value[i]);
}

void lince_search_apply(lince_search *s, const lince_leg *leg)
{
    lince_trial *t = &s->trials[leg->trial];
    lince_standing *st = &t->standing;
    t->last = leg;
    st->failed = leg->reason != NULL;
    if (st->failed) return;
    int to = leg->ended ? s->rungs.count : leg->rung + 1;
    for (int r = leg->rung; r < to; r++) st->score[r] = lince_search_score(s, leg->value);
    st->reached = to;
    if (st->sent < to) st->sent = to;
}

/* --- journal -------------------------------------------------------------------------------------- */

static json_t *leg_json(const lince_search *s, const lince_leg *leg)
{
    json_t *settings = json_object();
    for (size_t i = 0; i < s->space.count; i++)
        lince_json_put(&settings, s->space.dims[i].setting->name,
                       lince_json_string(s->trials[leg->trial].value[i]));
    json_t *value = lince_json_measure(leg->value),
           *reason = leg->reason ? lince_json_string(leg->reason) : json_null();
    return lince_json_pack("{s:I, s:I, s:i, s:i, s:o, s:b, s:o, s:f, s:f, s:o}", "leg",
                           (json_int_t)leg->number, "trial", (json_int_t)leg->trial, "rung", leg->rung,
                           "epochs", leg->epochs, "value", value, "ended", leg->ended, "failed", reason,
                           "seconds", leg->seconds, "at", leg->at, "settings", settings);
}

static int keep_leg(lince_search *s, lince_leg *leg)
{
    LINCE_TRY(lince_grow(&s->legs, &s->leg_capacity, s->leg_count + 1, sizeof *s->legs));
    s->legs[s->leg_count++] = leg;
    return 0;
}

static void free_leg(lince_leg *leg)
{
    if (leg) lince_free(leg->reason);
    lince_free(leg);
}

int lince_search_add_leg(lince_search *s, lince_leg *leg)
{
    char *line;
    int code = lince_json_text(leg_json(s, leg), JSON_COMPACT | JSON_REAL_PRECISION(17), &line);
    if (code) return lince_fail_in(code, JOURNAL);
    lince_buffer_printf(&s->journal, "%s\n", line);
    lince_free(line);
    LINCE_TRY(s->journal.error);
    LINCE_TRY(lince_file_write_in(s->folder, JOURNAL, s->journal.data, s->journal.size));
    return keep_leg(s, leg);
}

/* The trial of a leg that is read, where it is the first that tells of it. */
static int read_trial(lince_search *s, size_t trial, const json_t *settings)
{
    double place[LINCE_SPACE_MAX];
    if (trial < s->count) return 0;
    if (trial > s->count) return LINCE_EFORMAT;
    for (size_t i = 0; i < s->space.count; i++) {
        const lince_dimension *d = &s->space.dims[i];
        const char *value = json_string_value(json_object_get(settings, d->setting->name));
        if (!value) return LINCE_EFORMAT;
        place[i] = lince_dimension_place(d, value);
    }
    return lince_search_add_trial(s, place);
}

static int read_leg(lince_search *s, const json_t *o)
{
    const json_t *value = json_object_get(o, "value");
    const char *reason = json_string_value(json_object_get(o, "failed"));
    lince_leg *leg = lince_alloc(1, sizeof *leg);
    if (!leg) return LINCE_ENOMEM;
    *leg = (lince_leg){.number = (size_t)json_integer_value(json_object_get(o, "leg")),
                       .trial = (size_t)json_integer_value(json_object_get(o, "trial")),
                       .rung = (int)json_integer_value(json_object_get(o, "rung")),
                       .epochs = (int)json_integer_value(json_object_get(o, "epochs")),
                       .value = json_is_number(value) ? json_number_value(value) : NAN,
                       .ended = json_is_true(json_object_get(o, "ended")),
                       .reason = reason ? lince_strdup(reason) : NULL,
                       .seconds = json_number_value(json_object_get(o, "seconds")),
                       .at = json_number_value(json_object_get(o, "at"))};
    bool follows = !s->leg_count || leg->number > s->legs[s->leg_count - 1]->number;
    int code =
        follows && leg->rung >= 0 && leg->rung < s->rungs.count && (value || reason) ? 0 : LINCE_EFORMAT;
    if (!code) code = read_trial(s, leg->trial, json_object_get(o, "settings"));
    if (!code) code = keep_leg(s, leg);
    if (code) free_leg(leg);
    return code;
}

static int read_journal(lince_search *s)
{
    char path[LINCE_PATH_MAX], *bytes, *save = NULL;
    size_t size, number = 0;
    LINCE_TRY(path_in(s, JOURNAL, path));
    LINCE_TRY(lince_file_read(path, 1 << 28, &bytes, &size));
    lince_buffer_puts(&s->journal, bytes);
    int code = s->journal.error;
    for (char *line = strtok_r(bytes, "\n", &save); !code && line; line = strtok_r(NULL, "\n", &save)) {
        json_t *object;
        number++;
        code = lince_json_parse(line, strlen(line), 0, &object, NULL);
        if (!code) code = json_is_object(object) ? read_leg(s, object) : LINCE_EFORMAT;
        json_decref(object);
        if (code == LINCE_EFORMAT)
            code = lince_fail(LINCE_EFORMAT, "%s:%zu: not the line of a search's journal", path, number);
    }
    lince_free(bytes);
    return code;
}

/* --- what was asked for --------------------------------------------------------------------------- */

int lince_search_write_options(const lince_search *s)
{
    json_t *space = json_array();
    for (size_t i = 0; i < s->space.count; i++) {
        lince_buffer text = {0};
        lince_buffer_printf(&text, "%s=%s", s->space.dims[i].setting->name, s->space.dims[i].text);
        lince_json_add(&space, text.error ? NULL : lince_json_string(text.data));
        lince_buffer_release(&text);
    }
    json_t *o = lince_json_pack("{s:i, s:o, s:s, s:s, s:i, s:f, s:i, s:i, s:i, s:b, s:b}", "version", 1,
                                "space", space, "sampler", lince_tune_samplers[s->sampler], "objective",
                                lince_tune_objectives[s->objective], "trials", s->trials_wanted, "budget",
                                s->budget, "reduction", s->rungs.reduction, "first rung", s->rungs.epochs[0],
                                "jobs", s->jobs, "ended", s->ended, "over", s->over);
    char *text;
    int code = lince_json_text(o, JSON_INDENT(2) | JSON_REAL_PRECISION(17), &text);
    code = code ? lince_fail_in(code, LINCE_SEARCH_FILE)
                : lince_file_write_in(s->folder, LINCE_SEARCH_FILE, text, strlen(text));
    lince_free(text);
    return code;
}

/* search.json comes last: a folder without one is no search. */
int lince_search_begin(lince_search *s, const char *command)
{
    lince_run run = {.lock = -1};
    LINCE_TRY(path_in(s, "search", run.folder));
    LINCE_TRY(lince_folder_make(s->folder, "search"));
    LINCE_TRY(lince_folder_make(s->folder, "trials"));
    LINCE_TRY(lince_run_write_config(&run, &s->settings, command, NULL));
    LINCE_TRY(lince_file_write_in(s->folder, JOURNAL, "", 0));
    return lince_search_write_options(s);
}

static int named(const char *const *names, const json_t *o, const char *key)
{
    const char *name = json_string_value(json_object_get(o, key));
    for (int i = 0; names[i]; i++)
        if (name && !strcmp(names[i], name)) return i;
    return -1;
}

static int read_options(lince_search *s, const json_t *o, const char *path)
{
    size_t i;
    json_t *text;
    int sampler = named(lince_tune_samplers, o, "sampler"),
        objective = named(lince_tune_objectives, o, "objective"),
        reduction = (int)json_integer_value(json_object_get(o, "reduction"));
    s->trials_wanted = (int)json_integer_value(json_object_get(o, "trials"));
    s->budget = json_number_value(json_object_get(o, "budget"));
    s->jobs = (int)json_integer_value(json_object_get(o, "jobs"));
    s->ended = json_is_true(json_object_get(o, "ended")), s->over = json_is_true(json_object_get(o, "over"));
    if (json_integer_value(json_object_get(o, "version")) != 1 || sampler < 0 || objective < 0 ||
        reduction < 2 || s->jobs < 1)
        return lince_fail(LINCE_EFORMAT, "%s: not of a search, or of a later version", path);
    s->sampler = (lince_tune_sampler)sampler, s->objective = (lince_tune_objective)objective;
    lince_rungs_init(&s->rungs, s->settings.epochs, (int)json_integer_value(json_object_get(o, "first rung")),
                     reduction);
    json_array_foreach(json_object_get(o, "space"), i, text)
    {
        LINCE_TRY(
            lince_space_add(&s->space, json_string_value(text) ? json_string_value(text) : "", &s->settings));
    }
    return 0;
}

int lince_tune_settings(const char *folder, lince_settings *settings)
{
    LINCE_NEED(folder);
    LINCE_NEED(settings);
    LINCE_PLAIN_LOCALE;
    lince_run run = {.lock = -1};
    LINCE_TRY(lince_path_join(run.folder, folder, "search"));
    if (lince_run_read_config(&run, settings))
        return lince_fail(LINCE_EIO, "%s: not the folder of a search that can be gone on with", folder);
    return 0;
}

int lince_search_read(lince_search *s, const char *folder)
{
    char path[LINCE_PATH_MAX];
    lince_run run = {.lock = -1};
    snprintf(s->folder, sizeof s->folder, "%s", folder);
    for (size_t n = strlen(s->folder); n > 1 && s->folder[n - 1] == '/'; n--) s->folder[n - 1] = '\0';
    LINCE_TRY(path_in(s, "search", run.folder));
    LINCE_TRY(path_in(s, LINCE_SEARCH_FILE, path));
    json_t *o;
    LINCE_TRY(lince_json_read_if_there(path, &o));
    if (!o)
        return lince_fail(LINCE_EIO, "%s: not the folder of a search (it has no search/search.json)", folder);
    int code = lince_settings_init(&s->settings);
    if (!code) code = lince_run_read_config(&run, &s->settings);
    if (!code) code = read_options(s, o, path);
    json_decref(o);
    return code ? code : read_journal(s);
}

void lince_search_release(lince_search *s)
{
    for (size_t i = 0; i < s->count; i++) {
        for (size_t k = 0; s->trials[i].value && k < s->space.count; k++) lince_free(s->trials[i].value[k]);
        lince_free(s->trials[i].value);
        lince_free(s->trials[i].place);
    }
    for (size_t i = 0; i < s->leg_count; i++) free_leg(s->legs[i]);
    lince_free(s->trials);
    lince_free(s->legs);
    lince_buffer_release(&s->journal);
    lince_space_release(&s->space);
    lince_settings_release(&s->settings);
    *s = (lince_search){0};
}
