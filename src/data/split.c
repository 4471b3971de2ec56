/* Which samples of the training part are held out for validation, and which are kept when only some are
 * wanted: drawn from each class, as a function of the seed and of the sorted list of samples only. */
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "data/layout.h"

#include <math.h>
#include <string.h>

enum draw { HOLD_OUT, LIMIT };

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
static int draw_all(const lince_dataset *dataset, uint64_t seed, enum draw what, double argument,
                    size_t (*wanted)(size_t count, double argument), bool *drawn)
{
    const lince_samples *train = &dataset->parts[LINCE_TRAIN];
    size_t begin = 0;
    for (size_t c = 0; c < dataset->class_count; c++) {
        uint64_t key = lince_key(seed, LINCE_STREAM_SPLIT, what, c);
        LINCE_TRY(draw(drawn + begin, train->per_class[c], wanted(train->per_class[c], argument), key));
        begin += train->per_class[c];
    }
    return 0;
}

/* Removes the marked samples from the training part. */
static int remove_drawn(lince_dataset *dataset, const bool *drawn)
{
    lince_samples *train = &dataset->parts[LINCE_TRAIN];
    size_t kept = 0;
    for (size_t i = 0; i < train->count; i++)
        if (!drawn[i]) train->at[kept++] = train->at[i];
    train->count = kept;
    return lince_samples_sort(train, dataset->class_count);
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

static int hold_out(lince_dataset *dataset, const bool *drawn)
{
    const lince_samples *train = &dataset->parts[LINCE_TRAIN];
    for (size_t i = 0; i < train->count; i++)
        if (drawn[i]) LINCE_TRY(lince_dataset_add_sample(dataset, LINCE_VAL, train->at[i]));
    LINCE_TRY(lince_samples_sort(&dataset->parts[LINCE_VAL], dataset->class_count));
    return remove_drawn(dataset, drawn);
}

int lince_dataset_split(lince_dataset *dataset, double share, int on_test, uint64_t seed)
{
    if (!(share >= 0 && share < 1))
        return lince_fail(LINCE_EUSAGE, "--val-split %g: expected a share in [0, 1)", share);
    if (on_test) return validate_on_test(dataset);
    if (dataset->parts[LINCE_VAL].count > 0) return 0;
    bool *drawn = lince_alloc(dataset->parts[LINCE_TRAIN].count + 1, sizeof *drawn);
    if (!drawn) return LINCE_ENOMEM;
    int code = draw_all(dataset, seed, HOLD_OUT, share, share_of, drawn);
    if (code == 0) code = hold_out(dataset, drawn);
    lince_free(drawn);
    return code;
}

int lince_dataset_limit(lince_dataset *dataset, int per_class, uint64_t seed)
{
    if (per_class < 0)
        return lince_fail(LINCE_EUSAGE, "--train-limit %d: expected 0 or a number of pictures", per_class);
    if (per_class == 0) return 0;
    bool *drawn = lince_alloc(dataset->parts[LINCE_TRAIN].count + 1, sizeof *drawn);
    if (!drawn) return LINCE_ENOMEM;
    int code = draw_all(dataset, seed, LIMIT, per_class, excess_over, drawn);
    if (code == 0) code = remove_drawn(dataset, drawn);
    lince_free(drawn);
    return code;
}
