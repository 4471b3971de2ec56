/* The texts of a run: how long they are, and how many of their words are known. */
#include "core/json.h"
#include "report/run/sections.h"

#include <math.h>
#include <stdio.h>

static const char *const part_keys[] = {"train", "val", "test"};
static const char *const part_names[] = {NC_("part", "training"), N_("validation"), N_("test")};
enum { PARTS = sizeof part_keys / sizeof *part_keys };

static void write_cleaning(lince_document *d, const json_t *text)
{
    const char *stop = lince_fact_text(text, "stop_words"), *stem = lince_fact_text(text, "stem");
    const json_t *vocabulary = json_object_get(text, "vocabulary");
    lince_document_paragraph(
        d,
        TR("Texts become words by --clean %s; of each text the first %.0f words are read. The "
           "vocabulary has %.0f entries, made of the %.0f different words of the training part "
           "alone (--min-freq %.0f)."),
        lince_fact_text(text, "clean"), lince_fact_number(text, "max_tokens"),
        lince_fact_number(vocabulary, "size"), lince_fact_number(vocabulary, "distinct"),
        lince_fact_number(vocabulary, "min_freq"));
    if (*stop) lince_document_paragraph(d, TR("Function words are left out (--stop-words %s)."), stop);
    if (*stem) lince_document_paragraph(d, TR("Words are cut to their stems (--stem %s)."), stem);
}

/* The number of words that a share of the texts does not exceed. */
static size_t quantile(const json_t *lengths, double texts, double share)
{
    double sum = 0;
    size_t i = 0;
    for (; i < json_array_size(lengths); i++)
        if ((sum += lince_fact_number_at(lengths, i)) >= share * texts) break;
    return i + 1;
}

static void write_coverage(lince_document *d, const json_t *parts)
{
    static const char *const headings[] = {N_("part"),          N_("texts"),
                                           N_("words, median"), N_("words, 95 % quantile"),
                                           N_("cut"),           N_("without words"),
                                           N_("words known")};
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 7);
    for (int p = 0; p < PARTS; p++) {
        const json_t *part = json_object_get(parts, part_keys[p]),
                     *lengths = json_object_get(part, "lengths");
        double texts = lince_fact_number(part, "texts"), read = lince_fact_number(part, "read");
        if (!part || texts == 0) continue;
        lince_document_cell(d, "%s", TR(part_names[p]));
        lince_document_cell(d, "%.0f", texts);
        lince_document_cell(d, "%zu", quantile(lengths, texts, 0.5));
        lince_document_cell(d, "%zu", quantile(lengths, texts, 0.95));
        lince_document_cell(d, "%.0f", lince_fact_number(part, "cut"));
        lince_document_cell(d, "%.0f", lince_fact_number(part, "empty"));
        lince_cell_percent(d, read > 0 ? 1 - lince_fact_number(part, "unknown") / read : NAN);
        lince_document_row(d);
    }
    lince_document_table_end(d);
    lince_document_paragraph(
        d, "%s",
        TR("Words known: the share of the words read that are in the vocabulary; the others are all read as "
           "one, <unk>. Cut: texts of which the end is not read."));
    lince_document_figure(d, "lengths", TR("Shares of the texts by their number of words, one line a part."),
                          TR("Length of the texts, in words read."));
}

void lince_section_texts(lince_document *d, const lince_facts *f)
{
    const json_t *text = json_object_get(f->data, "text");
    if (!text) return; /* of a run that was described otherwise */
    write_cleaning(d, text);
    write_coverage(d, json_object_get(text, "parts"));
}
