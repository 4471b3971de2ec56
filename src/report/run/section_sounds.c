/* What the network sees of recordings, where it looked, and recordings that can be heard. */
#include "core/display.h"
#include "core/json.h"
#include "report/run/sections.h"

#include <stdio.h>

static void write_recordings(lince_document *d, const lince_facts *f)
{
    const json_t *shown = json_object_get(f->explained, "recordings"),
                 *sound = json_object_get(f->data, "sound");
    char caption[640];
    if (!shown) return;
    snprintf(
        caption, sizeof caption,
        TR("A training recording of each class as the network sees it: above its waveform, below its map of %.0f bands, "
           "low ones at the foot, by %.0f frames (%.2f s from left to right; the lighter, the louder)."),
        lince_fact_number(sound, "bands"), lince_fact_number(sound, "frames"),
        lince_fact_number(sound, "seconds"));
    lince_document_figure(d, "recordings", TR("Small pictures of recordings, one a class."), caption);
}

static void write_gradcam(lince_document *d, const lince_facts *f)
{
    const json_t *gradcam = json_object_get(f->explained, "gradcam");
    char caption[640];
    if (!gradcam) return;
    snprintf(
        caption, sizeof caption,
        f->labels == LINCE_SEVERAL
            ? TR("Grad-CAM (Selvaraju et al. 2017) over time and frequency, a label at a time, first right answers, then errors: on "
                 "the left the map and all its labels, on the right one label, its probability and where in time and frequency "
                 "the network found it; the warmer, the more. =: found, -: missed, +: answered, though it is not there. It is read "
                 "from %s (%.0f × %.0f places).")
            : TR("Grad-CAM (Selvaraju et al. 2017) over time and frequency, first of right answers, then of errors: on the left "
                 "the map and its true class, on the right the predicted class, its probability and where in time and frequency "
                 "the network found it; the warmer, the more. It is read from %s (%.0f × %.0f places)."),
        lince_fact_text(gradcam, "layer"), lince_fact_number(gradcam, "width"),
        lince_fact_number(gradcam, "height"));
    lince_document_figure(d, "gradcam",
                          TR("Maps of test recordings, each beside itself with warm and cold places."),
                          caption);
}

static void write_heard(lince_document *d, const lince_facts *f)
{
    const json_t *heard = json_object_get(f->explained, "heard"), *s;
    char name[32], caption[768];
    size_t i;
    if (!json_array_size(heard)) return;
    lince_document_subheading(d, TR("To be heard"));
    lince_document_paragraph(
        d, "%s",
        TR("Test recordings as the network was given them: right answers, then the errors that it was surest of."));
    json_array_foreach(heard, i, s)
    {
        snprintf(name, sizeof name, "heard-%zu", i + 1);
        lince_case_text(d, s, caption, sizeof caption);
        lince_document_sound(d, name, caption);
    }
}

void lince_section_sounds(lince_document *d, const lince_facts *f)
{
    if (!f->explained)
        lince_document_note(
            d, "%s",
            TR("There are no pictures: they are drawn where the data and the weights of the run can be read "
               "('lince report' tries again)."));
    write_recordings(d, f);
    write_gradcam(d, f);
    write_heard(d, f);
}
