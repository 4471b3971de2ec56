/* Figures of the test, by class. */
#include "core/i18n.h"
#include "report/figures.h"
#include "report/sections.h"

#include <string.h>

enum { CLASSES = 100 }; /* more would be a grey fog */

/* Pixels of the longest class name, at a font of `size`; names are UTF-8. */
static int longest_name(const lince_metrics *m, int size)
{
    int longest = 0;
    for (int c = 0; c < m->classes; c++) {
        int letters = 0;
        for (const char *t = m->names[c]; *t; t++) letters += ((unsigned char)*t & 0xc0) != 0x80;
        if (letters > longest) longest = letters;
    }
    return (longest < 40 ? longest : 40) * size * 6 / 10;
}

static int name_size(const lince_metrics *m)
{
    return m->classes <= 30 ? 12 : m->classes <= 60 ? 7 : 5;
}

static void put_class_tics(lince_figure *g, const char *axis)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer_printf(&g->body, "set %stics scale 0 (", axis);
    for (int c = 0; c < m->classes; c++) {
        lince_buffer_puts(&g->body, c ? ", " : "");
        lince_gnuplot_tic(&g->body, m->names[c], c);
    }
    lince_buffer_printf(&g->body, ") font ',%d'\n", name_size(m));
    if (*axis == 'x') lince_buffer_puts(&g->body, "set xtics rotate by -45\n");
}

/* --- confusion ------------------------------------------------------------------------------------ */

static void put_matrix(lince_figure *g, bool normalised)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer_puts(&g->data, "$matrix << EOD\n");
    for (int r = 0; r < m->classes; r++)
        for (int c = 0; c < m->classes; c++) {
            double n = (double)m->confusion[r * m->classes + c], all = m->per_class[r].support,
                   share = all > 0 ? n / all : 0;
            lince_buffer_printf(&g->data, "%d %d %.6g %.6g\n", c, r, normalised ? share : n, share);
        }
    lince_buffer_puts(&g->data, "EOD\n");
}

/* A square of 560 pixels with room for the names on its left and below, and for the scale on its right. */
static void put_square(lince_figure *g)
{
    enum { SIDE = 560, SCALE = 80, TOP = 12, LABEL = 40 };
    int name = longest_name(&g->facts->test, name_size(&g->facts->test)), left = name + LABEL + 16,
        bottom = name * 7 / 10 + LABEL + 12;
    g->width = left + SIDE + SCALE, g->height = TOP + SIDE + bottom;
    double w = g->width, h = g->height;
    lince_buffer_printf(&g->body,
                        "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\n"
                        "set bmargin at screen %.5f\n",
                        left / w, (left + SIDE) / w, 1 - TOP / h, bottom / h);
    lince_buffer_printf(&g->body, "set label 1 center at screen %.5f,%.5f ", (left + SIDE / 2) / w, 14 / h);
    lince_gnuplot_quote(&g->body, _("predicted class"));
    lince_buffer_printf(&g->body, "\nset label 2 center rotate by 90 at screen %.5f,%.5f ", 14 / w,
                        (bottom + SIDE / 2) / h);
    lince_gnuplot_quote(&g->body, _("true class"));
    lince_buffer_puts(&g->body, "\n");
}

/* Colour is the share of the row in both figures, so that large classes do not drown small ones. */
static bool confusion(lince_figure *g, bool normalised)
{
    int k = g->facts->test.classes;
    if (!g->facts->tested || k > CLASSES) return false;
    put_matrix(g, normalised);
    put_square(g);
    lince_buffer_printf(
        &g->body, "set xrange [-0.5:%d.5]\nset yrange [%d.5:-0.5]\nunset key\nset border lc rgb '#777777'\n",
        k - 1, k - 1);
    lince_buffer_puts(&g->body,
                      "set palette defined (0 '#ffffff', 0.05 '#dfeaf6', 0.5 '#6fa3d6', 1 '#123f75')\n"
                      "set cbrange [0:1]\nset cbtics font ',11'\n");
    put_class_tics(g, "x");
    put_class_tics(g, "y");
    lince_buffer_puts(&g->body, "plot $matrix using 1:2:4 with image pixels");
    if (k <= 20)
        lince_buffer_printf(&g->body,
                            ", $matrix using 1:2:($3 > 0 ? sprintf('%s', $3) : ''):($4 > 0.5 ? 0xffffff : "
                            "0x222222) with labels font ',%d' tc rgb variable",
                            normalised ? "%.2f" : "%.0f", k <= 12 ? 12 : 9);
    lince_buffer_puts(&g->body, "\n");
    return true;
}

bool lince_figure_confusion(lince_figure *g)
{
    return confusion(g, false);
}

bool lince_figure_confusion_normalised(lince_figure *g)
{
    return confusion(g, true);
}

/* --- the most confused pairs ---------------------------------------------------------------------- */

static void put_pair(lince_figure *g, const lince_confused_pair *pair, int place)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer name = {0};
    lince_buffer_printf(&name, "%s → %s", m->names[pair->true_class], m->names[pair->predicted]);
    lince_buffer_puts(&g->body, place ? ", " : "");
    lince_gnuplot_tic(&g->body, name.data ? name.data : "?", place);
    lince_buffer_printf(&g->data, "%d %lld %.1f\n", place, (long long)pair->count,
                        100 * (double)pair->count / m->per_class[pair->true_class].support);
    lince_buffer_release(&name);
}

bool lince_figure_confused(lince_figure *g)
{
    enum { PAIRS = 10 };
    lince_confused_pair pairs[PAIRS];
    if (!g->facts->tested) return false;
    int count = lince_most_confused(&g->facts->test, pairs, PAIRS);
    if (!count) return false;
    g->height = 70 + 30 * count;
    lince_buffer_puts(&g->data, "$pairs << EOD\n");
    lince_buffer_puts(&g->body, "set ytics scale 0 (");
    for (int i = 0; i < count; i++) put_pair(g, &pairs[i], i);
    lince_buffer_puts(&g->data, "EOD\n");
    lince_buffer_printf(
        &g->body,
        ") font ',11'\nset yrange [%d.5:-0.5]\nset xrange [0:%.6g]\nset grid x lc rgb '#dddddd'\n"
        "set border 1 lc rgb '#777777'\nset xtics nomirror\nunset key\n"
        "set style fill solid 1 noborder\n",
        count - 1, 1.15 * (double)pairs[0].count);
    lince_figure_label(g, "set xlabel", _("samples"));
    lince_buffer_puts(
        &g->body,
        "plot $pairs using (0.5*$2):1:(0.5*$2):(0.36) with boxxyerror lc rgb '#d1701a', $pairs using "
        "2:1:(sprintf('%d (%.1f %%)', $2, $3)) with labels left offset 0.7,0 font ',11' tc rgb '#333333'\n");
    return true;
}

/* --- scores --------------------------------------------------------------------------------------- */

bool lince_figure_per_class(lince_figure *g)
{
    static const char *const colours[] = {"#1f5fa8", "#d1701a", "#5a8f3c"};
    const char *names[] = {_("precision"), _("recall"), "F1"};
    const lince_metrics *m = &g->facts->test;
    if (!g->facts->tested || m->classes > CLASSES) return false;
    g->width += m->classes > 15 ? 14 * (m->classes - 15) : 0;
    lince_buffer_puts(&g->data, "$scores << EOD\n");
    for (int c = 0; c < m->classes; c++)
        lince_buffer_printf(&g->data, "%d %.6g %.6g %.6g\n", c, m->per_class[c].precision,
                            m->per_class[c].recall, m->per_class[c].f1);
    lince_buffer_printf(&g->data, "EOD\n");
    lince_buffer_printf(&g->body,
                        "set xrange [-0.6:%d.6]\nset yrange [0:1.02]\nset grid y lc rgb '#dddddd'\nset "
                        "border 3 lc rgb '#777777'\n",
                        m->classes - 1);
    lince_buffer_puts(&g->body, "set style fill solid 1 noborder\nset boxwidth 0.24\nset key outside top "
                                "center horizontal\nset tics nomirror\n");
    put_class_tics(g, "x");
    for (int i = 0; i < 3; i++) {
        lince_buffer_printf(&g->body, "%s $scores using ($1%+.2f):%d with boxes lc rgb '%s' title ",
                            i ? "," : "plot", 0.27 * (i - 1), i + 2, colours[i]);
        lince_gnuplot_quote(&g->body, names[i]);
    }
    lince_buffer_puts(&g->body, "\n");
    return true;
}

bool lince_figure_calibration(lince_figure *g)
{
    const lince_metrics *m = &g->facts->test;
    if (!g->facts->tested) return false;
    g->width = 560, g->height = 500;
    lince_buffer_puts(&g->data, "$bins << EOD\n");
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++)
        if (m->bins[i].n)
            lince_buffer_printf(&g->data, "%.6g %.6g %.6g %.6g\n", (i + 0.5) / LINCE_CALIBRATION_BINS,
                                m->bins[i].accuracy, m->bins[i].confidence,
                                (double)m->bins[i].n / (double)m->n);
    lince_buffer_puts(&g->data, "EOD\n");
    lince_buffer_printf(&g->body,
                        "set xrange [0:1]\nset yrange [0:1]\nset size square\nset grid lc rgb '#dddddd'\nset "
                        "border 3 lc rgb '#777777'\nset tics nomirror\nset style fill solid 0.9 border rgb "
                        "'white'\nset boxwidth %.6g\nset key outside top center horizontal\n",
                        1.0 / LINCE_CALIBRATION_BINS);
    lince_figure_label(g, "set xlabel", _("confidence"));
    lince_figure_label(g, "set ylabel", _("accuracy"));
    lince_buffer_puts(&g->body, "plot $bins using 1:2 with boxes lc rgb '#6fa3d6' title ");
    lince_gnuplot_quote(&g->body, _("accuracy"));
    lince_buffer_puts(&g->body,
                      ", x with lines dt 2 lc rgb '#777777' notitle, $bins using 1:4 with linespoints "
                      "pt 7 ps 0.5 lc rgb '#d1701a' title ");
    lince_gnuplot_quote(&g->body, _("share of predictions"));
    lince_buffer_puts(&g->body, "\n");
    return true;
}
