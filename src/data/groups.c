#include "data/groups.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"

#include <string.h>

static int join(lince_groups *g, lince_map *numbers, const lince_sample *sample, size_t i)
{
    bool alone = !sample->group || !*sample->group, is_new;
    const char *name = alone ? sample->name : sample->group;
    uint64_t hash = lince_hash(alone, name, strlen(name));
    uint32_t *number = lince_map_at(numbers, hash, &is_new); /* + 1 */
    if (!number) return LINCE_ENOMEM;
    if (is_new) {
        LINCE_TRY(lince_grow(&g->at, &g->capacity, g->count + 1, sizeof *g->at));
        g->at[g->count] = (lince_sample_group){.hash = hash};
        *number = (uint32_t)++g->count;
    }
    g->of[i] = *number - 1;
    g->at[*number - 1].count++;
    return 0;
}

int lince_groups_find(lince_groups *g, const lince_samples *samples)
{
    lince_map numbers = {0};
    *g = (lince_groups){.of = lince_alloc(samples->count + 1, sizeof *g->of)};
    int code = g->of ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < samples->count && !code; i++) code = join(g, &numbers, &samples->at[i], i);
    lince_map_release(&numbers);
    return code;
}

void lince_groups_release(lince_groups *g)
{
    lince_free(g->at);
    lince_free(g->of);
    *g = (lince_groups){0};
}
