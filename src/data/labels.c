/* Samples of several labels, or of none: their sets, and the strata by which parts are divided evenly. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/memory.h"
#include "data/index/layout.h"
#include "text/label_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int lince_dataset_add_labels(lince_dataset *d, const char *list, char separator, uint32_t *set)
{
    lince_label_list labels = lince_label_list_of(list, separator);
    char name[LINCE_LABEL_MAX + 1];
    int32_t *found = NULL;
    size_t count = 0, capacity = 0;
    int code;
    while ((code = lince_label_next(&labels, name)) > 0) {
        int label;
        code = lince_grow(&found, &capacity, count + 1, sizeof *found);
        if (!code) code = lince_dataset_add_class(d, name, strlen(name), &label);
        if (code) break;
        found[count++] = label;
    }
    if (!code) code = lince_label_sets_add(&d->sets, found, count, set);
    lince_free(found);
    return code;
}

int lince_dataset_make_several(lince_dataset *d)
{
    d->several = true;
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < d->parts[p].count; i++) {
            lince_sample *s = &d->parts[p].at[i];
            LINCE_TRY(lince_label_sets_add(&d->sets, &s->label, 1, &s->set));
        }
    return 0;
}

/* --- other numbers -------------------------------------------------------------------------------- */

/* The labels of a set that are still some, into now[]; how many. */
static size_t renumbered(const lince_label_sets *sets, uint32_t number, const int *label, int32_t *now)
{
    const int32_t *before;
    size_t n = lince_label_set(sets, number, &before), kept = 0;
    for (size_t i = 0; i < n; i++)
        if (label[before[i]] >= 0) now[kept++] = label[before[i]];
    return kept;
}

/* moved[old number]: the new one. */
static int renumber_sets(lince_label_sets *sets, const int *label, int32_t *now, uint32_t *moved)
{
    lince_label_sets fresh = {0};
    int code = 0;
    for (size_t i = 0; i < sets->count && !code; i++)
        code = lince_label_sets_add(&fresh, now, renumbered(sets, (uint32_t)i, label, now), &moved[i]);
    lince_label_sets_release(code ? &fresh : sets);
    if (!code) *sets = fresh;
    return code;
}

/* The rarest label of each sample, of equally rare ones the first: rare labels are the ones that chance would divide
 * unevenly. */
static void find_strata(lince_dataset *d, const size_t *times)
{
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < d->parts[p].count; i++) {
            lince_sample *s = &d->parts[p].at[i];
            const int32_t *labels;
            size_t n = lince_label_set(&d->sets, s->set, &labels);
            s->label = n ? labels[0] : (int32_t)d->class_count;
            for (size_t k = 1; k < n; k++)
                if (times[labels[k]] < times[s->label]) s->label = labels[k];
        }
}

static void count_all(const lince_dataset *d, size_t *times)
{
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < d->parts[p].count; i++) {
            const int32_t *labels;
            size_t n = lince_label_set(&d->sets, d->parts[p].at[i].set, &labels);
            for (size_t k = 0; k < n; k++) times[labels[k]]++;
        }
}

/* "cat|dog" */
static const char *join_names(lince_dataset *d, uint32_t set, lince_buffer *joined)
{
    const int32_t *labels;
    size_t n = lince_label_set(&d->sets, set, &labels);
    joined->size = 0;
    lince_label_list_put(joined, d->classes, labels, n);
    return joined->error ? NULL : lince_names_add(&d->names, joined->data);
}

static int name_sets(lince_dataset *d)
{
    lince_buffer joined = {0};
    lince_free(d->set_names);
    d->set_names = lince_alloc(d->sets.count + 1, sizeof *d->set_names);
    int code = d->set_names ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < d->sets.count && !code; i++)
        if (!(d->set_names[i] = join_names(d, (uint32_t)i, &joined))) code = LINCE_ENOMEM;
    lince_buffer_release(&joined);
    return code;
}

static int move_sets(lince_dataset *d, const int *label, size_t classes_before)
{
    uint32_t *moved = lince_alloc(d->sets.count + 1, sizeof *moved);
    int32_t *now = lince_alloc(classes_before + 1, sizeof *now);
    int code = moved && now ? renumber_sets(&d->sets, label, now, moved) : LINCE_ENOMEM;
    for (int p = 0; p < LINCE_PARTS && !code; p++)
        for (size_t i = 0; i < d->parts[p].count; i++) {
            lince_sample *s = &d->parts[p].at[i];
            s->set = moved[s->set];
        }
    lince_free(moved);
    lince_free(now);
    return code;
}

static int renumber_several(lince_dataset *d, const int *label, size_t classes_before)
{
    LINCE_TRY(move_sets(d, label, classes_before));
    size_t *times = lince_alloc(d->class_count + 1, sizeof *times);
    if (!times) return LINCE_ENOMEM;
    count_all(d, times);
    find_strata(d, times);
    lince_free(times);
    return name_sets(d);
}

int lince_dataset_renumber(lince_dataset *d, const char **classes, size_t count, const int *label)
{
    size_t before = d->class_count;
    lince_free(d->classes);
    d->classes = classes;
    d->class_count = d->class_capacity = count;
    if (d->several) LINCE_TRY(renumber_several(d, label, before));
    for (int p = 0; p < LINCE_PARTS; p++) {
        lince_samples *samples = &d->parts[p];
        for (size_t i = 0; i < samples->count && !d->several; i++)
            samples->at[i].label = label[samples->at[i].label];
        LINCE_TRY(lince_samples_sort(d, (lince_part)p));
    }
    return 0;
}

/* --- asked for ------------------------------------------------------------------------------------ */

size_t lince_dataset_strata(const lince_dataset *d)
{
    return d->class_count + d->several;
}

bool lince_dataset_several(const lince_dataset *d)
{
    return d->several;
}

int lince_dataset_label(const lince_dataset *d, lince_part part, size_t index)
{
    assert(!d->several);
    return d->parts[part].at[index].label;
}

int32_t lince_dataset_target(const lince_dataset *d, lince_part part, size_t index)
{
    const lince_sample *s = &d->parts[part].at[index];
    return d->several ? (int32_t)s->set : s->label;
}

size_t lince_dataset_labels(const lince_dataset *d, lince_part part, size_t index, const int32_t **labels)
{
    const lince_sample *s = &d->parts[part].at[index];
    if (d->several) return lince_label_set(&d->sets, s->set, labels);
    *labels = &s->label;
    return 1;
}

bool lince_dataset_has(const lince_dataset *d, lince_part part, size_t index, int label)
{
    const int32_t *labels;
    size_t n = lince_dataset_labels(d, part, index, &labels), i = 0;
    while (i < n && labels[i] != label) i++;
    return i < n;
}

size_t lince_dataset_labels_of(const lince_dataset *d, int32_t target, const int32_t **labels)
{
    assert(d->several);
    return lince_label_set(&d->sets, (uint32_t)target, labels);
}

const char *lince_dataset_labels_name(const lince_dataset *d, lince_part part, size_t index)
{
    const lince_sample *s = &d->parts[part].at[index];
    return d->several ? d->set_names[s->set] : d->classes[s->label];
}
