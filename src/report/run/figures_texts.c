/* Figures of texts. */
#include "core/i18n.h"
#include "core/json.h"
#include "report/run/figures.h"

/* $train, $val, $test: shares of the part's texts by their number of words. */
static bool put_part(lince_figure *g, const char *key)
{
    const json_t *text = json_object_get(g->facts->data, "text"),
                 *part = json_object_get(json_object_get(text, "parts"), key),
                 *lengths = json_object_get(part, "lengths");
    double texts = lince_fact_number(part, "texts");
    size_t last = json_array_size(lengths);
    while (last > 0 && lince_fact_number_at(lengths, last - 1) == 0) last--;
    if (!last || texts == 0) return false;
    lince_buffer_printf(&g->data, "$%s << EOD\n", key);
    for (size_t i = 0; i < last; i++)
        lince_buffer_printf(&g->data, "%zu %.6g\n", i + 1, 100 * lince_fact_number_at(lengths, i) / texts);
    lince_buffer_puts(&g->data, "EOD\n");
    return true;
}

bool lince_figure_lengths(lince_figure *g)
{
    static const char *const keys[] = {"train", "val", "test"}, *const colours[] = {"#1f5fa8", "#d1701a",
                                                                                    "#5a8f3c"};
    const char *const names[] = {C_("part", "training"), _("validation"), _("test")};
    bool any = false;
    g->height = g->narrow ? 280 : 320;
    lince_buffer_puts(&g->body,
                      "set grid lc rgb '#dddddd'\nset border 3 lc rgb '#777777'\nset tics nomirror\n"
                      "set key outside top center horizontal\nset yrange [0:*]\nset offsets 1,1,0,0\n");
    lince_figure_label(g, "set xlabel", _("words that are read"));
    lince_figure_label(g, "set ylabel", _("texts, %"));
    for (int p = 0; p < 3; p++) {
        if (!put_part(g, keys[p])) continue;
        lince_buffer_printf(&g->body, "%s $%s using 1:2 with lines lw 2 lc rgb '%s' title ",
                            any ? "," : "plot", keys[p], colours[p]);
        lince_gnuplot_quote(&g->body, names[p]);
        any = true;
    }
    lince_buffer_puts(&g->body, "\n");
    return any;
}
