#include "train/run/saved.h"
#include "core/error.h"
#include "core/json.h"
#include "train/run/checkpoint.h"

#include <stdlib.h>
#include <string.h>

static const char *const KEYS[] = {"position", "stage", "history", "settings", "kernels", "data", "content"};

const char *lince_saved_text(const lince_saved *s, const char *key)
{
    const lince_weights *from = s->end ? s->end : s->state;
    return from ? lince_weights_metadata(from, key) : NULL;
}

static int open_file(lince_weights **file, const lince_run *run, const char *name)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, name));
    return lince_file_is_missing(path) ? 0 : lince_checkpoint_open(file, path);
}

/* A run that goes on writes its new checkpoint before it takes the end away: where both are there and differ
 * in their settings (the number of epochs), the end is that of the stage before. */
static void leave_stale_end(lince_saved *s)
{
    if (!s->end || !s->state) return;
    const char *end = lince_weights_metadata(s->end, "settings"),
               *state = lince_weights_metadata(s->state, "settings");
    if (end && state && !strcmp(end, state)) return;
    lince_weights_free(s->end);
    s->end = NULL;
}

static int number_of(const json_t *settings, const char *name)
{
    const char *text = json_string_value(json_object_get(settings, name));
    return text ? atoi(text) : 0;
}

static int read_texts(lince_saved *s, const lince_run *run)
{
    const char *text = lince_saved_text(s, "settings");
    char path[LINCE_PATH_MAX];
    json_t *settings = NULL;
    LINCE_TRY(lince_path_join(path, run->folder, s->end ? LINCE_END_FILE : LINCE_STATE_FILE));
    int code = text ? lince_json_parse(text, strlen(text), 0, &settings, NULL) : 0;
    if (code == LINCE_ENOMEM) return code;
    code = 0;
    s->epochs = number_of(settings, "epochs");
    s->patience = number_of(settings, "patience");
    json_decref(settings);
    if (s->epochs < 1) code = lince_fail(LINCE_EFORMAT, "its settings cannot be read");
    if (!code)
        code = lince_position_read(&s->at, &s->schedule, lince_saved_text(s, "position"),
                                   lince_saved_text(s, "stage"), s->epochs);
    if (!code && lince_position_has_version(lince_saved_text(s, "position")) &&
        !lince_weights_has_checksum(s->end ? s->end : s->state))
        code = lince_fail(LINCE_EFORMAT, "its checksum is missing");
    if (code) return lince_fail_in(code, path);
    s->ended = lince_position_ended(&s->at, s->epochs, s->patience);
    return 0;
}

/* Version 0.1 recorded no ends (and no stages): a run was tested when its training had come to its end, and
 * only then. */
static bool was_tested(const lince_saved *s, const lince_run *run)
{
    char path[LINCE_PATH_MAX];
    return s->ended && !lince_saved_text(s, "stage") && !lince_path_join(path, run->folder, "test.json") &&
           !lince_file_is_missing(path);
}

int lince_saved_open(lince_saved *s, const lince_run *run)
{
    *s = (lince_saved){0};
    int code = open_file(&s->state, run, LINCE_STATE_FILE);
    if (!code) code = open_file(&s->end, run, LINCE_END_FILE);
    if (!code) leave_stale_end(s);
    if (!code && (s->state || s->end)) code = read_texts(s, run);
    if (code) lince_saved_close(s);
    s->finished = !code && (s->end || was_tested(s, run));
    return code;
}

void lince_saved_close(lince_saved *s)
{
    lince_weights_free(s->state);
    lince_weights_free(s->end);
    *s = (lince_saved){0};
}

int lince_saved_drop(const lince_run *run)
{
    return lince_file_remove(run->folder, LINCE_STATE_FILE);
}

static int write_end(const lince_saved *s, const lince_run *run)
{
    enum { COUNT = sizeof KEYS / sizeof *KEYS };
    lince_metadata texts[COUNT];
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++)
        if (lince_saved_text(s, KEYS[i]))
            texts[count++] = (lince_metadata){KEYS[i], lince_saved_text(s, KEYS[i])};
    return lince_checkpoint_write(run->folder, LINCE_END_FILE, NULL, 0, texts, count);
}

int lince_saved_finish(const lince_run *run, bool keep)
{
    lince_saved s;
    LINCE_TRY(lince_saved_open(&s, run));
    int code = s.end ? 0 : write_end(&s, run);
    lince_saved_close(&s);
    return code || keep ? code : lince_saved_drop(run);
}
