/* Weights in 8 bits: what they are worth beside those of floats (quantize.json). */
#include "core/i18n.h"
#include "report/run/sections.h"

static void write_part(lince_document *d, const char *title, const json_t *part)
{
    if (!part) return;
    const char *const numbers[] = {"before", "after"}, *const points[] = {"difference", "low", "high"};
    lince_document_cell(d, "%s", title);
    lince_document_cell(d, "%.0f", lince_fact_number(part, "n"));
    for (int i = 0; i < 2; i++) lince_cell_percent(d, lince_fact_number(part, numbers[i]));
    for (int i = 0; i < 3; i++) lince_document_cell(d, "%+.2f", 100 * lince_fact_number(part, points[i]));
    lince_document_row(d);
}

static void write_speed(lince_document *d, const json_t *speeds)
{
    static const char *const headings[] = {N_("samples at a time"), N_("floats, ms"), N_("8 bits, ms"),
                                           N_("times as fast")};
    const json_t *one;
    size_t i;
    lince_document_table_begin(d, 0);
    lince_document_headings(d, headings, 4);
    json_array_foreach(speeds, i, one)
    {
        double before = lince_fact_number(one, "float_ms"), after = lince_fact_number(one, "int8_ms");
        lince_document_cell(d, "%.0f", lince_fact_number(one, "batch"));
        lince_document_cell(d, "%.3f", before);
        lince_document_cell(d, "%.3f", after);
        lince_document_cell(d, "%.2f", before / after);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

void lince_write_quantized(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {"",
                                           N_("samples"),
                                           N_("in floats"),
                                           N_("in 8 bits"),
                                           N_("difference, points"),
                                           N_("95 % from"),
                                           N_("95 % to")};
    const json_t *q = f->quantized;
    if (!q) return;
    const char *floats = lince_fact_text(q, "floats");
    lince_document_subheading(d, TR("In 8 bits"));
    lince_document_paragraph(
        d,
        TR("The best weights once more, as bytes with a scale for each output: %.1f MB instead of %.1f MB. Which values an "
           "activation's bytes stand for was measured on the training part (samples: %.0f; %s, chosen on the validation "
           "part). Layers in floats:%s. Accuracies are of the same samples, so that their difference is paired; "
           "times are of one thread."),
        lince_fact_number(q, "bytes_after") / 1e6, lince_fact_number(q, "bytes_before") / 1e6,
        lince_fact_number(q, "samples"), lince_fact_text(q, "ranges"), *floats ? floats : TR(" none"));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 7);
    write_part(d, TR("validation"), json_object_get(q, "validation"));
    write_part(d, TR("test"), json_object_get(q, "test"));
    lince_document_table_end(d);
    const json_t *speeds = json_object_get(q, "speed");
    if (json_array_size(speeds)) write_speed(d, speeds);
}
