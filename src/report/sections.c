#include "report/sections.h"
#include "core/i18n.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef lince_document document;
typedef lince_facts facts;

/* Texts and numbers of JSON, where they are; "" and 0 where not. */
static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static double number_at(const json_t *array, size_t index)
{
    return json_number_value(json_array_get(array, index));
}

/* 134301514 as 134.30 M. */
static void cell_count(document *d, double n)
{
    if (n == 0)
        lince_document_cell(d, "–");
    else if (n >= 1e9)
        lince_document_cell(d, "%.2f G", n / 1e9);
    else if (n >= 1e6)
        lince_document_cell(d, "%.2f M", n / 1e6);
    else if (n >= 1e4)
        lince_document_cell(d, "%.1f k", n / 1e3);
    else
        lince_document_cell(d, "%.0f", n);
}

/* --- 1. the data ---------------------------------------------------------------------------------- */

static void write_class_counts(document *d, const facts *f)
{
    static const char *const keys[] = {"train", "val", "test"};
    const json_t *classes = json_object_get(f->data, "classes"), *parts = json_object_get(f->data, "parts");
    const char *headings[] = {TR("class"), TR("training"), TR("validation"), TR("test")};
    lince_document_table_begin(d, 1);
    for (int i = 0; i < 4; i++) lince_document_cell(d, "%s", headings[i]);
    lince_document_row(d);
    for (size_t c = 0; c < json_array_size(classes); c++) {
        lince_document_cell(d, "%s", json_string_value(json_array_get(classes, c)));
        for (int p = 0; p < 3; p++)
            lince_document_cell(d, "%.0f",
                                number_at(json_object_get(json_object_get(parts, keys[p]), "per_class"), c));
        lince_document_row(d);
    }
    lince_document_cell(d, "%s", TR("all"));
    for (int p = 0; p < 3; p++)
        lince_document_cell(d, "%.0f", number_of(json_object_get(parts, keys[p]), "n"));
    lince_document_row_marked(d);
    lince_document_table_end(d);
}

static void write_split(document *d, const json_t *split)
{
    const char *from = text_of(split, "val_from");
    if (!strcmp(from, "test"))
        lince_document_warning(
            d, "%s",
            TR("The test part was used for validation: the best epoch was chosen by looking at it, so the "
               "test figures below are no longer independent and are likely too good."));
    else if (!strcmp(from, "train"))
        lince_document_paragraph(
            d,
            TR("For validation, %.0f %% of the training part were held out, the same share of every class "
               "(seed %.0f). The test part was looked at only once, after training."),
            100 * number_of(split, "val_split"), number_of(split, "seed"));
    else if (!strcmp(from, "folder"))
        lince_document_paragraph(d, "%s",
                                 TR("The data set has a validation part of its own. The test part was looked "
                                    "at only once, after training."));
    else
        lince_document_note(d, "%s",
                            TR("There was no validation part: the last epoch's weights were kept, and "
                               "nothing tells when training should have stopped."));
}

static void write_data(document *d, const facts *f)
{
    const json_t *size = json_object_get(f->data, "image_size"), *bad = json_object_get(f->data, "bad"),
                 *notes = json_object_get(f->data, "notes"), *entry;
    size_t i;
    lince_document_paragraph(
        d, TR("%s (%s), with %zu classes; pictures enter the network at %.0f x %.0f pixels."),
        text_of(f->data, "path"), text_of(f->data, "kind"),
        json_array_size(json_object_get(f->data, "classes")), number_at(size, 0), number_at(size, 1));
    write_split(d, json_object_get(f->data, "split"));
    write_class_counts(d, f);
    json_array_foreach(notes, i, entry) lince_document_note(d, "%s", json_string_value(entry));
    if (json_array_size(bad))
        lince_document_note(d, TR("%zu pictures could not be read and were left out; the first: %s"),
                            json_array_size(bad), text_of(json_array_get(bad, 0), "message"));
    lince_document_paragraph(d, TR("Fingerprint of the data (SHA-256): %s"), text_of(f->data, "fingerprint"));
}

/* --- 2. normalisation and augmentation ------------------------------------------------------------ */

static void write_transforms(document *d, const facts *f)
{
    const json_t *normalize = json_object_get(f->data, "normalize"),
                 *mean = json_object_get(normalize, "mean"), *std = json_object_get(normalize, "std");
    lince_document_paragraph(d,
                             TR("Pixels are scaled to 0..1; then each channel's mean is subtracted and the "
                                "result divided by its standard deviation (normalisation '%s'):"),
                             text_of(normalize, "name"));
    const char *headings[] = {"", TR("red"), TR("green"), TR("blue")};
    lince_document_table_begin(d, 1);
    for (int i = 0; i < 4; i++) lince_document_cell(d, "%s", headings[i]);
    lince_document_row(d);
    for (int row = 0; row < 2; row++) {
        lince_document_cell(d, "%s", row ? TR("standard deviation") : TR("mean"));
        for (size_t c = 0; c < 3; c++) lince_document_cell(d, "%.4f", number_at(row ? std : mean, c));
        lince_document_row(d);
    }
    lince_document_table_end(d);
    const char *augment = text_of(f->data, "augment");
    if (!strcmp(augment, "none") || !*augment)
        lince_document_paragraph(d, "%s",
                                 TR("The training pictures were not augmented: the network sees each one "
                                    "unchanged in every epoch."));
    else
        lince_document_paragraph(d,
                                 TR("Training pictures are changed at random each time they are seen (%s); "
                                    "validation and test pictures never are."),
                                 augment);
    lince_document_figure(d, "samples", TR("Training samples as the network sees them."));
}

/* --- 3. architecture ------------------------------------------------------------------------------ */

static void write_layers(document *d, const json_t *layers)
{
    const char *headings[] = {TR("layer"),  TR("type"),       TR("details"),
                              TR("output"), TR("parameters"), TR("multiply-adds")};
    const json_t *layer;
    size_t i;
    lince_document_table_begin(d, 3);
    for (int k = 0; k < 6; k++) lince_document_cell(d, "%s", headings[k]);
    lince_document_row(d);
    json_array_foreach(layers, i, layer)
    {
        const json_t *out = json_object_get(layer, "output");
        bool vector = number_at(out, 1) == 1 && number_at(out, 2) == 1;
        lince_document_cell(d, "%s", text_of(layer, "name"));
        lince_document_cell(d, "%s%s", text_of(layer, "type"),
                            json_is_true(json_object_get(layer, "frozen")) ? TR(" (frozen)") : "");
        lince_document_cell(d, "%s", text_of(layer, "detail"));
        if (vector)
            lince_document_cell(d, "%.0f", number_at(out, 0));
        else
            lince_document_cell(d, "%.0f×%.0f×%.0f", number_at(out, 0), number_at(out, 1), number_at(out, 2));
        cell_count(d, number_of(layer, "parameters"));
        cell_count(d, number_of(layer, "macs"));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_architecture(document *d, const facts *f)
{
    const json_t *change;
    const char *weights = text_of(f->model, "weights");
    size_t i;
    lince_document_paragraph(d,
                             TR("%s: %.2f million parameters, of which %.2f million are trained; %.1f "
                                "million multiply-adds for one picture."),
                             text_of(f->model, "name"), number_of(f->model, "parameters") / 1e6,
                             number_of(f->model, "trainable") / 1e6, number_of(f->model, "macs") / 1e6);
    if (*weights)
        lince_document_paragraph(d, TR("Training started from the weights in %s."), weights);
    else
        lince_document_paragraph(d, TR("Training started from random weights (seed %llu)."),
                                 (unsigned long long)f->settings.seed);
    lince_document_paragraph(d, "%s",
                             json_array_size(json_object_get(f->model, "changes"))
                                 ? TR("What differs from the published architecture:")
                                 : TR("Nothing was changed in the published architecture."));
    json_array_foreach(json_object_get(f->model, "changes"), i, change)
        lince_document_note(d, "%s", json_string_value(change));
    write_layers(d, json_object_get(f->model, "layers"));
}

/* --- 4. hyperparameters --------------------------------------------------------------------------- */

static void write_settings(document *d, const facts *f)
{
    const lince_setting_info *info;
    const char *headings[] = {TR("option"), TR("value"), TR("default"), TR("meaning")};
    char value[LINCE_PATH_MAX];
    lince_document_paragraph(d, "%s", TR("Marked rows differ from lince's defaults."));
    lince_document_table_begin(d, 4);
    for (int k = 0; k < 4; k++) lince_document_cell(d, "%s", headings[k]);
    lince_document_row(d);
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        if (lince_settings_get(&f->settings, info->name, value, sizeof value) < 0) continue;
        lince_document_cell(d, "--%s", info->name);
        lince_document_cell(d, "%s", *value ? value : "–");
        lince_document_cell(d, "%s", *info->standard ? info->standard : "–");
        lince_document_cell(d, "%s", TR(info->help));
        if (strcmp(value, info->standard) != 0)
            lince_document_row_marked(d);
        else
            lince_document_row(d);
    }
    lince_document_table_end(d);
}

/* --- 5. progress ---------------------------------------------------------------------------------- */

static void cell_percent(document *d, double fraction)
{
    if (isnan(fraction))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, "%.2f %%", 100 * fraction);
}

static void cell_loss(document *d, double loss)
{
    if (isnan(loss))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, "%.4f", loss);
}

static void write_progress(document *d, const facts *f)
{
    const char *headings[] = {TR("epoch"),           TR("training loss"),       TR("training accuracy"),
                              TR("validation loss"), TR("validation accuracy"), TR("learning rate"),
                              TR("time, s")};
    if (!f->history.count) {
        lince_document_note(d, "%s", TR("No epoch was finished."));
        return;
    }
    lince_document_table_begin(d, 1);
    for (int k = 0; k < 7; k++) lince_document_cell(d, "%s", headings[k]);
    lince_document_row(d);
    for (size_t i = 0; i < f->history.count; i++) {
        const lince_epoch *e = &f->history.epochs[i];
        lince_document_cell(d, "%d", e->epoch);
        cell_loss(d, e->train_loss), cell_percent(d, e->train_accuracy), cell_loss(d, e->val_loss),
            cell_percent(d, e->val_accuracy);
        lince_document_cell(d, "%.3g", e->lr);
        lince_document_cell(d, "%.0f", e->time);
        if ((int)i == f->best && f->validated)
            lince_document_row_marked(d);
        else
            lince_document_row(d);
    }
    lince_document_table_end(d);
    lince_document_figure(d, "loss",
                          TR("Loss by epoch; the dashed line is the epoch whose weights were kept."));
    lince_document_figure(d, "accuracy", TR("Accuracy by epoch, in per cent."));
    lince_document_figure(d, "lr", TR("Learning rate at the end of each epoch."));
}

/* --- 6. test results ------------------------------------------------------------------------------ */

static void write_test(document *d, const facts *f)
{
    const lince_metrics *m = &f->test;
    if (!f->tested) {
        lince_document_note(
            d, "%s",
            TR("There is no test result: the data set has no test part, or the run was stopped before it."));
        return;
    }
    lince_document_paragraph(d,
                             TR("On the %zu samples of the test part: accuracy %.2f %%, loss %.4f, top-5 "
                                "accuracy %.2f %%, expected calibration error %.2f %%."),
                             m->n, 100 * m->accuracy, m->loss, 100 * m->top5, 100 * m->ece);
    lince_buffer text = {0};
    lince_metrics_report(m, &text);
    if (!text.error) lince_document_code(d, text.data);
    lince_buffer_release(&text);
    lince_document_figure(d, "confusion",
                          TR("Confusion matrix: rows are the true class, columns the predicted one."));
    lince_document_figure(d, "confusion_normalised",
                          TR("The same as shares of each row: the diagonal is the recall."));
    lince_document_figure(d, "per_class", TR("Precision, recall and F1 of each class."));
    lince_document_figure(d, "calibration",
                          TR("Calibration: how often predictions of a given confidence are right. On the "
                             "dashed line, confidence can be taken at its word."));
}

/* --- 7. what the network looks at ----------------------------------------------------------------- */

static void write_looks(document *d, const facts *f)
{
    (void)f;
    bool any = lince_document_figure(d, "filters", TR("The filters of the first layer."));
    any |= lince_document_figure(d, "gradcam",
                                 TR("Grad-CAM: the warmer, the more a place spoke for the predicted class."));
    any |= lince_document_figure(d, "errors", TR("The worst errors: wrong, and sure of it."));
    if (!any) lince_document_paragraph(d, "%s", TR("No pictures were kept for this section."));
}

/* --- 9. once more --------------------------------------------------------------------------------- */

static void write_reproduction(document *d, const facts *f)
{
    double seconds = f->history.count ? f->history.epochs[f->history.count - 1].time : 0;
    lince_document_code(d, *f->command ? f->command : "lince train --config config.yaml");
    lince_document_paragraph(d,
                             TR("lince %s, seed %llu, %.0f threads, on %s. Training took %d min %02d s. "
                                "config.yaml in the run's folder holds every setting: the same seed, data "
                                "and options give the same weights on the same machine."),
                             text_of(f->model, "version"), (unsigned long long)f->settings.seed,
                             number_of(f->model, "threads"), text_of(f->model, "machine"),
                             (int)(seconds / 60), (int)fmod(seconds, 60));
}

const lince_section lince_sections[] = {
    {N_("Data and split"), write_data},
    {N_("Normalisation and augmentation"), write_transforms},
    {N_("Architecture"), write_architecture},
    {N_("Hyperparameters"), write_settings},
    {N_("Progress"), write_progress},
    {N_("Test results"), write_test},
    {N_("What the network looks at"), write_looks},
    {N_("Discussion"), lince_section_discussion},
    {N_("To do it again"), write_reproduction},
};
const size_t lince_section_count = sizeof lince_sections / sizeof *lince_sections;
