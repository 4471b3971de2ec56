#include "core/display.h"
#include "core/json.h"
#include "report/run/sections.h"

static bool has_errors(const json_t *of, size_t i)
{
    return lince_fact_number(json_array_get(of, i), "accuracy") < 1;
}

size_t lince_groups_shown(const json_t *of)
{
    size_t all = json_array_size(of), n = 0;
    while (n < all && n < LINCE_GROUPS_SHOWN && (n < LINCE_MANY_GROUPS || has_errors(of, n))) n++;
    return n;
}

/* "cat: 40.00 % of 5": the class that is found least in the group; where all are found, none is. */
static void cell_worst(lince_document *d, const json_t *classes)
{
    const char *class, *worst = NULL;
    json_t *score;
    double least = 1;
    json_object_foreach((json_t *)classes, class, score)
    {
        double recall = lince_fact_number(score, "recall");
        if (recall < least) least = recall, worst = class;
    }
    if (worst)
        lince_document_cell(d, TR("%.*s: %.0f %% of %.0f"), LINCE_CUT(worst, 80), 100 * least,
                            lince_fact_number(json_object_get(classes, worst), "support"));
    else
        lince_document_cell(d, "–");
}

static void cell_mistake(lince_document *d, const json_t *mistakes)
{
    const json_t *m, *most = NULL;
    size_t i;
    json_array_foreach(mistakes, i, m) if (!most || lince_fact_number(m, "n") > lince_fact_number(most, "n"))
        most = m;
    if (most)
        lince_document_cell(d, TR("%.*s as %.*s: %.0f"), LINCE_CUT(lince_fact_text(most, "true"), 80),
                            LINCE_CUT(lince_fact_text(most, "predicted"), 80), lince_fact_number(most, "n"));
    else
        lince_document_cell(d, "–");
}

static void write_group(lince_document *d, const json_t *group, bool mistakes)
{
    const json_t *interval = json_object_get(group, "interval");
    lince_cell_text(d, lince_fact_text(group, "name"));
    lince_document_cell(d, "%.0f", lince_fact_number(group, "n"));
    lince_cell_percent(d, lince_fact_number(group, "accuracy"));
    lince_document_cell(d, TR("%.1f to %.1f %%"), 100 * lince_fact_number_at(interval, 0),
                        100 * lince_fact_number_at(interval, 1));
    cell_worst(d, json_object_get(group, "per_class"));
    if (mistakes) cell_mistake(d, json_object_get(group, "mistakes"));
    lince_document_row(d);
}

void lince_write_groups(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {
        N_("group"),         N_("samples"),           N_("accuracy"),
        N_("95 % interval"), N_("class found least"), N_("most frequent error")};
    const json_t *of = json_object_get(f->groups, "of");
    size_t shown = lince_groups_shown(of);
    double all = lince_fact_number(f->groups, "n");
    bool mistakes = f->labels == LINCE_ONE;
    if (!shown) return;
    lince_document_subheading(d, TR("By group"));
    lince_document_paragraph(
        d, "%s",
        TR("What belongs together, as the data say (--group-column, --group-pattern), the least accurate "
           "first."));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, mistakes ? 6 : 5);
    for (size_t i = 0; i < shown; i++) write_group(d, json_array_get(of, i), mistakes);
    lince_document_table_end(d);
    if (all > (double)shown)
        lince_document_paragraph(
            d,
            has_errors(of, shown)
                ? TR("Groups that are not shown here: %.0f; test.json has more.")
                : TR("Groups that are not shown, for all of their samples were answered rightly: %.0f."),
            all - (double)shown);
    lince_document_figure(
        d, "groups", TR("Matrix of groups by classes, darker where more of a class was found."),
        TR("Recall of each class in each group, the least accurate group on top: how many of the "
           "group's samples of the class were found. Grey: the group has none."));
}
