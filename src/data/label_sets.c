#include "data/label_sets.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Behind those that are there, without what is there twice: how many. */
static size_t append(lince_label_sets *s, const int32_t *labels, size_t n)
{
    int32_t *own = s->label + s->used;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) own[i] = labels[i];
    qsort(own, n, sizeof *own, ascending);
    for (size_t i = 0; i < n; i++)
        if (!kept || own[kept - 1] != own[i]) own[kept++] = own[i];
    return kept;
}

int lince_label_sets_add(lince_label_sets *s, const int32_t *labels, size_t n, uint32_t *number)
{
    bool is_new;
    LINCE_TRY(lince_grow(&s->label, &s->capacity, s->used + n + 1, sizeof *s->label));
    LINCE_TRY(lince_grow(&s->end, &s->end_capacity, s->count + 1, sizeof *s->end));
    size_t kept = append(s, labels, n);
    uint32_t *at = lince_map_at(&s->index, lince_hash(0, s->label + s->used, kept * sizeof *labels), &is_new);
    if (!at) return LINCE_ENOMEM;
    if (is_new) {
        s->used += kept;
        s->end[s->count] = s->used;
        *at = (uint32_t)++s->count;
    }
    *number = *at - 1;
    return 0;
}

size_t lince_label_set(const lince_label_sets *s, uint32_t number, const int32_t **labels)
{
    size_t begin = number ? s->end[number - 1] : 0;
    *labels = s->label + begin;
    return s->end[number] - begin;
}

void lince_label_sets_release(lince_label_sets *s)
{
    lince_free(s->label);
    lince_free(s->end);
    lince_map_release(&s->index);
    *s = (lince_label_sets){0};
}
