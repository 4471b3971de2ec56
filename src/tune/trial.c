#include "tune/trial.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "train/loop/trainer.h"
#include "train/run/saved.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int lince_trial_settings(const lince_search *s, const char *const *values, lince_settings *settings)
{
    LINCE_TRY(lince_settings_fill(settings, &s->settings));
    int code = 0;
    for (size_t i = 0; !code && i < s->space.count; i++)
        code = lince_settings_set(settings, s->space.dims[i].setting->name, values[i]);
    return code;
}

static bool holds(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX];
    return !lince_path_join(path, folder, name) && !lince_file_is_missing(path);
}

static int set_number(lince_settings *settings, const char *name, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    return lince_settings_set(settings, name, text);
}

/* As its config.yaml has them, resolved. */
static int resumed_settings(const char *folder, lince_settings *settings)
{
    lince_run run;
    LINCE_TRY(lince_settings_init(settings));
    LINCE_TRY(lince_run_open(&run, folder));
    LINCE_TRY(lince_run_read_config(&run, settings));
    LINCE_TRY(lince_settings_set(settings, "out", ""));
    return lince_settings_set(settings, "resume", folder);
}

static int new_settings(const lince_search *s, const char *const *values, const char *folder,
                        lince_settings *settings)
{
    if (!lince_file_is_missing(folder)) lince_remove_folder(folder); /* killed before anything was saved */
    LINCE_TRY(lince_trial_settings(s, values, settings));
    if (!settings->drop_duplicates) LINCE_TRY(lince_settings_set(settings, "find-duplicates", "no"));
    return lince_settings_set(settings, "out", folder);
}

/* The macro F1 on the validation part, of the weights that the run would keep. */
static int measure_f1(lince_trainer *t, double *value)
{
    lince_evaluation e;
    LINCE_TRY(lince_trainer_load_own(t, "best"));
    LINCE_TRY(lince_evaluate(t->net, t->val, &t->blueprint, &(lince_evaluate_options){0}, LINCE_VALIDATING,
                             t->observer, &e));
    *value = e.labelling->several ? e.of_labels.macro.f1 : e.metrics.macro.f1;
    lince_evaluation_release(&e);
    return 0;
}

static double best_of(const lince_history *h, size_t rows, lince_tune_objective objective)
{
    double best = NAN;
    for (size_t i = 0; i < rows && i < h->count; i++) {
        const lince_epoch *e = &h->epochs[i];
        best = objective == LINCE_TUNE_LOSS ? fmin(best, e->val_loss) : fmax(best, e->val_accuracy);
    }
    return best;
}

static int run_leg(const lince_search *s, lince_trainer *t, lince_leg *leg)
{
    int until = s->rungs.epochs[leg->rung];
    LINCE_TRY(lince_trainer_run_until(t, until));
    leg->epochs = t->at.epoch;
    leg->ended = lince_trainer_ended(t) && t->at.epoch < until;
    if (s->objective == LINCE_TUNE_F1) return measure_f1(t, &leg->value);
    leg->value = best_of(&t->history, (size_t)until, s->objective);
    return 0;
}

/* Whose search it is does not matter: what is written or removed there is nowhere else. */
static int trial_folder(const lince_search *s, size_t trial, char folder[LINCE_PATH_MAX])
{
    char name[64];
    lince_search_trial_name(trial, name);
    LINCE_TRY(lince_folder_check(s->folder, name));
    return lince_folder_below(folder, s->folder, name);
}

static int open_leg(const lince_search *s, const char *const *values, int threads,
                    const lince_observer *observer, size_t trial, lince_trainer *t)
{
    char folder[LINCE_PATH_MAX];
    lince_settings settings = {0};
    LINCE_TRY(trial_folder(s, trial, folder));
    int code = holds(folder, LINCE_STATE_FILE) ? resumed_settings(folder, &settings)
                                               : new_settings(s, values, folder, &settings);
    if (!code) code = set_number(&settings, "threads", threads);
    if (!code) {
        code = lince_trainer_open(t, &lince_alone, &settings, observer, "a trial of lince tune");
        t->given = NULL; /* only while it is opened */
        if (code) lince_trainer_close(t);
    }
    lince_settings_release(&settings);
    return code;
}

static int try_leg(const lince_search *s, const char *const *values, int threads,
                   const lince_observer *observer, lince_leg *leg)
{
    lince_trainer t;
    LINCE_TRY(open_leg(s, values, threads, observer, leg->trial, &t));
    int code = run_leg(s, &t, leg);
    lince_trainer_close(&t);
    return code;
}

/* Memory that is missing for a moment must not decide which settings are the best: that leg is gone on with. What is too large
 * is so again, and that is the trial's result. */
int lince_trial_run(const lince_search *s, const char *const *values, int threads,
                    const lince_observer *observer, lince_leg *leg)
{
    double began = lince_now();
    leg->value = NAN;
    int code = try_leg(s, values, threads, observer, leg);
    if (code == LINCE_ENOMEM) code = try_leg(s, values, threads, observer, leg);
    leg->seconds = lince_now() - began;
    if (code == LINCE_EIO || code == LINCE_EINTERRUPTED) return code;
    if (!code && isfinite(leg->value)) return 0;
    leg->value = NAN;
    leg->reason = lince_strdup(code ? lince_error() : "the objective is not finite");
    return leg->reason ? 0 : LINCE_ENOMEM;
}

/* Of a trial that was tested; NaN where the data have no test part. */
static int read_accuracy(const char *folder, bool *tested, double *accuracy)
{
    char path[LINCE_PATH_MAX];
    json_t *test;
    LINCE_TRY(lince_path_join(path, folder, "test.json"));
    LINCE_TRY(lince_json_read_if_there(path, &test));
    const json_t *found = json_object_get(test, "accuracy");
    *tested = test;
    *accuracy = json_is_number(found) ? json_number_value(found) : NAN;
    json_decref(test);
    return 0;
}

static int finish(const char *folder, bool keep)
{
    lince_run run;
    LINCE_TRY(lince_run_open(&run, folder));
    LINCE_TRY(lince_run_lock(&run));
    int code = lince_saved_finish(&run, keep);
    lince_run_unlock(&run);
    return code;
}

int lince_trial_test(const lince_search *s, size_t trial, const lince_observer *observer, double *accuracy)
{
    char folder[LINCE_PATH_MAX];
    lince_trainer t;
    LINCE_TRY(trial_folder(s, trial, folder));
    bool tested;
    LINCE_TRY(read_accuracy(folder, &tested, accuracy));
    if (tested) return 0; /* before it was killed */
    LINCE_TRY(open_leg(s, NULL, s->settings.threads, observer, trial, &t));
    bool ended = lince_trainer_ended(&t);
    int code = lince_trainer_calibrate(&t);
    if (!code) code = lince_trainer_choose_thresholds(&t);
    if (!code) code = lince_trainer_test(&t);
    if (!code) code = lince_trainer_write_cost(&t);
    lince_trainer_close(&t);
    if (!code) code = read_accuracy(folder, &tested, accuracy);
    return code || !ended ? code : finish(folder, s->settings.keep_checkpoint);
}
