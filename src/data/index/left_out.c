/* Samples that are not used, and why. */
#include "core/error.h"
#include "core/memory.h"
#include "data/index/layout.h"

int lince_dataset_add_left_out(lince_dataset *d, const lince_left_out *sample)
{
    lince_left_out kept = *sample;
    LINCE_TRY(lince_grow(&d->left_out, &d->left_out_capacity, d->left_out_count + 1, sizeof kept));
    kept.name = lince_names_add(&d->names, sample->name);
    kept.reason = lince_names_add(&d->names, sample->reason);
    if (sample->class) kept.class = lince_names_add(&d->names, sample->class);
    if (!kept.name || !kept.reason || (sample->class && !kept.class)) return LINCE_ENOMEM;
    d->left_out[d->left_out_count++] = kept;
    return 0;
}

int lince_dataset_leave_out(lince_dataset *d, lince_part part, size_t index, const char *reason)
{
    lince_samples *samples = &d->parts[part];
    lince_sample *s = &samples->at[index];
    if (s->left_out) return 0;
    LINCE_TRY(
        lince_dataset_add_left_out(d, &(lince_left_out){.name = s->name,
                                                        .class = lince_dataset_labels_name(d, part, index),
                                                        .reason = reason,
                                                        .part = part,
                                                        .unreadable = true}));
    s->left_out = true;
    const int32_t *labels;
    size_t n = lince_dataset_labels(d, part, index, &labels);
    for (size_t k = 0; k < n; k++) samples->per_class[labels[k]]--;
    samples->stratum[s->label]--;
    return 0;
}

static int add_dropped(lince_dataset *d, lince_part part, const lince_removal *removal)
{
    const lince_sample *s = &d->parts[part].at[removal->index];
    return lince_dataset_add_left_out(d, &(lince_left_out){.name = s->name,
                                                           .class = lince_dataset_labels_name(d, part,
                                                                                              removal->index),
                                                           .reason = removal->reason,
                                                           .part = part,
                                                           .dropped = true,
                                                           .index = removal->index});
}

int lince_dataset_drop(lince_dataset *d, lince_part part, const lince_removal *drops, size_t count)
{
    lince_samples *samples = &d->parts[part];
    bool *marked = lince_alloc(samples->count, sizeof *marked);
    int code = marked ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++) {
        marked[drops[i].index] = true;
        code = add_dropped(d, part, &drops[i]);
    }
    if (!code) code = lince_samples_remove(d, part, marked);
    lince_free(marked);
    return code;
}

size_t lince_dataset_left_out(const lince_dataset *d)
{
    return d->left_out_count;
}

const lince_left_out *lince_dataset_left_out_at(const lince_dataset *d, size_t index)
{
    return &d->left_out[index];
}
