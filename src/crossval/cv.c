/* lince_cv: the runs of all folds, and what they say together. */
#include "core/display.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "crossval/crossval.h"
#include "text/csv.h"
#include "train/measure/evaluate.h"
#include "train/run/resume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { USUAL_FOLDS = 5 };

int lince_is_cv(const char *folder)
{
    return folder && lince_run_is_cv(folder);
}

int lince_cv_settings(const char *folder, lince_settings *settings)
{
    LINCE_NEED(folder);
    LINCE_NEED(settings);
    LINCE_PLAIN_LOCALE;
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, LINCE_CV_FILE));
    if (lince_file_is_missing(path))
        return lince_fail(LINCE_EIO, "%s: not the folder of a cross-validation (it has no cv.yaml)", folder);
    return lince_settings_load(settings, path);
}

/* --- beginning and going on ----------------------------------------------------------------------- */

static int begin(lince_run *run, lince_settings *s, const char *command)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_run_new_folder(run->folder, s->out && *s->out ? s->out : "runs/cv"));
    LINCE_TRY(lince_path_join(path, run->folder, LINCE_CV_FILE));
    int code = lince_run_write_settings(path, s, command);
    if (code) lince_remove_folder(run->folder);
    return code ? code : lince_run_lock(run);
}

/* All folds are to be trained alike, also those that are not begun yet. */
static int go_on(lince_run *run, const lince_settings *s)
{
    lince_settings begun = {0};
    snprintf(run->folder, sizeof run->folder, "%s", s->resume);
    for (size_t n = strlen(run->folder); n > 1 && run->folder[n - 1] == '/'; n--) run->folder[n - 1] = '\0';
    int code = lince_settings_init(&begun);
    if (!code) code = lince_cv_settings(run->folder, &begun);
    char *record = NULL;
    if (!code) code = lince_resume_record(&begun, &record);
    if (!code) code = lince_resume_check(s, s, record, run->folder, NULL);
    lince_free(record);
    lince_settings_release(&begun);
    return code ? code : lince_run_lock(run);
}

static int open_folder(lince_run *run, lince_settings *s, const char *command)
{
    if (s->fold)
        return lince_fail(LINCE_EUSAGE, "--fold %d: a cross-validation trains for each; leave it out",
                          s->fold);
    if (s->val_on_test)
        return lince_fail(LINCE_EUSAGE,
                          "cv: --val-on-test would choose each fold's best epoch by what it is tested "
                          "on; leave it out");
    if (s->folds == 1) return lince_fail(LINCE_EUSAGE, "--folds 1: expected 2 or more");
    if (s->out && s->resume)
        return lince_fail(LINCE_EUSAGE, "--resume goes on in the run's own folder; leave out --out");
    if (!s->folds) s->folds = USUAL_FOLDS;
    return s->resume ? go_on(run, s) : begin(run, s, command);
}

/* Of a new one whose first fold could not even be begun (wrong settings, no data) nothing is left. */
static void take_back(const lince_run *run, const lince_settings *s)
{
    char first[LINCE_PATH_MAX];
    if (!s->resume && !lince_cv_fold_path(first, run->folder, 0) && lince_file_is_missing(first))
        lince_remove_folder(run->folder);
}

/* --- tables --------------------------------------------------------------------------------------- */

static int write_predictions(const lince_cv_results *r)
{
    char path[LINCE_PATH_MAX];
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, r->run.folder, "predictions.csv"));
    lince_buffer_puts(&out, "path,fold,true,predicted");
    if (r->labelling->probability) lince_buffer_puts(&out, ",probability");
    for (int c = 0; c < r->classes; c++) {
        lince_buffer_puts(&out, ",");
        lince_csv_put(&out, r->names[c]);
    }
    lince_buffer_puts(&out, "\n");
    for (size_t i = 0; i < r->n; i++) {
        size_t fold;
        const lince_outcome_row *row = lince_cv_sample(r, i, &fold);
        const float *p = r->probability + i * (size_t)r->classes;
        lince_csv_put(&out, row->path);
        lince_buffer_printf(&out, ",%zu,", fold + 1);
        lince_csv_put(&out, r->labelling->truth(r, row));
        lince_buffer_puts(&out, ",");
        lince_csv_put(&out, r->labelling->answer(r, row));
        if (r->labelling->probability) lince_buffer_printf(&out, ",%.6f", row->probability);
        for (int c = 0; c < r->classes; c++) lince_buffer_printf(&out, ",%.9g", (double)p[c]);
        lince_buffer_puts(&out, "\n");
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

static int write_issues(const lince_cv_results *r)
{
    char path[LINCE_PATH_MAX];
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, r->run.folder, "label_issues.csv"));
    lince_buffer_printf(&out, "rank,path,fold,%s,label_probability,suggested_probability,margin\n",
                        r->labelling->issue_columns);
    for (size_t i = 0; i < r->issue_count; i++) {
        const lince_label_issue *issue = &r->issues[i];
        size_t fold;
        const lince_outcome_row *row = lince_cv_sample(r, issue->sample, &fold);
        lince_buffer_printf(&out, "%zu,", i + 1);
        lince_csv_put(&out, row->path);
        lince_buffer_printf(&out, ",%zu,", fold + 1);
        r->labelling->put_issue(r, issue, &out);
        lince_buffer_printf(&out, ",%.6f,%.6f,%.6f\n", issue->self_confidence,
                            issue->self_confidence + 1 - 2 * issue->margin, issue->margin);
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static json_t *folds_json(const lince_cv_results *r)
{
    json_t *folds = json_array();
    for (size_t i = 0; i < r->folds; i++) {
        const lince_facts *f = &r->facts[i];
        json_t *fold = lince_json_pack("{s:s, s:I}", "run", f->run.folder, "n", (json_int_t)f->test_count);
        for (const lince_cv_measure *m = r->labelling->measures; m->key; m++)
            lince_json_put(&fold, m->key, lince_json_measure(m->of(f)));
        lince_json_add(&folds, fold);
    }
    return folds;
}

static json_t *measures_json(const lince_cv_results *r)
{
    json_t *all = json_object();
    for (const lince_cv_measure *m = r->labelling->measures; m->key; m++) {
        lince_resampled s = lince_cv_over_folds(r, m);
        lince_json_put(&all, m->key, lince_cv_spread_json(&s, 0, m->most));
    }
    return all;
}

static json_t *classes_json(const lince_cv_results *r)
{
    json_t *all = json_object();
    for (int c = 0; c < r->classes; c++) {
        json_t *class = json_object();
        for (int k = 0; k < LINCE_CV_CLASS_SCORES; k++) {
            lince_resampled s = lince_cv_class_over_folds(r, c, k);
            lince_json_put(&class, lince_cv_class_keys[k], lince_cv_spread_json(&s, 0, 1));
        }
        lince_json_put(&all, r->names[c], class);
    }
    return all;
}

int lince_cv_dump(json_t *object, const char *folder, const char *name, char **text)
{
    char path[LINCE_PATH_MAX], *dump;
    lince_buffer out = {0};
    *text = NULL;
    int code = lince_json_text(object, JSON_INDENT(2) | JSON_REAL_PRECISION(9), &dump);
    if (code) return lince_fail_in(code, name);
    lince_buffer_printf(&out, "%s\n", dump);
    lince_free(dump);
    code = out.error ? out.error : lince_path_join(path, folder, name);
    if (!code) code = lince_file_write(path, out.data, out.size);
    if (code) lince_buffer_release(&out);
    *text = out.data;
    return code;
}

static json_t *results_json(const lince_cv_results *r)
{
    return lince_json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "n", (json_int_t)r->n, "folds",
                           (json_int_t)r->folds, "label issues", (json_int_t)r->issue_count, "each",
                           folds_json(r), "measures", measures_json(r), "per_class", classes_json(r),
                           "out of fold", r->labelling->json(r));
}

/* --- text ----------------------------------------------------------------------------------------- */

enum { NAME = 24, NUMBER = 14 }; /* 80 columns */

static void put_cell(lince_buffer *out, const char *text, int width)
{
    lince_buffer_printf(out, "%*s", lince_field(width, text), text);
}

static void put_row(lince_buffer *out, const char *name, const double values[LINCE_CV_COLUMNS])
{
    put_cell(out, name, -NAME);
    for (size_t k = 0; k < LINCE_CV_COLUMNS; k++)
        if (isnan(values[k]))
            put_cell(out, "–", NUMBER);
        else
            lince_buffer_printf(out, "%*.2f", NUMBER, 100 * values[k]);
    lince_buffer_puts(out, "\n");
}

static void list_columns(const lince_cv_results *r, const lince_cv_measure *columns[LINCE_CV_COLUMNS])
{
    size_t count = 0;
    for (const lince_cv_measure *m = r->labelling->measures; m->key && count < LINCE_CV_COLUMNS; m++)
        if (m->column) columns[count++] = m;
}

static void put_folds(const lince_cv_results *r, const lince_cv_measure *const *column, lince_buffer *out)
{
    char name[64];
    double value[LINCE_CV_COLUMNS];
    for (size_t i = 0; i < r->folds; i++) {
        for (size_t k = 0; k < LINCE_CV_COLUMNS; k++) value[k] = column[k]->of(&r->facts[i]);
        snprintf(name, sizeof name, _("fold %zu"), i + 1);
        put_row(out, name, value);
    }
}

static void put_table(const lince_cv_results *r, lince_buffer *out)
{
    const lince_cv_measure *column[LINCE_CV_COLUMNS];
    double mean[LINCE_CV_COLUMNS], deviation[LINCE_CV_COLUMNS], low[LINCE_CV_COLUMNS], high[LINCE_CV_COLUMNS];
    list_columns(r, column);
    put_cell(out, "%", -NAME);
    for (size_t k = 0; k < LINCE_CV_COLUMNS; k++) put_cell(out, lince_translate(column[k]->column), NUMBER);
    lince_buffer_puts(out, "\n");
    put_folds(r, column, out);
    for (size_t k = 0; k < LINCE_CV_COLUMNS; k++) {
        lince_resampled s = lince_cv_over_folds(r, column[k]);
        lince_interval i = lince_cv_interval(&s, true, 0, 1);
        mean[k] = s.mean, deviation[k] = s.deviation;
        low[k] = i.low, high[k] = i.high;
    }
    put_row(out, _("mean"), mean);
    put_row(out, _("standard deviation"), deviation);
    put_row(out, _("95 % interval, from"), low);
    put_row(out, _("95 % interval, to"), high);
    lince_buffer_puts(out, "\n");
    lince_cv_verdict(r, out);
    lince_buffer_puts(out, "\n");
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int write_all(const lince_cv_results *r, int json, const lince_observer *o, char **text)
{
    char *dump = NULL;
    lince_buffer out = {0};
    LINCE_TRY(write_predictions(r));
    LINCE_TRY(write_issues(r));
    LINCE_TRY(lince_cv_dump(results_json(r), r->run.folder, "cv.json", &dump));
    if (o && o->progress)
        o->progress(o->context,
                    &(lince_progress){.size = sizeof(lince_progress), .phase = LINCE_REPORTING, .eta = -1});
    int code = r->settings.no_report ? 0 : lince_cv_write_pages(r, o);
    if (json && !code)
        lince_buffer_puts(&out, dump);
    else if (!code)
        put_table(r, &out);
    lince_free(dump);
    *text = out.data;
    return code ? code : out.error;
}

/* What the folds say is told by the first member. */
static int train_and_tell(const lince_group *group, const lince_run *run, const lince_settings *s,
                          const char *command, int json, const lince_observer *observer, char **text)
{
    lince_cv_results results;
    LINCE_TRY(lince_cv_train(group, run, s, command, observer));
    if (group->rank) return 0;
    int code = lince_cv_read(&results, run->folder);
    if (!code) results.settings.no_report = s->no_report;
    if (!code) code = write_all(&results, json, observer, text);
    lince_cv_release(&results);
    return code;
}

/* One folder for all, which the first member has made, or locked. */
static int open_together(const lince_group *group, lince_run *run, lince_settings *s, const char *command)
{
    int code = lince_group_all(group, group->rank ? 0 : open_folder(run, s, command));
    if (!code) code = lince_group_broadcast(group, 0, run->folder, sizeof run->folder);
    if (!code) code = lince_group_broadcast(group, 0, &s->folds, sizeof s->folds);
    if (!s->threads && group->size > 1) s->threads = lince_group_threads(group);
    return code;
}

int lince_cv_by(const lince_group *group, const lince_settings *settings, const char *command, int json,
                const lince_observer *observer, char *folder, size_t folder_size, char **text)
{
    LINCE_NEED(settings);
    LINCE_NEED(folder);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_run run = {.lock = -1};
    lince_settings s = {0};
    *text = NULL;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    int code = lince_group_all(group, lince_settings_fill(&s, settings)),
        opened = code ? code : open_together(group, &run, &s, command);
    if (!opened) {
        snprintf(folder, folder_size, "%s", run.folder);
        code = lince_group_all(group, train_and_tell(group, &run, &s, command, json, &heard, text));
        if (code && !group->rank) take_back(&run, &s);
    }
    lince_run_unlock(&run);
    lince_settings_release(&s);
    return opened ? opened : code;
}

int lince_cv(const lince_settings *settings, const char *command, int json, const lince_observer *observer,
             char *folder, size_t folder_size, char **text)
{
    return lince_cv_by(&lince_alone, settings, command, json, observer, folder, folder_size, text);
}
