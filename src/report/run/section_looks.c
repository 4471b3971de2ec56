#include "core/display.h"
#include "core/json.h"
#include "report/run/sections.h"

#include <stdio.h>

static void write_filters(lince_document *d, const lince_facts *f)
{
    const json_t *filters = json_object_get(f->explained, "filters"),
                 *size = json_object_get(filters, "size");
    char alt[256], caption[512];
    if (!filters) return;
    snprintf(alt, sizeof alt, TR("A grid of %.0f small coloured squares, one a filter."),
             lince_fact_number(filters, "count"));
    snprintf(
        caption, sizeof caption,
        TR("The filters of the first layer (%s, %.0f × %.0f): grey is 0, a colour what the filter asks for. "
           "Edges and colours are what a trained layer looks for; noise means that it has hardly moved from "
           "its random beginning."),
        lince_fact_text(filters, "layer"), lince_fact_number_at(size, 0), lince_fact_number_at(size, 1));
    lince_document_figure(d, "filters", alt, caption);
}

/* "cat as dog (93 %), ..." */
static void list_outcomes(lince_document *d, const json_t *samples, char *out, size_t size)
{
    const json_t *s;
    char one[256];
    size_t i;
    *out = '\0';
    json_array_foreach(samples, i, s)
    {
        lince_case_text(d, s, one, sizeof one);
        lince_add_name(out, size, one);
    }
}

static void write_gradcam(lince_document *d, const lince_facts *f)
{
    const json_t *gradcam = json_object_get(f->explained, "gradcam");
    char list[2048], alt[2304], caption[768];
    if (!gradcam) return;
    list_outcomes(d, json_object_get(gradcam, "samples"), list, sizeof list);
    snprintf(alt, sizeof alt, TR("Test pictures, each beside its map of warm and cold places: %s."), list);
    snprintf(
        caption, sizeof caption,
        f->labels == LINCE_SEVERAL
            ? TR("Grad-CAM (Selvaraju et al. 2017) of test pictures, a label at a time, first right answers, then errors: "
                 "on the left the picture and all its labels, on the right one label, its probability and the places "
                 "that spoke for it; the warmer, the more. =: found, -: missed, +: answered, though it is not there. It is "
                 "read from %s, whose map has %.0f × %.0f places.")
            : TR("Grad-CAM (Selvaraju et al. 2017) of test pictures, first right ones, then errors: on the "
                 "left the picture and its true class, on the right the predicted class, its probability and "
                 "the places that spoke for it; the warmer, the more. It is read from %s, whose map has %.0f "
                 "× %.0f places; where none of them is warm, this map alone does not explain the answer."),
        lince_fact_text(gradcam, "layer"), lince_fact_number(gradcam, "width"),
        lince_fact_number(gradcam, "height"));
    lince_document_figure(d, "gradcam", alt, caption);
}

static void write_errors(lince_document *d, const lince_facts *f)
{
    const json_t *errors = json_object_get(f->explained, "errors");
    char list[2048], alt[2304];
    if (!json_array_size(errors)) return;
    list_outcomes(d, errors, list, sizeof list);
    snprintf(alt, sizeof alt, TR("Test pictures that were mistaken: %s."), list);
    lince_document_figure(
        d, "errors", alt,
        f->labels == LINCE_SEVERAL
            ? TR("The worst errors, at most three of each label in one way. Below each picture all its labels, then the one that "
                 "is wrong and its probability; -: missed, +: answered, though it is not there.")
            : TR("The worst errors: wrong, and sure of it; at most three of each pair of classes. Below each "
                 "picture its true class, then the prediction and its probability."));
}

void lince_section_looks(lince_document *d, const lince_facts *f)
{
    if (!f->explained)
        lince_document_note(
            d, "%s",
            TR("There are no pictures: they are drawn where the data and the weights of the run "
               "can be read ('lince report' tries again)."));
    write_filters(d, f);
    write_gradcam(d, f);
    write_errors(d, f);
}
