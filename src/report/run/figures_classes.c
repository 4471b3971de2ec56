/* Figures of the test, by class. */
#include "core/display.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "report/run/figures.h"
#include "report/run/sections.h"

#include <string.h>

enum {
    READABLE = 60,     /* more names side by side are not; those of the rows stand in the same order */
    CLASSES = 100,     /* a matrix of more would be a grey fog */
    SCALE_NARROW = 34, /* pixels to the right of a narrow matrix, for the last name */
    NUMBERED = 10,     /* cells of a narrow matrix of more have no room for numbers */
    ENDS = 15          /* of more than twice as many classes: the best and the worst are shown */
};

/* Points of the font of `classes` names side by side, and how many letters of a name are written. */
static int name_size(const lince_figure *g, int classes)
{
    return classes <= (g->narrow ? 10 : 30) ? 12 : 7;
}

static int name_letters(const lince_figure *g)
{
    return g->narrow ? 14 : 40;
}

/* Pixels of the longest class name as it is written. */
static int longest_name(const lince_figure *g, int size)
{
    const lince_metrics *m = &g->facts->test;
    int longest = 0, most = name_letters(g);
    for (int c = 0; c < m->classes; c++)
        if (lince_characters(m->names[c]) > longest) longest = lince_characters(m->names[c]);
    return (longest < most ? longest : most) * size * 6 / 10;
}

static void put_class_tic(lince_figure *g, const char *name, int place)
{
    lince_buffer text = {0};
    lince_figure_name(&text, name, name_letters(g));
    lince_gnuplot_tic(&g->body, lince_buffer_part(&g->body, &text), place);
    lince_buffer_release(&text);
}

static void put_class_tics(lince_figure *g, const char *axis, const int *class, int count)
{
    lince_buffer_printf(&g->body, "set %stics scale 0 (", axis);
    for (int i = 0; i < count; i++) {
        lince_buffer_puts(&g->body, i ? ", " : "");
        put_class_tic(g, g->facts->test.names[class[i]], i);
    }
    lince_buffer_printf(&g->body, ") font ',%d'\n", name_size(g, count));
    if (*axis == 'x') lince_buffer_puts(&g->body, "set xtics rotate by -45\n");
}

/* --- confusion ------------------------------------------------------------------------------------ */

static void put_matrix(lince_figure *g, bool normalised)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer_puts(&g->data, "$matrix << EOD\n");
    for (int r = 0; r < m->classes; r++)
        for (int c = 0; c < m->classes; c++) {
            int true_class = m->listed[r], predicted = m->listed[c];
            double n = (double)m->confusion[true_class * m->classes + predicted],
                   all = m->per_class[true_class].support, share = all > 0 ? n / all : 0;
            lince_buffer_printf(&g->data, "%d %d %.6g %.6g\n", c, r, normalised ? share : n, share);
        }
    lince_buffer_puts(&g->data, "EOD\n");
}

/* Pixels: large enough for a number in each cell of a few classes, and for the names of many. */
static int matrix_side(const lince_figure *g, int classes, int left)
{
    if (g->narrow) return 360 - SCALE_NARROW - left;
    return classes <= 2 ? 240 : classes <= READABLE ? 560 : 9 * classes;
}

/* A square with room for the names on its left and below, and for the scale on its right. */
static void put_square(lince_figure *g)
{
    enum { SCALE = 80, TOP = 12, LABEL = 40 };
    const lince_metrics *m = &g->facts->test;
    int name = longest_name(g, name_size(g, m->classes)), left = name + LABEL + (g->narrow ? 0 : 16),
        side = matrix_side(g, m->classes, left),
        bottom = (m->classes <= READABLE ? name * 7 / 10 : 0) + LABEL + 12;
    g->width = left + side + (g->narrow ? SCALE_NARROW : SCALE), g->height = TOP + side + bottom;
    double w = g->width, h = g->height;
    lince_buffer_printf(&g->body,
                        "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\n"
                        "set bmargin at screen %.5f\n",
                        left / w, (left + side) / w, 1 - TOP / h, bottom / h);
    lince_buffer_printf(&g->body, "set colorbox user origin screen %.5f,%.5f size screen %.5f,%.5f\n",
                        (left + side + 12) / w, bottom / h, 14 / w, side / h);
    lince_buffer_printf(&g->body, "set label 1 center at screen %.5f,%.5f ", (left + side / 2) / w, 14 / h);
    lince_gnuplot_quote(&g->body, _("predicted class"));
    lince_buffer_printf(&g->body, "\nset label 2 center rotate by 90 at screen %.5f,%.5f ", 14 / w,
                        (bottom + side / 2) / h);
    lince_gnuplot_quote(&g->body, _("true class"));
    lince_buffer_puts(&g->body, "\n");
}

/* Colour is the share of the row in both figures, so that large classes do not drown small ones. */
static bool confusion(lince_figure *g, bool normalised)
{
    int k = g->facts->test.classes, *all = g->facts->test.listed;
    if (!g->facts->tested || k > CLASSES) return false;
    put_matrix(g, normalised);
    put_square(g);
    lince_buffer_printf(
        &g->body, "set xrange [-0.5:%d.5]\nset yrange [%d.5:-0.5]\nunset key\nset border lc rgb '#777777'\n",
        k - 1, k - 1);
    lince_buffer_puts(&g->body,
                      "set palette defined (0 '#ffffff', 0.05 '#dfeaf6', 0.5 '#6fa3d6', 1 '#123f75')\n"
                      "set cbrange [0:1]\nset cbtics font ',11'\n");
    if (k <= READABLE)
        put_class_tics(g, "x", all, k);
    else
        lince_buffer_puts(&g->body, "unset xtics\n");
    put_class_tics(g, "y", all, k);
    if (g->narrow) lince_buffer_puts(&g->body, "unset colorbox\n");
    lince_buffer_puts(&g->body, "plot $matrix using 1:2:4 with image pixels");
    if (k <= (g->narrow ? NUMBERED : LINCE_MANY_CLASSES))
        lince_buffer_printf(
            &g->body,
            ", $matrix using 1:2:($3 > 0 ? sprintf('%s', $3, 100*$4) : ''):($4 > 0.5 ? 0xffffff : "
            "0x222222) with labels font ',%d' tc rgb variable",
            normalised ? "%.2f"
            : k == 2   ? "%.0f (%.1f %%)"
                       : "%.0f",
            k <= (g->narrow ? 5 : 12) ? 12 : 9);
    lince_buffer_puts(&g->body, "\n");
    return true;
}

bool lince_figure_confusion(lince_figure *g)
{
    return confusion(g, false);
}

/* Of two classes the other matrix says it all. */
bool lince_figure_confusion_normalised(lince_figure *g)
{
    return g->facts->test.classes > 2 && confusion(g, true);
}

/* --- the most confused pairs ---------------------------------------------------------------------- */

static void put_pair(lince_figure *g, const lince_confused_pair *pair, int place)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer name = {0};
    lince_figure_name(&name, m->names[pair->true_class], name_letters(g));
    lince_buffer_puts(&name, " → ");
    lince_figure_name(&name, m->names[pair->predicted], name_letters(g));
    lince_buffer_puts(&g->body, place ? ", " : "");
    lince_gnuplot_tic(&g->body, lince_buffer_part(&g->body, &name), place);
    lince_buffer_printf(&g->data, "%d %lld %.1f\n", place, (long long)pair->count,
                        100 * (double)pair->count / m->per_class[pair->true_class].support);
    lince_buffer_release(&name);
}

/* Of 1, 2 or 5 times a power of ten, and whole, the least that divides up to `most` into no more than
 * `parts`. */
static double step_of_counts(double most, int parts)
{
    for (double ten = 1;; ten *= 10)
        for (int k = 0; k < 3; k++) {
            double step = (k == 2 ? 5 : k + 1) * ten;
            if (most / step <= parts) return step;
        }
}

bool lince_figure_confused(lince_figure *g)
{
    enum { PAIRS = 10 };
    lince_confused_pair pairs[PAIRS];
    if (!g->facts->tested || g->facts->test.classes == 2) return false;
    int count = lince_most_confused(&g->facts->test, pairs, PAIRS);
    if (!count) return false;
    g->height = 70 + 30 * count;
    lince_buffer_puts(&g->data, "$pairs << EOD\n");
    lince_buffer_puts(&g->body, "set ytics scale 0 (");
    for (int i = 0; i < count; i++) put_pair(g, &pairs[i], i);
    lince_buffer_puts(&g->data, "EOD\n");
    double right = (g->narrow ? 2 : 1.15) * (double)pairs[0].count;
    lince_buffer_printf(&g->body,
                        ") font ',11'\nset yrange [%d.5:-0.5]\nset xrange [0:%.6g]\nset xtics %g\nset grid x "
                        "lc rgb '#dddddd'\n"
                        "set border 1 lc rgb '#777777'\nset xtics nomirror\nunset key\n"
                        "set style fill solid 1 noborder\n",
                        count - 1, right, step_of_counts(right, g->narrow ? 4 : 8));
    lince_figure_label(g, "set xlabel", _("samples"));
    lince_buffer_puts(
        &g->body,
        "plot $pairs using (0.5*$2):1:(0.5*$2):(0.36) with boxxyerror lc rgb '#d1701a', $pairs using "
        "2:1:(sprintf('%d (%.1f %%)', $2, $3)) with labels left offset 0.7,0 font ',11' tc rgb '#333333'\n");
    return true;
}

/* --- scores --------------------------------------------------------------------------------------- */

/* All classes in their order or, where they are too many, the best and the worst by F1. Returns how many. */
static int choose_classes(lince_figure *g, const lince_metrics *m, int shown[2 * ENDS])
{
    int count = 0;
    if (m->classes <= 2 * ENDS) {
        for (; count < m->classes; count++) shown[count] = m->listed[count];
        return count;
    }
    int *order = lince_classes_by_f1(m, &g->body);
    for (; order && count < 2 * ENDS; count++)
        shown[count] = order[count < ENDS ? count : m->classes - 2 * ENDS + count];
    lince_free(order);
    return count;
}

static void put_scores(lince_figure *g, const int *class, int count)
{
    lince_buffer_puts(&g->data, "$scores << EOD\n");
    for (int i = 0; i < count; i++) {
        const lince_class_score *s = &g->facts->test.per_class[class[i]];
        lince_buffer_printf(&g->data, "%d %.6g %.6g %.6g\n", i, s->precision, s->recall, s->f1);
    }
    lince_buffer_puts(&g->data, "EOD\n");
}

bool lince_figure_per_class(lince_figure *g)
{
    static const char *const colours[] = {"#1f5fa8", "#d1701a", "#5a8f3c"};
    const char *names[] = {_("precision"), _("recall"), "F1"};
    int class[2 * ENDS];
    if (!g->facts->tested) return false;
    int count = choose_classes(g, &g->facts->test, class);
    g->width += count > 15 && !g->narrow ? 14 * (count - 15) : 0;
    put_scores(g, class, count);
    lince_buffer_printf(&g->body,
                        "set xrange [-0.6:%d.6]\nset yrange [0:1.02]\nset grid y lc rgb '#dddddd'\nset "
                        "border 3 lc rgb '#777777'\nset style fill solid 1 noborder\nset boxwidth 0.24\n"
                        "set key outside top center horizontal\nset tics nomirror\n",
                        count - 1);
    if (count < g->facts->test.classes)
        lince_buffer_printf(&g->body,
                            "set arrow from %d.5, graph 0 to %d.5, graph 1 nohead dt 2 lc rgb '#999999'\n",
                            ENDS - 1, ENDS - 1);
    put_class_tics(g, "x", class, count);
    for (int i = 0; i < 3; i++) {
        lince_buffer_printf(&g->body, "%s $scores using ($1%+.2f):%d with boxes lc rgb '%s' title ",
                            i ? "," : "plot", 0.27 * (i - 1), i + 2, colours[i]);
        lince_gnuplot_quote(&g->body, names[i]);
    }
    lince_buffer_puts(&g->body, "\n");
    return true;
}

/* Of several labels all probabilities of all classes count. */
static void draw_calibration(lince_figure *g, const lince_calibration_bin *bins)
{
    bool several = g->facts->labels == LINCE_SEVERAL;
    const char *bars = several ? _("share that has the label") : _("accuracy");
    size_t n = 0;
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++) n += bins[i].n;
    g->width = g->narrow ? 360 : 460, g->height = g->narrow ? 340 : 420;
    lince_buffer_puts(&g->data, "$bins << EOD\n");
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++)
        if (bins[i].n)
            lince_buffer_printf(&g->data, "%.6g %.6g %.6g %.6g\n", (i + 0.5) / LINCE_CALIBRATION_BINS,
                                bins[i].accuracy, bins[i].confidence, (double)bins[i].n / (double)n);
    lince_buffer_puts(&g->data, "EOD\n");
    lince_buffer_printf(&g->body,
                        "set xrange [0:1]\nset yrange [0:1]\nset size square\nset grid lc rgb '#dddddd'\nset "
                        "border 3 lc rgb '#777777'\nset tics nomirror\nset style fill solid 0.9 border rgb "
                        "'white'\nset boxwidth %.6g\nset key outside top center horizontal\n",
                        1.0 / LINCE_CALIBRATION_BINS);
    lince_figure_label(g, "set xlabel", several ? _("probability") : _("confidence"));
    lince_figure_label(g, "set ylabel", bars);
    lince_buffer_puts(&g->body, "plot $bins using 1:2 with boxes lc rgb '#6fa3d6' title ");
    lince_gnuplot_quote(&g->body, bars);
    lince_buffer_puts(&g->body,
                      ", x with lines dt 2 lc rgb '#777777' notitle, $bins using 1:4 with linespoints "
                      "pt 7 ps 0.5 lc rgb '#d1701a' title ");
    lince_gnuplot_quote(&g->body, _("share of predictions"));
    lince_buffer_puts(&g->body, "\n");
}

/* Of the test at a temperature ("after"), or without ("before"). */
static bool draw_recorded(lince_figure *g, const char *which)
{
    lince_calibration_bin bins[LINCE_CALIBRATION_BINS];
    const json_t *measures = json_object_get(g->facts->temperature, which);
    if (!measures) return false;
    lince_calibration_read(bins, json_object_get(measures, "calibration"));
    draw_calibration(g, bins);
    return true;
}

bool lince_figure_calibration(lince_figure *g)
{
    if (!g->facts->tested) return false;
    if (g->facts->labels == LINCE_SEVERAL) return draw_recorded(g, "after");
    draw_calibration(g, g->facts->test.bins);
    return true;
}

bool lince_figure_calibration_before(lince_figure *g)
{
    return draw_recorded(g, "before");
}
