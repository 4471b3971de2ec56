#include "core/class_order.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "report/run/sections.h"

#include <string.h>

static const char *class_at(const void *classes, size_t index)
{
    return lince_fact_text_at(classes, index);
}

static void write_class_counts(lince_document *d, const lince_facts *f)
{
    static const char *const keys[] = {"train", "val", "test"}, *const headings[] = {N_("class"),
                                                                                     NC_("part", "training"),
                                                                                     N_("validation"),
                                                                                     N_("test")};
    const json_t *classes = json_object_get(f->data, "classes"), *parts = json_object_get(f->data, "parts");
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 4);
    int *order = lince_class_order(class_at, classes, json_array_size(classes));
    if (!order) d->out.error = LINCE_ENOMEM;
    for (size_t i = 0; order && i < json_array_size(classes); i++) {
        size_t c = (size_t)order[i];
        lince_document_cell(d, "%s", lince_fact_text_at(classes, c));
        for (int p = 0; p < 3; p++)
            lince_document_cell(
                d, "%.0f",
                lince_fact_number_at(json_object_get(json_object_get(parts, keys[p]), "per_class"), c));
        lince_document_row(d);
    }
    lince_free(order);
    lince_document_cell(d, "%s", TR("all"));
    for (int p = 0; p < 3; p++)
        lince_document_cell(d, "%.0f", lince_fact_number(json_object_get(parts, keys[p]), "n"));
    lince_document_row_marked(d);
    lince_document_table_end(d);
}

static void write_fold(lince_document *d, const json_t *fold)
{
    double alone = lince_fact_number(fold, "left_alone");
    if (!fold) return;
    lince_document_paragraph(d,
                             TR("This run is one of a cross-validation: it was tested on fold %.0f of %.0f, "
                                "and trained on the others."),
                             lince_fact_number(fold, "fold"), lince_fact_number(fold, "folds"));
    if (alone > 0)
        lince_document_paragraph(d, TR("Samples of the data's own test part, which are in no fold: %.0f."),
                                 alone);
}

static void write_split(lince_document *d, const json_t *split)
{
    const char *from = lince_fact_text(split, "val_from");
    if (!strcmp(from, "test"))
        lince_document_warning(
            d, "%s",
            TR("The test part was used for validation: the best epoch was chosen by looking at it, so the "
               "test figures are no longer independent and are likely too good."));
    else if (!strcmp(from, "train"))
        lince_document_paragraph(
            d,
            json_is_true(json_object_get(split, "by_group"))
                ? TR("For validation, whole groups were held out until they were %.0f %% of the training part or more "
                     "(seed %.0f). The test part was looked at only once, after training.")
                : TR("For validation, %.0f %% of the training part was held out, the same share of every class "
                     "(seed %.0f). The test part was looked at only once, after training."),
            100 * lince_fact_number(split, "val_split"), lince_fact_number(split, "seed"));
    else if (!strcmp(from, "folder"))
        lince_document_paragraph(d, "%s",
                                 TR("The data set has a validation part of its own. The test part was looked "
                                    "at only once, after training."));
    else
        lince_document_note(
            d, "%s",
            TR("There was no validation part: the weights of the epoch with the best training "
               "accuracy were kept, and nothing tells when training should have stopped."));
}

/* Remarks were worded in the language of the training. */
static void write_remarks(lince_document *d, const lince_facts *f)
{
    const json_t *notes = json_object_get(f->data, "notes"), *bad = json_object_get(f->data, "bad"),
                 *incomplete = json_object_get(f->data, "incomplete");
    const char *language = lince_fact_text(f->data, "language");
    bool readable = !*language || !strcmp(language, d->language);
    size_t i;
    if (readable)
        for (i = 0; i < json_array_size(notes); i++)
            lince_document_note(d, "%s", lince_fact_text_at(notes, i));
    else if (json_array_size(notes))
        lince_document_note(d, TR("Remarks on the data: %zu; they are in data.json."),
                            json_array_size(notes));
    if (json_array_size(bad) && readable)
        lince_document_note(d, TR("Samples that could not be read and were left out: %zu; the first: %s."),
                            json_array_size(bad), lince_fact_text(json_array_get(bad, 0), "message"));
    else if (json_array_size(bad))
        lince_document_note(
            d, TR("Samples that could not be read and were left out: %zu; data.json names them."),
            json_array_size(bad));
    if (json_array_size(incomplete))
        lince_document_note(
            d,
            TR("JPEGs whose data end before the picture is complete: %zu; the first: %s. What "
               "there is of them was used; the rest is grey."),
            json_array_size(incomplete), lince_fact_text(json_array_get(incomplete, 0), "path"));
}

static void write_intro(lince_document *d, const lince_facts *f)
{
    const json_t *parts = json_object_get(f->data, "parts"), *part;
    const char *key;
    double all = 0;
    json_object_foreach((json_t *)parts, key, part) all += lince_fact_number(part, "n");
    lince_document_paragraph(d, TR("%s (%s) has %zu classes; %.0f samples were used."),
                             lince_fact_text(f->data, "path"), TR(lince_fact_text(f->data, "kind")),
                             json_array_size(json_object_get(f->data, "classes")), all);
    if (f->settings.train_limit)
        lince_document_paragraph(d, TR("Training samples taken of each class: %d at most (--train-limit)."),
                                 f->settings.train_limit);
    if (!strcmp(f->settings.sampler, "balanced"))
        lince_document_paragraph(
            d, "%s",
            TR("An epoch draws as many samples as the training part has, of each class as many as of the "
               "others, with replacement (--sampler balanced): those of rare classes come several times."));
}

void lince_section_data(lince_document *d, const lince_facts *f)
{
    write_intro(d, f);
    write_fold(d, json_object_get(json_object_get(f->data, "split"), "fold"));
    write_split(d, json_object_get(f->data, "split"));
    write_class_counts(d, f);
    write_remarks(d, f);
    lince_document_paragraph(d, TR("Fingerprint of the data (SHA-256): %s"),
                             lince_fact_text(f->data, "fingerprint"));
}
