/* Which samples of the training part are held out for validation and test, and which are kept when only some
 * are wanted: drawn from each class, as a function of the seed and of the sorted list of samples only; or by
 * whole groups, as a function of the seed and of the groups' names. */
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/random.h"
#include "data/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum draw { HOLD_OUT_VAL, LIMIT, HOLD_OUT_TEST };

/* Marks `n` of the `count` samples of a class. */
static int draw(bool *drawn, size_t count, size_t n, uint64_t key)
{
    uint32_t *order = lince_alloc(count + 1, sizeof *order);
    if (!order) return LINCE_ENOMEM;
    lince_random_permutation(key, order, count);
    for (size_t i = 0; i < n && i < count; i++) drawn[order[i]] = true;
    lince_free(order);
    return 0;
}

/* As draw, class by class; `wanted` says how many of a class's `count` samples. */
static int draw_all(const lince_dataset *dataset, lince_part part, uint64_t seed, enum draw what,
                    double argument, size_t (*wanted)(size_t count, double argument), bool *drawn)
{
    const lince_samples *samples = &dataset->parts[part];
    size_t begin = 0;
    for (size_t c = 0; c < dataset->class_count; c++) {
        uint64_t key = lince_key(seed, LINCE_STREAM_SPLIT, what, c);
        LINCE_TRY(draw(drawn + begin, samples->per_class[c], wanted(samples->per_class[c], argument), key));
        begin += samples->per_class[c];
    }
    return 0;
}

static int remove_drawn(lince_dataset *dataset, lince_part part, const bool *drawn)
{
    return lince_samples_remove(&dataset->parts[part], drawn, dataset->class_count);
}

static size_t share_of(size_t count, double share)
{
    if (count < 2 || share == 0) return 0;
    size_t n = (size_t)lround(share * (double)count);
    return n < 1 ? 1 : n < count ? n : count - 1;
}

static size_t excess_over(size_t count, double limit)
{
    return (double)count > limit ? count - (size_t)limit : 0;
}

static int validate_on_test(lince_dataset *dataset)
{
    lince_samples *val = &dataset->parts[LINCE_VAL];
    const lince_samples *test = &dataset->parts[LINCE_TEST];
    if (test->count == 0)
        return lince_fail(LINCE_EDATA, "%s: no test part to validate on; leave --val-on-test out",
                          dataset->source.path);
    val->count = 0;
    for (size_t i = 0; i < test->count; i++)
        LINCE_TRY(lince_dataset_add_sample(dataset, LINCE_VAL, test->at[i]));
    return lince_samples_sort(val, dataset->class_count);
}

/* --- by groups ------------------------------------------------------------------------------------ */

typedef struct group {
    uint64_t rank; /* its place in the drawing */
    size_t count;  /* samples */
    bool drawn;
} group;

typedef struct grouping {
    group *groups;
    size_t count, capacity;
    uint32_t *of;   /* [samples] the group of each */
    lince_map find; /* by hash of the name: number in groups + 1 */
} grouping;

static int join_group(grouping *g, const lince_sample *sample, size_t i, uint64_t seed, enum draw what)
{
    bool alone = !sample->group || !*sample->group, is_new;
    const char *name = alone ? sample->name : sample->group;
    uint64_t hash = lince_hash(alone, name, strlen(name));
    uint32_t *number = lince_map_at(&g->find, hash, &is_new);
    if (!number) return LINCE_ENOMEM;
    if (is_new) {
        LINCE_TRY(lince_grow(&g->groups, &g->capacity, g->count + 1, sizeof *g->groups));
        g->groups[g->count] = (group){.rank = lince_key(seed, LINCE_STREAM_SPLIT, what, hash)};
        *number = (uint32_t)++g->count;
    }
    g->of[i] = *number - 1;
    g->groups[*number - 1].count++;
    return 0;
}

static int by_rank(const void *a, const void *b)
{
    const group *left = *(group *const *)a, *right = *(group *const *)b;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static int draw_groups(grouping *g, size_t wanted)
{
    group **order = lince_alloc(g->count + 1, sizeof(group *));
    if (!order) return LINCE_ENOMEM;
    for (size_t i = 0; i < g->count; i++) order[i] = &g->groups[i];
    qsort(order, g->count, sizeof *order, by_rank);
    for (size_t i = 0, taken = 0; i + 1 < g->count && taken < wanted; i++) {
        order[i]->drawn = true;
        taken += order[i]->count;
    }
    lince_free(order);
    return 0;
}

static int draw_by_group(const lince_samples *train, uint64_t seed, enum draw what, double share, bool *drawn)
{
    grouping g = {.of = lince_alloc(train->count + 1, sizeof *g.of)};
    int code = g.of ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < train->count && !code; i++) code = join_group(&g, &train->at[i], i, seed, what);
    if (!code) code = draw_groups(&g, (size_t)lround(share * (double)train->count));
    for (size_t i = 0; i < train->count && !code; i++) drawn[i] = g.groups[g.of[i]].drawn;
    lince_map_release(&g.find);
    lince_free(g.groups);
    lince_free(g.of);
    return code;
}

/* --- parts ---------------------------------------------------------------------------------------- */

static int move_drawn(lince_dataset *dataset, lince_part part, const bool *drawn)
{
    const lince_samples *train = &dataset->parts[LINCE_TRAIN];
    for (size_t i = 0; i < train->count; i++)
        if (drawn[i]) LINCE_TRY(lince_dataset_add_sample(dataset, part, train->at[i]));
    LINCE_TRY(lince_samples_sort(&dataset->parts[part], dataset->class_count));
    return remove_drawn(dataset, LINCE_TRAIN, drawn);
}

static int hold_out(lince_dataset *dataset, lince_part part, double share, const lince_split *split)
{
    const lince_samples *train = &dataset->parts[LINCE_TRAIN];
    enum draw what = part == LINCE_TEST ? HOLD_OUT_TEST : HOLD_OUT_VAL;
    if (dataset->parts[part].count > 0 || share == 0) return 0;
    bool *drawn = lince_alloc(train->count + 1, sizeof *drawn);
    if (!drawn) return LINCE_ENOMEM;
    int code = split->by_group ? draw_by_group(train, split->seed, what, share, drawn)
                               : draw_all(dataset, LINCE_TRAIN, split->seed, what, share, share_of, drawn);
    if (code == 0) code = move_drawn(dataset, part, drawn);
    lince_free(drawn);
    if (code == 0) code = lince_dataset_note_lacking(dataset, part, LINCE_TRAIN);
    return code ? code : lince_dataset_note_lacking(dataset, LINCE_TRAIN, part);
}

static int empty_part(lince_dataset *dataset, lince_part part)
{
    dataset->parts[part].count = 0;
    return lince_samples_sort(&dataset->parts[part], dataset->class_count);
}

int lince_dataset_split(lince_dataset *dataset, const lince_split *split)
{
    if (!(split->val >= 0 && split->val < 1))
        return lince_fail(LINCE_EUSAGE, "--val-split %g: expected a share in [0, 1)", split->val);
    if (!(split->test >= 0 && split->test < 1))
        return lince_fail(LINCE_EUSAGE, "--test-split %g: expected a share in [0, 1)", split->test);
    if (split->by_group && !dataset->grouped)
        return lince_fail(LINCE_EUSAGE,
                          "--split-by group: say by --group-column which column tells what belongs together");
    if (split->fresh) LINCE_TRY(empty_part(dataset, LINCE_VAL));
    if (split->fresh) LINCE_TRY(empty_part(dataset, LINCE_TEST));
    LINCE_TRY(hold_out(dataset, LINCE_TEST, split->test, split));
    return split->val_on_test ? validate_on_test(dataset) : hold_out(dataset, LINCE_VAL, split->val, split);
}

int lince_dataset_limit(lince_dataset *dataset, lince_part part, int per_class, uint64_t seed)
{
    if (per_class < 0)
        return lince_fail(LINCE_EUSAGE, "--train-limit %d: expected 0 or a number of samples", per_class);
    if (per_class == 0) return 0;
    bool *drawn = lince_alloc(dataset->parts[part].count + 1, sizeof *drawn);
    if (!drawn) return LINCE_ENOMEM;
    int code = draw_all(dataset, part, seed, LIMIT, per_class, excess_over, drawn);
    if (code == 0) code = remove_drawn(dataset, part, drawn);
    lince_free(drawn);
    return code;
}
