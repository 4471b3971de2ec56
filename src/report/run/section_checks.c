/* What is easily done wrong in such work, and whether it was: each check looks at the run's files. */
#include "core/json.h"
#include "report/run/sections.h"

#include <stdio.h>
#include <string.h>

typedef enum verdict { PASSED, FAILED, UNKNOWN } verdict;

typedef struct check {
    const char *what; /* untranslated */
    /* Writes into `found` what was looked at. UNKNOWN: the files do not say; the check is left out. */
    verdict (*look)(const lince_document *d, const lince_facts *f, char *found, size_t size);
} check;

static verdict outputs(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    int outputs = lince_facts_outputs(f), classes = (int)json_array_size(json_object_get(f->data, "classes"));
    snprintf(found, size, TR("outputs: %d; classes: %d"), outputs, classes);
    return !outputs ? UNKNOWN : outputs == classes ? PASSED : FAILED;
}

static verdict class_order(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    const json_t *classes = json_object_get(f->data, "classes");
    bool sorted = true, same = true;
    for (size_t c = 0; c < json_array_size(classes); c++) {
        const char *name = lince_fact_text_at(classes, c);
        sorted &= c == 0 || strcmp(lince_fact_text_at(classes, c - 1), name) < 0;
        same &= !f->tested || (c < (size_t)f->test_classes && !strcmp(f->test_names[c], name));
    }
    snprintf(found, size, "%s",
             sorted && same ? TR("data.json and test.json agree; sorted by name")
             : same         ? TR("data.json and test.json agree; not sorted by name")
                            : TR("data.json and test.json differ"));
    return same ? PASSED : FAILED;
}

static verdict independent_test(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    const char *from = lince_fact_text(json_object_get(f->data, "split"), "val_from");
    bool on_test = !strcmp(from, "test");
    snprintf(found, size, "%s",
             on_test                   ? TR("validation used the test part (--val-on-test)")
             : !strcmp(from, "train")  ? TR("validation was held out from the training part")
             : !strcmp(from, "folder") ? TR("validation is a part of its own")
                                       : TR("there was no validation"));
    return on_test ? FAILED : PASSED;
}

static verdict measured_on_training(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    const json_t *normalize = json_object_get(f->data, "normalize");
    const char *name = lince_fact_text(normalize, "name");
    if (!*name) return UNKNOWN;
    snprintf(found, size, "%s",
             strcmp(name, "auto") ? TR("fixed numbers, the same for all parts")
                                  : TR("measured on the training part alone"));
    return PASSED;
}

/* The same probabilities one by one as in batches of another pass: neither dropout nor a batch's statistics
 * were at work in the evaluation, and the weights are those that were tested. */
static verdict evaluation_fixed(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    const json_t *again = json_object_get(f->explained, "again");
    double difference = lince_fact_number(again, "difference");
    if (!again) return UNKNOWN;
    snprintf(found, size,
             TR("samples classified again, one by one: %.0f; their probabilities differ by %.1g at most"),
             lince_fact_number(again, "samples"), difference);
    return difference < 1e-3 ? PASSED : FAILED;
}

/* Whether the samples of the test are new, or those that are not were left out of training. */
static verdict unseen_test(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    const json_t *leaks = lince_facts_leaks(f), *leak;
    bool dropped = json_object_get(f->data, "dropped") != NULL;
    size_t i;
    json_array_foreach(leaks, i, leak)
    {
        double n = lince_fact_number(leak, "n"),
               known = lince_fact_number(leak, "exact") + lince_fact_number(leak, "near");
        if (strcmp(lince_fact_text(leak, "part"), "test") != 0 ||
            strcmp(lince_fact_text(leak, "from"), "train") != 0)
            continue;
        snprintf(found, size,
                 dropped ? TR("%.0f of %.0f were also in the training part, and were left out of it")
                         : TR("%.0f of %.0f are also in the training part, as they are or nearly so"),
                 known, n);
        return dropped || known < 0.01 * n ? PASSED : FAILED;
    }
    return UNKNOWN;
}

static verdict best_tested(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    if (f->best < 0 || !f->tested) return UNKNOWN;
    snprintf(found, size,
             f->validated ? TR("epoch %d of %zu, the best by validation")
                          : TR("epoch %d of %zu, the best by training"),
             f->history.epochs[f->best].epoch, f->history.count);
    return f->validated ? PASSED : FAILED;
}

static verdict all_counted(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    double test = lince_fact_number(json_object_get(json_object_get(f->data, "parts"), "test"), "n");
    if (!f->tested) return UNKNOWN;
    snprintf(found, size, TR("samples of the test part that it counts: %zu of %.0f"), f->test_count, test);
    return (double)f->test_count == test ? PASSED : FAILED;
}

static verdict recorded(const lince_document *d, const lince_facts *f, char *found, size_t size)
{
    snprintf(found, size, TR("seed %llu; command in config.yaml and below"),
             (unsigned long long)f->settings.seed);
    return *f->command ? PASSED : FAILED;
}

static const check checks[] = {
    {N_("The network has as many outputs as there are classes."), outputs},
    {N_("Every file has the classes in the same order."), class_order},
    {N_("The test part had no say in training."), independent_test},
    {N_("Normalisation knows nothing of validation and test."), measured_on_training},
    {N_("Dropout is off and batch statistics are fixed in evaluation."), evaluation_fixed},
    {N_("The samples of the test are new to the network."), unseen_test},
    {N_("The weights that were tested are those of the best epoch."), best_tested},
    {N_("The confusion matrix counts every test sample."), all_counted},
    {N_("Seed and command are recorded."), recorded},
};

void lince_section_checks(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {"", N_("checked"), N_("found")};
    char found[256];
    lince_document_paragraph(
        d, "%s",
        TR("Mistakes that are easily made in such work, and what this run's files say of "
           "them. Marked rows need a look."));
    lince_document_table_begin(d, 3);
    lince_document_headings(d, headings, 3);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        verdict v = checks[i].look(d, f, found, sizeof found);
        if (v == UNKNOWN) continue;
        lince_document_cell(d, "%s", v == PASSED ? "✓" : "✗");
        lince_document_cell(d, "%s", TR(checks[i].what));
        lince_document_cell(d, "%s", found);
        if (v == FAILED)
            lince_document_row_marked(d);
        else
            lince_document_row(d);
    }
    lince_document_table_end(d);
}
