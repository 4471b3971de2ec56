#include "net/plan.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdbool.h>
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    const lince_buffer_plan *x = *(lince_buffer_plan *const *)a, *y = *(lince_buffer_plan *const *)b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return (x > y) - (x < y);
}

static bool overlap(const lince_buffer_plan *a, const lince_buffer_plan *b, size_t offset)
{
    bool in_time = a->first <= b->last && b->first <= a->last;
    bool in_space = offset < b->offset + lince_align(b->size) && b->offset < offset + lince_align(a->size);
    return in_time && in_space;
}

/* The lowest offset at which `buffer` meets none of those placed: 0, or the end of one of them. */
static size_t lowest_place(const lince_buffer_plan *buffer, lince_buffer_plan *const *placed, size_t count)
{
    size_t best = 0;
    for (size_t i = 0; i < count;) {
        if (overlap(buffer, placed[i], best)) {
            best = placed[i]->offset + lince_align(placed[i]->size);
            i = 0;
        } else
            i++;
    }
    return best;
}

int lince_plan_memory(lince_buffer_plan *buffers, size_t count, size_t *total)
{
    lince_buffer_plan **order = lince_alloc(count + 1, sizeof(lince_buffer_plan *));
    if (!order) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) order[i] = &buffers[i];
    qsort(order, count, sizeof *order, by_size);
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        order[i]->offset = lowest_place(order[i], order, i);
        size_t end = order[i]->offset + lince_align(order[i]->size);
        if (end > *total) *total = end;
    }
    lince_free(order);
    return 0;
}
