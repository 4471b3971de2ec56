/* The runs of a cross-validation. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "train/loop/job.h"
#include "train/measure/evaluate.h"
#include "train/run/saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int lince_cv_fold_path(char out[LINCE_PATH_MAX], const char *folder, size_t fold)
{
    char name[32];
    snprintf(name, sizeof name, "fold-%zu", fold + 1);
    return lince_path_join(out, folder, name);
}

/* What a killed process may have left of a fold's run. */
typedef enum state { NOTHING, BEGUN, FINISHED } state;

/* A folder without a first checkpoint holds nothing that could be gone on with. */
static int look(const char *folder, state *found)
{
    lince_run run;
    lince_saved saved;
    *found = NOTHING;
    if (lince_run_open(&run, folder)) return 0;
    LINCE_TRY(lince_saved_open(&saved, &run));
    if (saved.state || saved.end) *found = saved.finished ? FINISHED : BEGUN;
    lince_saved_close(&saved);
    return 0;
}

static int train_fold(const lince_run *run, state found, const lince_settings *settings, size_t fold,
                      const char *command, const lince_observer *observer)
{
    char number[32], name[64], folder[LINCE_PATH_MAX], made[LINCE_PATH_MAX];
    lince_settings s = {0};
    snprintf(number, sizeof number, "%zu", fold + 1);
    snprintf(name, sizeof name, "fold-%zu", fold + 1);
    LINCE_TRY(lince_folder_below(folder, run->folder, name));
    if (found == NOTHING) lince_remove_folder(folder);
    int code = lince_settings_fill(&s, settings);
    if (!code) code = lince_settings_set(&s, "fold", number);
    if (!code) code = lince_settings_set(&s, "no-report", "yes");
    if (!code) code = lince_settings_set(&s, "out", found == BEGUN ? "" : folder);
    if (!code) code = lince_settings_set(&s, "resume", found == BEGUN ? folder : "");
    if (!code) code = lince_job_run(&lince_alone, &s, command, observer, made, sizeof made);
    if (!code) lince_job_finish(made, &s, observer);
    lince_settings_release(&s);
    return code < 0 ? code : 0;
}

/* Which data a fold saw: their names and sizes, and of all samples together, trained, validated and tested with, what they
 * hold; 0: that is not known. */
typedef struct seen {
    char fingerprint[128];
    uint64_t content;
} seen;

static int read_json(const char *folder, const char *name, json_t **json)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, name));
    return lince_json_read(path, json);
}

static int read_seen(const char *folder, seen *out)
{
    json_t *data, *test;
    LINCE_TRY(read_json(folder, "data.json", &data));
    int code = read_json(folder, "test.json", &test);
    if (code) {
        json_decref(data);
        return code;
    }
    const char *trained = lince_fact_text(data, "content"), *tested = lince_fact_text(test, "content");
    snprintf(out->fingerprint, sizeof out->fingerprint, "%s", lince_fact_text(data, "fingerprint"));
    out->content = *trained && *tested ? strtoull(trained, NULL, 16) + strtoull(tested, NULL, 16) : 0;
    json_decref(data);
    json_decref(test);
    return *out->fingerprint ? 0
                             : lince_fail(LINCE_EFORMAT, "%s: does not say which data the run saw", folder);
}

/* Folds of other data would not be parts of one whole; with `whole` each of them sees all samples. */
static int check_data(const char *folder, const char *first, bool whole)
{
    seen now, then;
    LINCE_TRY(read_seen(folder, &now));
    LINCE_TRY(read_seen(first, &then));
    bool known = whole && now.content && then.content;
    if (!strcmp(now.fingerprint, then.fingerprint) && (!known || now.content == then.content)) return 0;
    return lince_fail(LINCE_EDATA,
                      "%s: the data have changed since %s was trained; begin a new cross-validation", folder,
                      first);
}

/* The fold's folder, once it is finished. */
static int finish_fold(const lince_run *run, const lince_settings *settings, size_t fold, const char *command,
                       const lince_observer *observer)
{
    char folder[LINCE_PATH_MAX];
    state found;
    LINCE_TRY(lince_observer_stops(observer));
    LINCE_TRY(lince_cv_fold_path(folder, run->folder, fold));
    LINCE_TRY(lince_folder_check(run->folder, folder + strlen(run->folder) + 1));
    LINCE_TRY(look(folder, &found));
    return found == FINISHED ? 0 : train_fold(run, found, settings, fold, command, observer);
}

static int check_fold(const lince_run *run, const lince_settings *settings, size_t fold)
{
    char first[LINCE_PATH_MAX], folder[LINCE_PATH_MAX];
    LINCE_TRY(lince_cv_fold_path(first, run->folder, 0));
    LINCE_TRY(lince_cv_fold_path(folder, run->folder, fold));
    return check_data(folder, first, !settings->train_limit && !settings->drop_duplicates);
}

int lince_cv_train(const lince_group *group, const lince_run *run, const lince_settings *settings,
                   const char *command, const lince_observer *observer)
{
    size_t folds = (size_t)settings->folds, members = (size_t)group->size;
    int code = 0;
    for (size_t fold = (size_t)group->rank; !code && fold < folds; fold += members) {
        code = finish_fold(run, settings, fold, command, observer);
        if (!code && members == 1) code = check_fold(run, settings, fold);
    }
    code = lince_group_all(group, code);
    for (size_t fold = 0; !code && members > 1 && fold < folds; fold++)
        code = check_fold(run, settings, fold);
    return code;
}
