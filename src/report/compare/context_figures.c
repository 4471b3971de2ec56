/* Figures of what a comparison of texts says of context. */
#include "core/i18n.h"
#include "report/compare/context.h"

#include <stdint.h>
#include <stdio.h>

static const char STYLE[] = "set grid lc rgb '#dddddd'\nset border 3 lc rgb '#777777'\nset tics nomirror\n"
                            "set key outside top center horizontal\n";

static int draw(const char *folder, const char *name, lince_buffer *data, lince_buffer *body)
{
    int code = data->error ? data->error : body->error;
    if (!code) code = lince_gnuplot_draw(folder, name, false, 820, 400, data, body);
    if (!code) code = lince_gnuplot_draw(folder, name, true, 360, 320, data, body);
    lince_buffer_release(data);
    lince_buffer_release(body);
    return code;
}

/* `plot` or `, `, one run's line, and its name. */
static void put_line(lince_buffer *body, const lince_comparison *c, size_t place, const char *how)
{
    lince_buffer_printf(body, "%s$run%zu using %s lc rgb '%s' title ", place ? ", " : "plot ", place, how,
                        lince_comparison_colour(place));
    lince_gnuplot_quote(body, lince_comparison_name(c, c->context->shown[place]));
}

/* --- by length ------------------------------------------------------------------------------------ */

static void put_length_tics(const lince_context *x, lince_buffer *body)
{
    int count = 0;
    lince_buffer_puts(body, "set xtics scale 0 rotate by 45 right (");
    for (size_t i = 0; i < x->slice_count; i++) {
        const lince_slice *s = &x->slices[i];
        if (s->kind != LINCE_SLICE_LENGTH) continue;
        if (s->to == SIZE_MAX)
            lince_buffer_printf(body, "%s'≥ %zu' %d", count ? ", " : "", s->from, count);
        else
            lince_buffer_printf(body, "%s'%zu–%zu' %d", count ? ", " : "", s->from, s->to, count);
        count++;
    }
    lince_buffer_printf(body, ")\nset xrange [-0.5:%d.5]\n", count - 1);
}

int lince_context_draw_lengths(const lince_comparison *c, const char *folder)
{
    const lince_context *x = c->context;
    lince_buffer data = {0}, body = {0};
    if (!x || *x->no_texts) return 0;
    for (size_t k = 0; k < x->shown_count; k++) {
        double place = 0.06 * ((double)k - 0.5 * (double)(x->shown_count - 1));
        lince_buffer_printf(&data, "$run%zu << EOD\n", k);
        for (size_t i = 0; i < x->slice_count; i++) {
            const lince_interval *a = &x->slices[i].accuracy[x->shown[k]];
            if (x->slices[i].kind == LINCE_SLICE_LENGTH)
                lince_buffer_printf(&data, "%.4f %.6g %.6g %.6g\n", place++, 100 * a->value, 100 * a->low,
                                    100 * a->high);
        }
        lince_buffer_puts(&data, "EOD\n");
    }
    lince_buffer_puts(&body, STYLE);
    put_length_tics(x, &body);
    lince_comparison_label(&body, "set xlabel", _("words of a text"));
    lince_comparison_label(&body, "set ylabel", _("accuracy, %"));
    for (size_t k = 0; k < x->shown_count; k++)
        put_line(&body, c, k, "1:2:3:4 with yerrorlines lw 1.6 pt 7 ps 0.5");
    lince_buffer_puts(&body, "\n");
    return draw(folder, "by_length", &data, &body);
}

/* --- reach ---------------------------------------------------------------------------------------- */

int lince_context_draw_reach(const lince_comparison *c, const char *folder)
{
    const lince_context *x = c->context;
    lince_buffer data = {0}, body = {0};
    if (!x || !x->reach) return 0;
    for (size_t k = 0; k < x->shown_count; k++) {
        const lince_reach *r = &x->reach[k];
        lince_buffer_printf(&data, "$run%zu << EOD\n", k);
        for (int d = 0; d < r->distances; d++)
            if (r->at[d].share_median > 1e-9)
                lince_buffer_printf(&data, "%d %.6g\n", d, 100 * r->at[d].share_median);
        lince_buffer_puts(&data, "EOD\n");
    }
    lince_buffer_puts(&body, STYLE);
    lince_buffer_puts(&body, "set logscale y\nset format y '%g'\nset xrange [-0.3:*]\n");
    lince_comparison_label(&body, "set xlabel", _("words back from the last one"));
    lince_comparison_label(&body, "set ylabel", _("norm of the gradient, %"));
    for (size_t k = 0; k < x->shown_count; k++)
        put_line(&body, c, k, "1:2 with linespoints lw 2 pt 7 ps 0.5");
    lince_buffer_puts(&body, ", 10 with lines dt 2 lc rgb '#777777' notitle\n");
    return draw(folder, "reach", &data, &body);
}

/* --- moved ---------------------------------------------------------------------------------------- */

int lince_context_draw_moved(const lince_comparison *c, const char *folder)
{
    const lince_context *x = c->context;
    lince_buffer data = {0}, body = {0};
    if (!x || !x->moved) return 0;
    for (size_t k = 0; k < x->shown_count; k++) {
        const lince_moved *m = &x->moved[k];
        double place = 0.25 * ((double)k - 0.5 * (double)(x->shown_count - 1));
        lince_buffer_printf(&data, "$run%zu << EOD\n", k);
        for (int i = 0; i < LINCE_MOVES; i++)
            lince_buffer_printf(&data, "%.2f %.6g %.6g %.6g %.6g\n", lince_moves[i] + place,
                                100 * m->after[i].value, 100 * m->after[i].low, 100 * m->after[i].high,
                                100 * m->before[i].value);
        lince_buffer_puts(&data, "EOD\n");
    }
    lince_buffer_puts(&body, STYLE);
    lince_buffer_printf(&body, "set xtics (%d", lince_moves[0]);
    for (int i = 1; i < LINCE_MOVES; i++) lince_buffer_printf(&body, ", %d", lince_moves[i]);
    lince_buffer_puts(&body, ")\nset xrange [-2:42]\n");
    lince_comparison_label(&body, "set xlabel", _("words put in"));
    lince_comparison_label(&body, "set ylabel", _("accuracy, %"));
    for (size_t k = 0; k < x->shown_count; k++) {
        const char *colour = lince_comparison_colour(k);
        put_line(&body, c, k, "1:2:3:4 with yerrorlines lw 1.6 pt 7 ps 0.5");
        lince_buffer_printf(
            &body,
            ", $run%zu using 1:2:3:4 with yerrorbars lw 1 pt 0 lc rgb '%s' notitle, $run%zu using "
            "1:5 with linespoints lw 1.5 dt 2 pt 6 ps 0.4 lc rgb '%s' notitle",
            k, colour, k, colour);
    }
    lince_buffer_puts(&body, "\n");
    return draw(folder, "moved", &data, &body);
}
