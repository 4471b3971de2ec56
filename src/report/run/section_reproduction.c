#include "report/run/sections.h"

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
    lince_document_paragraph(
        d, "%s",
        TR("Beside this page: results.csv (one row an epoch), test.json and predictions.csv (the test), "
           "weights/best.safetensors (to predict with, or to go on from), plots/ (each figure as SVG and "
           "PNG)."));
}
