#include "report/compare/labels.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "metrics/paired.h"
#include "report/facts/facts.h"
#include "report/page/document.h"

#include <lince/language.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 2000, MAP = 0, ACCURACY, MICRO_F1, MEASURES };

/* What is added up of a sample: how many labels it has, how many are answered, and how many of these rightly. */
typedef struct counts {
    double of, said, hits;
} counts;

typedef struct labelled {
    lince_facts facts;
    lince_outcomes outcomes; /* sorted by path */
    counts *counts;          /* [outcomes.count] */
    uint32_t *order;         /* [classes][outcomes.count] samples by falling probability of the class */
    lince_interval measures[MEASURES], over[MEASURES]; /* its own, and what it has over the best */
    size_t only_best, only_this;                       /* samples that exactly one of the two got right */
    double p;
} labelled;

typedef struct labelled_runs {
    labelled *runs;
    size_t count, best, n;
} labelled_runs;

/* --- reading -------------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const lince_outcome_row *)a)->path, ((const lince_outcome_row *)b)->path);
}

typedef struct ranking {
    const lince_outcome_row *rows;
    int class;
} ranking;

static int by_probability(const void *a, const void *b, void *context)
{
    const ranking *r = context;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    float x = r->rows[i].each[r->class], y = r->rows[k].each[r->class];
    return x != y ? (x < y) - (x > y) : (i > k) - (i < k);
}

static int prepare(labelled *r)
{
    size_t n = r->outcomes.count, classes = (size_t)r->facts.test_classes, cells;
    if (!lince_mul(n, classes, &cells)) return lince_fail(LINCE_ENOMEM, "out of memory");
    r->counts = lince_alloc(n + 1, sizeof *r->counts);
    r->order = lince_alloc(cells + 1, sizeof *r->order);
    if (!r->counts || !r->order) return LINCE_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const lince_outcome_row *row = &r->outcomes.rows[i];
        for (size_t c = 0; c < classes; c++) {
            r->counts[i].of += row->there[c], r->counts[i].said += row->answered[c];
            r->counts[i].hits += row->there[c] && row->answered[c];
            r->order[c * n + i] = (uint32_t)i;
        }
    }
    for (size_t c = 0; c < classes && n; c++)
        qsort_r(r->order + c * n, n, sizeof *r->order, by_probability, &(ranking){r->outcomes.rows, (int)c});
    return 0;
}

static int read_run(labelled *r, const char *run)
{
    LINCE_TRY(lince_facts_read(&r->facts, run));
    if (!r->facts.tested || r->facts.labels != LINCE_SEVERAL)
        return lince_fail(LINCE_EDATA, "%s: no tested run on samples of several labels, as the first one is",
                          run);
    LINCE_TRY(lince_facts_read_outcomes(&r->facts, &r->outcomes));
    if (r->outcomes.count) qsort(r->outcomes.rows, r->outcomes.count, sizeof *r->outcomes.rows, by_path);
    return prepare(r);
}

/* The same samples with the same labels in all. */
static int pair(const labelled_runs *c)
{
    const lince_outcomes *first = &c->runs[0].outcomes;
    for (size_t i = 1; i < c->count; i++) {
        const lince_outcomes *other = &c->runs[i].outcomes;
        bool same = other->count == first->count;
        for (size_t k = 0; same && k < first->count; k++)
            same = !strcmp(first->rows[k].path, other->rows[k].path) &&
                   !strcmp(first->rows[k].labels, other->rows[k].labels);
        if (!same)
            return lince_fail(
                LINCE_EDATA,
                "%s and %s: tested on other samples, or on others' labels; compare runs on one data set",
                c->runs[0].facts.run.folder, c->runs[i].facts.run.folder);
    }
    return first->count ? 0
                        : lince_fail(LINCE_EDATA, "%s: its test has no samples", c->runs[0].facts.run.folder);
}

/* --- judging -------------------------------------------------------------------------------------- */

typedef struct sums {
    double right, hits, all, precision; /* precision: mean average precision */
} sums;

/* How often each sample is drawn: once each where r is negative, the same for all runs. */
static void draw(size_t n, int r, uint32_t *times)
{
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_BOOTSTRAP, (uint64_t)r, 0));
    for (size_t i = 0; i < n; i++) times[i] = r < 0;
    for (size_t i = 0; i < n && r >= 0; i++) times[lince_random_below(&random, (uint32_t)n)]++;
}

/* sum of precision times gain of recall over falling thresholds, as metrics/curves.h has it; NaN where no sample that was drawn
 * has the class. */
static double average_precision(const labelled *r, int class, const uint32_t *times)
{
    const lince_outcome_row *rows = r->outcomes.rows;
    size_t n = r->outcomes.count;
    const uint32_t *order = r->order + (size_t) class * n;
    double sum = 0, hits = 0, said = 0, before = 0;
    for (size_t i = 0; i < n; i++) {
        const lince_outcome_row *row = &rows[order[i]];
        said += times[order[i]];
        hits += row->there[class] ? times[order[i]] : 0;
        bool last = i + 1 == n || rows[order[i + 1]].each[class] != row->each[class];
        if (!last || hits == before) continue;
        sum += (hits - before) * hits / said;
        before = hits;
    }
    return hits > 0 ? sum / hits : NAN;
}

static double mean_average_precision(const labelled *r, const uint32_t *times)
{
    double sum = 0, classes = 0;
    for (int c = 0; c < r->facts.test_classes; c++) {
        double precision = average_precision(r, c, times);
        if (!isnan(precision)) sum += precision, classes++;
    }
    return classes > 0 ? sum / classes : 0;
}

static void add_up(const labelled *r, const uint32_t *times, sums *s)
{
    *s = (sums){.precision = mean_average_precision(r, times)};
    for (size_t i = 0; i < r->outcomes.count; i++) {
        const counts *k = &r->counts[i];
        s->right += r->outcomes.rows[i].right ? times[i] : 0;
        s->hits += k->hits * times[i];
        s->all += (k->of + k->said) * times[i];
    }
}

static double measure(const sums *s, int which, size_t n)
{
    return which == MAP        ? s->precision
           : which == ACCURACY ? s->right / (double)n
                               : (s->all > 0 ? 2 * s->hits / s->all : 0);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static lince_interval interval(double value, double *drawn)
{
    qsort(drawn, RESAMPLES, sizeof *drawn, by_value);
    size_t tail = RESAMPLES / 40;
    return (lince_interval){value, drawn[tail], drawn[RESAMPLES - 1 - tail]};
}

typedef struct resampling {
    const labelled_runs *c;
    uint32_t *times; /* [threads][n] */
    sums *drawn;     /* [1 + RESAMPLES][runs]; the first: the samples themselves */
    size_t each;     /* resamples of one piece */
} resampling;

/* A piece of the resamples; each is a function of its number alone. */
static void resample(void *context, size_t piece)
{
    const resampling *s = context;
    const labelled_runs *c = s->c;
    uint32_t *times = s->times + piece * c->n;
    for (size_t at = piece * s->each; at < (piece + 1) * s->each && at <= RESAMPLES; at++) {
        draw(c->n, (int)at - 1, times);
        for (size_t k = 0; k < c->count; k++) add_up(&c->runs[k], times, &s->drawn[at * c->count + k]);
    }
}

static void set_intervals(labelled_runs *c, const sums *drawn, double *own, double *over)
{
    for (size_t k = 1; k < c->count; k++)
        if (drawn[k].right > drawn[c->best].right) c->best = k;
    for (size_t k = 0; k < c->count; k++)
        for (int m = 0; m < MEASURES; m++) {
            for (int r = 0; r < RESAMPLES; r++) {
                const sums *at = drawn + (size_t)(r + 1) * c->count;
                own[r] = measure(&at[k], m, c->n);
                over[r] = own[r] - measure(&at[c->best], m, c->n);
            }
            double value = measure(&drawn[k], m, c->n);
            c->runs[k].measures[m] = interval(value, own);
            c->runs[k].over[m] = interval(value - measure(&drawn[c->best], m, c->n), over);
        }
}

/* Percentile intervals of each measure and of its difference to the best run's. */
static int bootstrap(labelled_runs *c)
{
    size_t pieces = (size_t)lince_processors();
    resampling s = {.c = c,
                    .times = lince_alloc(pieces * c->n, sizeof *s.times),
                    .drawn = lince_alloc(c->count * (RESAMPLES + 1), sizeof *s.drawn),
                    .each = RESAMPLES / pieces + 1};
    double *own = lince_alloc(RESAMPLES, sizeof *own), *over = lince_alloc(RESAMPLES, sizeof *over);
    int code = s.times && s.drawn && own && over ? 0 : LINCE_ENOMEM;
    if (!code) lince_parallel((int)pieces, pieces, resample, &s);
    if (!code) set_intervals(c, s.drawn, own, over);
    lince_free(s.times);
    lince_free(s.drawn);
    lince_free(own);
    lince_free(over);
    return code;
}

/* McNemar's exact test of each run against the best, on whether all labels are right; Holm's correction. */
static int contest(labelled_runs *c)
{
    double *p = lince_alloc(c->count, sizeof *p);
    size_t at = 0;
    if (!p) return LINCE_ENOMEM;
    for (size_t k = 0; k < c->count; k++) {
        labelled *r = &c->runs[k];
        const lince_outcome_row *best = c->runs[c->best].outcomes.rows, *own = r->outcomes.rows;
        for (size_t i = 0; i < c->n; i++) {
            r->only_best += best[i].right && !own[i].right;
            r->only_this += !best[i].right && own[i].right;
        }
        if (k != c->best) p[at++] = lince_mcnemar_exact(r->only_best, r->only_this);
    }
    lince_holm(p, at);
    at = 0;
    for (size_t k = 0; k < c->count; k++) c->runs[k].p = k == c->best ? 1 : p[at++];
    lince_free(p);
    return 0;
}

/* --- written -------------------------------------------------------------------------------------- */

static const char *name_of(const labelled_runs *c, size_t k)
{
    const char *folder = c->runs[k].facts.run.folder, *slash = strrchr(folder, '/');
    return slash && slash[1] ? slash + 1 : folder;
}

static json_t *interval_json(const lince_interval *i)
{
    return lince_json_pack("{s:f, s:f, s:f}", "value", i->value, "low", i->low, "high", i->high);
}

static json_t *runs_json(const labelled_runs *c)
{
    json_t *runs = json_array();
    for (size_t k = 0; k < c->count; k++) {
        const labelled *r = &c->runs[k];
        lince_json_add(&runs,
                       lince_json_pack("{s:s, s:s, s:o, s:f, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:f}", "run",
                                       r->facts.run.folder, "model", lince_fact_text(r->facts.model, "name"),
                                       "mean average precision", interval_json(&r->measures[MAP]),
                                       "hamming_loss", r->facts.of_labels.hamming, "accuracy",
                                       interval_json(&r->measures[ACCURACY]), "micro f1-score",
                                       interval_json(&r->measures[MICRO_F1]),
                                       "mean average precision over the best", interval_json(&r->over[MAP]),
                                       "accuracy over the best", interval_json(&r->over[ACCURACY]),
                                       "micro f1-score over the best", interval_json(&r->over[MICRO_F1]),
                                       "only the best is right", (json_int_t)r->only_best,
                                       "only this one is right", (json_int_t)r->only_this, "p", r->p));
    }
    return lince_json_pack("{s:s, s:I, s:s, s:o}", "labels", "several", "n", (json_int_t)c->n, "best",
                           c->runs[c->best].facts.run.folder, "runs", runs);
}

static void put_table(const labelled_runs *c, lince_buffer *out)
{
    int width = lince_characters(_("run"));
    for (size_t k = 0; k < c->count; k++)
        if (lince_characters(name_of(c, k)) > width) width = lince_characters(name_of(c, k));
    lince_buffer_printf(out, "%*s %26s %26s %26s %9s\n", lince_field(-width, _("run")), _("run"), _("mAP, %"),
                        _("all labels right, %"), _("micro F1, %"), "p");
    for (size_t k = 0; k < c->count; k++) {
        const labelled *r = &c->runs[k];
        lince_buffer_printf(out, "%*s", lince_field(-width, name_of(c, k)), name_of(c, k));
        for (int m = 0; m < MEASURES; m++)
            lince_buffer_printf(out, "   %6.2f [%6.2f, %6.2f]", 100 * r->measures[m].value,
                                100 * r->measures[m].low, 100 * r->measures[m].high);
        if (k == c->best)
            lince_buffer_puts(out, "         *\n");
        else
            lince_buffer_printf(out, r->p < 0.0001 ? "  < 0.0001\n" : " %9.4f\n", r->p);
    }
}

static void write_rows(const labelled_runs *c, lince_document *d)
{
    static const char *const headings[] = {N_("run"),
                                           N_("mAP, %"),
                                           N_("all labels right, %"),
                                           N_("micro F1, %"),
                                           N_("only the best is right"),
                                           N_("only this one is right"),
                                           "p"};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, sizeof headings / sizeof *headings);
    for (size_t k = 0; k < c->count; k++) {
        const labelled *r = &c->runs[k];
        lince_document_cell(d, "%s", name_of(c, k));
        for (int m = 0; m < MEASURES; m++)
            lince_document_cell(d, "%.2f [%.2f, %.2f]", 100 * r->measures[m].value, 100 * r->measures[m].low,
                                100 * r->measures[m].high);
        lince_document_cell(d, "%zu", r->only_best);
        lince_document_cell(d, "%zu", r->only_this);
        lince_document_cell(d, k == c->best ? "–" : r->p < 0.0001 ? "< 0.0001" : "%.4f", r->p);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static int write_page(const labelled_runs *c, const lince_document_backend *backend, const char *folder,
                      const char *file)
{
    lince_document document = {.backend = backend, .language = lince_language(), .folder = folder},
                   *d = &document;
    backend->begin(d, TR("Comparison of runs"));
    write_rows(c, d);
    lince_document_paragraph(
        d,
        TR("Test samples, the same for all: %zu. In brackets 95 %% intervals (bootstrap over samples). p: McNemar's exact "
           "test of a run against the one with the most samples all of whose labels are right (Holm's correction)."),
        c->n);
    return lince_document_write(d, file);
}

static int write_all(const labelled_runs *c, const char *folder, int json, char **text)
{
    char path[LINCE_PATH_MAX], *dump;
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, folder, "compare.json"));
    LINCE_TRY(write_page(c, &lince_document_html, folder, "compare.html"));
    LINCE_TRY(write_page(c, &lince_document_markdown, folder, "compare.md"));
    int code = lince_json_text(runs_json(c), JSON_INDENT(2) | JSON_REAL_PRECISION(9), &dump);
    if (code) return lince_fail_in(code, path);
    code = lince_file_write(path, dump, strlen(dump));
    if (!code && json)
        lince_buffer_printf(&out, "%s\n", dump);
    else if (!code)
        put_table(c, &out);
    lince_free(dump);
    *text = out.data;
    return code ? code : out.error;
}

/* --- all of it ------------------------------------------------------------------------------------ */

int lince_compares_labels(const char *run, bool *several)
{
    char path[LINCE_PATH_MAX];
    json_t *data;
    LINCE_TRY(lince_path_join(path, run, "data.json"));
    LINCE_TRY(lince_json_read_if_there(path, &data));
    *several = !strcmp(lince_fact_text(data, "labels"), "several");
    json_decref(data);
    return 0;
}

static void release(labelled_runs *c)
{
    for (size_t k = 0; c->runs && k < c->count; k++) {
        labelled *r = &c->runs[k];
        lince_outcomes_release(&r->outcomes);
        lince_free(r->counts);
        lince_free(r->order);
        lince_facts_release(&r->facts);
    }
    lince_free(c->runs);
}

static int read_all(labelled_runs *c, const char *const *runs)
{
    enum { MOST = 64 };
    if (c->count < 2 || c->count > MOST)
        return lince_fail(LINCE_EUSAGE, "compare: expected 2 to %d runs, found %zu", MOST, c->count);
    if (!(c->runs = lince_alloc(c->count, sizeof *c->runs))) return LINCE_ENOMEM;
    for (size_t k = 0; k < c->count; k++) LINCE_TRY(read_run(&c->runs[k], runs[k]));
    LINCE_TRY(pair(c));
    c->n = c->runs[0].outcomes.count;
    LINCE_TRY(bootstrap(c));
    return contest(c);
}

int lince_compare_labels(const char *const *runs, size_t count, const char *out, int json, char *folder,
                         size_t folder_size, char **text)
{
    labelled_runs c = {.count = count};
    char made[LINCE_PATH_MAX];
    int code = read_all(&c, runs);
    if (!code) code = lince_run_new_folder(made, out && *out ? out : "runs/compare");
    if (!code) {
        snprintf(folder, folder_size, "%s", made);
        code = write_all(&c, made, json, text);
    }
    release(&c);
    return code;
}
