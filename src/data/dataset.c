#include "data/dataset.h"
#include "core/class_order.h"
#include "core/display.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/index/layout.h"
#include "data/index/name_groups.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *lince_part_name(lince_part part)
{
    static const char *const names[LINCE_PARTS] = {
        [LINCE_TRAIN] = "train", [LINCE_VAL] = "val", [LINCE_TEST] = "test"};
    return names[part];
}

const char *lince_part_title(lince_part part)
{
    static const char *const titles[LINCE_PARTS] = {
        [LINCE_TRAIN] = NC_("part", "training"), [LINCE_VAL] = N_("validation"), [LINCE_TEST] = N_("test")};
    return lince_translate(titles[part]);
}

int lince_dataset_add_class(lince_dataset *dataset, const char *name, size_t length, int *label)
{
    for (size_t i = 0; i < dataset->class_count; i++)
        if (!strncmp(dataset->classes[i], name, length) && !dataset->classes[i][length]) {
            *label = (int)i;
            return 0;
        }
    LINCE_TRY(lince_grow(&dataset->classes, &dataset->class_capacity, dataset->class_count + 1,
                         sizeof *dataset->classes));
    char *copy = lince_strndup(name, length);
    if (!copy) return LINCE_ENOMEM;
    if (!lince_name_is_clean(copy)) { /* it could not be written to JSON */
        char shown[128];
        lince_name_for_display(shown, sizeof shown, copy);
        lince_free(copy);
        return lince_fail(LINCE_EFORMAT,
                          "%s: the class '%s' has a name that is not plain UTF-8 text; rename it",
                          dataset->source.path, shown);
    }
    const char *kept = lince_names_add(&dataset->names, copy);
    lince_free(copy);
    if (!kept) return LINCE_ENOMEM;
    *label = (int)dataset->class_count;
    dataset->classes[dataset->class_count++] = kept;
    return 0;
}

int lince_dataset_add_sample(lince_dataset *dataset, lince_part part, lince_sample sample)
{
    lince_samples *samples = &dataset->parts[part];
    LINCE_TRY(lince_grow(&samples->at, &samples->capacity, samples->count + 1, sizeof sample));
    samples->at[samples->count++] = sample;
    return 0;
}

int lince_dataset_add_note(lince_dataset *dataset, const char *format, ...)
{
    char text[1024], shown[sizeof text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lince_name_for_display(shown, sizeof shown, text);
    LINCE_TRY(lince_grow(&dataset->notes, &dataset->note_capacity, dataset->note_count + 1,
                         sizeof *dataset->notes));
    const char *kept = lince_names_add(&dataset->names, shown);
    if (!kept) return LINCE_ENOMEM;
    dataset->notes[dataset->note_count++] = kept;
    return 0;
}

static void count_labels(const lince_dataset *d, lince_part part)
{
    const lince_samples *samples = &d->parts[part];
    for (size_t i = 0; i < samples->count; i++) {
        const int32_t *labels;
        size_t n = lince_dataset_labels(d, part, i, &labels);
        for (size_t k = 0; k < n; k++) samples->per_class[labels[k]]++;
        samples->stratum[samples->at[i].label]++;
    }
}

int lince_samples_sort(lince_dataset *d, lince_part part)
{
    lince_samples *samples = &d->parts[part];
    size_t strata = lince_dataset_strata(d);
    lince_free(samples->per_class);
    lince_free(samples->stratum);
    samples->per_class = lince_alloc(d->class_count, sizeof *samples->per_class);
    samples->stratum = lince_alloc(strata, sizeof *samples->stratum);
    lince_sample *sorted = lince_alloc(samples->count + 1, sizeof *sorted);
    size_t *next = lince_alloc(strata + 1, sizeof *next);
    int code = samples->per_class && samples->stratum && sorted && next ? 0 : LINCE_ENOMEM;
    if (code == 0) {
        count_labels(d, part);
        for (size_t c = 0; c < strata; c++) next[c + 1] = next[c] + samples->stratum[c];
        for (size_t i = 0; i < samples->count; i++) sorted[next[samples->at[i].label]++] = samples->at[i];
        lince_free(samples->at);
        samples->at = sorted;
        samples->capacity = samples->count + 1;
        sorted = NULL;
    }
    lince_free(sorted);
    lince_free(next);
    return code;
}

int lince_samples_remove(lince_dataset *d, lince_part part, const bool *marked)
{
    lince_samples *samples = &d->parts[part];
    size_t kept = 0;
    for (size_t i = 0; i < samples->count; i++)
        if (!marked[i]) samples->at[kept++] = samples->at[i];
    samples->count = kept;
    return lince_samples_sort(d, part);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Gives the classes the labels that follow from their names' order. */
static int sort_classes(lince_dataset *dataset)
{
    size_t n = dataset->class_count;
    const char **sorted = lince_alloc(n + 1, sizeof *sorted);
    int *label = lince_alloc(n + 1, sizeof *label);
    int code = sorted && label ? 0 : LINCE_ENOMEM;
    if (code == 0) {
        for (size_t i = 0; i < n; i++) sorted[i] = dataset->classes[i];
        qsort(sorted, n, sizeof *sorted, by_text);
        for (size_t i = 0; i < n; i++)
            label[i] =
                (int)((const char **)bsearch(&dataset->classes[i], sorted, n, sizeof *sorted, by_text) -
                      sorted);
        code = lince_dataset_renumber(dataset, sorted, n, label);
        sorted = NULL;
    }
    lince_free(sorted);
    lince_free(label);
    return code;
}

static const char *class_at(const void *dataset, size_t index)
{
    return ((const lince_dataset *)dataset)->classes[index];
}

/* The classes that part `lacking` has no samples of though part `having` has, as "cat, dog, ..."; how many
 * there are to *missing. */
static int missing_classes(const lince_dataset *dataset, lince_part lacking, lince_part having, char *names,
                           size_t size, size_t *missing)
{
    enum { SHOWN = 5 };
    size_t used = 0;
    int *order = lince_class_order(class_at, dataset, dataset->class_count);
    *missing = 0;
    names[0] = '\0';
    for (size_t i = 0; order && i < dataset->class_count; i++) {
        int c = order[i];
        if (dataset->parts[lacking].per_class[c] || !dataset->parts[having].per_class[c]) continue;
        if (*missing <= SHOWN && used < size)
            used += (size_t)snprintf(names + used, size - used, "%s%s", *missing ? ", " : "",
                                     *missing < SHOWN ? dataset->classes[c] : "...");
        ++*missing;
    }
    lince_free(order);
    return order ? 0 : LINCE_ENOMEM;
}

int lince_dataset_note_lacking(lince_dataset *dataset, lince_part lacking, lince_part having)
{
    char names[512];
    size_t missing;
    if (!dataset->parts[lacking].count) return 0;
    LINCE_TRY(missing_classes(dataset, lacking, having, names, sizeof names, &missing));
    if (!missing) return 0;
    return lince_dataset_add_note(dataset, _("classes that the %s part lacks: %zu (%s)"),
                                  lince_part_title(lacking), missing, names);
}

/* Of one label: a sample of part `p` whose class the training part lacks. */
static const char *first_unknown(const lince_dataset *dataset, int p)
{
    const lince_samples *samples = &dataset->parts[p];
    size_t i = 0;
    while (dataset->parts[LINCE_TRAIN].per_class[samples->at[i].label]) i++;
    return samples->at[i].name;
}

/* What cannot be learned is refused, but for one of several labels, beside which there are others to learn; what cannot
 * be measured is noted. */
static int compare_parts(lince_dataset *dataset)
{
    char names[512];
    const lince_samples *parts = dataset->parts;
    for (int p = LINCE_VAL; p < LINCE_PARTS && parts[LINCE_TRAIN].count; p++) {
        size_t extra;
        LINCE_TRY(missing_classes(dataset, LINCE_TRAIN, (lince_part)p, names, sizeof names, &extra));
        if (dataset->several)
            LINCE_TRY(lince_dataset_note_lacking(dataset, LINCE_TRAIN, (lince_part)p));
        else if (extra)
            return lince_fail(LINCE_EDATA,
                              "%s: classes of the %s part that the training part lacks: %zu (%s), the first "
                              "at %s; add them or remove them",
                              dataset->source.path, lince_part_title((lince_part)p), extra, names,
                              first_unknown(dataset, p));
        LINCE_TRY(lince_dataset_note_lacking(dataset, (lince_part)p, LINCE_TRAIN));
    }
    return 0;
}

static int check(lince_dataset *dataset)
{
    if (dataset->options->measured) return 0;
    if (dataset->class_count == 0)
        return lince_fail(LINCE_EDATA, "%s: no sample has a label", dataset->source.path);
    if (dataset->class_count == 1)
        return lince_fail(LINCE_EDATA, "%s: only one class, %s; a classifier needs two or more",
                          dataset->source.path, dataset->classes[0]);
    return compare_parts(dataset);
}

static void hash_text(lince_sha256 *hash, const char *text)
{
    lince_sha256_add(hash, text, strlen(text) + 1);
}

static void hash_samples(lince_sha256 *hash, const lince_dataset *dataset, lince_part part)
{
    const lince_samples *samples = &dataset->parts[part];
    hash_text(hash, lince_part_name(part));
    for (size_t i = 0; i < samples->count; i++) {
        char numbers[64];
        snprintf(numbers, sizeof numbers, "%d %llu", samples->at[i].label,
                 (unsigned long long)dataset->source.entries[samples->at[i].entry].size);
        hash_text(hash, samples->at[i].name);
        hash_text(hash, numbers);
        if (dataset->several) hash_text(hash, lince_dataset_labels_name(dataset, part, i));
        if (samples->at[i].text) hash_text(hash, samples->at[i].text);
    }
}

static void take_fingerprint(lince_dataset *dataset)
{
    lince_sha256 hash;
    lince_sha256_begin(&hash);
    for (size_t c = 0; c < dataset->class_count; c++) hash_text(&hash, dataset->classes[c]);
    for (int p = 0; p < LINCE_PARTS; p++) hash_samples(&hash, dataset, (lince_part)p);
    lince_sha256_end(&hash, dataset->fingerprint);
}

static int note_hidden(lince_dataset *dataset)
{
    const lince_source *source = &dataset->source;
    if (!source->hidden) return 0;
    return lince_dataset_add_note(
        dataset,
        _("files whose name, or whose folder's, begins with a dot are hidden and were left out: %zu, the "
          "first: %s"),
        source->hidden, source->first_hidden);
}

/* The first that recognises the files, or else the one that takes what is left. */
static int recognise(lince_source *source, const lince_layout *const *layouts, size_t count,
                     const lince_layout **found)
{
    *found = NULL;
    for (size_t i = 0; i < count; i++) {
        int is = layouts[i]->takes_rest ? 0 : layouts[i]->recognise(source);
        if (is < 0) return is;
        if (is || layouts[i]->takes_rest) *found = layouts[i];
        if (is) return 0;
    }
    return 0;
}

static int check_separator(const char *separator)
{
    if (!separator || strlen(separator) <= 1) return 0;
    return lince_fail(LINCE_EUSAGE, "--label-separator %s: expected one character", separator);
}

/* As it was asked for: samples of one label have sets of one then. */
static int settle_several(lince_dataset *dataset)
{
    const char *wanted = dataset->options->labels;
    if (dataset->several || !wanted || strcmp(wanted, "several") != 0) return 0;
    return lince_dataset_make_several(dataset);
}

static int read_index(lince_dataset *dataset, const char *path, const lince_layout *const *layouts,
                      size_t count, const lince_within *within)
{
    LINCE_TRY(check_separator(dataset->options->label_separator));
    LINCE_TRY(lince_source_open(&dataset->source, path, within));
    if (within) dataset->source.watch = within->found;
    LINCE_TRY(lince_dataset_leave_out_own(dataset));
    LINCE_TRY(recognise(&dataset->source, layouts, count, &dataset->layout));
    LINCE_TRY(dataset->layout->index(dataset));
    LINCE_TRY(settle_several(dataset));
    if (dataset->options->group_pattern)
        LINCE_TRY(lince_dataset_group_by_name(dataset, dataset->options->group_pattern));
    LINCE_TRY(note_hidden(dataset));
    LINCE_TRY(sort_classes(dataset));
    take_fingerprint(dataset);
    LINCE_TRY(lince_dataset_select(dataset, dataset->options->classes));
    return check(dataset);
}

int lince_dataset_open_as(lince_dataset **dataset, const char *path, const lince_layout *const *layouts,
                          size_t layout_count, const lince_table_options *options, const lince_within *within)
{
    *dataset = lince_alloc(1, sizeof **dataset);
    if (!*dataset) return LINCE_ENOMEM;
    (*dataset)->options = options;
    int code = read_index(*dataset, path, layouts, layout_count, within);
    (*dataset)->options = NULL;
    (*dataset)->source.watch = (lince_watch){0};
    if (code < 0) {
        lince_dataset_free(*dataset);
        *dataset = NULL;
    }
    return code;
}

void lince_dataset_free(lince_dataset *dataset)
{
    if (!dataset) return;
    if (dataset->layout) dataset->layout->release(dataset);
    for (int p = 0; p < LINCE_PARTS; p++) {
        lince_free(dataset->parts[p].at);
        lince_free(dataset->parts[p].per_class);
        lince_free(dataset->parts[p].stratum);
    }
    lince_free(dataset->classes);
    lince_label_sets_release(&dataset->sets);
    lince_free(dataset->set_names);
    lince_free(dataset->notes);
    lince_free(dataset->left_out);
    lince_names_release(&dataset->names);
    lince_source_close(&dataset->source);
    lince_free(dataset);
}

const char *lince_dataset_path(const lince_dataset *dataset)
{
    return dataset->source.path;
}

const char *lince_dataset_kind(const lince_dataset *dataset)
{
    return dataset->kind;
}

int lince_dataset_classes(const lince_dataset *dataset)
{
    return (int)dataset->class_count;
}

const char *lince_dataset_class(const lince_dataset *dataset, int label)
{
    return dataset->classes[label];
}

size_t lince_dataset_count(const lince_dataset *dataset, lince_part part)
{
    return dataset->parts[part].count;
}

size_t lince_dataset_class_count(const lince_dataset *dataset, lince_part part, int label)
{
    return dataset->parts[part].per_class[label];
}

size_t lince_dataset_used(const lince_dataset *dataset, lince_part part)
{
    size_t sum = 0;
    for (size_t c = 0; c < lince_dataset_strata(dataset); c++) sum += dataset->parts[part].stratum[c];
    return sum;
}

const char *lince_dataset_name(const lince_dataset *dataset, lince_part part, size_t index)
{
    return dataset->parts[part].at[index].name;
}

const char *lince_dataset_text(const lince_dataset *dataset, lince_part part, size_t index)
{
    return dataset->parts[part].at[index].text;
}

const char *lince_dataset_group(const lince_dataset *dataset, lince_part part, size_t index)
{
    return dataset->parts[part].at[index].group;
}

bool lince_dataset_grouped(const lince_dataset *dataset)
{
    return dataset->grouped;
}

const lince_table_facts *lince_dataset_table(const lince_dataset *dataset)
{
    return dataset->layout->tabular ? &dataset->table : NULL;
}

int lince_dataset_read(lince_dataset *dataset, lince_part part, size_t index, lince_image *image)
{
    assert(dataset->layout->read);
    return dataset->layout->read(dataset, &dataset->parts[part].at[index], 0, image);
}

int lince_dataset_read_small(lince_dataset *dataset, lince_part part, size_t index, int least,
                             lince_image *image)
{
    assert(dataset->layout->read);
    return dataset->layout->read(dataset, &dataset->parts[part].at[index], least, image);
}

int lince_dataset_measure(lince_dataset *dataset, lince_part part, size_t index, lince_picture_head *head)
{
    assert(dataset->layout->read);
    return dataset->layout->measure(dataset, &dataset->parts[part].at[index], head);
}

void lince_dataset_decode_as(lince_dataset *dataset, const lince_decoding *how)
{
    dataset->decoding = *how;
}

void lince_dataset_mark_incomplete(lince_dataset *dataset, lince_part part, size_t index)
{
    dataset->parts[part].at[index].incomplete = true;
}

size_t lince_dataset_incomplete(const lince_dataset *dataset, lince_part part, const char **first)
{
    const lince_samples *samples = &dataset->parts[part];
    const char *name = NULL;
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        if (samples->at[i].incomplete && !count++) name = samples->at[i].name;
    if (first) *first = name;
    return count;
}

bool lince_dataset_is_incomplete(const lince_dataset *dataset, lince_part part, size_t index)
{
    return dataset->parts[part].at[index].incomplete;
}

const char *lince_dataset_fingerprint(const lince_dataset *dataset)
{
    return dataset->fingerprint;
}

size_t lince_dataset_notes(const lince_dataset *dataset)
{
    return dataset->note_count;
}

const char *lince_dataset_note(const lince_dataset *dataset, size_t index)
{
    return dataset->notes[index];
}
