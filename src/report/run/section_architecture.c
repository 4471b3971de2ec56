#include "core/json.h"
#include "models/model_zoo.h"
#include "report/run/sections.h"

#include <stdio.h>
#include <string.h>

/* --- what was changed ----------------------------------------------------------------------------- */

/* "4096, 2048" */
static const char *widths(const json_t *array, char *out, size_t size)
{
    const json_t *entry;
    char number[32];
    size_t i;
    *out = '\0';
    json_array_foreach(array, i, entry)
    {
        snprintf(number, sizeof number, "%.0f", json_number_value(entry));
        lince_add_name(out, size, number);
    }
    return out;
}

static void tell_outputs(lince_document *d, const json_t *value, const json_t *published)
{
    lince_document_item(d,
                        TR("The output layer was replaced: %.0f outputs, one for each class of the data, "
                           "instead of the published %.0f."),
                        json_number_value(value), json_number_value(published));
}

static void tell_head(lince_document *d, const json_t *value, const json_t *published)
{
    char new[128], old[128];
    widths(value, new, sizeof new);
    widths(published, old, sizeof old);
    if (!*new)
        lince_document_item(d, TR("The classifier's hidden layers (%s) were left out (--head none)."), old);
    else
        lince_document_item(d,
                            TR("The classifier's hidden layers have the widths %s instead of %s (--head)."),
                            new, old);
}

static void tell_dropout(lince_document *d, const json_t *value, const json_t *published)
{
    lince_document_item(d, TR("Dropout in the classifier is %g instead of %g (--dropout)."),
                        json_number_value(value), json_number_value(published));
}

static void tell_input(lince_document *d, const json_t *value, const json_t *published)
{
    lince_document_item(
        d, TR("The input is %.0f × %.0f pixels; the architecture was published for %.0f × %.0f."),
        lince_fact_number_at(value, 0), lince_fact_number_at(value, 1), lince_fact_number_at(published, 0),
        lince_fact_number_at(published, 1));
}

static const struct {
    const char *what;
    void (*tell)(lince_document *d, const json_t *value, const json_t *published);
} changes[] = {
    {"outputs", tell_outputs}, {"head", tell_head}, {"dropout", tell_dropout}, {"input", tell_input}};

static void write_changes(lince_document *d, const lince_facts *f)
{
    const json_t *list = json_object_get(f->model, "changes"), *change;
    size_t i;
    lince_document_subheading(d, TR("What was changed"));
    if (!json_array_size(list))
        lince_document_paragraph(d, "%s", TR("Nothing was changed in the published architecture."));
    json_array_foreach(list, i, change)
    {
        for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
            if (!strcmp(lince_fact_text(change, "what"), changes[k].what))
                changes[k].tell(d, json_object_get(change, "value"), json_object_get(change, "published"));
    }
}

/* --- where the parameters come from --------------------------------------------------------------- */

static void write_share(lince_document *d, const char *what, double n, double all)
{
    lince_document_cell(d, "%s", what);
    lince_cell_count(d, n);
    lince_document_cell(d, "%.1f %%", all > 0 ? 100 * n / all : 0);
    lince_document_row(d);
}

/* What the file of weights had otherwise than the model. */
static void write_differences(lince_document *d, const json_t *differences)
{
    enum { NAMES = 6 };
    static const struct {
        const char *key, *text; /* untranslated */
    } kinds[] = {
        {"replaced", N_("Replaced by new ones, because the classes are others: %s")},
        {"missing", N_("Not in the file, started at random: %s")},
        {"of another shape", N_("Of another shape in the file, started at random: %s")},
        {"unexpected", N_("In the file, but not part of the model: %s")},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const json_t *list = json_object_get(differences, kinds[k].key);
        char names[1024] = "";
        size_t count = json_array_size(list);
        for (size_t i = 0; i < count && i < NAMES; i++)
            lince_add_name(names, sizeof names, lince_fact_text_at(list, i));
        if (count > NAMES) lince_add_name(names, sizeof names, "…");
        if (count) lince_document_item(d, TR(kinds[k].text), names);
    }
}

static void write_stages(lince_document *d, const lince_settings *s)
{
    if (s->freeze && strchr(s->freeze, ','))
        lince_document_paragraph(d,
                                 TR("Layers are frozen as training goes on (--freeze %s): what they have "
                                    "learned stays, and a step takes less time."),
                                 s->freeze);
    if (s->freeze && strcmp(s->freeze, "none") != 0 && s->unfreeze && *s->unfreeze)
        lince_document_paragraph(d,
                                 TR("Frozen at first (--freeze %s), then trained as well (--unfreeze %s): "
                                    "new layers learn first, so that their "
                                    "early mistakes do not spoil what the others know."),
                                 s->freeze, s->unfreeze);
    if (s->lr_backbone > 0)
        lince_document_paragraph(
            d, TR("All layers but the new ones learn at a rate of their own, %g (--lr-backbone)."),
            s->lr_backbone);
}

static void write_origins(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("parameters"), N_("number"), N_("share")};
    const char *weights = lince_fact_text(f->model, "weights");
    double all = lince_fact_number(f->model, "parameters"), loaded = lince_fact_number(f->model, "loaded"),
           trained = lince_fact_number(f->model, "trainable");
    if (*weights)
        lince_document_paragraph(d,
                                 TR("Training started from the weights in %s; what does not fit was started "
                                    "at random (seed %llu)."),
                                 weights, (unsigned long long)f->settings.seed);
    else
        lince_document_paragraph(d, TR("Training started from random weights (seed %llu)."),
                                 (unsigned long long)f->settings.seed);
    lince_document_table_begin(d, 1);
    lince_document_headings(d, headings, 3);
    write_share(d, TR("loaded from a file"), loaded, all);
    write_share(d, TR("started at random"), all - loaded, all);
    write_share(d, TR("trained"), trained, all);
    write_share(d, TR("frozen: kept as they were"), all - trained, all);
    lince_document_table_end(d);
    write_differences(d, json_object_get(f->model, "differences"));
    write_stages(d, &f->settings);
}

/* --- layers --------------------------------------------------------------------------------------- */

/* "conv2d", and since when it is trained where that is not from the start. */
static void cell_type(lince_document *d, const json_t *layer)
{
    const char *type = lince_fact_text(layer, "type");
    int from = (int)lince_fact_number(layer, "trained_from");
    if (lince_fact_number(layer, "parameters") == 0 || from == 1 || !json_object_get(layer, "trained_from"))
        lince_document_cell(d, "%s", type);
    else if (from == 0)
        lince_document_cell(d, TR("%s (frozen)"), type);
    else
        lince_document_cell(d, TR("%s (trained from epoch %d on)"), type, from);
}

static void write_layer(lince_document *d, const json_t *layer, bool loading)
{
    const json_t *out = json_object_get(layer, "output");
    double channels = lince_fact_number_at(out, 0), height = lince_fact_number_at(out, 1),
           width = lince_fact_number_at(out, 2), parameters = lince_fact_number(layer, "parameters");
    lince_document_cell(d, "%s", lince_fact_text(layer, "name"));
    cell_type(d, layer);
    lince_document_cell(d, "%s", lince_fact_text(layer, "detail"));
    if (height == 1 && width == 1)
        lince_document_cell(d, "%.0f", channels);
    else if (width == 1)
        lince_document_cell(d, "%.0f×%.0f", channels, height);
    else
        lince_document_cell(d, "%.0f×%.0f×%.0f", channels, height, width);
    lince_cell_count(d, parameters);
    lince_cell_count(d, lince_fact_number(layer, "macs"));
    if (loading && parameters > 0 && !json_is_true(json_object_get(layer, "loaded")))
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

static void write_layers(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("layer"),  N_("type"),       N_("details"),
                                           N_("output"), N_("parameters"), N_("multiply-adds")};
    const json_t *layer;
    bool loading = *lince_fact_text(f->model, "weights");
    size_t i;
    lince_document_subheading(d, TR("Layer by layer"));
    lince_document_paragraph(
        d, "%s%s",
        f->kinds == LINCE_TEXTS
            ? TR("Names and types are those of PyTorch; the output is numbers × words of one sample.")
            : TR("Names and types are those of PyTorch; the output is channels × height × width of one "
                 "sample."),
        loading ? TR(" Marked rows were not in the file of weights, or did not fit, and started at random.")
                : "");
    lince_document_table_begin(d, 3);
    lince_document_headings(d, headings, 6);
    json_array_foreach(json_object_get(f->model, "layers"), i, layer) write_layer(d, layer, loading);
    lince_document_table_end(d);
}

static void write_about(lince_document *d, const lince_facts *f)
{
    char parameters[32], macs[32];
    const char *name = lince_fact_text(f->model, "name");
    const lince_architecture *a = lince_architecture_named(name);
    if (a && a->about) lince_document_paragraph(d, "%s", TR(a->about));
    lince_document_paragraph(
        d, TR("Parameters of %s as built here: %s; multiply-adds for classifying one sample: %s."), name,
        lince_count_text(lince_fact_number(f->model, "parameters"), parameters),
        lince_count_text(lince_fact_number(f->model, "macs"), macs));
}

static const struct {
    lince_kinds kinds;
    void (*write)(lince_document *d, const lince_facts *f);
} parts[] = {{LINCE_ANY, write_about},
             {LINCE_PICTURES, write_changes},
             {LINCE_ANY, write_origins},
             {LINCE_ANY, write_layers}};

void lince_section_architecture(lince_document *d, const lince_facts *f)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].kinds & f->kinds) parts[i].write(d, f);
}
