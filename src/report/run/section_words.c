/* What a prediction of a text hangs on, and the texts that were mistaken. */
#include "core/json.h"
#include "core/memory.h"
#include "report/run/sections.h"

#include <math.h>

/* Shades are relative to the word that matters most in its text. */
static void write_prediction(lince_document *d, const json_t *sample)
{
    const json_t *words = json_object_get(sample, "words");
    size_t count = json_array_size(words);
    lince_shaded_word *shaded = lince_buffer_alloc(&d->out, count + 1, sizeof *shaded);
    double most = 0;
    for (size_t i = 0; shaded && i < count; i++) {
        const json_t *word = json_array_get(words, i);
        double lost = lince_fact_number(word, "lost");
        shaded[i] = (lince_shaded_word){.word = lince_fact_text(word, "word"),
                                        .value = lost,
                                        .unknown = !json_is_true(json_object_get(word, "known"))};
        most = fmax(most, fabs(lost));
    }
    for (size_t i = 0; shaded && i < count; i++) shaded[i].shade = most > 0 ? shaded[i].value / most : 0;
    char how[512];
    lince_case_text(d, sample, how, sizeof how);
    if (*lince_fact_text(sample, "found"))
        lince_document_item(d, TR("labels: %s; %s:"),
                            *lince_fact_text(sample, "true") ? lince_fact_text(sample, "true") : "–", how);
    else
        lince_document_item(d, TR("true class %s, predicted %s (%.0f %%):"), lince_fact_text(sample, "true"),
                            lince_fact_text(sample, "predicted"),
                            100 * lince_fact_number(sample, "probability"));
    if (shaded) lince_document_words(d, shaded, count);
    lince_free(shaded);
}

static void write_predictions(lince_document *d, const lince_facts *f)
{
    const json_t *samples = json_object_get(f->explained, "words"), *s;
    size_t i;
    if (!json_array_size(samples)) return;
    lince_document_subheading(d, TR("The words that a prediction hangs on"));
    lince_document_paragraph(
        d, "%s",
        TR("Each word is left out in turn, and the text classified again: blue words speak for the predicted "
           "class (without them it loses probability), orange ones against it; the stronger the colour, the "
           "more, measured by the word that matters most in its text. Dotted: words that are not in the "
           "vocabulary. First right answers, then the worst errors."));
    json_array_foreach(samples, i, s) write_prediction(d, s);
}

static void write_errors(lince_document *d, const lince_facts *f)
{
    static const char *const one[] = {N_("text"), N_("true class"), N_("predicted class"), N_("probability")},
                             *const several[] = {N_("text"), N_("its labels"), N_("answered"),
                                                 N_("the error")};
    bool labels = f->labels == LINCE_SEVERAL;
    const json_t *errors = json_object_get(f->explained, "errors"), *e;
    size_t i;
    if (!json_array_size(errors)) return;
    lince_document_subheading(d, TR("The worst errors"));
    lince_document_paragraph(
        d, "%s",
        labels
            ? TR("Wrong, and sure of it; of each label in one way three at most. predictions.csv has them all.")
            : TR("Wrong, and sure of it; of each pair of classes three at most. predictions.csv has them all."));
    lince_document_table_begin(d, 3);
    lince_document_headings(d, labels ? several : one, 4);
    json_array_foreach(errors, i, e)
    {
        char how[512];
        lince_case_text(d, e, how, sizeof how);
        lince_cell_text(d, lince_fact_text(e, "text"));
        lince_document_cell(d, "%s", lince_fact_text(e, "true"));
        lince_document_cell(d, "%s", lince_fact_text(e, "predicted"));
        if (labels)
            lince_document_cell(d, "%s", how);
        else
            lince_cell_percent(d, lince_fact_number(e, "probability"));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

void lince_section_words(lince_document *d, const lince_facts *f)
{
    if (!f->explained)
        lince_document_note(
            d, "%s",
            TR("There is nothing here: it is found out where the data and the weights of the run can "
               "be read ('lince report' tries again)."));
    write_predictions(d, f);
    write_errors(d, f);
}
