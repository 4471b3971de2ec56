/* lince_tune: the whole search, its winner's test, and its page. */
#include <lince/language.h>
#include <lince/report.h>
#include <lince/tune.h>

#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sha256.h"
#include "core/sized.h"
#include "loss/loss.h"
#include "modality/modality.h"
#include "report/search/tune_by.h"
#include "report/search/tune_page.h"
#include "settings/settings.h"
#include "train/data/open_data.h"
#include "train/run/resume.h"
#include "tune/members.h"
#include "tune/search.h"
#include "tune/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void note(const lince_observer *o, const char *text)
{
    if (o && o->note) o->note(o->context, text);
}

/* --- what is asked for ---------------------------------------------------------------------------- */

/* Whether a setting says what the loss is: its name, or a number of its own. */
static bool decides_loss(const char *setting)
{
    bool decides = !strcmp(setting, "loss");
    const lince_loss_type *l;
    for (size_t i = 0; (l = lince_loss_at(i)); i++) decides |= l->setting && !strcmp(setting, l->setting);
    return decides;
}

static int check_objective(const lince_search *s, const lince_tune_options *o)
{
    for (size_t i = 0; i < s->space.count && o->objective == LINCE_TUNE_LOSS; i++)
        if (decides_loss(s->space.dims[i].setting->name))
            return lince_fail(LINCE_EUSAGE,
                              "tune: %s cannot vary where trials are judged by the loss: different losses "
                              "cannot be compared; judge by --objective accuracy or f1",
                              s->space.dims[i].setting->name);
    return 0;
}

static int check_options(const lince_search *s, const lince_tune_options *o)
{
    const lince_settings *given = &s->settings;
    if (!s->space.count)
        return lince_fail(LINCE_EUSAGE, "tune: nothing varies: give settings with several values, as "
                                        "lr=1e-4..1e-1:log batch-size=16,32,64");
    if (o->trials <= 0 && o->budget <= 0)
        return lince_fail(LINCE_EUSAGE, "tune: say how much: --trials N or --budget TIME, as 30m");
    if (given->val_on_test)
        return lince_fail(
            LINCE_EUSAGE,
            "tune: --val-on-test would choose by the test part, which is for the end; leave it out");
    if (o->least_epochs > given->epochs)
        return lince_fail(LINCE_EUSAGE,
                          "tune: --min-epochs %d: more than the epochs of a trial (--epochs %d)",
                          o->least_epochs, given->epochs);
    if (o->reduction == 1 || o->reduction < 0)
        return lince_fail(LINCE_EUSAGE, "tune: --reduction %d: expected 2 or more", o->reduction);
    return check_objective(s, o);
}

/* A try at opening the data once tells whether any trial could, and of what kind they are; and the members of a group whether they
 * have the same. */
static int look_at_data(const lince_search *s, const lince_modality **modality,
                        char fingerprint[LINCE_SHA256_DIGITS + 1])
{
    lince_dataset *data = NULL;
    int code = lince_open_data(&data, &s->settings, NULL, NULL, NULL);
    if (!code && !lince_dataset_count(data, LINCE_VAL))
        code =
            lince_fail(LINCE_EDATA,
                       "%s: no validation part, and a search chooses by one; --val-split 0.1 holds it out of "
                       "the training part",
                       s->settings.data);
    if (!code) *modality = lince_modality_of_data(data);
    if (!code) snprintf(fingerprint, LINCE_SHA256_DIGITS + 1, "%s", lince_dataset_fingerprint(data));
    lince_dataset_free(data);
    return code;
}

static int threads_of(const lince_settings *s, const lince_group *group)
{
    return s->threads ? s->threads : lince_group_threads(group);
}

/* One a member or, of one alone, as many as its threads serve: a step keeps `busy` threads busy. More at a time than trials there are
 * would only make decisions know less. */
static int usual_jobs(const lince_search *s, const lince_group *group, int busy)
{
    int jobs = group->size > 1 ? group->size : threads_of(&s->settings, group) / busy;
    if (s->trials_wanted && jobs > s->trials_wanted) jobs = s->trials_wanted;
    return jobs > 1 ? jobs : 1;
}

static int read_space(lince_search *s, const lince_tune_options *o)
{
    for (size_t i = 0; i < o->space_count; i++)
        LINCE_TRY(lince_space_add(&s->space, o->space[i], &s->settings));
    return o->space_file ? lince_space_load(&s->space, o->space_file, &s->settings) : 0;
}

static int begin(lince_search *s, const lince_group *group, const lince_settings *settings,
                 const lince_tune_options *o, const char *command)
{
    const lince_modality *modality = NULL;
    char fingerprint[LINCE_SHA256_DIGITS + 1];
    LINCE_TRY(lince_settings_fill(&s->settings, settings));
    LINCE_TRY(read_space(s, o));
    LINCE_TRY(check_options(s, o));
    LINCE_TRY(look_at_data(s, &modality, fingerprint));
    LINCE_TRY(lince_space_check(&s->space, modality, s->settings.data));
    s->sampler = o->sampler, s->objective = o->objective;
    s->trials_wanted = o->trials, s->budget = o->budget;
    lince_rungs_init(&s->rungs, s->settings.epochs, o->least_epochs ? o->least_epochs : 1,
                     o->reduction ? o->reduction : 3);
    s->jobs = o->jobs ? o->jobs : usual_jobs(s, group, modality->threads);
    LINCE_TRY(lince_run_new_folder(s->folder, settings->out && *settings->out ? settings->out : "runs/tune"));
    return lince_search_begin(s, command);
}

static bool holds(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX];
    return !lince_path_join(path, folder, name) && !lince_file_is_missing(path);
}

static bool was_tested(const lince_search *s)
{
    char folder[LINCE_PATH_MAX];
    for (size_t i = 0; i < s->count; i++) {
        lince_search_trial_folder(s, i, folder);
        if (holds(folder, "test.json")) return true;
    }
    return false;
}

/* More trials or time, where the test has not been looked at. */
static int extend(lince_search *s, const lince_tune_options *o)
{
    bool more = (o->trials > 0 && o->trials != s->trials_wanted) || (o->budget > 0 && o->budget != s->budget);
    if (!more) return 0;
    if (was_tested(s))
        return lince_fail(
            LINCE_EUSAGE,
            "%s: its winner was tested: to search on would be to choose by the test; begin a new "
            "search",
            s->folder);
    if (o->trials > 0) s->trials_wanted = o->trials;
    if (o->budget > 0) s->budget = o->budget;
    s->ended = false;
    return lince_search_write_options(s);
}

static int go_on(lince_search *s, const lince_settings *settings, const lince_tune_options *o)
{
    LINCE_TRY(lince_search_read(s, settings->resume));
    if (o->space_count || o->space_file)
        return lince_fail(LINCE_EUSAGE, "%s: a search goes on with its own space; leave out '%s'", s->folder,
                          o->space_count ? o->space[0] : o->space_file);
    char *record;
    LINCE_TRY(lince_resume_record(&s->settings, &record));
    int code = lince_resume_check(settings, settings, record, s->folder, NULL);
    lince_free(record);
    s->settings.threads = settings->threads;
    return code ? code : extend(s, o);
}

/* --- what came out -------------------------------------------------------------------------------- */

static int nothing_came_out(const lince_search *s)
{
    for (size_t i = 0; i < s->leg_count; i++)
        if (s->legs[i]->reason)
            return lince_fail(LINCE_EDATA, "%s: every trial failed (%zu); the first: %s", s->folder, s->count,
                              s->legs[i]->reason);
    if (!s->over) return lince_fail(LINCE_EDATA, "%s: no trial was judged", s->folder);
    return lince_fail(LINCE_EDATA,
                      "%s: the budget of %g s was over before the first trial had its epochs (%d); 'lince "
                      "tune --resume %s --budget %gs' goes on with more, --train-limit makes epochs shorter",
                      s->folder, s->budget, s->rungs.epochs[0], s->folder, 10 * s->budget);
}

static int leader(const lince_search *s, long *best)
{
    lince_standing *all = lince_alloc(s->count + 1, sizeof *all);
    if (!all) return LINCE_ENOMEM;
    for (size_t i = 0; i < s->count; i++) all[i] = s->trials[i].standing;
    *best = lince_asha_leader(all, s->count);
    lince_free(all);
    return 0;
}

static bool is_usual(const lince_settings *settings, const lince_setting_info *info)
{
    return lince_setting_decides(info) == LINCE_DECIDES_NOTHING ||
           lince_settings_hold(settings, info->name, info->standard);
}

/* best.yaml: what differs from the defaults. */
static int write_recipe(const lince_search *s, long winner)
{
    char path[LINCE_PATH_MAX];
    lince_settings settings = {0};
    lince_buffer out = {0};
    const lince_setting_info *info;
    int code = lince_trial_settings(s, (const char *const *)s->trials[winner].value, &settings);
    lince_buffer_printf(&out, "# the best of %zu trials of lince tune, trial %ld\n", s->count, winner);
    for (size_t i = 0; !code && (info = lince_setting_at(i)); i++)
        if (!is_usual(&settings, info)) code = lince_run_put_setting(&out, &settings, info->name);
    if (!code) code = lince_path_join(path, s->folder, "best.yaml");
    if (!code) code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    lince_settings_release(&settings);
    return code;
}

static int write_page(const lince_tune_facts *f, const lince_observer *o)
{
    lince_gaps gaps = {.observer = o};
    lince_tune_draw(f, &gaps);
    return lince_tune_write(f, &gaps);
}

/* Trials that wrote nothing have no curve. */
static int read_histories(const lince_search *s, lince_history *history)
{
    for (size_t i = 0; i < s->count; i++) {
        lince_run run = {.lock = -1};
        lince_search_trial_folder(s, i, run.folder);
        if (holds(run.folder, "results.csv")) LINCE_TRY(lince_run_read_history(&run, &history[i]));
    }
    return 0;
}

static int write_all(const lince_search *s, long winner, double test, const lince_observer *o)
{
    lince_history *history = lince_alloc(s->count + 1, sizeof *history);
    if (!history) return LINCE_ENOMEM;
    int code = read_histories(s, history);
    if (!code) code = write_recipe(s, winner);
    if (!code) code = write_page(&(lince_tune_facts){s, history, winner, test}, o);
    for (size_t i = 0; i < s->count; i++) lince_history_release(&history[i]);
    lince_free(history);
    return code;
}

static void fill(const lince_search *s, long winner, double test, lince_tune_result *r)
{
    r->trial = (size_t)winner;
    r->trials = s->count;
    r->value = s->trials[winner].last->value;
    r->epochs = s->trials[winner].last->epochs, r->of = s->rungs.epochs[s->rungs.count - 1];
    if (s->trials[winner].last->ended) r->of = r->epochs;
    r->test_accuracy = test;
    for (size_t i = 0; i < s->count; i++) r->failed += s->trials[i].standing.failed;
    lince_search_trial_folder(s, (size_t)winner, r->winner);
    snprintf(r->command, sizeof r->command, "lince train --config %.4000s/best.yaml", s->folder);
}

/* The winner's own report is written while its test is fresh; without it the search is whole, too. */
static void report_winner(const lince_search *s, const char *folder, const lince_observer *o)
{
    char text[2048];
    if (s->settings.no_report || holds(folder, "report.html")) return;
    if (!lince_report(folder, lince_language(), o) || !o || !o->warning) return;
    snprintf(text, sizeof text, _("the report was not written: %s"), lince_error());
    o->warning(o->context, text);
}

/* The winner is settled before its test is looked at: whatever comes in between, nothing is chosen after. */
static int conclude(lince_search *s, const lince_observer *o, lince_tune_result *r)
{
    double test;
    long winner;
    LINCE_TRY(leader(s, &winner));
    if (winner < 0) return nothing_came_out(s);
    if (!s->ended) {
        s->ended = true;
        LINCE_TRY(lince_search_write_options(s));
    }
    fill(s, winner, NAN, r);
    lince_observer quiet = o ? *o : (lince_observer)LINCE_OBSERVER_INIT;
    quiet.note = NULL; /* of opening it again */
    LINCE_TRY(lince_trial_test(s, (size_t)winner, &quiet, &test));
    r->test_accuracy = test;
    report_winner(s, r->winner, o);
    return write_all(s, winner, test, o);
}

static void tell_plan(const lince_search *s, const lince_group *group, const lince_observer *o)
{
    char text[512], rungs[128] = "";
    for (int i = 0; i < s->rungs.count; i++) {
        size_t used = strlen(rungs);
        snprintf(rungs + used, sizeof rungs - used, "%s%d", i ? ", " : "", s->rungs.epochs[i]);
    }
    int threads = threads_of(&s->settings, group), several = group->size > 1,
        at_a_time = several && group->size < s->jobs ? group->size : s->jobs,
        each = several ? threads : threads / s->jobs;
    snprintf(text, sizeof text,
             _("%s: trials are judged after epoch %s, and the best one in %d goes on; trials at a time: %d, "
               "threads for each: %d"),
             s->folder, rungs, s->rungs.reduction, at_a_time, each > 1 ? each : 1);
    note(o, text);
}

static int search(lince_search *s, const lince_group *group, const lince_observer *o,
                  const lince_tune_observer *tune, lince_tune_result *r)
{
    int threads = threads_of(&s->settings, group);
    if (group->rank) return lince_member_serve(group, s, threads, o);
    if (!s->ended) tell_plan(s, group, o);
    LINCE_TRY(lince_search_run(s, group, threads, o, tune));
    return conclude(s, o, r);
}

/* --- by several members ----------------------------------------------------------------------------- */

static int lock_search(const lince_search *s, lince_run *lock)
{
    LINCE_TRY(lince_folder_check(s->folder, "search"));
    LINCE_TRY(lince_path_join(lock->folder, s->folder, "search"));
    return lince_run_lock(lock);
}

/* The first member begins the search, or goes on with it; the others read from its folder what it is. */
static int open_search(lince_search *s, const lince_group *group, const lince_settings *settings,
                       const lince_tune_options *o, const char *command)
{
    char folder[LINCE_PATH_MAX];
    int code = group->rank        ? 0
               : settings->resume ? go_on(s, settings, o)
                                  : begin(s, group, settings, o, command);
    LINCE_TRY(lince_group_all(group, code));
    snprintf(folder, sizeof folder, "%s", s->folder);
    LINCE_TRY(lince_group_broadcast(group, 0, folder, sizeof folder));
    LINCE_TRY(lince_group_all(group, group->rank ? lince_search_read(s, folder) : 0));
    return lince_group_broadcast(group, 0, &s->settings.threads, sizeof s->settings.threads);
}

/* That each trial is the same whoever trains it. */
static int agree(const lince_search *s, const lince_group *group)
{
    const lince_modality *modality;
    char fingerprint[LINCE_SHA256_DIGITS + 1] = "";
    if (group->size == 1) return 0;
    LINCE_TRY(lince_group_alike(group));
    LINCE_TRY(lince_group_all(group, look_at_data(s, &modality, fingerprint)));
    return lince_group_same(group, s->settings.data, fingerprint);
}

/* With the search's folder locked by the first. */
static int search_together(lince_search *s, const lince_group *group, const lince_observer *o,
                           const lince_tune_observer *tune, lince_tune_result *r)
{
    lince_run lock = {.lock = -1};
    int code = lince_group_all(group, group->rank ? 0 : lock_search(s, &lock));
    if (!code) code = agree(s, group);
    if (!code) code = lince_group_all(group, search(s, group, o, tune, r));
    lince_run_unlock(&lock);
    return code;
}

int lince_tune_by(const lince_group *group, const lince_settings *settings, const lince_tune_options *options,
                  const char *command, const lince_observer *observer,
                  const lince_tune_observer *tune_observer, lince_tune_result *result)
{
    LINCE_NEED(settings);
    LINCE_PLAIN_LOCALE;
    lince_tune_options own = LINCE_TUNE_OPTIONS_INIT;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_tune_observer tune = LINCE_TUNE_OBSERVER_INIT;
    lince_tune_result full = LINCE_TUNE_RESULT_INIT;
    full.value = full.test_accuracy = NAN;
    LINCE_TRY(lince_sized_read(&own, options, "lince_tune_options"));
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    LINCE_TRY(lince_sized_read(&tune, tune_observer, "lince_tune_observer"));
    LINCE_TRY(lince_sized_check(&full, result, "lince_tune_result"));
    lince_search *s = lince_alloc(1, sizeof *s);
    if (!s) return LINCE_ENOMEM;
    int code = open_search(s, group, settings, &own, command);
    snprintf(full.folder, sizeof full.folder, "%s", s->folder);
    if (!code) code = search_together(s, group, &heard, &tune, &full);
    lince_sized_write(result, &full);
    lince_search_release(s);
    lince_free(s);
    return code;
}

int lince_tune(const lince_settings *settings, const lince_tune_options *options, const char *command,
               const lince_observer *observer, const lince_tune_observer *tune_observer,
               lince_tune_result *result)
{
    return lince_tune_by(&lince_alone, settings, options, command, observer, tune_observer, result);
}
