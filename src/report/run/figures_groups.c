/* Recall by class and group, where groups are known. */
#include "core/display.h"
#include "core/json.h"
#include "report/run/figures.h"
#include "report/run/sections.h"

enum { CLASSES = 60, LETTERS = 24, LETTERS_NARROW = 12, POINTS = 10 };

static int letters_of(const lince_figure *g)
{
    return g->narrow ? LETTERS_NARROW : LETTERS;
}

/* Pixels of a name as it is written. */
static int name_width(const lince_figure *g, const char *name)
{
    int letters = lince_characters(name), most = letters_of(g);
    return (letters < most ? letters : most) * POINTS * 7 / 10;
}

static void put_tic(lince_figure *g, const char *name, int place)
{
    lince_buffer text = {0};
    if (place) lince_buffer_puts(&g->body, ", ");
    lince_figure_name(&text, name, letters_of(g));
    lince_gnuplot_tic(&g->body, lince_buffer_part(&g->body, &text), place);
    lince_buffer_release(&text);
}

static void put_classes(lince_figure *g, const char *tics, int turned)
{
    const lince_facts *f = g->facts;
    lince_buffer_printf(&g->body, "set %s scale 0 rotate by %d (", tics, turned);
    for (int c = 0; c < f->test_classes; c++) put_tic(g, f->test_names[f->test_listed[c]], c);
    lince_buffer_printf(&g->body, ") font ',%d'\n", POINTS);
}

/* Column, row and recall; -1: the group has no sample of the class. */
static void put_cells(lince_figure *g, const json_t *of, int rows)
{
    const lince_facts *f = g->facts;
    lince_buffer_puts(&g->data, "$cells << EOD\n");
    for (int r = 0; r < rows; r++) {
        const json_t *classes = json_object_get(json_array_get(of, (size_t)r), "per_class");
        for (int c = 0; c < f->test_classes; c++) {
            const json_t *score = json_object_get(classes, f->test_names[f->test_listed[c]]);
            lince_buffer_printf(&g->data, "%d %d %.6g\n", c, r,
                                score ? lince_fact_number(score, "recall") : -1);
        }
    }
    lince_buffer_puts(&g->data, "EOD\n");
    put_classes(g, "xtics", -45);
    if (rows > LINCE_MANY_GROUPS) put_classes(g, "x2tics", 45);
    lince_buffer_puts(&g->body, "set ytics scale 0 (");
    for (int r = 0; r < rows; r++) put_tic(g, lince_fact_text(json_array_get(of, (size_t)r), "name"), r);
    lince_buffer_printf(&g->body, ") font ',%d'\n", POINTS);
}

/* Room for the names on the left and below, and above too where what is below is far away. */
static void put_place(lince_figure *g, const json_t *of, int rows)
{
    enum { TOP = 8, RIGHT = 60, RIGHT_NARROW = 34, ROW = 18, MARGIN = 14 };
    int left = 0, below = 0, columns = g->facts->test_classes, right = g->narrow ? RIGHT_NARROW : RIGHT;
    for (int r = 0; r < rows; r++) {
        int width = name_width(g, lince_fact_text(json_array_get(of, (size_t)r), "name"));
        if (width > left) left = width;
    }
    for (int c = 0; c < columns; c++) {
        int width = name_width(g, g->facts->test_names[c]);
        if (width > below) below = width;
    }
    left += MARGIN, below = below * 7 / 10 + 2 * MARGIN;
    int side = g->narrow      ? 360 - right - left
               : columns < 6  ? 40 * columns + 40
               : columns < 20 ? 36 * columns
                              : 640;
    int above = rows > LINCE_MANY_GROUPS ? below : TOP;
    g->width = left + side + right, g->height = above + ROW * rows + below;
    double w = g->width, h = g->height;
    lince_buffer_printf(&g->body,
                        "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\n"
                        "set bmargin at screen %.5f\n",
                        left / w, (left + side) / w, 1 - above / h, below / h);
}

bool lince_figure_groups(lince_figure *g)
{
    const json_t *of = json_object_get(g->facts->groups, "of");
    int rows = (int)lince_groups_shown(of), columns = g->facts->test_classes;
    if (rows < 2 || columns > CLASSES) return false;
    put_cells(g, of, rows);
    put_place(g, of, rows);
    lince_buffer_printf(
        &g->body,
        "set xrange [-0.5:%d.5]\nset x2range [-0.5:%d.5]\nset yrange [%d.5:-0.5]\nunset key\nset border lc rgb '#777777'\n"
        "set palette defined (0 '#ffffff', 0.05 '#dfeaf6', 0.5 '#6fa3d6', 1 '#123f75')\n"
        "set cbrange [0:1]\nunset colorbox\nset object 1 rectangle from graph 0,0 to graph 1,1 "
        "behind fc rgb '#e2e2e2' fs solid noborder\n"
        "plot $cells using 1:2:($3 < 0 ? NaN : $3) with image pixels",
        columns - 1, columns - 1, rows - 1);
    if (columns <= (g->narrow ? 8 : LINCE_MANY_CLASSES))
        lince_buffer_printf(&g->body,
                            ", $cells using 1:2:($3 < 0 ? '' : sprintf('%%.2f', $3)):($3 > 0.5 ? 0xffffff : "
                            "0x222222) with labels font ',%d' tc rgb variable",
                            g->narrow ? 7 : 9);
    lince_buffer_puts(&g->body, "\n");
    return true;
}
