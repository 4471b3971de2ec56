#include "report/run/sections.h"

/* Which rows computed the convolutions: of several that can, and differ in last bits. */
static void write_kernels(lince_document *d, const lince_facts *f)
{
    const char *name;
    json_t *count, *kernels = json_object_get(f->model, "kernels");
    lince_buffer list = {0};
    json_object_foreach(kernels, name, count)
        lince_buffer_printf(&list, "%s%s (%d)", list.size ? ", " : "", name, (int)json_integer_value(count));
    if (list.size)
        lince_document_paragraph(
            d,
            TR("Kernels that computed the convolutions, and for how many shapes: %s. Others differ in "
               "last bits; the run keeps its own when it is resumed, and --deterministic makes them "
               "the same in every run."),
            list.data);
    lince_buffer_release(&list);
}

void lince_section_reproduction(lince_document *d, const lince_facts *f)
{
    char time[32];
    double seconds = f->history.count ? f->history.epochs[f->history.count - 1].time : 0;
    lince_document_code(d, *f->command ? f->command : "lince train --config config.yaml");
    lince_document_paragraph(d,
                             TR("lince %s, seed %llu, threads: %.0f, on %s. Training took %s. config.yaml in "
                                "the run's folder holds every setting: the same seed, data and options give "
                                "the same weights on the same machine."),
                             lince_fact_text(f->model, "version"), (unsigned long long)f->settings.seed,
                             lince_fact_number(f->model, "threads"), lince_fact_text(f->model, "machine"),
                             lince_duration(seconds, time));
    write_kernels(d, f);
    lince_document_paragraph(
        d, "%s",
        TR("Beside this page: results.csv (one row an epoch), test.json and predictions.csv (the test), "
           "weights/best.safetensors (to predict with, or to go on from), plots/ (each figure as SVG and "
           "PNG)."));
}
