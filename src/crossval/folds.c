/* The runs of a cross-validation. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "train/loop/job.h"
#include "train/measure/evaluate.h"
#include "train/run/saved.h"

#include <stdio.h>
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

static int read_fingerprint(const char *folder, char out[128])
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, "data.json"));
    json_t *data;
    LINCE_TRY(lince_json_read(path, &data));
    snprintf(out, 128, "%s", lince_fact_text(data, "fingerprint"));
    json_decref(data);
    return *out ? 0 : lince_fail(LINCE_EFORMAT, "%s: does not say which data the run saw", path);
}

/* Folds of other data would not be parts of one whole. */
static int check_data(const char *folder, const char *first)
{
    char now[128], then[128];
    LINCE_TRY(read_fingerprint(folder, now));
    LINCE_TRY(read_fingerprint(first, then));
    if (!strcmp(now, then)) return 0;
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

static int check_fold(const lince_run *run, size_t fold)
{
    char first[LINCE_PATH_MAX], folder[LINCE_PATH_MAX];
    LINCE_TRY(lince_cv_fold_path(first, run->folder, 0));
    LINCE_TRY(lince_cv_fold_path(folder, run->folder, fold));
    return check_data(folder, first);
}

int lince_cv_train(const lince_group *group, const lince_run *run, const lince_settings *settings,
                   const char *command, const lince_observer *observer)
{
    size_t folds = (size_t)settings->folds, members = (size_t)group->size;
    int code = 0;
    for (size_t fold = (size_t)group->rank; !code && fold < folds; fold += members) {
        code = finish_fold(run, settings, fold, command, observer);
        if (!code && members == 1) code = check_fold(run, fold);
    }
    code = lince_group_all(group, code);
    for (size_t fold = 0; !code && members > 1 && fold < folds; fold++) code = check_fold(run, fold);
    return code;
}
