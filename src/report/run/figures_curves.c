/* Figures of a test at every threshold: receiver operating characteristic, precision and recall. */
#include "core/display.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "report/run/figures.h"

#include <math.h>
#include <stdio.h>

enum { DRAWN = 400 /* points of a curve: more make the file larger and the line no finer */ };

/* Where a point of a curve lies in the figure. */
typedef void place(const lince_curve *curve, const lince_curve_point *point, double *x, double *y);

static void place_roc(const lince_curve *c, const lince_curve_point *p, double *x, double *y)
{
    *x = 1 - lince_curve_specificity(c, p);
    *y = lince_curve_sensitivity(c, p);
}

static void place_precision(const lince_curve *c, const lince_curve_point *p, double *x, double *y)
{
    *x = lince_curve_sensitivity(c, p);
    *y = lince_curve_precision(p);
}

/* From the left border: at a threshold that nothing reaches, nothing is found. */
static void put_curve(lince_figure *g, int class, place *at)
{
    const lince_curve *c = &g->facts->curves.each[class];
    size_t every = c->count / DRAWN + 1;
    double x, y;
    lince_buffer_printf(&g->data, "$class%d << EOD\n", class);
    for (size_t i = 0; i < c->count; i++) {
        if (i % every && i + 1 < c->count) continue;
        at(c, &c->points[i], &x, &y);
        if (!i) lince_buffer_printf(&g->data, "0 %.6g\n", at == place_roc ? 0 : y);
        lince_buffer_printf(&g->data, "%.6g %.6g\n", x, y);
    }
    lince_buffer_puts(&g->data, "EOD\n");
}

/* A square, and below it a line for each name. */
static void put_frame(lince_figure *g, const char *x, const char *y, int names)
{
    enum { LEFT = 82, RIGHT = 20, TOP = 12, LABEL = 60, LINE = 20 };
    int side = g->narrow ? 258 : 420, bottom = LABEL + LINE * names + 8;
    g->width = LEFT + side + RIGHT, g->height = TOP + side + bottom;
    double w = g->width, h = g->height;
    lince_buffer_printf(&g->body,
                        "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\n"
                        "set bmargin at screen %.5f\nset key at screen 0.5,%.5f center top vertical maxrows "
                        "%d samplen 2\n",
                        LEFT / w, (LEFT + side) / w, 1 - TOP / h, bottom / h, (bottom - LABEL) / h, names);
    lince_buffer_puts(&g->body, "set xrange [0:1]\nset yrange [0:1.005]\nset grid lc rgb '#dddddd'\n"
                                "set border 3 lc rgb '#777777'\nset tics nomirror\n");
    lince_figure_label(g, "set xlabel", x);
    lince_figure_label(g, "set ylabel", y);
}

static double area_of(const lince_curve *c, place *at)
{
    return at == place_roc ? c->auc : c->average_precision;
}

/* The classes that have a curve, by their area, the largest first; of two classes the second one alone where
 * the other's would be its mirror. Returns their number. */
static int list_classes(const lince_facts *f, place *at, int *class)
{
    int count = 0, first = at == place_roc && f->curves.classes == 2;
    for (int k = first; k < f->curves.classes; k++) {
        double area = area_of(&f->curves.each[k], at);
        int i = count;
        if (isnan(area)) continue;
        for (; i > 0 && area_of(&f->curves.each[class[i - 1]], at) < area; i--) class[i] = class[i - 1];
        class[i] = k;
        count++;
    }
    return count;
}

static void put_line(lince_figure *g, int class, const char *style, double area, bool first)
{
    lince_buffer title = {0};
    lince_buffer_printf(&g->body, "%s$class%d using 1:2 with lines %s ", first ? "plot " : ", ", class,
                        style);
    if (isnan(area))
        lince_buffer_puts(&g->body, "notitle");
    else {
        lince_buffer_printf(&title, "%.*s (%.3f)", LINCE_CUT(g->facts->test_names[class], 40), area);
        lince_buffer_puts(&g->body, "title ");
        lince_gnuplot_quote(&g->body, lince_buffer_part(&g->body, &title));
    }
    lince_buffer_release(&title);
}

/* Where there are many, the best and the worst are told apart and the others are grey. */
static bool draw(lince_figure *g, place *at, const char *x, const char *y)
{
    static const char *const colours[] = {"#0072b2", "#009e73", "#56b4e9", "#e69f00", "#cc79a7", "#d55e00"};
    enum { COLOURS = sizeof colours / sizeof *colours };
    const lince_facts *f = g->facts;
    int *class = lince_buffer_alloc(&g->body, (size_t)f->curves.classes + 1, sizeof *class),
        count = class ? list_classes(f, at, class) : 0, drawn = 0;
    put_frame(g, x, y, count < COLOURS ? count : COLOURS);
    for (int i = 0; i < count; i++) put_curve(g, class[i], at);
    for (int i = COLOURS / 2; i < count - COLOURS / 2 && count > COLOURS; i++)
        put_line(g, class[i], "lw 1 lc rgb '#cccccc'", NAN, !drawn++);
    for (int i = 0; i < count; i++) {
        bool told = count <= COLOURS || i < COLOURS / 2 || i >= count - COLOURS / 2;
        char style[64];
        int colour = i < COLOURS / 2 || count <= COLOURS ? i : COLOURS - (count - i);
        if (!told) continue;
        snprintf(style, sizeof style, "lw 2 lc rgb '%s'", colours[colour]);
        put_line(g, class[i], style, area_of(&f->curves.each[class[i]], at), !drawn++);
    }
    if (at == place_roc) lince_buffer_puts(&g->body, ", x with lines dt 2 lc rgb '#777777' notitle");
    lince_buffer_puts(&g->body, "\n");
    lince_free(class);
    return count > 0 || !class;
}

bool lince_figure_roc(lince_figure *g)
{
    return draw(g, place_roc, _("1 − specificity"), _("sensitivity (recall)"));
}

bool lince_figure_precision_recall(lince_figure *g)
{
    return draw(g, place_precision, _("recall (sensitivity)"), _("precision"));
}
