/* A comparison as a page: the verdict, and the sections of the table at the end. */
#include "core/json.h"
#include "report/compare/context.h"
#include "report/run/sections.h"
#include "settings/criterion.h"
#include "settings/settings.h"

#include <math.h>
#include <string.h>

static void cell_interval(lince_document *d, const lince_interval *i)
{
    lince_document_cell(d, "%.2f [%.1f, %.1f]", 100 * i->value, 100 * i->low, 100 * i->high);
}

static void end_row(lince_document *d, bool marked)
{
    if (marked)
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

/* --- scores --------------------------------------------------------------------------------------- */

static void write_scores(lince_document *d, const lince_comparison *c)
{
    static const char *const headings[] = {N_("run"),          N_("model"),     N_("accuracy, %"),
                                           N_("precision, %"), N_("recall, %"), N_("F1, %"),
                                           N_("test loss")};
    lince_document_paragraph(d,
                             TR("Test samples: %zu. In brackets: 95 %% intervals by bootstrap over the test "
                                "samples. Precision, recall and F1 are means of the classes (macro)."),
                             c->n);
    lince_document_table_begin(d, 2);
    lince_document_headings(d, headings, 7);
    for (size_t i = 0; i < c->count; i++) {
        const lince_interval *s = lince_comparison_scores(c, i);
        lince_document_cell(d, "%s", lince_comparison_name(c, i));
        lince_document_cell(d, "%s", lince_fact_text(c->facts[i].model, "name"));
        for (int k = LINCE_SCORE_ACCURACY; k <= LINCE_SCORE_F1; k++) cell_interval(d, &s[k]);
        lince_document_cell(d, "%.4f", c->facts[i].test.loss);
        end_row(d, i == c->best);
    }
    lince_document_table_end(d);
    for (size_t i = 1; i < c->count; i++)
        if (!lince_same_criterion(&c->facts[0].settings, &c->facts[i].settings)) {
            lince_document_paragraph(
                d, "%s",
                TR("The runs were trained with different losses, so that what the losses "
                   "are cannot be compared."));
            break;
        }
}

static void write_contests(lince_document *d, const lince_comparison *c)
{
    static const char *const headings[] = {
        N_("run"), N_("only the best is right"),         N_("only this one is right"),
        "p",       N_("accuracy, difference in points"), N_("F1, difference in points")};
    lince_document_paragraph(
        d,
        TR("Each run against the best, %s, on the same test samples: McNemar's exact test on those "
           "that exactly one of the two got right (p corrected by Holm's method), and a paired "
           "bootstrap of the difference."),
        lince_comparison_name(c, c->best));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 6);
    for (size_t i = 0; i < c->count; i++) {
        const lince_interval *over = lince_comparison_differences(c, i);
        if (i == c->best) continue;
        lince_document_cell(d, "%s", lince_comparison_name(c, i));
        lince_document_cell(d, "%zu", c->contests[i].only_best);
        lince_document_cell(d, "%zu", c->contests[i].only_this);
        lince_document_cell(d, c->contests[i].p < 0.0001 ? "< 0.0001" : "%.4f", c->contests[i].p);
        cell_interval(d, &over[LINCE_SCORE_ACCURACY]);
        cell_interval(d, &over[LINCE_SCORE_F1]);
        end_row(d, lince_comparison_distinct(c, i));
    }
    lince_document_table_end(d);
}

/* --- cost ----------------------------------------------------------------------------------------- */

static double epoch_seconds(const lince_facts *f)
{
    size_t n = f->history.count;
    return n ? f->history.epochs[n - 1].time / (double)n : NAN;
}

static double train_samples(const lince_facts *f)
{
    return lince_fact_number(json_object_get(json_object_get(f->data, "parts"), "train"), "n");
}

static void write_cost(lince_document *d, const lince_comparison *c)
{
    static const char *const headings[] = {N_("run"),         N_("parameters"),       N_("epochs"),
                                           N_("best epoch"),  N_("seconds an epoch"), N_("samples a second"),
                                           N_("time in all"), N_("peak memory, MiB")};
    char duration[32];
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 8);
    for (size_t i = 0; i < c->count; i++) {
        const lince_facts *f = &c->facts[i];
        double seconds = epoch_seconds(f);
        lince_document_cell(d, "%s", lince_comparison_name(c, i));
        lince_cell_count(d, lince_fact_number(f->model, "parameters"));
        lince_document_cell(d, "%zu", f->history.count);
        lince_document_cell(d, "%d", f->best + 1);
        lince_document_cell(d, "%.1f", seconds);
        lince_document_cell(d, "%.0f", train_samples(f) / seconds);
        lince_document_cell(d, "%s", lince_duration(seconds * (double)f->history.count, duration));
        if (f->peak_memory > 0)
            lince_document_cell(d, "%.0f", f->peak_memory / (1 << 20));
        else
            lince_document_cell(d, "–");
        end_row(d, i == c->best);
    }
    lince_document_table_end(d);
    lince_document_paragraph(
        d, "%s",
        TR("Times compare only where the runs had the same machine to themselves. Peak memory is what the "
           "whole process held at most (resident), with the data; – where a run does not tell."));
}

/* --- figures and classes -------------------------------------------------------------------------- */

static void write_curves(lince_document *d, const lince_comparison *c)
{
    (void)c;
    lince_document_figure(d, "val_accuracy", TR("Accuracy by epoch, one line a run."),
                          TR("Accuracy on the validation part, epoch by epoch."));
    lince_document_figure(
        d, "val_loss", TR("Loss by epoch, one line a run."),
        TR("Loss on the validation part: where it rises again, the run has begun to overfit."));
}

static void write_confusions(lince_document *d, const lince_comparison *c)
{
    (void)c;
    lince_document_figure(d, "confusions", TR("One confusion matrix a run, side by side."),
                          TR("Rows are the true class, columns the predicted one; shares of each row."));
}

static void write_classes(lince_document *d, const lince_comparison *c)
{
    size_t shown = c->count < LINCE_DOCUMENT_CELLS - 1 ? c->count : LINCE_DOCUMENT_CELLS - 1;
    lince_document_paragraph(
        d, "%s", TR("F1 of each class in per cent, with its 95 % interval; the highest is marked with *."));
    lince_document_table_begin(d, 1);
    lince_document_cell(d, "%s", TR("class"));
    for (size_t i = 0; i < shown; i++) lince_document_cell(d, "%s", lince_comparison_name(c, i));
    lince_document_row(d);
    for (int place = 0; place < c->classes; place++) {
        int k = c->facts[0].test.listed[place];
        size_t f1 = LINCE_SCORE_CLASSES + 3 * (size_t)k + 2, top = 0;
        for (size_t i = 1; i < shown; i++)
            if (lince_comparison_scores(c, i)[f1].value > lince_comparison_scores(c, top)[f1].value) top = i;
        lince_document_cell(d, "%s", c->facts[0].test.names[k]);
        for (size_t i = 0; i < shown; i++) {
            const lince_interval *s = &lince_comparison_scores(c, i)[f1];
            lince_document_cell(d, "%.1f [%.1f, %.1f]%s", 100 * s->value, 100 * s->low, 100 * s->high,
                                i == top ? " *" : "");
        }
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* --- settings ------------------------------------------------------------------------------------- */

static bool differs(const lince_comparison *c, const char *name)
{
    for (size_t i = 1; i < c->count; i++)
        if (!lince_settings_agree(&c->facts[0].settings, &c->facts[i].settings, name)) return true;
    return false;
}

static void write_settings(lince_document *d, const lince_comparison *c)
{
    const lince_setting_info *info;
    size_t shown = c->count < LINCE_DOCUMENT_CELLS - 1 ? c->count : LINCE_DOCUMENT_CELLS - 1;
    char number[LINCE_NUMBER_MAX];
    lince_document_table_begin(d, 1 + (int)shown);
    lince_document_cell(d, "%s", TR("setting"));
    for (size_t i = 0; i < shown; i++) lince_document_cell(d, "%s", lince_comparison_name(c, i));
    lince_document_row(d);
    for (size_t s = 0; (info = lince_setting_at(s)); s++) {
        if (!strcmp(info->name, "out") || !differs(c, info->name)) continue;
        lince_document_cell(d, "--%s", info->name);
        for (size_t i = 0; i < shown; i++) {
            const char *value = lince_settings_text(&c->facts[i].settings, info->name, number);
            lince_document_cell(d, "%s", *value ? value : "–");
        }
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* --- seeds ---------------------------------------------------------------------------------------- */

typedef struct spread {
    size_t n;
    double mean, deviation; /* of the sample, n - 1 */
} spread;

/* Test accuracy of the runs of one kind. */
static spread spread_of(const lince_comparison *c, size_t kind)
{
    spread s = {0};
    double squares = 0;
    for (size_t i = 0; i < c->count; i++)
        if (lince_comparison_kind(c, i) == kind) s.n++, s.mean += c->facts[i].test.accuracy;
    s.mean /= (double)s.n;
    for (size_t i = 0; i < c->count; i++)
        if (lince_comparison_kind(c, i) == kind) squares += pow(c->facts[i].test.accuracy - s.mean, 2);
    s.deviation = s.n > 1 ? sqrt(squares / (double)(s.n - 1)) : NAN;
    return s;
}

static bool has_seeds(const lince_comparison *c)
{
    bool repeated = false;
    for (size_t i = 0; i < c->count; i++) repeated |= lince_comparison_kind(c, i) != i;
    return repeated;
}

static void write_seeds(lince_document *d, const lince_comparison *c)
{
    static const char *const headings[] = {N_("kind"), N_("seeds"), N_("accuracy, mean, %"),
                                           N_("standard deviation")};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 4);
    for (size_t i = 0; i < c->count; i++) {
        if (lince_comparison_kind(c, i) != i) continue;
        spread s = spread_of(c, i);
        lince_document_cell(d, "%s", lince_fact_text(c->facts[i].model, "name"));
        lince_document_cell(d, "%zu", s.n);
        lince_document_cell(d, "%.2f", 100 * s.mean);
        if (s.n > 1)
            lince_document_cell(d, "%.2f", 100 * s.deviation);
        else
            lince_document_cell(d, "–");
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* --- the page ------------------------------------------------------------------------------------- */

static bool has_context(const lince_comparison *c)
{
    return c->context != NULL;
}

static bool has_texts(const lince_comparison *c)
{
    return c->context && !*c->context->no_texts;
}

static const struct {
    const char *title;                          /* untranslated */
    bool (*applies)(const lince_comparison *c); /* NULL: always */
    void (*write)(lince_document *d, const lince_comparison *c);
} sections[] = {
    {N_("Quality"), NULL, write_scores},
    {N_("Is the difference more than luck?"), NULL, write_contests},
    {N_("Cost of training"), NULL, write_cost},
    {N_("Long texts, negations and contrasts"), has_context, lince_context_write_slices},
    {N_("How far the gradient reaches back"), has_texts, lince_context_write_reach},
    {N_("When the telling word is farther from the end"), has_texts, lince_context_write_moved},
    {N_("Learning curves"), NULL, write_curves},
    {N_("Confusion matrices"), NULL, write_confusions},
    {N_("Class by class"), NULL, write_classes},
    {N_("Settings that differ"), NULL, write_settings},
    {N_("Over seeds"), has_seeds, write_seeds},
};

static void write_note(lince_document *d, const lince_comparison *c,
                       void (*tell)(const lince_comparison *c, lince_buffer *out))
{
    lince_buffer text = {0};
    tell(c, &text);
    if (text.data) lince_document_note(d, "%s", text.data);
    lince_buffer_release(&text);
}

void lince_comparison_write(lince_document *d, const lince_comparison *c)
{
    enum { COUNT = sizeof sections / sizeof *sections };
    const char *titles[COUNT];
    size_t which[COUNT];
    int count = 0;
    write_note(d, c, lince_comparison_verdict);
    write_note(d, c, lince_context_verdict);
    for (size_t i = 0; i < COUNT; i++) {
        if (sections[i].applies && !sections[i].applies(c)) continue;
        titles[count] = TR(sections[i].title);
        which[count++] = i;
    }
    lince_document_contents(d, titles, count);
    for (int i = 0; i < count; i++) {
        lince_document_heading(d, "%d. %s", i + 1, titles[i]);
        sections[which[i]].write(d, c);
    }
}

/* --- the verdict ---------------------------------------------------------------------------------- */

static void list_runs(const lince_comparison *c, bool distinct, char *out, size_t size)
{
    *out = '\0';
    for (size_t i = 0; i < c->count; i++)
        if (i != c->best && lince_comparison_distinct(c, i) == distinct)
            lince_add_name(out, size, lince_comparison_name(c, i));
}

static size_t fastest(const lince_comparison *c)
{
    size_t least = 0;
    for (size_t i = 1; i < c->count; i++)
        if (epoch_seconds(&c->facts[i]) < epoch_seconds(&c->facts[least])) least = i;
    return least;
}

void lince_comparison_verdict(const lince_comparison *c, lince_buffer *out)
{
    char beaten[1024], equal[1024];
    const char *best = lince_comparison_name(c, c->best);
    list_runs(c, true, beaten, sizeof beaten);
    list_runs(c, false, equal, sizeof equal);
    lince_buffer_printf(out, _("%s has the highest test accuracy, %.2f %%."), best,
                        100 * c->facts[c->best].test.accuracy);
    if (*beaten) lince_buffer_printf(out, _(" It is better than %s by more than luck."), beaten);
    if (*equal)
        lince_buffer_printf(out, _(" It is not distinguishable from %s on this test part (samples: %zu)."),
                            equal, c->n);
    size_t quick = fastest(c);
    double ratio = epoch_seconds(&c->facts[c->best]) / epoch_seconds(&c->facts[quick]);
    if (quick != c->best && isfinite(ratio))
        lince_buffer_printf(
            out, _(" The cheapest to train is %s: an epoch takes %.1f s; the best needs %.1f times that."),
            lince_comparison_name(c, quick), epoch_seconds(&c->facts[quick]), ratio);
    for (size_t i = 0; i < c->count; i++)
        if (i != c->best)
            lince_outcomes_tell_changed(&c->outcomes[c->best], &c->outcomes[i], best,
                                        lince_comparison_name(c, i), out);
}
