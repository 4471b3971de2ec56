/* What a comparison of texts says of context: tables, figures' captions, sentences of the verdict. */
#include "core/display.h"
#include "report/compare/context.h"
#include "report/run/sections.h"
#include "text/turns.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void cell_accuracy(lince_document *d, const lince_interval *i, const char *mark)
{
    lince_document_cell(d, "%.1f [%.1f, %.1f]%s", 100 * i->value, 100 * i->low, 100 * i->high, mark);
}

static void shown_names(lince_document *d, const lince_comparison *c)
{
    for (size_t i = 0; i < c->context->shown_count; i++)
        lince_document_cell(d, "%s", lince_comparison_name(c, c->context->shown[i]));
    lince_document_row(d);
}

static void say_shown(lince_document *d, const lince_comparison *c)
{
    if (c->context->shown_count < c->count)
        lince_document_paragraph(d, "%s",
                                 TR("One run of each kind is shown; of the best one's kind, the best."));
}

/* --- slices --------------------------------------------------------------------------------------- */

static void cell_slice(lince_document *d, const lince_slice *s)
{
    switch (s->kind) {
    case LINCE_SLICE_LENGTH:
        if (!s->from)
            lince_document_cell(d, TR("words: up to %zu"), s->to);
        else if (s->to == SIZE_MAX)
            lince_document_cell(d, TR("words: %zu and more"), s->from);
        else
            lince_document_cell(d, TR("words: %zu to %zu"), s->from, s->to);
        break;
    case LINCE_SLICE_LONGEST:
        lince_document_cell(d, TR("longest quarter, words: %zu and more"), s->from);
        break;
    case LINCE_SLICE_NEGATION: lince_document_cell(d, "%s", TR("with a negation")); break;
    case LINCE_SLICE_CONTRAST: lince_document_cell(d, "%s", TR("with a contrast")); break;
    case LINCE_SLICE_TURNED: lince_document_cell(d, "%s", TR("with either")); break;
    case LINCE_SLICE_PLAIN: lince_document_cell(d, "%s", TR("with neither")); break;
    }
}

/* +1: better than the best run of all by more than luck, -1: worse, 0: neither. */
static int judged(const lince_slice *s, size_t run)
{
    const lince_contest *contest = &s->contests[run];
    if (contest->p >= 0.05) return 0;
    return contest->only_this > contest->only_best ? 1 : -1;
}

static void write_slices(lince_document *d, const lince_comparison *c)
{
    static const char *const marks[] = {" ▼", "", " ▲"};
    const lince_context *x = c->context;
    lince_document_table_begin(d, 1);
    lince_document_cell(d, "%s", TR("texts"));
    lince_document_cell(d, "%s", TR("how many"));
    shown_names(d, c);
    for (size_t i = 0; i < x->slice_count; i++) {
        const lince_slice *s = &x->slices[i];
        cell_slice(d, s);
        lince_document_cell(d, "%zu", s->n);
        for (size_t k = 0; k < x->shown_count; k++)
            cell_accuracy(d, &s->accuracy[x->shown[k]], marks[1 + judged(s, x->shown[k])]);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

void lince_context_write_slices(lince_document *d, const lince_comparison *c)
{
    const lince_context *x = c->context;
    if (*x->no_texts) {
        lince_document_note(
            d, TR("What needs the texts themselves is left out: they could not be read again. %s"),
            x->no_texts);
        return;
    }
    lince_document_paragraph(
        d,
        TR("Accuracy in per cent on parts of the test texts, with 95 %% intervals (Wilson). ▼: worse than %s "
           "there by more than luck, ▲: better (McNemar's exact test, corrected by Holm's method within the "
           "row)."),
        lince_comparison_name(c, c->best));
    say_shown(d, c);
    write_slices(d, c);
    lince_document_figure(d, "by_length", TR("Accuracy by the length of the texts, one line a run."),
                          TR("Accuracy by the length of the texts; bars are 95 % intervals."));
    lince_document_paragraph(
        d, TR("Words are counted as --clean words splits them. Negations: %s, and words that end in n't."),
        lince_negations);
    lince_document_paragraph(d, TR("Contrasts: %s."), lince_contrasts);
}

/* --- reach ---------------------------------------------------------------------------------------- */

static const int distances[] = {0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60};

static void cell_reach(lince_document *d, const lince_reach *r, int distance, bool share)
{
    const lince_reach_point *at = &r->at[distance];
    if (distance >= r->distances)
        lince_document_cell(d, "–");
    else if (share && at->share_median < 1e-5)
        lince_document_cell(d, "< 0.001 (%.3g)", 100 * at->share_mean);
    else if (share)
        lince_document_cell(d, "%.3g (%.3g)", 100 * at->share_median, 100 * at->share_mean);
    else
        lince_document_cell(d, "%.2e (%.2e)", at->median, at->mean);
}

static int farthest(const lince_context *x)
{
    int most = 0;
    for (size_t i = 0; i < x->shown_count; i++)
        if (x->reach[i].distances > most) most = x->reach[i].distances;
    return most;
}

static void write_reach_table(lince_document *d, const lince_comparison *c, bool share)
{
    const lince_context *x = c->context;
    lince_document_table_begin(d, 0);
    lince_document_cell(d, "%s", TR("words back"));
    lince_document_cell(d, "%s", TR("texts"));
    shown_names(d, c);
    for (size_t k = 0; k < sizeof distances / sizeof *distances; k++) {
        if (distances[k] >= farthest(x)) break;
        lince_document_cell(d, "%d", distances[k]);
        lince_document_cell(d, "%zu", x->reach[0].at[distances[k]].count);
        for (size_t i = 0; i < x->shown_count; i++) cell_reach(d, &x->reach[i], distances[k], share);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* Whether a state has no other way to the loss than through those behind it, up to the last word. */
static bool goes_step_by_step(const lince_comparison *c, size_t run)
{
    const lince_settings *s = &c->facts[run].settings;
    return !s->bidirectional && !s->read_padding && (!s->read || !strcmp(s->read, "last"));
}

static bool has_shortcut(const lince_comparison *c)
{
    bool any = false;
    for (size_t i = 0; i < c->context->shown_count; i++) any |= !goes_step_by_step(c, c->context->shown[i]);
    return any;
}

static bool has_cell(const lince_comparison *c, size_t run)
{
    return !strcmp(c->facts[run].settings.model, "lstm");
}

static bool has_cells(const lince_comparison *c)
{
    bool any = false;
    for (size_t i = 0; i < c->context->shown_count; i++) any |= has_cell(c, c->context->shown[i]);
    return any;
}

void lince_context_write_reach(lince_document *d, const lince_comparison *c)
{
    const lince_context *x = c->context;
    if (!x->reach) {
        lince_document_note(d, TR("This could not be measured. %s"), x->no_reach);
        return;
    }
    lince_document_paragraph(
        d,
        TR("The gradient of a text's loss with respect to the state h after each of its words (of the last "
           "recurrent layer), and how large its norm is by distance from the last word that is read. Where "
           "it has faded, training cannot connect the error with a word so far back. Measured on texts "
           "spread evenly over the test part (%zu); for each distance, on those that are long enough."),
        x->reach_texts);
    say_shown(d, c);
    if (has_cells(c))
        lince_document_note(
            d, "%s",
            TR("An LSTM carries what it remembers in its cell; h is only what it shows of it, so that "
               "the gradient by h leaves out the way along the cell. How far it remembers is told by "
               "the next section."));
    if (has_shortcut(c))
        lince_document_note(
            d, "%s",
            TR("Runs that read the mean or the largest of all states, both directions, or padding "
               "(--read, --bidirectional, --read-padding) have other ways to a state than step by "
               "step from the last word; padding counts as words."));
    lince_document_figure(
        d, "reach", TR("Share of the gradient's norm by distance from the end, one line a run."),
        TR("Median of the gradient's norm, as a share of its norm at the last word, by distance "
           "from there; the scale is logarithmic."));
    lince_document_subheading(d, TR("As a share of the norm at the last word, per cent: median (mean)"));
    write_reach_table(d, c, true);
    lince_document_subheading(d, TR("The norm itself: median (mean)"));
    write_reach_table(d, c, false);
}

/* --- the telling word, moved ---------------------------------------------------------------------- */

/* Eight columns have to fit. */
static void cell_moved(lince_document *d, const lince_interval *i)
{
    lince_document_cell(d, "%.1f [%.0f, %.0f]", 100 * i->value, 100 * i->low, 100 * i->high);
}

static void moved_headings(lince_document *d)
{
    lince_document_cell(d, "%s", TR("run"));
    lince_document_cell(d, "%s", TR("as it is"));
    for (int k = 1; k < LINCE_MOVES; k++) lince_document_cell(d, TR("%d behind the word"), lince_moves[k]);
    lince_document_cell(d, TR("%d before the text"), lince_moves[LINCE_MOVES - 1]);
    lince_document_cell(d, "p");
    lince_document_row(d);
}

void lince_context_write_moved(lince_document *d, const lince_comparison *c)
{
    const lince_context *x = c->context;
    if (!x->moved) {
        lince_document_note(d, TR("This could not be measured. %s"), x->no_moved);
        return;
    }
    lince_document_paragraph(
        d,
        TR("In each text the telling word is found: the one without which the true class loses the most "
           "probability (the sum of the logarithms over the runs below, so that all are asked the same). "
           "Then words that say nothing are put behind it, so that it is farther from the end. For "
           "comparison, the same words are put before the whole text, which changes no distance to the end: "
           "that is what the added words cost by themselves. Measured on texts spread evenly over the test "
           "part (%zu); they are not cut for this."),
        x->moved_texts);
    lince_document_paragraph(d,
                             TR("The words put in, in turn: %s. They are those of the %d most frequent whose "
                                "texts are spread over the "
                                "classes most like all texts."),
                             x->fillers, 200);
    say_shown(d, c);
    lince_document_table_begin(d, 1);
    moved_headings(d);
    for (size_t i = 0; i < x->shown_count; i++) {
        const lince_moved *m = &x->moved[i];
        lince_document_cell(d, "%s", lince_comparison_name(c, x->shown[i]));
        for (int k = 0; k < LINCE_MOVES; k++) cell_moved(d, &m->after[k]);
        cell_moved(d, &m->before[LINCE_MOVES - 1]);
        lince_document_cell(d, m->farthest.p < 0.0001 ? "< 0.0001" : "%.4f", m->farthest.p);
        lince_document_row(d);
    }
    lince_document_table_end(d);
    lince_document_figure(
        d, "moved", TR("Accuracy by words put in, two lines a run."),
        TR("Accuracy with words put in: behind the telling word (whole lines), and before the "
           "text (dashed)."));
    lince_document_paragraph(
        d,
        TR("p: McNemar's exact test of the texts as they are against those with %d words "
           "behind the telling one, corrected by Holm's method."),
        lince_moves[LINCE_MOVES - 1]);
}

/* --- the verdict ---------------------------------------------------------------------------------- */

/* "gru 66.1 %, rnn 58.2 %" */
static void list_accuracies(const lince_comparison *c, const lince_slice *s, char *out, size_t size)
{
    char one[160];
    *out = '\0';
    for (size_t i = 0; i < c->context->shown_count; i++) {
        size_t run = c->context->shown[i];
        snprintf(one, sizeof one, "%.*s %.1f %%", LINCE_CUT(lince_comparison_name(c, run), 120),
                 100 * s->accuracy[run].value);
        lince_add_name(out, size, one);
    }
}

static void list_judged(const lince_comparison *c, const lince_slice *s, int wanted, char *out, size_t size)
{
    *out = '\0';
    for (size_t i = 0; i < c->context->shown_count; i++) {
        size_t run = c->context->shown[i];
        if (run != c->best && judged(s, run) == wanted)
            lince_add_name(out, size, lince_comparison_name(c, run));
    }
}

static void tell_slice(const lince_comparison *c, const lince_slice *s, lince_buffer *out)
{
    char list[1024], worse[1024], better[1024];
    list_accuracies(c, s, list, sizeof list);
    list_judged(c, s, -1, worse, sizeof worse);
    list_judged(c, s, 1, better, sizeof better);
    lince_buffer_puts(out, list);
    if (*worse)
        lince_buffer_printf(out, _("; there %s is better than %s by more than luck"),
                            lince_comparison_name(c, c->best), worse);
    if (*better)
        lince_buffer_printf(out, _("; there %s is worse than %s by more than luck"),
                            lince_comparison_name(c, c->best), better);
    if (!*worse && !*better) lince_buffer_puts(out, _("; no difference from the best is more than luck"));
    lince_buffer_puts(out, ".");
}

/* Of the runs that it says something about. */
static void tell_reach(const lince_comparison *c, lince_buffer *out)
{
    const lince_context *x = c->context;
    char list[1024] = "", one[256];
    bool cell = false;
    for (size_t i = 0; i < x->shown_count; i++) {
        const lince_reach *r = &x->reach[i];
        const char *name = lince_comparison_name(c, x->shown[i]);
        if (!goes_step_by_step(c, x->shown[i])) continue;
        cell |= has_cell(c, x->shown[i]);
        if (r->tenth < 0)
            snprintf(one, sizeof one, _("%.*s more than %d"), LINCE_CUT(name, 120), r->distances - 1);
        else
            snprintf(one, sizeof one, "%.*s %d", LINCE_CUT(name, 120), r->tenth);
        lince_add_name(list, sizeof list, one);
    }
    if (!*list) return;
    lince_buffer_printf(out,
                        _(" Going back from the end, words until the gradient with respect to h is below a "
                          "tenth of its size: %s."),
                        list);
    if (cell) lince_buffer_puts(out, _(" (An LSTM's own way back is its cell, which is not in it.)"));
}

static void tell_moved(const lince_comparison *c, lince_buffer *out)
{
    const lince_context *x = c->context;
    char list[1024] = "", losing[1024] = "", one[256];
    for (size_t i = 0; i < x->shown_count; i++) {
        const lince_moved *m = &x->moved[i];
        const char *name = lince_comparison_name(c, x->shown[i]);
        snprintf(one, sizeof one, _("%.*s %.1f → %.1f %% (before the text: %.1f %%)"), LINCE_CUT(name, 120),
                 100 * m->after[0].value, 100 * m->after[LINCE_MOVES - 1].value,
                 100 * m->before[LINCE_MOVES - 1].value);
        lince_add_name(list, sizeof list, one);
        if (m->farthest.p < 0.05 && m->farthest.only_best > m->farthest.only_this)
            lince_add_name(losing, sizeof losing, name);
    }
    lince_buffer_printf(out, _(" With %d words put behind the telling word, the accuracy goes: %s"),
                        lince_moves[LINCE_MOVES - 1], list);
    if (*losing)
        lince_buffer_printf(out, _("; a loss by more than luck: %s."), losing);
    else
        lince_buffer_puts(out, _("; no loss is more than luck."));
}

void lince_context_verdict(const lince_comparison *c, lince_buffer *out)
{
    const lince_context *x = c->context;
    if (!x) return;
    if (*x->no_texts) {
        lince_buffer_printf(out, _("How they handle context could not be measured: %s."), x->no_texts);
        return;
    }
    const lince_slice *longest = lince_context_slice(x, LINCE_SLICE_LONGEST),
                      *turned = lince_context_slice(x, LINCE_SLICE_TURNED);
    lince_buffer_puts(out, _("Context."));
    if (longest) {
        lince_buffer_printf(out, _(" On the longest texts (number: %zu; words in each: %zu or more): "),
                            longest->n, longest->from);
        tell_slice(c, longest, out);
    }
    if (turned) {
        lince_buffer_printf(out, _(" On texts with a negation or a contrast (number: %zu): "), turned->n);
        tell_slice(c, turned, out);
    }
    if (x->reach)
        tell_reach(c, out);
    else if (*x->no_reach)
        lince_buffer_printf(out, _(" How far back gradients reach could not be measured: %s."), x->no_reach);
    if (x->moved)
        tell_moved(c, out);
    else if (*x->no_moved)
        lince_buffer_printf(out, _(" What words behind the telling one change could not be measured: %s."),
                            x->no_moved);
}
