/* Figures of a search. */
#include "core/display.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/number.h"
#include "report/run/figures.h"
#include "report/search/tune_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char FRAME[] = "set grid lc rgb '#dddddd'\nset border 3 lc rgb '#777777'\nset tics nomirror\n"
                            "set key outside top center horizontal\n";

const char *lince_tune_objective_name(const lince_search *s)
{
    static const char *const names[] = {[LINCE_TUNE_ACCURACY] = N_("validation accuracy, %"),
                                        [LINCE_TUNE_LOSS] = N_("validation loss"),
                                        [LINCE_TUNE_F1] = N_("validation F1, %")};
    return lince_translate(names[s->objective]);
}

double lince_tune_shown(const lince_search *s, double value)
{
    return s->objective == LINCE_TUNE_LOSS ? value : 100 * value;
}

static void put(lince_buffer *out, double value, const char *after)
{
    char text[LINCE_NUMBER_MAX];
    lince_number_print(text, value, 7);
    lince_buffer_printf(out, "%s%s", text, after);
}

/* --- best so far against time --------------------------------------------------------------------- */

static bool draw_best(lince_figure *g, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    double best = -INFINITY, value = NAN;
    lince_buffer_puts(&g->data, "$legs << EOD\n");
    for (size_t i = 0; i < s->leg_count; i++)
        if (!s->legs[i]->reason) {
            put(&g->data, s->legs[i]->at / 60, " ");
            put(&g->data, lince_tune_shown(s, s->legs[i]->value), "\n");
        }
    lince_buffer_puts(&g->data, "EOD\n$best << EOD\n");
    for (size_t i = 0; i < s->leg_count; i++) {
        const lince_leg *l = s->legs[i];
        double score = lince_search_score(s, l->value);
        if (score > best) best = score, value = l->value;
        if (isnan(value)) continue;
        put(&g->data, l->at / 60, " ");
        put(&g->data, lince_tune_shown(s, value), "\n");
    }
    lince_buffer_puts(&g->data, "EOD\n");
    lince_buffer_puts(&g->body, FRAME);
    lince_figure_label(g, "set xlabel", _("minutes"));
    lince_figure_label(g, "set ylabel", lince_tune_objective_name(s));
    lince_buffer_puts(&g->body, "set xrange [0:*]\nset offsets 0,0,graph 0.06,graph 0.06\n"
                                "plot $legs using 1:2 with points pt 7 ps 0.6 lc rgb '#999999' title ");
    lince_gnuplot_quote(&g->body, _("a trial, judged"));
    lince_buffer_puts(&g->body, ", $best using 1:2 with steps lw 2 lc rgb '#0072b2' title ");
    lince_gnuplot_quote(&g->body, _("best so far"));
    lince_buffer_puts(&g->body, "\n");
    return !isnan(value);
}

/* --- every trial's curve -------------------------------------------------------------------------- */

static bool put_curve(lince_figure *g, const lince_tune_facts *f, size_t trial)
{
    const lince_history *h = &f->history[trial];
    bool loss = f->search->objective == LINCE_TUNE_LOSS;
    size_t points = 0;
    lince_buffer_printf(&g->data, "$trial%zu << EOD\n", trial);
    for (size_t e = 0; e < h->count; e++) {
        double value = loss ? h->epochs[e].val_loss : 100 * h->epochs[e].val_accuracy;
        if (!isfinite(value)) continue;
        lince_buffer_printf(&g->data, "%zu ", e + 1);
        put(&g->data, value, "\n");
        points++;
    }
    lince_buffer_puts(&g->data, "EOD\n");
    return points;
}

static void put_line(lince_figure *g, size_t trial, const char *style, const char *title, bool first)
{
    lince_buffer_printf(&g->body, "%s$trial%zu using 1:2 with linespoints pt 7 ps 0.4 %s ",
                        first ? "plot " : ", ", trial, style);
    if (title) {
        lince_buffer_puts(&g->body, "title ");
        lince_gnuplot_quote(&g->body, title);
    } else
        lince_buffer_puts(&g->body, "notitle");
}

static bool draw_curves(lince_figure *g, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    bool any = false, titled = false;
    char winner[64];
    lince_buffer_puts(&g->body, FRAME);
    lince_figure_label(g, "set xlabel", _("epoch"));
    lince_figure_label(g, "set ylabel",
                       s->objective == LINCE_TUNE_LOSS ? _("validation loss") : _("validation accuracy, %"));
    lince_buffer_printf(&g->body, "set xtics %d\nset offsets 0.3,0.3,graph 0.06,graph 0.06\n",
                        (s->settings.epochs + 11) / 12);
    for (size_t i = 0; i < s->count; i++) {
        if (!put_curve(g, f, i) || (long)i == f->winner) continue;
        put_line(g, i, "lw 1 lc rgb '#bbbbbb'", titled ? NULL : _("other trials"), !any);
        any = titled = true;
    }
    if (f->winner >= 0 && f->history[f->winner].count) {
        snprintf(winner, sizeof winner, _("the best: trial %ld"), f->winner);
        put_line(g, (size_t)f->winner, "lw 2 lc rgb '#d55e00'", winner, !any);
        any = true;
    }
    lince_buffer_puts(&g->body, "\n");
    return any;
}

/* --- parallel coordinates ------------------------------------------------------------------------- */

static double share_of(const lince_dimension *d, double place)
{
    return !d->count ? place : d->count > 1 ? place / (double)(d->count - 1) : 0.5;
}

enum { MARK = 20 /* bytes of one, at most */ };

static void put_mark(lince_figure *g, const char *text, size_t axis, double y)
{
    char cut[MARK + 1];
    snprintf(cut, sizeof cut, "%.*s", LINCE_CUT(text, MARK));
    lince_buffer_puts(&g->body, "set label ");
    lince_gnuplot_quote(&g->body, cut);
    lince_buffer_printf(&g->body, " at %zu,", axis);
    put(&g->body, y, " offset 0.6,0 front boxed font ',10' tc rgb '#333333'\n");
}

/* All values of a list; of a range the ends and, where it is logarithmic, the powers of ten well between. */
static void put_marks(lince_figure *g, const lince_dimension *d, size_t axis)
{
    char text[LINCE_VALUE_MAX];
    const double apart = 0.1; /* of the axis, so that marks do not cover each other */
    for (size_t k = 0; k < (d->count ? d->count : 2); k++) {
        lince_dimension_print(d, (double)k, text);
        put_mark(g, text, axis, share_of(d, (double)k));
    }
    for (double power = pow(10, ceil(log10(d->low))); d->log && power < d->high; power *= 10) {
        lince_number_print(text, power, 3);
        double place = lince_dimension_place(d, text);
        if (place > apart && place < 1 - apart) put_mark(g, text, axis, place);
    }
}

/* An axis each setting. */
static void put_axes(lince_figure *g, const lince_search *s)
{
    lince_buffer_puts(&g->body, "set style textbox opaque noborder\nset xtics scale 0 (");
    for (size_t i = 0; i < s->space.count; i++) {
        lince_buffer_puts(&g->body, i ? ", " : "");
        lince_gnuplot_tic(&g->body, s->space.dims[i].setting->name, (int)i);
    }
    lince_buffer_printf(&g->body, ")%s\n", s->space.count > (g->narrow ? 3 : 6) ? " rotate by -45" : "");
    for (size_t i = 0; i < s->space.count; i++) {
        lince_buffer_printf(&g->body, "set arrow from %zu,0 to %zu,1 nohead lc rgb '#777777'\n", i, i);
        put_marks(g, &s->space.dims[i], i);
    }
}

/* Behind the last axis there is room for its longest mark, before the colours' scale. */
static double right_margin(const lince_figure *g, const lince_search *s)
{
    const double letter = 4.5, plot = g->narrow ? 200 : 600; /* widths in pixels, about */
    const lince_dimension *last = &s->space.dims[s->space.count - 1];
    size_t longest = last->count ? 1 : 7;
    for (size_t k = 0; k < last->count; k++)
        if (strlen(last->choice[k]) > longest) longest = strlen(last->choice[k]);
    double mark = letter * (double)((longest < MARK ? longest : MARK) + 1);
    return (double)s->space.count * mark / (plot - mark);
}

static bool draw_coordinates(lince_figure *g, const lince_tune_facts *f)
{
    const lince_search *s = f->search;
    size_t lines = 0;
    if (s->space.count < 2) return false;
    lince_buffer_puts(&g->data, "$trials << EOD\n");
    for (size_t i = 0; i < s->count; i++) {
        const lince_leg *last = s->trials[i].last;
        if (!last || last->reason) continue;
        for (size_t k = 0; k < s->space.count; k++) {
            lince_buffer_printf(&g->data, "%zu ", k);
            put(&g->data, share_of(&s->space.dims[k], s->trials[i].place[k]), " ");
            put(&g->data, lince_tune_shown(s, last->value), "\n");
        }
        lince_buffer_puts(&g->data, "\n\n"); /* a line each */
        lines++;
    }
    lince_buffer_puts(&g->data, "EOD\n");
    put_axes(g, s);
    lince_figure_label(g, "set cblabel", lince_tune_objective_name(s));
    lince_buffer_printf(
        &g->body,
        "unset key\nunset ytics\nunset border\nset xrange [-0.2:%g]\nset yrange [-0.05:1.05]\n"
        "set palette defined (0 '#cccccc', 0.5 '#56b4e9', 1 '#00305f')%s\n"
        "plot for [i=0:%zu] $trials index i using 1:2:3 with lines lw 1.5 lc palette\n",
        (double)(s->space.count - 1) + right_margin(g, s), s->objective == LINCE_TUNE_LOSS ? " negative" : "",
        lines ? lines - 1 : 0);
    return lines > 1;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static int draw(const lince_tune_facts *f, const char *name,
                bool (*figure)(lince_figure *g, const lince_tune_facts *f))
{
    const char *folder = f->search->folder;
    int code = 0;
    for (int narrow = 0; narrow < 2 && !code; narrow++) {
        lince_figure g = {.narrow = narrow, .width = narrow ? 360 : 820, .height = narrow ? 300 : 400};
        bool drawn = figure(&g, f);
        code = g.data.error ? g.data.error : g.body.error;
        if (!drawn)
            lince_gnuplot_remove(folder, name);
        else if (!code)
            code = lince_gnuplot_draw(folder, name, narrow, g.width, g.height, &g.data, &g.body);
        lince_buffer_release(&g.data);
        lince_buffer_release(&g.body);
    }
    return code;
}

void lince_tune_draw(const lince_tune_facts *f, lince_gaps *gaps)
{
    static const struct {
        const char *name;
        bool (*figure)(lince_figure *g, const lince_tune_facts *f);
    } figures[] = {{"best_so_far", draw_best},
                   {"trial_curves", draw_curves},
                   {"coordinates", draw_coordinates}};
    int code = 0;
    for (size_t i = 0; i < sizeof figures / sizeof *figures && !code; i++)
        code = lince_gaps_figure(gaps, draw(f, figures[i].name, figures[i].figure));
}
