/* Figures by epoch. */
#include "core/i18n.h"
#include "report/run/figures.h"

#include <math.h>
#include <stddef.h>

static void put_value(lince_buffer *out, double value)
{
    if (isfinite(value))
        lince_buffer_printf(out, " %.9g", value);
    else
        lince_buffer_puts(out, " NaN");
}

/* Columns: epoch, training, validation, each times `scale`; offsets in lince_epoch. */
static void put_history(lince_figure *g, size_t train, size_t val, double scale)
{
    lince_buffer_puts(&g->data, "$history << EOD\n");
    for (size_t i = 0; i < g->facts->history.count; i++) {
        const lince_epoch *e = &g->facts->history.epochs[i];
        lince_buffer_printf(&g->data, "%d", e->epoch);
        put_value(&g->data, scale * lince_fact_of_epoch(e, train));
        put_value(&g->data, scale * lince_fact_of_epoch(e, val));
        lince_buffer_puts(&g->data, "\n");
    }
    lince_buffer_puts(&g->data, "EOD\n");
}

/* The ranges follow the curves, with a margin: no value lies outside or on the frame. */
static void put_epoch_axis(lince_figure *g)
{
    size_t n = g->facts->history.count;
    lince_figure_label(g, "set xlabel", _("epoch"));
    lince_buffer_printf(&g->body,
                        "set xrange [0.7:%zu.3]\nset xtics %zu\nset offsets 0,0,graph 0.06,graph 0.06\n", n,
                        g->narrow ? (n + 4) / 5 : (n + 11) / 12);
    lince_buffer_puts(&g->body,
                      "set grid lc rgb '#dddddd'\nset border 3 lc rgb '#777777'\nset tics nomirror\n");
}

static void put_best_epoch(lince_figure *g)
{
    int best = g->facts->best;
    if (best < 0) return;
    lince_buffer_printf(&g->body, "set arrow from %d, graph 0 to %d, graph 1 nohead dt 2 lc rgb '#999999'\n",
                        g->facts->history.epochs[best].epoch, g->facts->history.epochs[best].epoch);
}

static bool curves(lince_figure *g, const char *label, size_t train, size_t val, double scale)
{
    if (!g->facts->history.count) return false;
    put_history(g, train, val, scale);
    put_epoch_axis(g);
    put_best_epoch(g);
    lince_figure_label(g, "set ylabel", label);
    lince_buffer_puts(&g->body,
                      "set key outside top center horizontal\n"
                      "plot $history using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc rgb '#1f5fa8' title ");
    lince_gnuplot_quote(&g->body, C_("part", "training"));
    if (g->facts->validated) {
        lince_buffer_puts(&g->body,
                          ", $history using 1:3 with linespoints lw 2 pt 5 ps 0.6 lc rgb '#d1701a' title ");
        lince_gnuplot_quote(&g->body, g->facts->settings.val_on_test ? _("test part, used as validation")
                                                                     : _("validation"));
    }
    lince_buffer_puts(&g->body, "\n");
    return true;
}

bool lince_figure_loss(lince_figure *g)
{
    return curves(g, _("loss"), offsetof(lince_epoch, train_loss), offsetof(lince_epoch, val_loss), 1);
}

bool lince_figure_accuracy(lince_figure *g)
{
    /* never an axis to 110 % or -20 %; a little room, so that the border hides no curve */
    lince_buffer_puts(&g->body, "set yrange [-1<*:*<101]\n");
    return curves(g, _("accuracy, %"), offsetof(lince_epoch, train_accuracy),
                  offsetof(lince_epoch, val_accuracy), 100);
}

static bool is_constant(const lince_history *h)
{
    for (size_t i = 1; i < h->count; i++)
        if (h->epochs[i].lr != h->epochs[0].lr) return false;
    return true;
}

bool lince_figure_lr(lince_figure *g)
{
    if (is_constant(&g->facts->history)) return false;
    g->height = g->narrow ? 220 : 260;
    put_history(g, offsetof(lince_epoch, lr), offsetof(lince_epoch, lr), 1);
    put_epoch_axis(g);
    lince_figure_label(g, "set ylabel", _("learning rate"));
    lince_buffer_puts(&g->body,
                      "set format y '%g'\nset yrange [0:*]\nplot $history using 1:2 with linespoints "
                      "lw 2 pt 7 ps 0.6 lc rgb '#1f5fa8' notitle\n");
    return true;
}
