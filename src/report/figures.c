#include "report/figures.h"
#include "core/error.h"
#include "core/i18n.h"
#include "report/gnuplot.h"

#include <math.h>
#include <stddef.h>

/* One figure being put together. */
typedef struct figure {
    const lince_facts *facts;
    const char *language;
    int width, height;
    lince_buffer data, body;
} figure;

#define TR(text) lince_tr_in(g->language, text)

static void put_label(figure *g, const char *command, const char *text)
{
    lince_buffer_puts(&g->body, command);
    lince_gnuplot_quote(&g->body, text);
    lince_buffer_puts(&g->body, "\n");
}

/* --- by epoch ------------------------------------------------------------------------------------- */

static void put_value(lince_buffer *out, double value)
{
    if (isfinite(value))
        lince_buffer_printf(out, " %.9g", value);
    else
        lince_buffer_puts(out, " NaN");
}

/* Columns: epoch, training, validation, each times `scale`. */
static void put_history(figure *g, size_t train, size_t val, double scale)
{
    lince_buffer_puts(&g->data, "$history << EOD\n");
    for (size_t i = 0; i < g->facts->history.count; i++) {
        const char *e = (const char *)&g->facts->history.epochs[i];
        lince_buffer_printf(&g->data, "%d", g->facts->history.epochs[i].epoch);
        put_value(&g->data, scale * *(const double *)(e + train));
        put_value(&g->data, scale * *(const double *)(e + val));
        lince_buffer_puts(&g->data, "\n");
    }
    lince_buffer_puts(&g->data, "EOD\n");
}

/* The ranges follow the curves, with a margin: no value lies outside or on the frame. */
static void put_epoch_axis(figure *g)
{
    size_t n = g->facts->history.count;
    put_label(g, "set xlabel ", TR("epoch"));
    lince_buffer_printf(&g->body,
                        "set xrange [0.7:%zu.3]\nset xtics %zu\nset offsets 0,0,graph 0.06,graph 0.06\n", n,
                        (n + 11) / 12);
    lince_buffer_puts(&g->body,
                      "set grid lc rgb '#dddddd'\nset border 3 lc rgb '#777777'\nset tics nomirror\n");
}

static void put_best_epoch(figure *g)
{
    if (g->facts->best < 0) return;
    lince_buffer_printf(&g->body, "set arrow from %d, graph 0 to %d, graph 1 nohead dt 2 lc rgb '#999999'\n",
                        g->facts->history.epochs[g->facts->best].epoch,
                        g->facts->history.epochs[g->facts->best].epoch);
}

static bool curves(figure *g, const char *label, size_t train, size_t val, double scale)
{
    if (!g->facts->history.count) return false;
    put_history(g, train, val, scale);
    put_epoch_axis(g);
    put_best_epoch(g);
    put_label(g, "set ylabel ", label);
    lince_buffer_puts(&g->body,
                      "set key outside top center horizontal\n"
                      "plot $history using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc rgb '#1f5fa8' title ");
    lince_gnuplot_quote(&g->body, TR("training"));
    if (g->facts->validated) {
        lince_buffer_puts(&g->body,
                          ", $history using 1:3 with linespoints lw 2 pt 5 ps 0.6 lc rgb '#d1701a' title ");
        lince_gnuplot_quote(&g->body, g->facts->settings.val_on_test ? TR("test part, used as validation")
                                                                     : TR("validation"));
    }
    lince_buffer_puts(&g->body, "\n");
    return true;
}

static bool draw_loss(figure *g)
{
    return curves(g, TR("loss"), offsetof(lince_epoch, train_loss), offsetof(lince_epoch, val_loss), 1);
}

static bool draw_accuracy(figure *g)
{
    /* never an axis to 110 % or -20 %; a little room, so that the border hides no curve */
    lince_buffer_puts(&g->body, "set yrange [-1<*:*<101]\n");
    return curves(g, TR("accuracy, %"), offsetof(lince_epoch, train_accuracy),
                  offsetof(lince_epoch, val_accuracy), 100);
}

static bool draw_lr(figure *g)
{
    if (g->facts->history.count < 2) return false;
    g->height = 260;
    put_history(g, offsetof(lince_epoch, lr), offsetof(lince_epoch, lr), 1);
    put_epoch_axis(g);
    put_label(g, "set ylabel ", TR("learning rate"));
    lince_buffer_puts(&g->body, "set format y '%.1e'\nplot $history using 1:2 with linespoints lw 2 pt 7 ps "
                                "0.6 lc rgb '#1f5fa8' notitle\n");
    return true;
}

/* --- by class ------------------------------------------------------------------------------------- */

static void put_class_tics(figure *g, const char *axis)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer_printf(&g->body, "set %stics scale 0 (", axis);
    for (int c = 0; c < m->classes; c++) {
        lince_buffer_puts(&g->body, c ? ", " : "");
        lince_gnuplot_quote(&g->body, m->names[c]);
        lince_buffer_printf(&g->body, " %d", c);
    }
    lince_buffer_printf(&g->body, ") font ',%d'\n", m->classes <= 30 ? 11 : m->classes <= 60 ? 7 : 5);
    if (*axis == 'x') lince_buffer_puts(&g->body, "set xtics rotate by -45\n");
}

static void put_matrix(figure *g, bool normalised)
{
    const lince_metrics *m = &g->facts->test;
    lince_buffer_puts(&g->data, "$matrix << EOD\n");
    for (int r = 0; r < m->classes; r++)
        for (int c = 0; c < m->classes; c++) {
            double n = (double)m->confusion[r * m->classes + c], all = m->per_class[r].support;
            lince_buffer_printf(&g->data, "%d %d %.6g %.6g\n", c, r, normalised ? (all > 0 ? n / all : 0) : n,
                                all > 0 ? n / all : 0);
        }
    lince_buffer_puts(&g->data, "EOD\n");
}

/* Colour is the share of the row in both figures, so that large classes do not drown small ones. */
static bool confusion(figure *g, bool normalised)
{
    int k = g->facts->test.classes;
    if (!g->facts->tested || k > 100) return false;
    g->height = k <= 30 ? 720 : 1000;
    g->width = g->height + 60;
    put_matrix(g, normalised);
    lince_buffer_printf(&g->body,
                        "set xrange [-0.5:%d.5]\nset yrange [%d.5:-0.5]\nset size ratio -1\nunset key\nset "
                        "border lc rgb '#777777'\n",
                        k - 1, k - 1);
    lince_buffer_puts(
        &g->body,
        "set palette defined (0 '#ffffff', 0.05 '#dfeaf6', 0.5 '#6fa3d6', 1 '#123f75')\nset cbrange [0:1]\n");
    put_label(g, "set xlabel ", TR("predicted class"));
    put_label(g, "set ylabel ", TR("true class"));
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

static bool draw_confusion(figure *g)
{
    return confusion(g, false);
}

static bool draw_confusion_normalised(figure *g)
{
    return confusion(g, true);
}

static bool draw_per_class(figure *g)
{
    static const char *const colours[] = {"#1f5fa8", "#d1701a", "#5a8f3c"};
    const char *names[] = {TR("precision"), TR("recall"), "F1"};
    const lince_metrics *m = &g->facts->test;
    if (!g->facts->tested || m->classes > 100) return false;
    g->width = 840 + (m->classes > 15 ? 14 * (m->classes - 15) : 0);
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

static bool draw_calibration(figure *g)
{
    const lince_metrics *m = &g->facts->test;
    if (!g->facts->tested) return false;
    g->width = 560, g->height = 480;
    lince_buffer_puts(&g->data, "$bins << EOD\n");
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++)
        if (m->bins[i].n)
            lince_buffer_printf(&g->data, "%.6g %.6g %.6g\n", (i + 0.5) / LINCE_CALIBRATION_BINS,
                                m->bins[i].accuracy, m->bins[i].confidence);
    lince_buffer_puts(&g->data, "EOD\n");
    lince_buffer_printf(&g->body,
                        "set xrange [0:1]\nset yrange [0:1]\nset size square\nset grid lc rgb '#dddddd'\nset "
                        "style fill solid 0.9 border rgb 'white'\nset boxwidth %.6g\n",
                        1.0 / LINCE_CALIBRATION_BINS);
    put_label(g, "set xlabel ", TR("confidence"));
    put_label(g, "set ylabel ", TR("accuracy"));
    lince_buffer_puts(&g->body,
                      "unset key\nplot $bins using 1:2 with boxes lc rgb '#6fa3d6', x with lines dt 2 lc rgb "
                      "'#777777', $bins using 3:2 with points pt 7 ps 0.6 lc rgb '#123f75'\n");
    return true;
}

typedef struct recipe {
    const char *name;
    bool (*draw)(figure *g); /* false: nothing to draw */
} recipe;

static const recipe recipes[] = {
    {"loss", draw_loss},
    {"accuracy", draw_accuracy},
    {"lr", draw_lr},
    {"confusion", draw_confusion},
    {"confusion_normalised", draw_confusion_normalised},
    {"per_class", draw_per_class},
    {"calibration", draw_calibration},
};

int lince_figures_draw(const lince_facts *facts, const char *language)
{
    char folder[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(folder, facts->run.folder, "plots"));
    LINCE_TRY(lince_make_folder(folder));
    int code = 0;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes && !code; i++) {
        figure g = {.facts = facts, .language = language, .width = 840, .height = 400};
        if (recipes[i].draw(&g)) {
            code = g.data.error ? g.data.error : g.body.error;
            if (!code)
                code = lince_gnuplot_draw(folder, recipes[i].name, g.width, g.height, &g.data, &g.body);
        }
        lince_buffer_release(&g.data);
        lince_buffer_release(&g.body);
    }
    return code;
}
