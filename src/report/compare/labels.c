#include "report/compare/labels.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/random.h"
#include "metrics/paired.h"
#include "report/facts/facts.h"
#include "report/page/document.h"
#include "text/csv.h"

#include <lince/language.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 2000, ACCURACY = 0, MICRO_F1, MEASURES };

/* What a run answered of a sample: how many labels it has, how many are answered, and how many of these rightly. */
typedef struct sample {
    char *path, *labels;
    double of, said, hits;
    bool right; /* all, and no others */
} sample;

typedef struct labelled {
    lince_facts facts;
    sample *samples; /* sorted by path */
    size_t count, capacity;
    lince_interval measures[MEASURES], over[MEASURES]; /* its own, and what it has over the best */
    size_t only_best, only_this;                       /* samples that exactly one of the two got right */
    double p;
} labelled;

typedef struct labelled_runs {
    labelled *runs;
    size_t count, best, n;
} labelled_runs;

/* --- reading -------------------------------------------------------------------------------------- */

/* The pieces of "a|b", and how many of them stand in `other`, too. */
static void count_pieces(const char *list, const char *other, double *pieces, double *shared)
{
    *pieces = *shared = 0;
    for (const char *at = list; *at; at += *at == '|') {
        size_t length = strcspn(at, "|");
        ++*pieces;
        for (const char *o = other; *o; o += *o == '|') {
            size_t size = strcspn(o, "|");
            *shared += size == length && !strncmp(o, at, size);
            o += size;
        }
        at += length;
    }
}

static int take(void *context, const lince_csv_record *record)
{
    labelled *r = context;
    double ignored;
    if (record->row == 1) return 0;
    if (record->count < 3)
        return lince_fail(LINCE_EFORMAT, "row %zu: expected 3 fields or more, found %zu", record->row,
                          record->count);
    LINCE_TRY(lince_grow(&r->samples, &r->capacity, r->count + 1, sizeof *r->samples));
    sample *s = &r->samples[r->count++];
    const char *labels = lince_csv_text(record->fields[1].text),
               *answered = lince_csv_text(record->fields[2].text);
    *s = (sample){.path = lince_strdup(lince_csv_text(record->fields[0].text)),
                  .labels = lince_strdup(labels),
                  .right = !strcmp(labels, answered)};
    count_pieces(labels, answered, &s->of, &s->hits);
    count_pieces(answered, labels, &s->said, &ignored);
    return s->path && s->labels ? 0 : LINCE_ENOMEM;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const sample *)a)->path, ((const sample *)b)->path);
}

static int read_run(labelled *r, const char *run)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    LINCE_TRY(lince_facts_read(&r->facts, run));
    if (!r->facts.tested || r->facts.labels != LINCE_SEVERAL)
        return lince_fail(LINCE_EDATA, "%s: no tested run on samples of several labels, as the first one is",
                          run);
    LINCE_TRY(lince_path_join(path, run, "predictions.csv"));
    LINCE_TRY(lince_file_read(path, (size_t)1 << 30, &bytes, &size));
    int code = lince_csv_read(bytes, size, (lince_csv_dialect){',', LINCE_QUOTING_MINIMAL}, take, r);
    lince_free(bytes);
    if (code) return lince_fail_in(code, path);
    qsort(r->samples, r->count, sizeof *r->samples, by_path);
    return 0;
}

/* The same samples with the same labels in all. */
static int pair(const labelled_runs *c)
{
    const labelled *first = &c->runs[0];
    for (size_t i = 1; i < c->count; i++) {
        const labelled *other = &c->runs[i];
        bool same = other->count == first->count;
        for (size_t k = 0; same && k < first->count; k++)
            same = !strcmp(first->samples[k].path, other->samples[k].path) &&
                   !strcmp(first->samples[k].labels, other->samples[k].labels);
        if (!same)
            return lince_fail(
                LINCE_EDATA,
                "%s and %s: tested on other samples, or on others' labels; compare runs on one data set",
                first->facts.run.folder, other->facts.run.folder);
    }
    return first->count ? 0 : lince_fail(LINCE_EDATA, "%s: its test has no samples", first->facts.run.folder);
}

/* --- judging -------------------------------------------------------------------------------------- */

typedef struct sums {
    double right, hits, all;
} sums;

static void add(sums *s, const sample *of)
{
    s->right += of->right;
    s->hits += of->hits;
    s->all += of->of + of->said;
}

static double measure(const sums *s, int which, size_t n)
{
    return which == ACCURACY ? s->right / (double)n : s->all > 0 ? 2 * s->hits / s->all : 0;
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

/* sums[run] of resample r, the same samples for all runs; of the samples themselves where it is negative. */
static void resample(const labelled_runs *c, int r, sums *drawn)
{
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_BOOTSTRAP, (uint64_t)r, 0));
    memset(drawn, 0, c->count * sizeof *drawn);
    for (size_t i = 0; i < c->n; i++) {
        size_t at = r < 0 ? i : lince_random_below(&random, (uint32_t)c->n);
        for (size_t k = 0; k < c->count; k++) add(&drawn[k], &c->runs[k].samples[at]);
    }
}

/* Percentile intervals of each measure and of its difference to the best run's. */
static int bootstrap(labelled_runs *c)
{
    sums *drawn = lince_alloc(c->count * (RESAMPLES + 1), sizeof *drawn);
    double *own = lince_alloc(RESAMPLES, sizeof *own), *over = lince_alloc(RESAMPLES, sizeof *over);
    int code = drawn && own && over ? 0 : LINCE_ENOMEM;
    for (int r = -1; r < RESAMPLES && !code; r++) resample(c, r, drawn + (size_t)(r + 1) * c->count);
    for (size_t k = 1; k < c->count && !code; k++)
        if (drawn[k].right > drawn[c->best].right) c->best = k;
    for (size_t k = 0; k < c->count && !code; k++)
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
    lince_free(drawn);
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
        const sample *best = c->runs[c->best].samples;
        for (size_t i = 0; i < c->n; i++) {
            r->only_best += best[i].right && !r->samples[i].right;
            r->only_this += !best[i].right && r->samples[i].right;
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
                       lince_json_pack("{s:s, s:s, s:f, s:f, s:o, s:o, s:o, s:o, s:I, s:I, s:f}", "run",
                                       r->facts.run.folder, "model", lince_fact_text(r->facts.model, "name"),
                                       "mean average precision", r->facts.curves.average_precision,
                                       "hamming_loss", r->facts.of_labels.hamming, "accuracy",
                                       interval_json(&r->measures[ACCURACY]), "micro f1-score",
                                       interval_json(&r->measures[MICRO_F1]), "accuracy over the best",
                                       interval_json(&r->over[ACCURACY]), "micro f1-score over the best",
                                       interval_json(&r->over[MICRO_F1]), "only the best is right",
                                       (json_int_t)r->only_best, "only this one is right",
                                       (json_int_t)r->only_this, "p", r->p));
    }
    return lince_json_pack("{s:s, s:I, s:s, s:o}", "labels", "several", "n", (json_int_t)c->n, "best",
                           c->runs[c->best].facts.run.folder, "runs", runs);
}

static void put_table(const labelled_runs *c, lince_buffer *out)
{
    int width = lince_characters(_("run"));
    for (size_t k = 0; k < c->count; k++)
        if (lince_characters(name_of(c, k)) > width) width = lince_characters(name_of(c, k));
    lince_buffer_printf(out, "%*s %8s %26s %26s %9s\n", lince_field(-width, _("run")), _("run"), "mAP",
                        _("all labels right, %"), _("micro F1, %"), "p");
    for (size_t k = 0; k < c->count; k++) {
        const labelled *r = &c->runs[k];
        const lince_interval *a = &r->measures[ACCURACY], *f = &r->measures[MICRO_F1];
        lince_buffer_printf(out, "%*s %8.4f   %6.2f [%6.2f, %6.2f]   %6.2f [%6.2f, %6.2f]",
                            lince_field(-width, name_of(c, k)), name_of(c, k),
                            r->facts.curves.average_precision, 100 * a->value, 100 * a->low, 100 * a->high,
                            100 * f->value, 100 * f->low, 100 * f->high);
        if (k == c->best)
            lince_buffer_puts(out, "         *\n");
        else
            lince_buffer_printf(out, r->p < 0.0001 ? "  < 0.0001\n" : " %9.4f\n", r->p);
    }
}

static void write_rows(const labelled_runs *c, lince_document *d)
{
    static const char *const headings[] = {N_("run"),
                                           "mAP",
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
        lince_document_cell(d, "%.4f", r->facts.curves.average_precision);
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
        for (size_t i = 0; i < r->count; i++) {
            lince_free(r->samples[i].path);
            lince_free(r->samples[i].labels);
        }
        lince_free(r->samples);
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
    c->n = c->runs[0].count;
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
