#include "report/facts/facts.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/number.h"
#include "text/csv.h"
#include "text/label_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_json(json_t **out, const lince_run *run, const char *name)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, name));
    if (lince_file_is_missing(path))
        return lince_fail(LINCE_EIO, "%s: it is missing; the run was not finished", path);
    return lince_json_read(path, out);
}

void lince_facts_measured(lince_facts *f)
{
    bool several = f->labels == LINCE_SEVERAL;
    const lince_metrics *one = &f->test;
    const lince_label_metrics *all = &f->of_labels;
    f->test_count = several ? all->n : one->n;
    f->test_classes = several ? all->classes : one->classes;
    f->test_names = several ? all->names : one->names;
    f->test_scores = several ? all->per_class : one->per_class;
    f->test_listed = several ? all->listed : one->listed;
    f->test_loss = several ? all->loss : one->loss;
    f->tested = f->test_count > 0;
}

static int read_test(lince_facts *f)
{
    char path[LINCE_PATH_MAX];
    json_t *object = NULL;
    LINCE_TRY(lince_path_join(path, f->run.folder, "test.json"));
    if (lince_file_is_missing(path)) return 0;
    LINCE_TRY(read_json(&object, &f->run, "test.json"));
    int code = f->labels == LINCE_SEVERAL ? lince_label_metrics_from_json(&f->of_labels, object)
                                          : lince_metrics_from_json(&f->test, object);
    f->thresholds = json_incref(json_object_get(object, "thresholds"));
    f->seen = json_incref(json_object_get(object, "seen_in_training"));
    f->temperature = json_incref(json_object_get(object, "temperature"));
    f->groups = json_incref(json_object_get(object, "groups"));
    const json_t *tta = json_object_get(object, "tta");
    if (tta) snprintf(f->views, sizeof f->views, "%s", lince_fact_text(tta, "name"));
    f->view_count = (int)lince_fact_number(tta, "views");
    json_decref(object);
    if (code) return lince_fail_in(code, path);
    lince_facts_measured(f);
    return 0;
}

int lince_facts_refuse_several(const lince_facts *f, const char *what)
{
    if (f->labels == LINCE_ONE) return 0;
    return lince_fail(LINCE_EUSAGE, "%s: %s is for runs on samples of one label, and this one's have several",
                      f->run.folder, what);
}

/* Runs of earlier versions have none. */
static int read_curves(lince_facts *f)
{
    char path[LINCE_PATH_MAX];
    json_t *curves = NULL;
    LINCE_TRY(lince_path_join(path, f->run.folder, "curves.json"));
    if (!f->tested || lince_file_is_missing(path)) return 0;
    LINCE_TRY(read_json(&curves, &f->run, "curves.json"));
    int code = lince_curves_from_json(&f->curves, f->test_classes, f->test_names, curves);
    json_decref(curves);
    return code ? lince_fail_in(code, path) : 0;
}

/* Runs of earlier versions have none. */
static int read_cost(lince_facts *f)
{
    char path[LINCE_PATH_MAX];
    json_t *cost = NULL;
    LINCE_TRY(lince_path_join(path, f->run.folder, "cost.json"));
    LINCE_TRY(lince_json_read_if_there(path, &cost));
    f->peak_memory = lince_fact_number(cost, "peak_memory");
    snprintf(f->finished, sizeof f->finished, "%s", lince_fact_text(cost, "finished"));
    json_decref(cost);
    return 0;
}

/* The comment lines of config.yaml behind the first, which is the version: a line each. */
static int read_command(lince_facts *f)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, f->run.folder, "config.yaml"));
    LINCE_TRY(lince_file_read(path, 1 << 20, &bytes, &size));
    lince_buffer_puts(&out, "");
    for (const char *line = strstr(bytes, "\n# "); line && !strncmp(line, "\n# ", 3);) {
        size_t length = strcspn(line + 3, "\n");
        if (out.size) lince_buffer_puts(&out, "\n");
        lince_buffer_put(&out, line + 3, length);
        line += 3 + length;
    }
    lince_free(bytes);
    f->command = out.data;
    return out.error;
}

/* Only a run that went on after its end has stages, only one that was calibrated a calibration. */
static int read_optional(json_t **out, const lince_run *run, const char *name)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, name));
    return lince_json_read_if_there(path, out);
}

/* As the trainer chose: the highest accuracy, and of equal ones the lowest loss. */
static void find_best(lince_facts *f)
{
    double accuracy = 0, loss = 0;
    for (size_t i = 0; i < f->history.count; i++) f->validated |= !isnan(f->history.epochs[i].val_accuracy);
    for (size_t i = 0; i < f->history.count; i++) {
        const lince_epoch *e = &f->history.epochs[i];
        double a = f->validated ? e->val_accuracy : e->train_accuracy,
               l = f->validated ? e->val_loss : e->train_loss;
        if (f->best >= 0 && !(a > accuracy || (a == accuracy && l < loss))) continue;
        f->best = (int)i, accuracy = a, loss = l;
    }
}

/* By the name of src/modality; early runs, of pictures, do not say it. */
static void find_kind(lince_facts *f)
{
    const char *name = lince_fact_text(f->data, "modality");
    f->kinds = !*name || !strcmp(name, "image") ? LINCE_PICTURES
               : !strcmp(name, "text")          ? LINCE_TEXTS
               : !strcmp(name, "sound")         ? LINCE_RECORDINGS
                                                : LINCE_OTHERS;
}

int lince_facts_read_explained(lince_facts *f)
{
    char path[LINCE_PATH_MAX];
    json_decref(f->explained);
    f->explained = NULL;
    LINCE_TRY(lince_path_join(path, f->run.folder, "explain.json"));
    return lince_json_read_if_there(path, &f->explained);
}

int lince_facts_read(lince_facts *f, const char *run)
{
    *f = (lince_facts){.best = -1, .views = "none"};
    LINCE_TRY(lince_run_open(&f->run, run));
    LINCE_TRY(lince_settings_init(&f->settings));
    LINCE_TRY(lince_run_read_config(&f->run, &f->settings));
    LINCE_TRY(read_command(f));
    LINCE_TRY(read_json(&f->data, &f->run, "data.json"));
    LINCE_TRY(read_json(&f->model, &f->run, "model.json"));
    find_kind(f);
    f->labels = !strcmp(lince_fact_text(f->data, "labels"), "several") ? LINCE_SEVERAL : LINCE_ONE;
    LINCE_TRY(lince_facts_read_explained(f));
    LINCE_TRY(lince_run_read_history(&f->run, &f->history));
    find_best(f);
    LINCE_TRY(read_cost(f));
    LINCE_TRY(read_optional(&f->stages, &f->run, "stages.json"));
    LINCE_TRY(read_optional(&f->calibration, &f->run, "calibration.json"));
    LINCE_TRY(read_optional(&f->quantized, &f->run, "quantize.json"));
    LINCE_TRY(read_test(f));
    return read_curves(f);
}

void lince_facts_release(lince_facts *f)
{
    lince_settings_release(&f->settings);
    lince_free(f->command);
    json_decref(f->seen);
    json_decref(f->data);
    json_decref(f->model);
    json_decref(f->explained);
    json_decref(f->stages);
    json_decref(f->temperature);
    json_decref(f->groups);
    json_decref(f->calibration);
    json_decref(f->quantized);
    lince_history_release(&f->history);
    lince_metrics_release(&f->test);
    lince_label_metrics_release(&f->of_labels);
    json_decref(f->thresholds);
    lince_curves_release(&f->curves);
}

/* --- values --------------------------------------------------------------------------------------- */

const char *lince_fact_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double lince_fact_number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

const char *lince_fact_text_at(const json_t *array, size_t index)
{
    const char *text = json_string_value(json_array_get(array, index));
    return text ? text : "";
}

double lince_fact_number_at(const json_t *array, size_t index)
{
    return json_number_value(json_array_get(array, index));
}

double lince_fact_of_epoch(const lince_epoch *epoch, size_t offset)
{
    double value;
    memcpy(&value, (const char *)epoch + offset, sizeof value);
    return value;
}

/* Runs of earlier versions told it of texts only. */
const json_t *lince_facts_leaks(const lince_facts *f)
{
    const json_t *leaks = json_object_get(f->data, "leaks");
    return leaks ? leaks : json_object_get(json_object_get(f->data, "text"), "leaks");
}

int lince_facts_outputs(const lince_facts *f)
{
    const json_t *layers = json_object_get(f->model, "layers");
    size_t count = json_array_size(layers);
    const json_t *last = count ? json_array_get(layers, count - 1) : NULL;
    return (int)lince_fact_number_at(json_object_get(last, "output"), 0);
}

/* --- outcomes ------------------------------------------------------------------------------------- */

typedef struct reading {
    const lince_facts *facts;
    lince_outcomes *outcomes;
    size_t rows; /* of contents.csv, so far */
} reading;

static int class_named(const lince_facts *f, const char *name)
{
    for (int c = 0; c < f->test_classes; c++)
        if (!strcmp(f->test_names[c], name)) return c;
    return -1;
}

static int read_number(const lince_csv_record *record, size_t i, double *number)
{
    const char *text = record->fields[i].text, *end = lince_number_read(text, number);
    return end != text && !*end
               ? 0
               : lince_fail(LINCE_EFORMAT, "row %zu: expected a number, found '%.40s'", record->row, text);
}

static int take_one(const reading *r, const lince_csv_record *record, lince_outcome_row *row)
{
    const lince_csv_field *field = record->fields;
    row->label = class_named(r->facts, lince_csv_text(field[1].text));
    row->predicted = class_named(r->facts, lince_csv_text(field[2].text));
    row->right = row->label == row->predicted;
    LINCE_TRY(read_number(record, 3, &row->probability));
    if (row->label >= 0 && row->predicted >= 0) return 0;
    return lince_fail(LINCE_EFORMAT, "row %zu: expected two classes, found '%.40s,%.40s'", record->row,
                      field[1].text, field[2].text);
}

/* Marks the classes of a list. */
static int read_labels(const reading *r, const lince_csv_record *record, const char *text, bool *marked)
{
    lince_label_list list = lince_label_list_of(text, '|');
    char label[LINCE_LABEL_MAX + 1];
    int code;
    while ((code = lince_label_next(&list, label)) > 0) {
        int class = class_named(r->facts, label);
        if (class < 0)
            return lince_fail(LINCE_EFORMAT, "row %zu: expected classes, found '%.40s'", record->row, text);
        marked[class] = true;
    }
    return code;
}

static int take_several(const reading *r, const lince_csv_record *record, lince_outcome_row *row)
{
    size_t classes = (size_t)r->facts->test_classes;
    const char *labels = lince_csv_text(record->fields[1].text),
               *answers = lince_csv_text(record->fields[2].text);
    row->labels = lince_strdup(labels);
    row->answers = lince_strdup(answers);
    row->there = lince_alloc(classes, sizeof *row->there);
    row->answered = lince_alloc(classes, sizeof *row->answered);
    row->each = lince_alloc(classes, sizeof *row->each);
    if (!row->labels || !row->answers || !row->there || !row->answered || !row->each) return LINCE_ENOMEM;
    LINCE_TRY(read_labels(r, record, labels, row->there));
    LINCE_TRY(read_labels(r, record, answers, row->answered));
    row->right = !memcmp(row->there, row->answered, classes * sizeof *row->there);
    for (size_t c = 0; c < classes; c++) {
        double number;
        LINCE_TRY(read_number(record, 3 + c, &number));
        row->each[c] = (float)number;
    }
    return 0;
}

static int take_outcome(void *context, const lince_csv_record *record)
{
    const reading *r = context;
    lince_outcomes *o = r->outcomes;
    bool several = r->facts->labels == LINCE_SEVERAL;
    size_t fields = several ? 3 + (size_t)r->facts->test_classes : 4;
    if (record->row == 1) return 0;
    if (record->count != fields)
        return lince_fail(LINCE_EFORMAT, "row %zu: expected %zu fields, found %zu", record->row, fields,
                          record->count);
    LINCE_TRY(lince_grow(&o->rows, &o->capacity, o->count + 1, sizeof *o->rows));
    lince_outcome_row *row = &o->rows[o->count++];
    *row = (lince_outcome_row){.path = lince_strdup(lince_csv_text(record->fields[0].text))};
    if (!row->path) return LINCE_ENOMEM;
    return several ? take_several(r, record, row) : take_one(r, record, row);
}

static int read_table(const lince_facts *f, const char *name, int (*take)(void *, const lince_csv_record *),
                      lince_outcomes *outcomes, size_t *rows)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    LINCE_TRY(lince_path_join(path, f->run.folder, name));
    LINCE_TRY(lince_file_read(path, (size_t)1 << 30, &bytes, &size));
    reading r = {f, outcomes, 0};
    lince_csv_dialect dialect = {',', LINCE_QUOTING_MINIMAL};
    int code = lince_csv_read(bytes, size, dialect, take, &r);
    lince_free(bytes);
    *rows = r.rows;
    return code ? lince_fail_in(code, path) : 0;
}

/* In the order of predictions.csv. */
static int take_content(void *context, const lince_csv_record *record)
{
    reading *r = context;
    const lince_csv_field *field = record->fields;
    char *end;
    if (record->row == 1) return 0;
    lince_outcome_row *row = r->rows < r->outcomes->count ? &r->outcomes->rows[r->rows++] : NULL;
    if (!row || record->count != 2 || strcmp(lince_csv_text(field[0].text), row->path) != 0)
        return lince_fail(LINCE_EFORMAT,
                          "row %zu: expected the sample of that row of predictions.csv, and a number",
                          record->row);
    row->content = strtoull(field[1].text, &end, 16);
    return *end ? lince_fail(LINCE_EFORMAT, "row %zu: expected 16 hexadecimal digits, found '%.40s'",
                             record->row, field[1].text)
                : 0;
}

static int read_contents(const lince_facts *f, lince_outcomes *outcomes)
{
    char path[LINCE_PATH_MAX];
    size_t rows;
    LINCE_TRY(lince_path_join(path, f->run.folder, "contents.csv"));
    if (lince_file_is_missing(path)) return 0;
    LINCE_TRY(read_table(f, "contents.csv", take_content, outcomes, &rows));
    if (rows == outcomes->count) return 0;
    return lince_fail(LINCE_EFORMAT, "%s: rows: %zu, and %zu of predictions.csv", path, rows,
                      outcomes->count);
}

int lince_facts_read_outcomes(const lince_facts *f, lince_outcomes *outcomes)
{
    size_t rows;
    *outcomes = (lince_outcomes){0};
    LINCE_TRY(read_table(f, "predictions.csv", take_outcome, outcomes, &rows));
    return read_contents(f, outcomes);
}

void lince_outcomes_release(lince_outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        lince_outcome_row *row = &outcomes->rows[i];
        lince_free(row->path);
        lince_free(row->labels);
        lince_free(row->answers);
        lince_free(row->there);
        lince_free(row->answered);
        lince_free(row->each);
    }
    lince_free(outcomes->rows);
    *outcomes = (lince_outcomes){0};
}

void lince_outcomes_tell_changed(const lince_outcomes *a, const lince_outcomes *b, const char *a_name,
                                 const char *b_name, lince_buffer *out)
{
    size_t changed = 0, first = 0;
    for (size_t i = 0; i < a->count; i++) {
        uint64_t one = a->rows[i].content, other = b->rows[i].content;
        if (one && other && one != other && !changed++) first = i;
    }
    if (changed)
        lince_buffer_printf(
            out,
            _(" %s and %s were tested on samples that hold something else under the same names: %zu of "
              "%zu, the first %s; the samples may make the difference, not the runs."),
            a_name, b_name, changed, a->count, a->rows[first].path);
}
