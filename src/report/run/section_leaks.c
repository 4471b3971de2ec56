/* Samples that stand twice: in two parts, or under two labels. */
#include "core/json.h"
#include "report/run/sections.h"

#include <stdio.h>
#include <string.h>

static const char *part_name(const lince_document *d, const char *key)
{
    static const char *const names[][2] = {{"train", NC_("part", "training")},
                                           {"val", N_("validation")},
                                           {"test", N_("test")}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i][0], key)) return TR(names[i][1]);
    return key;
}

static double found_of(const json_t *leak)
{
    return lince_fact_number(leak, "exact") + lince_fact_number(leak, "near");
}

static void write_texts(lince_document *d, const json_t *examples)
{
    static const char *const headings[] = {N_("text"), N_("in the other part"), N_("similarity")};
    const json_t *e;
    size_t i;
    lince_document_table_begin(d, 2);
    lince_document_headings(d, headings, 3);
    json_array_foreach(examples, i, e)
    {
        lince_cell_text(d, lince_fact_text(e, "text"));
        lince_cell_text(d, lince_fact_text(e, "like"));
        lince_document_cell(d, "%.0f %%", 100 * lince_fact_number(e, "similarity"));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_pictures(lince_document *d, const json_t *examples)
{
    static const char *const headings[] = {N_("picture"), N_("class"), N_("in the other part"), N_("class"),
                                           N_("similarity")};
    const json_t *e;
    size_t i;
    lince_document_table_begin(d, 4);
    lince_document_headings(d, headings, 5);
    json_array_foreach(examples, i, e)
    {
        lince_cell_text(d, lince_fact_text(e, "path"));
        lince_cell_text(d, lince_fact_text(e, "class"));
        lince_cell_text(d, lince_fact_text(e, "like_path"));
        lince_cell_text(d, lince_fact_text(e, "like_class"));
        lince_document_cell(d, "%.0f %%", 100 * lince_fact_number(e, "similarity"));
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void write_shared(lince_document *d, const json_t *leak, bool texts)
{
    double n = lince_fact_number(leak, "n"), share = n > 0 ? found_of(leak) / n : 0,
           relabelled = lince_fact_number(leak, "relabelled");
    void (*put)(lince_document *, const char *, ...) =
        share >= 0.01 ? lince_document_warning : lince_document_paragraph;
    put(d,
        texts ? TR("Texts of the %s part that are also in the %s part: %.0f word for word and %.0f nearly "
                   "so, of %.0f (%.1f %%).")
              : TR("Pictures of the %s part that are also in the %s part: %.0f as they are and %.0f nearly "
                   "so, of %.0f (%.1f %%)."),
        part_name(d, lince_fact_text(leak, "part")), part_name(d, lince_fact_text(leak, "from")),
        lince_fact_number(leak, "exact"), lince_fact_number(leak, "near"), n, 100 * share);
    if (relabelled > 0) lince_document_paragraph(d, TR("Of these under another label: %.0f."), relabelled);
}

static void write_relabelled(lince_document *d, const json_t *leak, bool texts)
{
    lince_document_warning(d,
                           texts ? TR("Texts of the %s part that are in it under another label, too: %.0f of "
                                      "%.0f. Where two are the same, one of the labels is wrong.")
                                 : TR("Pictures of the %s part that are in it under another label, too: %.0f "
                                      "of %.0f. Where two are the same, one of the labels is wrong."),
                           part_name(d, lince_fact_text(leak, "part")), found_of(leak),
                           lince_fact_number(leak, "n"));
}

/* A part by itself is told of where there is something to tell. */
static void write_leak(lince_document *d, const json_t *leak, bool texts)
{
    bool alone = !strcmp(lince_fact_text(leak, "part"), lince_fact_text(leak, "from"));
    const json_t *examples = json_object_get(leak, "examples");
    if (alone && found_of(leak) <= 0) return;
    if (alone)
        write_relabelled(d, leak, texts);
    else
        write_shared(d, leak, texts);
    if (!json_array_size(examples)) return;
    if (texts)
        write_texts(d, examples);
    else
        write_pictures(d, examples);
}

/* Which column would keep such texts together. */
static void suggest_groups(lince_document *d, const lince_facts *f, double found, double kin)
{
    const json_t *table = json_object_get(json_object_get(f->data, "text"), "table");
    const char *column = lince_fact_text(table, "group_column");
    if (*column && found > 0 && 2 * kin >= found && strcmp(f->settings.split_by, "group") != 0)
        lince_document_paragraph(
            d,
            TR("%.0f %% of them agree in column %s: --split-by group --group-column %.*s keeps "
               "such texts on one side."),
            100 * kin / found, column, (int)strcspn(column, " "), column);
}

static void write_consequence(lince_document *d, const lince_facts *f, double found)
{
    const json_t *dropped = json_object_get(f->data, "dropped");
    if (found <= 0) return;
    if (dropped)
        lince_document_paragraph(
            d,
            TR("Samples left out of training and validation by --drop-duplicates: %zu; data.json lists them "
               "with their reason. What is measured stayed as it is."),
            json_array_size(dropped));
    else
        lince_document_paragraph(
            d, "%s",
            TR("What is measured with samples that were learned is better than it would be with new ones; "
               "--drop-duplicates leaves them out of training."));
}

static void write_method(lince_document *d, bool texts)
{
    lince_document_paragraph(
        d, "%s",
        texts ? TR("Nearly: the sets of their words' three-letter pieces have a Jaccard similarity of 0.7 or "
                   "more.")
              : TR("Nearly: the perceptual hashes (64 signs of low frequencies) differ in 11 bits or fewer, "
                   "and small copies of the two correlate by 0.9 or more: encoded anew, resized, brighter, "
                   "slightly cut. Mirror images are not counted."));
}

void lince_section_leaks(lince_document *d, const lince_facts *f)
{
    const json_t *leaks = lince_facts_leaks(f), *leak;
    bool texts = f->modality == LINCE_TEXTS;
    double found = 0, shared = 0, kin = 0;
    size_t i;
    if (!leaks) {
        lince_document_paragraph(d, "%s", TR("This was not looked for."));
        return;
    }
    json_array_foreach(leaks, i, leak)
    {
        bool alone = !strcmp(lince_fact_text(leak, "part"), lince_fact_text(leak, "from"));
        write_leak(d, leak, texts);
        found += found_of(leak);
        shared += alone ? 0 : found_of(leak);
        kin += alone ? 0 : lince_fact_number(leak, "same_group");
    }
    suggest_groups(d, f, shared, kin);
    lince_document_figure(d, "duplicates",
                          TR("Pairs of pictures that are in two parts or under two labels, side by side."),
                          TR("Some of them: on the left of each pair the picture of the one part with its "
                             "label, on the right that "
                             "of the other and how much they are alike."));
    write_consequence(d, f, found);
    write_method(d, texts);
}
