#include "report/compare/comparison.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "report/compare/context.h"
#include "settings/settings.h"
#include "train/measure/evaluate.h"

#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 2000 };

/* --- reading -------------------------------------------------------------------------------------- */

static int refuse_untested(const lince_facts *f)
{
    const json_t *test = json_object_get(json_object_get(f->data, "parts"), "test");
    const char *run = f->run.folder;
    if (lince_fact_number(test, "n") == 0)
        return lince_fail(LINCE_EDATA,
                          "%s: its data had no test part, and runs are compared on one; 'lince train "
                          "--test-split 0.2' holds one out",
                          run);
    return lince_fail(LINCE_EDATA,
                      "%s: has no test.json: the run was not finished; 'lince train --resume %s' finishes it",
                      run, run);
}

/* A run beside itself would be as good as the best, for no reason. */
static int refuse_twice(const char *const *runs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (lince_is_same_file(runs[i], runs[k]))
                return lince_fail(LINCE_EUSAGE, "compare: %s and %s are one run", runs[k], runs[i]);
    return 0;
}

static int read_runs(lince_comparison *c, const char *const *runs)
{
    for (size_t i = 0; i < c->count; i++) {
        lince_facts *f = &c->facts[i];
        LINCE_TRY(lince_facts_read(f, runs[i]));
        if (!f->tested) return refuse_untested(f);
        LINCE_TRY(lince_facts_refuse_several(f, "compare"));
        LINCE_TRY(lince_facts_read_outcomes(f, &c->outcomes[i]));
    }
    return 0;
}

static int same_classes(const lince_comparison *c)
{
    const lince_metrics *first = &c->facts[0].test;
    for (size_t i = 1; i < c->count; i++) {
        const lince_metrics *m = &c->facts[i].test;
        bool same = m->classes == first->classes;
        for (int k = 0; same && k < m->classes; k++) same = !strcmp(m->names[k], first->names[k]);
        if (!same)
            return lince_fail(LINCE_EDATA,
                              "%s and %s: classify into other classes; compare runs on one data set",
                              c->facts[0].run.folder, c->facts[i].run.folder);
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const lince_outcome_row *)a)->path, ((const lince_outcome_row *)b)->path);
}

static int compare_samples(const lince_comparison *c, size_t run, size_t k)
{
    const lince_outcome_row *a = &c->outcomes[0].rows[k], *b = &c->outcomes[run].rows[k];
    const char *first = c->facts[0].run.folder, *other = c->facts[run].run.folder;
    char *const *names = c->facts[0].test.names;
    if (strcmp(a->path, b->path) != 0)
        return lince_fail(LINCE_EDATA,
                          "%s and %s: have other test samples ('%.80s', '%.80s'); compare runs with one test "
                          "part (the same data, split and seed of the split)",
                          first, other, a->path, b->path);
    if (a->label != b->label)
        return lince_fail(LINCE_EDATA,
                          "%s and %s: the test sample '%.80s' is '%s' to one and '%s' to the other; compare "
                          "runs on data of the same labels",
                          first, other, a->path, names[a->label], names[b->label]);
    return 0;
}

/* Every run must have been asked the same samples, with the same truth. */
static int pair(lince_comparison *c)
{
    c->n = c->outcomes[0].count;
    for (size_t i = 0; i < c->count; i++) {
        lince_outcomes *o = &c->outcomes[i];
        qsort(o->rows, o->count, sizeof *o->rows, by_path);
        if (o->count != c->n)
            return lince_fail(LINCE_EDATA,
                              "%s and %s: test samples: %zu and %zu; compare runs with one test part",
                              c->facts[0].run.folder, c->facts[i].run.folder, c->n, o->count);
        for (size_t k = 0; k < c->n; k++) LINCE_TRY(compare_samples(c, i, k));
    }
    return 0;
}

static int copy_labels(lince_comparison *c)
{
    c->classes = c->facts[0].test.classes;
    c->label = lince_alloc(c->n, sizeof *c->label);
    c->predicted = lince_alloc(c->count, sizeof *c->predicted);
    if (!c->label || !c->predicted) return LINCE_ENOMEM;
    for (size_t k = 0; k < c->n; k++) c->label[k] = c->outcomes[0].rows[k].label;
    for (size_t i = 0; i < c->count; i++) {
        if (!(c->predicted[i] = lince_alloc(c->n, sizeof **c->predicted))) return LINCE_ENOMEM;
        for (size_t k = 0; k < c->n; k++) c->predicted[i][k] = c->outcomes[i].rows[k].predicted;
        if (c->facts[i].test.accuracy > c->facts[c->best].test.accuracy) c->best = i;
    }
    return 0;
}

/* --- judging -------------------------------------------------------------------------------------- */

void lince_comparison_contests(const lince_comparison *c, const bool *within, lince_contest *contests)
{
    double p[LINCE_COMPARED_RUNS];
    size_t tests = 0;
    for (size_t i = 0; i < c->count; i++) {
        lince_contest *contest = &contests[i];
        for (size_t k = 0; k < c->n; k++) {
            if (within && !within[k]) continue;
            bool best = lince_comparison_right(c, c->best, k), own = lince_comparison_right(c, i, k);
            contest->only_best += best && !own;
            contest->only_this += own && !best;
        }
        if (i != c->best) p[tests++] = lince_mcnemar_exact(contest->only_best, contest->only_this);
    }
    lince_holm(p, tests);
    for (size_t i = 0, test = 0; i < c->count; i++) contests[i].p = i == c->best ? 1 : p[test++];
}

static int judge(lince_comparison *c)
{
    size_t all = c->count * lince_score_count(c->classes);
    c->scores = lince_alloc(all, sizeof *c->scores);
    c->differences = lince_alloc(all, sizeof *c->differences);
    c->contests = lince_alloc(c->count, sizeof *c->contests);
    if (!c->scores || !c->differences || !c->contests) return LINCE_ENOMEM;
    lince_comparison_contests(c, NULL, c->contests);
    lince_paired paired = {c->classes, c->n, c->count, c->label, (const int32_t *const *)c->predicted};
    return lince_bootstrap(&paired, c->best, RESAMPLES, 1, c->scores, c->differences);
}

int lince_comparison_tell(const lince_comparison *c, size_t done, size_t total)
{
    const lince_observer *o = c->observer;
    if (o && o->progress)
        o->progress(o->context, &(lince_progress){.size = sizeof(lince_progress),
                                                  .phase = LINCE_COMPARING,
                                                  .step = done,
                                                  .steps = total,
                                                  .eta = -1});
    return lince_observer_stops(o);
}

int lince_comparison_read(lince_comparison *c, const char *const *runs, size_t count,
                          const lince_observer *observer)
{
    *c = (lince_comparison){.count = count, .observer = observer};
    if (count < 2 || count > LINCE_COMPARED_RUNS)
        return lince_fail(LINCE_EUSAGE, "compare: expected 2 to %d runs, found %zu", LINCE_COMPARED_RUNS,
                          count);
    c->facts = lince_alloc(count, sizeof *c->facts);
    c->outcomes = lince_alloc(count, sizeof *c->outcomes);
    if (!c->facts || !c->outcomes) return LINCE_ENOMEM;
    LINCE_TRY(refuse_twice(runs, count));
    LINCE_TRY(read_runs(c, runs));
    LINCE_TRY(same_classes(c));
    LINCE_TRY(pair(c));
    LINCE_TRY(copy_labels(c));
    LINCE_TRY(judge(c));
    return lince_context_new(&c->context, c);
}

void lince_comparison_release(lince_comparison *c)
{
    lince_context_free(c->context);
    for (size_t i = 0; i < c->count; i++) {
        if (c->facts) lince_facts_release(&c->facts[i]);
        if (c->outcomes) lince_outcomes_release(&c->outcomes[i]);
        if (c->predicted) lince_free(c->predicted[i]);
    }
    lince_free(c->facts);
    lince_free(c->outcomes);
    lince_free(c->label);
    lince_free(c->predicted);
    lince_free(c->scores);
    lince_free(c->differences);
    lince_free(c->contests);
    *c = (lince_comparison){0};
}

/* --- asking --------------------------------------------------------------------------------------- */

/* The last `parts` names of a path; all of it where it has no more. */
static const char *last_names(const char *path, size_t parts)
{
    const char *at = path + strlen(path);
    while (at > path && (at[-1] != '/' || --parts)) at--;
    return at;
}

/* As much of the folder's path, from its end, as no other run has. */
const char *lince_comparison_name(const lince_comparison *c, size_t run)
{
    const char *folder = c->facts[run].run.folder, *name = folder;
    for (size_t parts = 1; parts == 1 || name > folder; parts++) {
        bool alone = true;
        name = last_names(folder, parts);
        for (size_t i = 0; i < c->count; i++)
            alone = alone && (i == run || strcmp(last_names(c->facts[i].run.folder, parts), name) != 0);
        if (alone) break;
    }
    return name;
}

const lince_interval *lince_comparison_scores(const lince_comparison *c, size_t run)
{
    return c->scores + run * lince_score_count(c->classes);
}

const lince_interval *lince_comparison_differences(const lince_comparison *c, size_t run)
{
    return c->differences + run * lince_score_count(c->classes);
}

bool lince_comparison_distinct(const lince_comparison *c, size_t run)
{
    const lince_interval *accuracy = &lince_comparison_differences(c, run)[LINCE_SCORE_ACCURACY];
    return run != c->best && c->contests[run].p < 0.05 && accuracy->high < 0;
}

/* Settings that do not make another kind of run: where it lies, how it was computed, and its seed. */
static bool is_circumstance(const lince_setting_info *info)
{
    lince_decides what = lince_setting_decides(info);
    return what == LINCE_DECIDES_NOTHING || what == LINCE_DECIDES_CHANCE;
}

static bool same_kind(const lince_settings *a, const lince_settings *b)
{
    const lince_setting_info *info;
    for (size_t i = 0; (info = lince_setting_at(i)); i++)
        if (!is_circumstance(info) && !lince_settings_agree(a, b, info->name)) return false;
    return true;
}

size_t lince_comparison_kind(const lince_comparison *c, size_t run)
{
    for (size_t i = 0; i < run; i++)
        if (same_kind(&c->facts[i].settings, &c->facts[run].settings)) return i;
    return run;
}

/* Of each kind its first run, but of the best one's kind the best. */
size_t lince_comparison_shown(const lince_comparison *c, size_t shown[LINCE_COMPARED_SHOWN])
{
    size_t count = 0, best_kind = lince_comparison_kind(c, c->best);
    for (size_t i = 0; i < c->count && count < LINCE_COMPARED_SHOWN; i++) {
        size_t kind = c->count <= LINCE_COMPARED_SHOWN ? i : lince_comparison_kind(c, i);
        if (kind == i) shown[count++] = c->count > LINCE_COMPARED_SHOWN && kind == best_kind ? c->best : i;
    }
    return count;
}
