#include "core/display.h"
#include "core/json.h"
#include "report/run/sections.h"

void lince_write_groups(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("group"), N_("samples"), N_("accuracy"),
                                           N_("most frequent error")};
    const json_t *groups = json_object_get(f->explained, "groups"), *g;
    size_t i;
    if (!json_array_size(groups)) return;
    lince_document_subheading(d, TR("By group"));
    lince_document_paragraph(
        d, "%s",
        TR("What belongs together, as the data say (--group-column, --group-pattern), the least accurate "
           "first."));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, sizeof headings / sizeof *headings);
    json_array_foreach(groups, i, g)
    {
        const json_t *m = json_object_get(g, "mistake");
        lince_cell_text(d, lince_fact_text(g, "name"));
        lince_document_cell(d, "%.0f", lince_fact_number(g, "n"));
        lince_cell_percent(d, lince_fact_number(g, "right") / lince_fact_number(g, "n"));
        if (m)
            lince_document_cell(d, TR("%.*s as %.*s: %.0f"), LINCE_CUT(lince_fact_text(m, "true"), 80),
                                LINCE_CUT(lince_fact_text(m, "predicted"), 80), lince_fact_number(m, "n"));
        else
            lince_document_cell(d, "–");
        lince_document_row(d);
    }
    lince_document_table_end(d);
}
