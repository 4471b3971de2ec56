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

/* `what`: heading of the names. */
static void write_named(lince_document *d, const json_t *examples, const char *what)
{
    const char *const headings[] = {what, N_("class"), N_("in the other part"), N_("class"),
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

static void write_pictures(lince_document *d, const json_t *examples)
{
    write_named(d, examples, N_("picture"));
}

static void write_recordings(lince_document *d, const json_t *examples)
{
    write_named(d, examples, N_("recording"));
}

static void write_samples(lince_document *d, const json_t *examples)
{
    write_named(d, examples, N_("sample"));
}

/* How it is told of each kind of samples. */
typedef struct words {
    lince_kinds kinds;
    const char *shared, *relabelled; /* formats */
    const char *method;              /* what "nearly" means; NULL: only equal ones are looked for */
    void (*write)(lince_document *d, const json_t *examples);
} words;

static const words all_words[] = {
    {LINCE_TEXTS,
     N_("Texts of the %s part that are also in the %s part: %.0f word for word and %.0f nearly so, of %.0f (%.1f "
        "%%)."),
     N_("Texts of the %s part that are in it under another label, too: %.0f of %.0f. Where two are the same, one of "
        "the labels is wrong."),
     N_("Nearly: the sets of their words' three-letter pieces have a Jaccard similarity of 0.7 or more."),
     write_texts},
    {LINCE_PICTURES,
     N_("Pictures of the %s part that are also in the %s part: %.0f as they are and %.0f nearly so, of %.0f (%.1f "
        "%%)."),
     N_("Pictures of the %s part that are in it under another label, too: %.0f of %.0f. Where two are the same, one "
        "of the labels is wrong."),
     N_("Nearly: the perceptual hashes (64 signs of low frequencies) differ in 11 bits or fewer, and small copies of "
        "the two correlate by 0.9 or more: encoded anew, resized, brighter, slightly cut. Mirror images are not "
        "counted."),
     write_pictures},
    {LINCE_RECORDINGS,
     N_("Recordings of the %s part that are also in the %s part: %.0f as they are and %.0f nearly so, of %.0f (%.1f "
        "%%)."),
     N_("Recordings of the %s part that are in it under another label, too: %.0f of %.0f. Where two are the same, "
        "one of the labels is wrong."),
     N_("Nearly: of the first second from where they set in, what lies below 1 kHz correlates by 0.98 or more: another "
        "loudness, rate or format, or silence in front."),
     write_recordings},
    {LINCE_ANY, /* the last */
     N_("Samples of the %s part that are also in the %s part: %.0f as they are and %.0f nearly so, of %.0f (%.1f "
        "%%)."),
     N_("Samples of the %s part that are in it under another label, too: %.0f of %.0f. Where two are the same, one "
        "of the labels is wrong."),
     NULL, write_samples}};

static const words *words_of(const lince_facts *f)
{
    const words *w = all_words;
    while (!(w->kinds & f->kinds)) w++;
    return w;
}

static void write_shared(lince_document *d, const json_t *leak, const words *w)
{
    double n = lince_fact_number(leak, "n"), share = n > 0 ? found_of(leak) / n : 0,
           relabelled = lince_fact_number(leak, "relabelled");
    void (*put)(lince_document *, const char *, ...) =
        share >= 0.01 ? lince_document_warning : lince_document_paragraph;
    put(d, TR(w->shared), part_name(d, lince_fact_text(leak, "part")),
        part_name(d, lince_fact_text(leak, "from")), lince_fact_number(leak, "exact"),
        lince_fact_number(leak, "near"), n, 100 * share);
    if (relabelled > 0) lince_document_paragraph(d, TR("Of these under another label: %.0f."), relabelled);
}

static void write_relabelled(lince_document *d, const json_t *leak, const words *w)
{
    lince_document_warning(d, TR(w->relabelled), part_name(d, lince_fact_text(leak, "part")), found_of(leak),
                           lince_fact_number(leak, "n"));
}

/* A part by itself is told of where there is something to tell. */
static void write_leak(lince_document *d, const json_t *leak, const words *w)
{
    bool alone = !strcmp(lince_fact_text(leak, "part"), lince_fact_text(leak, "from"));
    const json_t *examples = json_object_get(leak, "examples");
    if (alone && found_of(leak) <= 0) return;
    if (alone)
        write_relabelled(d, leak, w);
    else
        write_shared(d, leak, w);
    if (json_array_size(examples)) w->write(d, examples);
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

void lince_section_leaks(lince_document *d, const lince_facts *f)
{
    const json_t *leaks = lince_facts_leaks(f), *leak;
    const words *w = words_of(f);
    double found = 0, shared = 0, kin = 0;
    size_t i;
    if (!leaks) {
        lince_document_paragraph(d, "%s", TR("This was not looked for."));
        return;
    }
    json_array_foreach(leaks, i, leak)
    {
        bool alone = !strcmp(lince_fact_text(leak, "part"), lince_fact_text(leak, "from"));
        write_leak(d, leak, w);
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
    if (w->method) lince_document_paragraph(d, "%s", TR(w->method));
}
