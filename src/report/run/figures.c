#include "report/run/figures.h"
#include "core/display.h"
#include "core/error.h"

#include <string.h>

typedef struct recipe {
    const char *name;
    lince_kinds kinds;
    lince_labels labels;
    bool (*draw)(lince_figure *g);
} recipe;

static const recipe recipes[] = {
    {"loss", LINCE_ANY, LINCE_EITHER, lince_figure_loss},
    {"accuracy", LINCE_ANY, LINCE_EITHER, lince_figure_accuracy},
    {"lr", LINCE_ANY, LINCE_EITHER, lince_figure_lr},
    {"confusion", LINCE_ANY, LINCE_ONE, lince_figure_confusion},
    {"confusion_normalised", LINCE_ANY, LINCE_ONE, lince_figure_confusion_normalised},
    {"confused", LINCE_ANY, LINCE_ONE, lince_figure_confused},
    {"per_class", LINCE_ANY, LINCE_ONE, lince_figure_per_class},
    {"groups", LINCE_ANY, LINCE_EITHER, lince_figure_groups},
    {"calibration", LINCE_ANY, LINCE_EITHER, lince_figure_calibration},
    {"calibration_before", LINCE_ANY, LINCE_EITHER, lince_figure_calibration_before},
    {"roc", LINCE_ANY, LINCE_EITHER, lince_figure_roc},
    {"precision_recall", LINCE_ANY, LINCE_EITHER, lince_figure_precision_recall},
    {"lengths", LINCE_TEXTS, LINCE_EITHER, lince_figure_lengths},
};

void lince_figure_label(lince_figure *g, const char *command, const char *text)
{
    lince_buffer_puts(&g->body, command);
    lince_buffer_puts(&g->body, " ");
    lince_gnuplot_quote(&g->body, text);
    lince_buffer_puts(&g->body, "\n");
}

void lince_figure_name(lince_buffer *out, const char *name, int letters)
{
    bool cut = lince_characters(name) > letters;
    for (const char *t = name; *t; t++) {
        letters -= ((unsigned char)*t & 0xc0) != 0x80;
        if (letters < cut) break;
        lince_buffer_put(out, t, 1);
    }
    if (cut) lince_buffer_puts(out, "…");
}

/* 1: there is nothing to draw. */
static int draw(const lince_facts *facts, const char *folder, const recipe *r, bool narrow)
{
    lince_figure g = {
        .facts = facts, .narrow = narrow, .width = narrow ? 360 : 820, .height = narrow ? 300 : 400};
    int code = 1;
    if (r->draw(&g)) {
        code = g.data.error ? g.data.error : g.body.error;
        if (!code) code = lince_gnuplot_draw(folder, r->name, narrow, g.width, g.height, &g.data, &g.body);
    }
    lince_buffer_release(&g.data);
    lince_buffer_release(&g.body);
    return code;
}

/* Where there is nothing to draw, what an earlier report drew goes. */
static int draw_both(const lince_facts *facts, const char *folder, const recipe *r)
{
    int code = draw(facts, folder, r, false);
    if (!code) code = draw(facts, folder, r, true);
    if (code > 0) lince_gnuplot_remove(folder, r->name);
    return code < 0 ? code : 0;
}

int lince_figure_draw(const lince_facts *facts, const char *folder, const char *name)
{
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        if (!strcmp(recipes[i].name, name)) return draw_both(facts, folder, &recipes[i]);
    return lince_fail(LINCE_EUSAGE, "there is no figure '%s'", name);
}

void lince_figures_draw(const lince_facts *facts, lince_gaps *gaps)
{
    int code = 0;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes && !code; i++)
        if ((recipes[i].kinds & facts->kinds) && (recipes[i].labels & facts->labels))
            code = lince_gaps_figure(gaps, draw_both(facts, facts->run.folder, &recipes[i]));
}
