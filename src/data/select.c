/* Some of a data set's classes. */
#include "core/error.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "data/layout.h"

#include <string.h>

static const char *class_at(const void *dataset, size_t index)
{
    const lince_dataset *d = dataset;
    return index < d->class_count ? d->classes[index] : NULL;
}

/* Marks the class of this name. */
static int choose(const lince_dataset *d, const char *name, bool *chosen)
{
    for (size_t c = 0; c < d->class_count; c++) {
        if (strcmp(d->classes[c], name) != 0) continue;
        if (chosen[c]) return lince_fail(LINCE_EUSAGE, "--classes: '%s' stands there twice", name);
        chosen[c] = true;
        return 0;
    }
    const char *nearest = lince_nearest(name, class_at, d);
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--classes: there is no class '%s'; did you mean '%s'?", name,
                          nearest);
    return lince_fail(LINCE_EUSAGE, "--classes: there is no class '%s'; 'lince info' lists them", name);
}

/* `list` up to its commas; how many were chosen in *count. */
static int choose_all(const lince_dataset *d, const char *list, bool *chosen, size_t *count)
{
    for (const char *at = list; *at; (*count)++) {
        size_t length = strcspn(at, ",");
        char *name = lince_strndup(at, length);
        if (!name) return LINCE_ENOMEM;
        int code = choose(d, name, chosen);
        lince_free(name);
        if (code) return code;
        at += length + (at[length] == ',');
    }
    return *count >= 2 ? 0 : lince_fail(LINCE_EUSAGE, "--classes %s: expected two or more names", list);
}

/* Only samples of chosen classes stay; label[c]: class c's new number. */
static int keep_samples(lince_samples *samples, const bool *chosen, const int *label, size_t classes)
{
    size_t kept = 0;
    for (size_t i = 0; i < samples->count; i++) {
        lince_sample sample = samples->at[i];
        if (!chosen[sample.label]) continue;
        sample.label = label[sample.label];
        samples->at[kept++] = sample;
    }
    samples->count = kept;
    return lince_samples_sort(samples, classes);
}

static int keep_classes(lince_dataset *d, const bool *chosen, int *label)
{
    size_t kept = 0;
    for (size_t c = 0; c < d->class_count; c++) {
        label[c] = (int)kept;
        if (chosen[c]) d->classes[kept++] = d->classes[c];
    }
    d->class_count = kept;
    for (int p = 0; p < LINCE_PARTS; p++) LINCE_TRY(keep_samples(&d->parts[p], chosen, label, kept));
    return 0;
}

int lince_dataset_select(lince_dataset *d, const char *classes)
{
    if (!classes || !*classes) return 0;
    size_t count = 0;
    bool *chosen = lince_alloc(d->class_count, sizeof *chosen);
    int *label = lince_alloc(d->class_count, sizeof *label);
    int code = chosen && label ? choose_all(d, classes, chosen, &count) : LINCE_ENOMEM;
    if (!code) code = keep_classes(d, chosen, label);
    lince_free(chosen);
    lince_free(label);
    return code;
}
