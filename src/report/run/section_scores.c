/* What was done with scores before they became probabilities: averaged over views, divided by a temperature. */
#include "report/run/sections.h"

#include <stdio.h>
#include <string.h>

void lince_write_views(lince_document *d, const lince_facts *f)
{
    if (!strcmp(f->views, "flip"))
        lince_document_paragraph(
            d, "%s",
            TR("Each answer is the mean of two: to the picture and to its mirror image (--tta flip). The "
               "scores are averaged before they become probabilities."));
    if (!strcmp(f->views, "crops"))
        lince_document_paragraph(
            d,
            TR("Each answer is the mean of %d: to crops or shifted copies of the "
               "picture, and to their mirror "
               "images (--tta crops). The scores are averaged before they become probabilities."),
            f->view_count);
}

/* --- temperature ---------------------------------------------------------------------------------- */

static void write_reliability(lince_document *d, const char *what, const json_t *measures)
{
    lince_document_cell(d, "%s", what);
    lince_document_cell(d, "%.4f", lince_fact_number(measures, "loss"));
    lince_document_cell(d, "%.4f", lince_fact_number(measures, "brier"));
    lince_cell_percent(d, lince_fact_number(measures, "ece"));
    lince_document_row(d);
}

static void write_figure(lince_document *d, const lince_facts *f, const char *name, const json_t *measures,
                         const char *caption)
{
    char alt[512];
    snprintf(
        alt, sizeof alt,
        f->labels == LINCE_SEVERAL
            ? TR("Bars of how often a class is there that is given a probability, beside the diagonal; the expected "
                 "calibration error is %.1f per cent.")
            : TR("Bars of the accuracy for predictions of each confidence, beside the diagonal; the expected "
                 "calibration error is %.1f per cent."),
        100 * lince_fact_number(measures, "ece"));
    lince_document_figure(d, name, alt, caption);
}

static void write_figures(lince_document *d, const lince_facts *f)
{
    if (f->labels == LINCE_SEVERAL)
        write_figure(
            d, f, "calibration", json_object_get(f->temperature, "after"),
            TR("Calibration: how often a class is there that is given a probability. On the dashed line, the "
               "probability can be taken at its word; bars below it mean that it is too high. The line of dots says how "
               "many of all the probabilities are so high."));
    write_figure(d, f, "calibration_before", json_object_get(f->temperature, "before"),
                 TR("Calibration of the same test without the temperature."));
}

static const char *meaning(const lince_document *d, const lince_facts *f)
{
    if (f->labels == LINCE_SEVERAL)
        return TR(
            "All scores are divided by %.4f before each class's sigmoid (temperature scaling, Guo et al. 2017), the "
            "number that makes the binary cross-entropy of all classes on the validation part least. It changes no "
            "answer at a threshold of one half, only how sure the network calls itself: above 1 less, below 1 more; "
            "thresholds that were chosen by class were chosen with it. On the validation part, which it was fitted "
            "on, it must look good; what it is worth the test says.");
    return TR(
        "All scores are divided by %.4f before the softmax (temperature scaling, Guo et al. 2017), the "
        "number that makes the cross-entropy on the validation part least. It changes no prediction, only "
        "how sure the network calls itself: above 1 less, below 1 more. On the validation part, which it "
        "was fitted on, it must look good; what it is worth the test says.");
}

/* A run that was tested without it, by a calibration that was interrupted, has no row for the test. */
void lince_write_temperature(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {"", N_("cross-entropy"), N_("Brier score"),
                                           N_("calibration error")};
    const json_t *validation = f->calibration, *test = f->temperature;
    if (!validation) return;
    lince_document_subheading(d, TR("Temperature"));
    lince_document_paragraph(d, meaning(d, f), lince_fact_number(validation, "value"));
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 4);
    write_reliability(d, TR("validation, before"), json_object_get(validation, "before"));
    write_reliability(d, TR("validation, after"), json_object_get(validation, "after"));
    if (test) {
        write_reliability(d, TR("test, before"), json_object_get(test, "before"));
        write_reliability(d, TR("test, after"), json_object_get(test, "after"));
    }
    lince_document_table_end(d);
    if (test) write_figures(d, f);
}
