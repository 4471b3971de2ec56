#include "core/json.h"
#include "picture/augment/row.h"
#include "picture/transform.h"
#include "report/run/sections.h"

#include <stdio.h>
#include <string.h>

static void write_numbers(lince_document *d, const json_t *normalize)
{
    static const char *const rows[][2] = {{"mean", N_("mean")}, {"std", N_("standard deviation")}},
                             *const headings[] = {"", N_("red"), N_("green"), N_("blue")};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 4);
    for (int row = 0; row < 2; row++) {
        lince_document_cell(d, "%s", TR(rows[row][1]));
        for (size_t c = 0; c < 3; c++)
            lince_document_cell(d, "%.4f", lince_fact_number_at(json_object_get(normalize, rows[row][0]), c));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* How a picture becomes the input; runs of lince 0.1 do not say it: theirs were cropped. */
static void write_fit(lince_document *d, const lince_facts *f)
{
    const char *fit = lince_fact_text(f->data, "fit"), *curve = lince_fact_text(f->data, "interpolation");
    double resize = json_number_value(json_object_get(f->data, "resize"));
    curve = strcmp(curve, "bicubic") != 0 ? TR("bilinear") : TR("bicubic");
    if (!strcmp(fit, "squash"))
        lince_document_paragraph(
            d, TR("Pictures of other proportions are squashed to this size (%s, antialiased)."), curve);
    else if (!strcmp(fit, "pad"))
        lince_document_paragraph(
            d,
            TR("Pictures of other sizes are resized until they fit in (%s, antialiased), and "
               "stand in the middle of black."),
            curve);
    else if (resize > 0)
        lince_document_paragraph(d,
                                 TR("Pictures are resized until their shorter side has %.0f pixels (%s, "
                                    "antialiased); then the middle is cut out."),
                                 resize, curve);
    else
        lince_document_paragraph(
            d,
            TR("Pictures of other sizes are resized until they cover this one (%s, "
               "antialiased); what is beyond it, left and right or above and below, is cut "
               "off."),
            curve);
}

/* Only of a range that was chosen: where there is no deep grey there is nothing to say. */
static void write_range(lince_document *d, const lince_facts *f)
{
    lince_range range = {0};
    if (lince_range_parse(lince_fact_text(f->data, "range"), &range) || !range.given) return;
    lince_document_paragraph(d,
                             TR("Grey of more than 8 bits, or of floats, is seen in 256 equal steps from %g "
                                "(black) to %g (white); "
                                "what lies beyond is black or white (--range)."),
                             range.low, range.high);
}

static void write_normalisation(lince_document *d, const lince_facts *f)
{
    const json_t *normalize = json_object_get(f->data, "normalize"),
                 *size = json_object_get(f->data, "image_size");
    const char *name = lince_fact_text(normalize, "name");
    lince_document_paragraph(d,
                             TR("Pictures enter the network as %.0f × %.0f pixels of red, green and blue."),
                             lince_fact_number_at(size, 0), lince_fact_number_at(size, 1));
    write_fit(d, f);
    write_range(d, f);
    if (!strcmp(name, "none")) {
        lince_document_paragraph(d, "%s", TR("Pixels are scaled to 0..1 and nothing else is done to them."));
        return;
    }
    lince_document_paragraph(
        d, "%s",
        TR("Pixels are scaled to 0..1; then each channel's mean is subtracted and the result divided by its "
           "standard deviation."));
    lince_document_paragraph(
        d, "%s",
        !strcmp(name, "auto") || !strcmp(name, "measured")
            ? TR("These numbers were measured on the training part alone, so that "
                 "nothing of the other parts leaks into training:")
        : !strcmp(name, "imagenet") ? TR("These numbers are ImageNet's, which pretrained "
                                         "weights expect:")
        : !strcmp(name, "weights")
            ? TR("These are the numbers that the weights with which the run began expect:")
        : !strcmp(name, "cifar10") ? TR("These numbers are those of CIFAR-10's training part:")
                                   : TR("These numbers were given with --normalize:"));
    write_numbers(d, normalize);
}

static void write_augmentation(lince_document *d, const char *text)
{
    lince_augment a = {0};
    if (!*text || !strcmp(text, "none") || lince_augment_parse(&a, text) < 0) {
        lince_document_paragraph(d, "%s",
                                 TR("The training pictures were not augmented: the network sees each one "
                                    "unchanged in every epoch."));
        return;
    }
    lince_document_paragraph(d,
                             TR("Training pictures are changed at random each time they are seen (--augment "
                                "%s); validation and test pictures never are:"),
                             text);
    for (int what = 0; what < LINCE_AUGMENTATIONS; what++) {
        double v[LINCE_AUGMENT_VALUES];
        const lince_augmentation_row *t = lince_augmentation_at((lince_augmentation)what);
        for (int i = 0; i < LINCE_AUGMENT_VALUES; i++) v[i] = (double)a.of[what][i] * t->scale[i];
        bool other = t->instead && a.of[what][t->at] == t->other;
        if (lince_augments_by(&a, (lince_augmentation)what))
            lince_document_item(d, TR(other ? t->instead : t->about), v[0], v[1], v[2], v[3]);
    }
}

/* What --mixup and --cutmix do to a batch. */
static void write_mixing(lince_document *d, const lince_settings *s)
{
    if (s->mixup > 0)
        lince_document_paragraph(
            d,
            TR("The pictures of a batch were averaged in pairs (mixup, Zhang et al. 2018): by "
               "shares drawn for each batch from Beta(%g, %g), which are those of both labels in "
               "the target."),
            s->mixup, s->mixup);
    if (s->cutmix > 0)
        lince_document_paragraph(
            d,
            TR("Into each picture of a batch a part of another was pasted (CutMix, Yun et al. "
               "2019): by shares drawn for each batch from Beta(%g, %g), which are those of both "
               "labels in the target."),
            s->cutmix, s->cutmix);
    if (s->mixup > 0 && s->cutmix > 0)
        lince_document_paragraph(d, "%s", TR("Which of the two was drawn for each batch."));
    if (s->mixup > 0 || s->cutmix > 0)
        lince_document_paragraph(
            d, "%s",
            TR("Training accuracy counts the label with the larger share; it is lower than that "
               "of pictures as they are."));
}

static void write_samples(lince_document *d, const lince_facts *f)
{
    char names[512] = "", alt[1024];
    const json_t *samples = json_object_get(f->explained, "samples"),
                 *classes = json_object_get(f->data, "classes");
    for (size_t c = 0; c < json_array_size(classes) && c < 10; c++)
        lince_add_name(names, sizeof names, lince_fact_text_at(classes, c));
    snprintf(alt, sizeof alt, TR("Small training pictures, one column a class: %s."), names);
    lince_document_figure(
        d, "samples", alt,
        json_is_true(json_object_get(samples, "mixed"))
            ? TR("Training pictures. First row: as they are stored; second and third row: "
                 "the same ones as the network sees them in the first two epochs, mixed with "
                 "their neighbours to the left as a batch of these would be, after "
                 "augmentation and normalisation (undone here for the eye).")
        : json_is_true(json_object_get(samples, "augmented"))
            ? TR("Training pictures. First row: as they are stored; second and third row: "
                 "the same ones as the "
                 "network saw them in the first two epochs, after augmentation and "
                 "normalisation (undone here "
                 "for the eye).")
            : TR("Training pictures as the network sees them, after normalisation (undone "
                 "here for the eye)."));
}

void lince_section_transforms(lince_document *d, const lince_facts *f)
{
    write_normalisation(d, f);
    write_augmentation(d, lince_fact_text(f->data, "augment"));
    write_mixing(d, &f->settings);
    write_samples(d, f);
}
