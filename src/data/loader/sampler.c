#include "data/loader/sampler.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

static uint32_t at(const uint32_t *good, size_t i)
{
    return good ? good[i] : (uint32_t)i;
}

/* The classes that sample i is drawn as: its labels; where it has none, one behind them all. */
static size_t drawn_as(const lince_dataset *d, lince_part part, uint32_t i, const int32_t **labels,
                       const int32_t *none)
{
    size_t n = lince_dataset_labels(d, part, i, labels);
    if (n) return n;
    *labels = none;
    return 1;
}

/* Sorted by class, by counting. */
static int sort(lince_sampler *s, const lince_dataset *d, lince_part part, const uint32_t *good)
{
    int32_t classes = lince_dataset_classes(d), none = classes;
    const int32_t *labels;
    size_t all = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t n = drawn_as(d, part, at(good, i), &labels, &none);
        for (size_t k = 0; k < n; k++) s->end[labels[k] + 1]++;
        all += n;
    }
    if (!(s->index = lince_alloc(all, sizeof *s->index))) return LINCE_ENOMEM;
    for (int c = 0; c <= classes; c++)
        s->end[c + 1] += s->end[c]; /* end[c]: where c begins, and then goes on */
    for (size_t i = 0; i < s->count; i++) {
        size_t n = drawn_as(d, part, at(good, i), &labels, &none);
        for (size_t k = 0; k < n; k++) s->index[s->end[labels[k]]++] = at(good, i);
    }
    return 0;
}

int lince_sampler_init(lince_sampler *s, const lince_dataset *d, lince_part part, const uint32_t *good,
                       size_t count)
{
    int classes = lince_dataset_classes(d);
    *s = (lince_sampler){.count = count};
    s->end = lince_alloc((size_t)classes + 2, sizeof *s->end);
    if (!s->end) return LINCE_ENOMEM;
    LINCE_TRY(sort(s, d, part, good));
    for (int c = 0; c <= classes; c++) /* without those that have no samples */
        if (s->end[c] > (s->classes ? s->end[s->classes - 1] : 0)) s->end[s->classes++] = s->end[c];
    return 0;
}

void lince_sampler_release(lince_sampler *s)
{
    lince_free(s->index);
    lince_free(s->end);
    *s = (lince_sampler){0};
}

void lince_sampler_draw(const lince_sampler *s, uint64_t seed, int epoch, uint32_t *order)
{
    for (size_t i = 0; i < s->count; i++) {
        lince_random random = lince_random_at(lince_key(seed, LINCE_STREAM_SAMPLER, (uint64_t)epoch, i));
        uint32_t c = lince_random_below(&random, (uint32_t)s->classes);
        size_t begin = c ? s->end[c - 1] : 0, size = s->end[c] - begin;
        order[i] = s->index[begin + lince_random_below(&random, (uint32_t)size)];
    }
}
