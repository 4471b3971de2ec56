/* Which samples of the training part are held out for validation and test, and which are kept when only some
 * are wanted: drawn from each class (of several labels: from those whose rarest label is the same), as a function of the seed and of the sorted list of samples only; or by
 * whole groups, as a function of the seed and of the groups' names. */
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "data/folds.h"

#include <math.h>
#include <stdlib.h>

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

/* As draw, stratum by stratum; `wanted` says how many of one's `count` samples. */
static int draw_all(const lince_dataset *dataset, lince_part part, uint64_t seed, enum draw what,
                    double argument, size_t (*wanted)(size_t count, double argument), bool *drawn)
{
    const lince_samples *samples = &dataset->parts[part];
    size_t begin = 0;
    for (size_t c = 0; c < lince_dataset_strata(dataset); c++) {
        uint64_t key = lince_key(seed, LINCE_STREAM_SPLIT, what, c);
        LINCE_TRY(draw(drawn + begin, samples->stratum[c], wanted(samples->stratum[c], argument), key));
        begin += samples->stratum[c];
    }
    return 0;
}

static int remove_drawn(lince_dataset *dataset, lince_part part, const bool *drawn)
{
    return lince_samples_remove(dataset, part, drawn);
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
    return lince_samples_sort(dataset, LINCE_VAL);
}

/* --- by groups ------------------------------------------------------------------------------------ */

typedef struct drawing {
    size_t group;
    uint64_t rank; /* its place */
} drawing;

static int by_rank(const void *a, const void *b)
{
    const drawing *left = a, *right = b;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* Marks groups, in an order drawn by seed, until they hold `wanted` samples; never all of them. */
static int draw_groups(const lince_groups *g, uint64_t seed, enum draw what, size_t wanted, bool *taken)
{
    drawing *order = lince_alloc(g->count + 1, sizeof *order);
    if (!order) return LINCE_ENOMEM;
    for (size_t i = 0; i < g->count; i++)
        order[i] = (drawing){i, lince_key(seed, LINCE_STREAM_SPLIT, what, g->at[i].hash)};
    qsort(order, g->count, sizeof *order, by_rank);
    for (size_t i = 0, samples = 0; i + 1 < g->count && samples < wanted; i++) {
        taken[order[i].group] = true;
        samples += g->at[order[i].group].count;
    }
    lince_free(order);
    return 0;
}

static int draw_by_group(const lince_samples *train, uint64_t seed, enum draw what, double share, bool *drawn)
{
    lince_groups g;
    bool *taken = NULL;
    int code = lince_groups_find(&g, train);
    if (!code && !(taken = lince_alloc(g.count + 1, sizeof *taken))) code = LINCE_ENOMEM;
    if (!code) code = draw_groups(&g, seed, what, (size_t)lround(share * (double)train->count), taken);
    for (size_t i = 0; i < train->count && !code; i++) drawn[i] = taken[g.of[i]];
    lince_free(taken);
    lince_groups_release(&g);
    return code;
}

/* --- parts ---------------------------------------------------------------------------------------- */

static int move_drawn(lince_dataset *dataset, lince_part part, const bool *drawn)
{
    const lince_samples *train = &dataset->parts[LINCE_TRAIN];
    for (size_t i = 0; i < train->count; i++)
        if (drawn[i]) LINCE_TRY(lince_dataset_add_sample(dataset, part, train->at[i]));
    LINCE_TRY(lince_samples_sort(dataset, part));
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
    return lince_samples_sort(dataset, part);
}

static int check_grouped(const lince_dataset *dataset)
{
    if (dataset->grouped) return 0;
    return lince_fail(LINCE_EUSAGE,
                      "--split-by group: say what belongs together, by --group-column or --group-pattern");
}

int lince_dataset_split(lince_dataset *dataset, const lince_split *split)
{
    if (!(split->val >= 0 && split->val < 1))
        return lince_fail(LINCE_EUSAGE, "--val-split %g: expected a share in [0, 1)", split->val);
    if (!(split->test >= 0 && split->test < 1))
        return lince_fail(LINCE_EUSAGE, "--test-split %g: expected a share in [0, 1)", split->test);
    if (split->by_group) LINCE_TRY(check_grouped(dataset));
    if (split->fresh) LINCE_TRY(empty_part(dataset, LINCE_VAL));
    if (split->fresh) LINCE_TRY(empty_part(dataset, LINCE_TEST));
    LINCE_TRY(hold_out(dataset, LINCE_TEST, split->test, split));
    return split->val_on_test ? validate_on_test(dataset) : hold_out(dataset, LINCE_VAL, split->val, split);
}

/* --- folds ---------------------------------------------------------------------------------------- */

/* All samples that are to be in folds become training samples. */
static int gather(lince_dataset *dataset, bool all)
{
    for (int p = LINCE_VAL; p <= LINCE_TEST; p++) {
        const lince_samples *part = &dataset->parts[p];
        if (p == LINCE_TEST && !all) dataset->left_alone = part->count;
        for (size_t i = 0; i < part->count && (p == LINCE_VAL || all); i++)
            LINCE_TRY(lince_dataset_add_sample(dataset, LINCE_TRAIN, part->at[i]));
        LINCE_TRY(empty_part(dataset, (lince_part)p));
    }
    return lince_samples_sort(dataset, LINCE_TRAIN);
}

/* A rare one of several labels is no reason to refuse: folds that lack it say so. */
static int check_class_sizes(const lince_dataset *dataset, size_t folds)
{
    const lince_samples *samples = &dataset->parts[LINCE_TRAIN];
    if (samples->count < folds)
        return lince_fail(LINCE_EUSAGE, "--folds %zu: there are fewer samples, %zu; choose fewer folds",
                          folds, samples->count);
    for (size_t c = 0; c < dataset->class_count && !dataset->several; c++)
        if (samples->per_class[c] < folds)
            return lince_fail(LINCE_EUSAGE,
                              "--folds %zu: the class '%s' has fewer samples, %zu; choose fewer folds, or "
                              "leave the class out by --classes",
                              folds, dataset->classes[c], samples->per_class[c]);
    return 0;
}

static int fold_groups(const lince_dataset *dataset, const lince_fold *f, uint32_t *fold)
{
    const lince_samples *samples = &dataset->parts[LINCE_TRAIN];
    lince_groups groups;
    int code = lince_groups_find(&groups, samples);
    if (!code && groups.count < (size_t)f->folds)
        code = lince_fail(LINCE_EUSAGE, "--folds %d: there are fewer groups, %zu; choose fewer folds",
                          f->folds, groups.count);
    if (!code)
        code = lince_folds_grouped(samples, lince_dataset_strata(dataset), &groups, (size_t)f->folds, f->seed,
                                   fold);
    lince_groups_release(&groups);
    return code;
}

int lince_dataset_fold(lince_dataset *dataset, const lince_fold *f)
{
    if (f->by_group) LINCE_TRY(check_grouped(dataset));
    LINCE_TRY(gather(dataset, f->all));
    LINCE_TRY(check_class_sizes(dataset, (size_t)f->folds));
    const lince_samples *samples = &dataset->parts[LINCE_TRAIN];
    uint32_t *fold = lince_alloc(samples->count + 1, sizeof *fold);
    bool *drawn = lince_alloc(samples->count + 1, sizeof *drawn);
    int code = !fold || !drawn ? LINCE_ENOMEM
               : f->by_group   ? fold_groups(dataset, f, fold)
                               : lince_folds_stratified(samples, lince_dataset_strata(dataset),
                                                        (size_t)f->folds, f->seed, fold);
    for (size_t i = 0; i < samples->count && !code; i++) drawn[i] = fold[i] + 1 == (uint32_t)f->fold;
    if (!code) code = move_drawn(dataset, LINCE_TEST, drawn);
    lince_free(fold);
    lince_free(drawn);
    if (!code) code = lince_dataset_note_lacking(dataset, LINCE_TEST, LINCE_TRAIN);
    return code ? code : lince_dataset_note_lacking(dataset, LINCE_TRAIN, LINCE_TEST);
}

size_t lince_dataset_left_alone(const lince_dataset *dataset)
{
    return dataset->left_alone;
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
