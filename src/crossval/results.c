/* A finished cross-validation, read: its runs, and all samples together, each as its own fold's model saw
 * it. */
#include "core/error.h"
#include "core/memory.h"
#include "core/number.h"
#include "crossval/crossval.h"
#include "text/csv.h"

#include <string.h>

static int refuse_unfinished(const lince_cv_results *r, size_t fold)
{
    return lince_fail(LINCE_EDATA,
                      "%s: fold %zu of %zu is not finished; 'lince cv --resume %s' goes on with it",
                      r->run.folder, fold + 1, r->folds, r->run.folder);
}

static int check_alike(const lince_facts *first, const lince_facts *f)
{
    if (f->labels == first->labels && f->test_classes == first->test_classes) return 0;
    return lince_fail(LINCE_EDATA, "%s and %s have other classes", first->run.folder, f->run.folder);
}

static int read_folds(lince_cv_results *r)
{
    char folder[LINCE_PATH_MAX], test[LINCE_PATH_MAX];
    for (size_t i = 0; i < r->folds; i++) {
        LINCE_TRY(lince_cv_fold_path(folder, r->run.folder, i));
        LINCE_TRY(lince_path_join(test, folder, "test.json"));
        if (lince_file_is_missing(test)) return refuse_unfinished(r, i);
        LINCE_TRY(lince_facts_read(&r->facts[i], folder));
        LINCE_TRY(check_alike(&r->facts[0], &r->facts[i]));
        LINCE_TRY(lince_facts_read_outcomes(&r->facts[i], &r->outcomes[i]));
        r->n += r->outcomes[i].count;
    }
    return 0;
}

/* --- probabilities.csv ---------------------------------------------------------------------------- */

typedef struct reading {
    const lince_outcomes *outcomes;
    size_t classes, row;
    float *probability; /* [outcomes->count][classes] */
} reading;

static int take_row(void *context, const lince_csv_record *record)
{
    reading *r = context;
    const lince_csv_field *field = record->fields;
    if (record->row == 1) return 0;
    if (record->count != 1 + r->classes)
        return lince_fail(LINCE_EFORMAT, "row %zu: expected %zu fields, found %zu", record->row,
                          1 + r->classes, record->count);
    if (r->row == r->outcomes->count ||
        strcmp(lince_csv_text(field[0].text), r->outcomes->rows[r->row].path) != 0)
        return lince_fail(LINCE_EFORMAT, "row %zu: '%.80s' is not the sample of that row of predictions.csv",
                          record->row, field[0].text);
    for (size_t c = 0; c < r->classes; c++) {
        double value;
        const char *end = lince_number_read(field[1 + c].text, &value);
        if (end == field[1 + c].text || *end)
            return lince_fail(LINCE_EFORMAT, "row %zu: expected a number, found '%.40s'", record->row,
                              field[1 + c].text);
        r->probability[r->row * r->classes + c] = (float)value;
    }
    r->row++;
    return 0;
}

static int read_probabilities(const lince_cv_results *r, size_t fold, float *probability)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    LINCE_TRY(lince_path_join(path, r->facts[fold].run.folder, "probabilities.csv"));
    LINCE_TRY(lince_file_read(path, (size_t)1 << 32, &bytes, &size));
    reading table = {&r->outcomes[fold], (size_t)r->classes, 0, probability};
    lince_csv_dialect dialect = {',', LINCE_QUOTING_MINIMAL};
    int code = lince_csv_read(bytes, size, dialect, take_row, &table);
    lince_free(bytes);
    if (code) return lince_fail_in(code, path);
    return table.row == r->outcomes[fold].count ? 0 : refuse_unfinished(r, fold);
}

static int pool(lince_cv_results *r)
{
    const lince_facts *first = &r->facts[0];
    size_t at = 0;
    r->labelling = first->labels == LINCE_SEVERAL ? &lince_cv_several_labels : &lince_cv_one_label;
    r->classes = first->test_classes;
    r->names = first->test_names;
    r->all.labels = first->labels;
    r->probability = lince_alloc(r->n + 1, (size_t)r->classes * sizeof *r->probability);
    if (!r->probability) return LINCE_ENOMEM;
    for (size_t i = 0; i < r->folds; at += r->outcomes[i++].count)
        LINCE_TRY(read_probabilities(r, i, r->probability + at * (size_t)r->classes));
    LINCE_TRY(r->labelling->pool(r));
    lince_facts_measured(&r->all);
    return r->labelling->find_issues(r);
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* The command stands in the second line of the file, as a comment. */
static int read_command(lince_cv_results *r, const char *path)
{
    char *bytes;
    size_t size;
    LINCE_TRY(lince_file_read(path, 1 << 20, &bytes, &size));
    const char *line = strstr(bytes, "\n# ");
    r->command = line ? lince_strndup(line + 3, strcspn(line + 3, "\n")) : lince_strdup("");
    lince_free(bytes);
    return r->command ? 0 : LINCE_ENOMEM;
}

int lince_cv_read(lince_cv_results *r, const char *folder)
{
    char path[LINCE_PATH_MAX];
    *r = (lince_cv_results){.run.lock = -1};
    LINCE_TRY(lince_settings_init(&r->settings));
    LINCE_TRY(lince_cv_settings(folder, &r->settings));
    snprintf(r->run.folder, sizeof r->run.folder, "%s", folder);
    LINCE_TRY(lince_path_join(path, folder, LINCE_CV_FILE));
    LINCE_TRY(read_command(r, path));
    r->folds = (size_t)r->settings.folds;
    r->facts = lince_alloc(r->folds, sizeof *r->facts);
    r->outcomes = lince_alloc(r->folds, sizeof *r->outcomes);
    if (!r->facts || !r->outcomes) return LINCE_ENOMEM;
    LINCE_TRY(read_folds(r));
    return pool(r);
}

void lince_cv_release(lince_cv_results *r)
{
    for (size_t i = 0; i < r->folds && r->facts && r->outcomes; i++) {
        lince_facts_release(&r->facts[i]);
        lince_outcomes_release(&r->outcomes[i]);
    }
    lince_free(r->facts);
    lince_free(r->outcomes);
    lince_free(r->command);
    lince_free(r->probability);
    lince_free(r->issues);
    lince_facts_release(&r->all);
    lince_settings_release(&r->settings);
    *r = (lince_cv_results){.run.lock = -1};
}

const lince_outcome_row *lince_cv_sample(const lince_cv_results *r, size_t sample, size_t *fold)
{
    for (*fold = 0; sample >= r->outcomes[*fold].count; ++*fold) sample -= r->outcomes[*fold].count;
    return &r->outcomes[*fold].rows[sample];
}
