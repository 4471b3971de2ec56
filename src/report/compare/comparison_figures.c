/* Figures of a comparison. */
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "report/compare/context.h"

#include <math.h>
#include <stddef.h>

/* Okabe & Ito's colours, which colour-blind people tell apart. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#000000"};
enum { COLOURS = sizeof colours / sizeof *colours };

const char *lince_comparison_colour(size_t place)
{
    return colours[place % COLOURS];
}

void lince_comparison_label(lince_buffer *out, const char *command, const char *text)
{
    lince_buffer_printf(out, "%s ", command);
    lince_gnuplot_quote(out, text);
    lince_buffer_puts(out, "\n");
}

/* Epochs from tic to tic: whole numbers, a dozen at most. */
static size_t epoch_step(const lince_comparison *c)
{
    size_t longest = 1;
    for (size_t i = 0; i < c->count; i++)
        if (c->facts[i].history.count > longest) longest = c->facts[i].history.count;
    return (longest + 11) / 12;
}

/* $run0, $run1, ...: epoch and value; the training part's where there was no validation. */
static void put_curves(lince_buffer *data, const lince_comparison *c, size_t val, size_t train, double scale)
{
    for (size_t i = 0; i < c->count; i++) {
        const lince_facts *f = &c->facts[i];
        lince_buffer_printf(data, "$run%zu << EOD\n", i);
        for (size_t e = 0; e < f->history.count; e++) {
            double value = lince_fact_of_epoch(&f->history.epochs[e], f->validated ? val : train);
            if (isfinite(value)) lince_buffer_printf(data, "%zu %.9g\n", e + 1, scale * value);
        }
        lince_buffer_puts(data, "EOD\n");
    }
}

static int draw_curves(const lince_comparison *c, const char *folder, const char *name, const char *label,
                       size_t val, size_t train, double scale)
{
    lince_buffer data = {0}, body = {0};
    put_curves(&data, c, val, train, scale);
    lince_comparison_label(&body, "set xlabel", _("epoch"));
    lince_comparison_label(&body, "set ylabel", label);
    lince_buffer_printf(&body, "set xtics %zu\n", epoch_step(c));
    lince_buffer_puts(&body, "set offsets 0.3,0.3,graph 0.06,graph 0.06\nset grid lc rgb '#dddddd'\n"
                             "set border 3 lc rgb '#777777'\nset tics nomirror\n"
                             "set key outside top center horizontal\nplot ");
    for (size_t i = 0; i < c->count; i++) {
        lince_buffer_printf(&body, "%s$run%zu using 1:2 with linespoints lw 2 pt 7 ps 0.5 lc rgb '%s' title ",
                            i ? ", " : "", i, lince_comparison_colour(i));
        lince_gnuplot_quote(&body, lince_comparison_name(c, i));
    }
    lince_buffer_puts(&body, "\n");
    int code = data.error ? data.error : body.error;
    if (!code) code = lince_gnuplot_draw(folder, name, false, 820, 400, &data, &body);
    if (!code) code = lince_gnuplot_draw(folder, name, true, 360, 320, &data, &body);
    lince_buffer_release(&data);
    lince_buffer_release(&body);
    return code;
}

/* --- confusion matrices side by side -------------------------------------------------------------- */

enum { SIDE = 400, MOST_MATRICES = 6, MOST_CLASSES = 30 };

static void put_matrix(lince_buffer *data, const lince_metrics *m, size_t number)
{
    lince_buffer_printf(data, "$matrix%zu << EOD\n", number);
    for (int r = 0; r < m->classes; r++)
        for (int k = 0; k < m->classes; k++) {
            int true_class = m->listed[r], predicted = m->listed[k];
            double all = m->per_class[true_class].support,
                   n = (double)m->confusion[true_class * m->classes + predicted];
            lince_buffer_printf(data, "%d %d %.6g\n", k, r, all > 0 ? n / all : 0);
        }
    lince_buffer_puts(data, "EOD\n");
}

static void put_names(lince_buffer *body, const lince_metrics *m, const char *axis)
{
    lince_buffer_printf(body, "set %stics scale 0 (", axis);
    for (int k = 0; k < m->classes; k++) {
        lince_buffer_puts(body, k ? ", " : "");
        lince_gnuplot_tic(body, m->names[m->listed[k]], k);
    }
    lince_buffer_printf(body, ") font ',9'%s\n", *axis == 'x' ? " rotate by -45" : "");
}

/* Letters of the longest class name, within reason: margins are measured in letters. */
static int longest_name(const lince_metrics *m)
{
    enum { MOST = 24 };
    int longest = 0;
    for (int k = 0; k < m->classes; k++)
        if (lince_characters(m->names[k]) > longest) longest = lince_characters(m->names[k]);
    return longest < MOST ? longest : MOST;
}

/* In rows of three or, narrow, one below the other. */
static int draw_matrices(const lince_comparison *c, const char *folder, bool narrow)
{
    const lince_metrics *first = &c->facts[0].test;
    size_t shown = c->count < MOST_MATRICES ? c->count : MOST_MATRICES;
    lince_buffer data = {0}, body = {0};
    size_t columns = narrow ? 1 : shown < 3 ? shown : 3, rows = (shown + columns - 1) / columns;
    int letters = longest_name(first);
    lince_buffer_printf(&body,
                        "set multiplot layout %zu,%zu\nunset key\nunset colorbox\nset size square\n"
                        "set lmargin %d\nset rmargin 1\nset tmargin 2\nset bmargin %d\n"
                        "set palette defined (0 '#ffffff', 1 '#1f5fa8')\nset cbrange [0:1]\n"
                        "set xrange [-0.5:%d.5]\nset yrange [%d.5:-0.5]\n",
                        rows, columns, 3 + letters * 2 / 3, 3 + letters * 2 / 5, first->classes - 1,
                        first->classes - 1);
    put_names(&body, first, "x");
    put_names(&body, first, "y");
    for (size_t i = 0; i < shown; i++) {
        put_matrix(&data, &c->facts[i].test, i);
        lince_comparison_label(&body, "set title", lince_comparison_name(c, i));
        lince_buffer_printf(&body,
                            "plot $matrix%zu using 1:2:3 with image pixels, $matrix%zu using "
                            "1:2:($3 >= 0.005 ? sprintf('%%.2f', $3) : ''):($3 > "
                            "0.5 ? 0xffffff : 0x222222) with labels font ',%d' tc rgb variable\n",
                            i, i,
                            first->classes > 12  ? 6
                            : first->classes > 5 ? 7
                                                 : 11);
    }
    lince_buffer_puts(&body, "unset multiplot\n");
    int code = data.error ? data.error : body.error;
    if (!code)
        code = lince_gnuplot_draw(folder, "confusions", narrow, (int)columns * (narrow ? 360 : SIDE),
                                  (int)rows * SIDE, &data, &body);
    lince_buffer_release(&data);
    lince_buffer_release(&body);
    return code;
}

static int draw_confusions(const lince_comparison *c, const char *folder)
{
    if (c->facts[0].test.classes > MOST_CLASSES) return 0;
    LINCE_TRY(draw_matrices(c, folder, false));
    return draw_matrices(c, folder, true);
}

static int draw_accuracies(const lince_comparison *c, const char *folder)
{
    return draw_curves(c, folder, "val_accuracy", _("validation accuracy, %"),
                       offsetof(lince_epoch, val_accuracy), offsetof(lince_epoch, train_accuracy), 100);
}

static int draw_losses(const lince_comparison *c, const char *folder)
{
    return draw_curves(c, folder, "val_loss", _("validation loss"), offsetof(lince_epoch, val_loss),
                       offsetof(lince_epoch, train_loss), 1);
}

void lince_comparison_draw(const lince_comparison *c, const char *folder, lince_gaps *gaps)
{
    static int (*const figures[])(const lince_comparison *c,
                                  const char *folder) = {draw_accuracies,          draw_losses,
                                                         draw_confusions,          lince_context_draw_lengths,
                                                         lince_context_draw_reach, lince_context_draw_moved};
    int code = 0;
    for (size_t i = 0; i < sizeof figures / sizeof *figures && !code; i++)
        code = lince_gaps_figure(gaps, figures[i](c, folder));
}
