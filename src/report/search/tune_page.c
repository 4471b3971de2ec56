#include "report/search/tune_page.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "report/run/sections.h"
#include "tune/importance.h"

#include <lince/language.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void cell_value(lince_document *d, const lince_search *s, double value)
{
    if (isnan(value))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, s->objective == LINCE_TUNE_LOSS ? "%.4f" : "%.2f", lince_tune_shown(s, value));
}

static size_t count_failed(const lince_search *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) n += s->trials[i].standing.failed;
    return n;
}

/* --- the result ----------------------------------------------------------------------------------- */

static void write_cards(lince_document *d, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    const lince_trial *t = &s->trials[f->winner];
    char duration[32];
    lince_document_card(d, lince_tune_objective_name(s), s->objective == LINCE_TUNE_LOSS ? "%.4f" : "%.2f",
                        lince_tune_shown(s, t->last->value));
    if (!isnan(f->test_accuracy))
        lince_document_card(d, TR("test accuracy, %"), "%.2f", 100 * f->test_accuracy);
    lince_document_card(d, TR("trials"), "%zu", s->count);
    lince_document_card(d, TR("time in all"), "%s", lince_duration(s->legs[s->leg_count - 1]->at, duration));
}

static void write_result(lince_document *d, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    const lince_trial *t = &s->trials[f->winner];
    int all = s->rungs.epochs[s->rungs.count - 1];
    write_cards(d, f);
    lince_document_table_begin(d, 2);
    lince_document_cell(d, "%s", TR("setting"));
    lince_document_cell(d, TR("value of the best, trial %ld"), f->winner);
    lince_document_row(d);
    for (size_t i = 0; i < s->space.count; i++) {
        lince_document_cell(d, "--%s", s->space.dims[i].setting->name);
        lince_document_cell(d, "%s", t->value[i]);
        lince_document_row(d);
    }
    lince_document_table_end(d);
    if (t->last->epochs < all && !t->last->ended)
        lince_document_warning(d,
                               TR("The best trial has %d of %d epochs behind it: the budget was over. 'lince "
                                  "train --resume %s/trials/%03ld' goes on with it; best.yaml trains all of "
                                  "them."),
                               t->last->epochs, all, s->folder, f->winner);
    lince_document_paragraph(
        d, "%s",
        TR("The value on the validation part is the largest of many, and too good for that reason: the more "
           "trials, the more. What to expect of new samples is what the test says, which no trial saw."));
}

static void write_recipe(lince_document *d, const lince_tune_facts *f)
{
    char path[LINCE_PATH_MAX], *text = NULL;
    size_t size;
    lince_document_paragraph(d, "%s", TR("This command trains it again; the recipe is best.yaml:"));
    snprintf(path, sizeof path, "lince train --config %.4000s/best.yaml", f->search->folder);
    lince_document_code(d, path);
    if (!lince_path_join(path, f->search->folder, "best.yaml") &&
        !lince_file_read(path, 1 << 16, &text, &size))
        lince_document_code(d, text);
    lince_free(text);
}

/* --- how it went ---------------------------------------------------------------------------------- */

static void write_progress(lince_document *d, const lince_tune_facts *f)
{
    lince_document_figure(d, "best_so_far", TR("The best value so far against time."),
                          TR("Each point is a trial at the number of epochs it was judged at; trials of few "
                             "epochs stand beside those of many."));
    lince_document_figure(
        d, "trial_curves", TR("The validation part, epoch by epoch, one line a trial."),
        TR("Trials that were stopped early end early. Their schedules are those of the whole run."));
    if (f->search->over)
        lince_document_note(
            d, "%s",
            TR("The budget of time ended the search: on a machine of other speed it would have "
               "come elsewhere."));
}

static void write_coordinates(lince_document *d, const lince_tune_facts *f)
{
    (void)f;
    lince_document_figure(d, "coordinates", TR("Parallel coordinates: one axis a setting, one line a trial."),
                          TR("Dark lines did well. Where they come together on an axis, its value matters."));
}

/* The values of the best quarter: from .. to, or the most frequent. */
static void good_values(const lince_search *s, size_t at, const lince_observation *known, size_t good,
                        char out[2 * LINCE_VALUE_MAX])
{
    const lince_dimension *dim = &s->space.dims[at];
    char low[LINCE_VALUE_MAX], high[LINCE_VALUE_MAX];
    double least = INFINITY, most = -INFINITY;
    size_t times[256] = {0}, top = 0;
    for (size_t i = 0; i < good; i++) {
        double place = known[i].place[at];
        least = fmin(least, place), most = fmax(most, place);
        size_t k = dim->count && place < 256 ? (size_t)place : 0;
        if (++times[k] > times[top]) top = k;
    }
    lince_dimension_print(dim, dim->count ? (double)top : least, low);
    lince_dimension_print(dim, most, high);
    if (dim->count)
        snprintf(out, 2 * LINCE_VALUE_MAX, "%s (%zu/%zu)", low, times[top], good);
    else
        snprintf(out, 2 * LINCE_VALUE_MAX, "%.*s .. %.*s", LINCE_CUT(low, 100), LINCE_CUT(high, 100));
}

static size_t known_trials(const lince_search *s, lince_observation *known)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        const lince_standing *t = &s->trials[i].standing;
        if (!t->reached && !t->failed) continue;
        double score = t->reached ? t->score[0] : -INFINITY;
        size_t k = n++;
        for (; k > 0 && known[k - 1].score < score; k--) known[k] = known[k - 1];
        known[k] = (lince_observation){s->trials[i].place, score};
    }
    return n;
}

static void write_shares(lince_document *d, const lince_search *s, const lince_observation *known, size_t n)
{
    double share[LINCE_SPACE_MAX] = {0};
    lince_importance(&s->space, known, n, share);
    lince_document_table_begin(d, 1);
    lince_document_cell(d, "%s", TR("setting"));
    lince_document_cell(d, "%s", TR("importance, %"));
    lince_document_cell(d, "%s", TR("values of the best quarter"));
    lince_document_row(d);
    for (size_t i = 0; i < s->space.count; i++) {
        char values[2 * LINCE_VALUE_MAX];
        good_values(s, i, known, (n + 3) / 4, values);
        lince_document_cell(d, "--%s", s->space.dims[i].setting->name);
        lince_document_cell(d, "%.0f", 100 * share[i]);
        lince_document_cell(d, "%s", values);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_importance(lince_document *d, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    lince_observation *known = lince_alloc(s->count + 1, sizeof *known);
    size_t n = known ? known_trials(s, known) : 0;
    if (n < LINCE_IMPORTANCE_LEAST)
        lince_document_note(d,
                            TR("Too few trials to tell which setting mattered: %zu; at least %d are needed."),
                            n, LINCE_IMPORTANCE_LEAST);
    else {
        lince_document_paragraph(d,
                                 TR("PED-ANOVA (Watanabe, Bansal and Hutter 2023) over %zu trials, judged "
                                    "after epoch %d, which all "
                                    "have in common: how far the values of the best quarter are spread "
                                    "otherwise than those of all "
                                    "(ranges in fifths), less what chance alone gives, as a share of the sum "
                                    "over the settings. It "
                                    "sees each setting by itself, not how they work together, and with few "
                                    "trials it is uncertain."),
                                 n, s->rungs.epochs[0]);
        write_shares(d, s, known, n);
    }
    lince_free(known);
}

static void write_trials(lince_document *d, const lince_tune_facts *f)
{
    enum { SHOWN = 100 };
    const lince_search *s = f->search;
    lince_document_table_begin(d, 2);
    lince_document_cell(d, "%s", TR("trial"));
    lince_document_cell(d, "%s", TR("settings"));
    lince_document_cell(d, "%s", TR("epochs"));
    lince_document_cell(d, "%s", lince_tune_objective_name(s));
    lince_document_row(d);
    for (size_t i = 0; i < s->count && i < SHOWN; i++) {
        const lince_leg *last = s->trials[i].last;
        lince_buffer text = {0};
        lince_search_trial_text(s, i, &text);
        lince_document_cell(d, "%zu", i);
        lince_document_cell(d, "%.*s", LINCE_CUT(lince_buffer_part(&d->out, &text), 250));
        lince_document_cell(d, "%d", last ? last->epochs : 0);
        cell_value(d, s, last ? last->value : NAN);
        lince_buffer_release(&text);
        if ((long)i == f->winner)
            lince_document_row_marked(d);
        else
            lince_document_row(d);
    }
    lince_document_table_end(d);
    if (s->count > SHOWN)
        lince_document_paragraph(d, TR("%zu more stand in search/journal.jsonl."), s->count - SHOWN);
}

static void write_failed(lince_document *d, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    for (size_t i = 0; i < s->count; i++)
        if (s->trials[i].standing.failed)
            lince_document_item(d, TR("Trial %zu: %s"), i, s->trials[i].last->reason);
}

static void write_method(lince_document *d, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    char rungs[256] = "";
    for (int i = 0; i < s->rungs.count; i++) {
        size_t used = strlen(rungs);
        snprintf(rungs + used, sizeof rungs - used, "%s%d", i ? ", " : "", s->rungs.epochs[i]);
    }
    lince_document_item(d, "%s",
                        s->sampler == LINCE_TUNE_TPE
                            ? TR("Proposals: tree-structured Parzen estimators (TPE, Bergstra et al. 2011); "
                                 "the first ten are random.")
                            : TR("Proposals: random."));
    lince_document_item(d,
                        TR("Judged after epoch %s: of the trials known there the best one in %d goes on, "
                           "from its exact checkpoint (ASHA, Li et al. 2020)."),
                        rungs, s->rungs.reduction);
    if (s->jobs == 1)
        lince_document_item(d, "%s", TR("One trial at a time."));
    else
        lince_document_item(d,
                            TR("Trials at a time: %d; a decision knows the results of all trials before it "
                               "but the last ones (%d)."),
                            s->jobs, s->jobs - 1);
    for (size_t i = 0; i < s->space.count; i++)
        lince_document_item(d, "%s=%s", s->space.dims[i].setting->name, s->space.dims[i].text);
    lince_document_item(d, "%s", TR("No trial saw the test part; the best one alone was tested, once."));
}

/* --- the page ------------------------------------------------------------------------------------- */

static bool has_failed(const lince_tune_facts *f)
{
    return count_failed(f->search) > 0;
}

static bool has_coordinates(const lince_tune_facts *f)
{
    return f->search->space.count > 1;
}

static const struct {
    const char *title;
    bool (*applies)(const lince_tune_facts *f); /* NULL: always */
    void (*write)(lince_document *d, const lince_tune_facts *f);
} sections[] = {
    {N_("The best settings"), NULL, write_result},
    {N_("The recipe"), NULL, write_recipe},
    {N_("How the search went"), NULL, write_progress},
    {N_("Which settings mattered"), NULL, write_importance},
    {N_("All settings side by side"), has_coordinates, write_coordinates},
    {N_("All trials"), NULL, write_trials},
    {N_("Trials that failed"), has_failed, write_failed},
    {N_("How it was searched"), NULL, write_method},
};

static void write_sections(lince_document *d, const lince_tune_facts *f)
{
    enum { COUNT = sizeof sections / sizeof *sections };
    const char *titles[COUNT];
    size_t which[COUNT];
    int count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        if (sections[i].applies && !sections[i].applies(f)) continue;
        titles[count] = TR(sections[i].title);
        which[count++] = i;
    }
    lince_document_contents(d, titles, count);
    for (int i = 0; i < count; i++) {
        lince_document_heading(d, "%d. %s", i + 1, titles[i]);
        sections[which[i]].write(d, f);
    }
}

static int write_page(const lince_tune_facts *f, const lince_document_backend *backend, const char *file,
                      const lince_gaps *gaps)
{
    lince_document document = {.backend = backend, .language = lince_language(), .folder = f->search->folder},
                   *d = &document;
    backend->begin(d, TR("Search for settings"));
    if (*gaps->figures) lince_document_note(d, TR("Figures are missing: %s"), gaps->figures);
    write_sections(d, f);
    return lince_document_write(d, file);
}

int lince_tune_write(const lince_tune_facts *f, const lince_gaps *gaps)
{
    LINCE_TRY(write_page(f, &lince_document_html, "tune.html", gaps));
    return write_page(f, &lince_document_markdown, "tune.md", gaps);
}
