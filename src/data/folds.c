#include "data/folds.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

#include <math.h>
#include <stdlib.h>

enum { FOLDS = 3 }; /* of LINCE_STREAM_SPLIT, behind what split.c draws */

int lince_folds_stratified(const lince_samples *samples, size_t strata, size_t folds, uint64_t seed,
                           uint32_t *fold)
{
    uint32_t *order = lince_alloc(samples->count + 1, sizeof *order);
    if (!order) return LINCE_ENOMEM;
    for (size_t c = 0, begin = 0; c < strata; begin += samples->stratum[c++]) {
        lince_random_permutation(lince_key(seed, LINCE_STREAM_SPLIT, FOLDS, c), order, samples->stratum[c]);
        for (size_t i = 0; i < samples->stratum[c]; i++)
            fold[begin + order[i]] = (uint32_t)((begin + i) % folds);
    }
    lince_free(order);
    return 0;
}

/* --- by groups ------------------------------------------------------------------------------------ */

/* The samples of a group, by class. */
typedef struct membership {
    uint32_t group;
    int label;
    size_t count;
} membership;

typedef struct candidate {
    const membership *first; /* of each of its classes */
    size_t classes;
    uint32_t group;
    double unevenness; /* of its classes: their variance, scaled */
    uint64_t rank;     /* among equals */
} candidate;

static int by_group_and_label(const void *a, const void *b)
{
    const membership *left = a, *right = b;
    if (left->group != right->group) return left->group < right->group ? -1 : 1;
    return (left->label > right->label) - (left->label < right->label);
}

static int most_uneven_first(const void *a, const void *b)
{
    const candidate *left = a, *right = b;
    if (left->unevenness != right->unevenness) return left->unevenness > right->unevenness ? -1 : 1;
    return (left->rank > right->rank) - (left->rank < right->rank);
}

/* One entry a group and class, in the groups' order. Returns their number. */
static size_t count_members(const lince_samples *samples, const lince_groups *groups, membership *list)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        list[i] = (membership){groups->of[i], samples->at[i].label, 1};
    qsort(list, samples->count, sizeof *list, by_group_and_label);
    for (size_t i = 0; i < samples->count; i++)
        if (count && !by_group_and_label(&list[count - 1], &list[i]))
            list[count - 1].count++;
        else
            list[count++] = list[i];
    return count;
}

/* With counts g of K classes and m samples in all: K sum g^2 - m^2, which is K^2 times their variance. */
static void list_candidates(const membership *members, size_t count, const lince_groups *groups,
                            size_t classes, uint64_t seed, candidate *list)
{
    for (size_t i = 0; i < count; i++) {
        candidate *c = &list[members[i].group];
        double size = (double)groups->at[members[i].group].count, own = (double)members[i].count;
        if (!c->classes++)
            *c = (candidate){&members[i], 1, members[i].group, -size * size,
                             lince_key(seed, LINCE_STREAM_SPLIT, FOLDS, groups->at[members[i].group].hash)};
        c->unevenness += (double)classes * own * own;
    }
    qsort(list, groups->count, sizeof *list, most_uneven_first);
}

typedef struct dealing {
    size_t folds;
    double *in;   /* [classes][folds] samples so far */
    double *size; /* [folds] */
    const size_t *stratum;
} dealing;

/* The standard deviation over the folds of a class's share, were `more` of it put into one of them. */
static double deviation(const dealing *d, int label, size_t into, double more)
{
    double sum = 0, squares = 0, folds = (double)d->folds;
    for (size_t f = 0; f < d->folds; f++) {
        double share =
            (d->in[(size_t)label * d->folds + f] + (f == into ? more : 0)) / (double)d->stratum[label];
        sum += share, squares += share * share;
    }
    return sqrt(fmax(0, squares / folds - (sum / folds) * (sum / folds)));
}

/* Classes that the group lacks are as even wherever it goes. */
static size_t best_fold(const dealing *d, const candidate *c)
{
    const double tolerance = 1e-9; /* sums of the same shares in another order are equal */
    size_t best = 0;
    double least = INFINITY;
    for (size_t f = 0; f < d->folds; f++) {
        double uneven = 0;
        for (size_t k = 0; k < c->classes; k++)
            uneven += deviation(d, c->first[k].label, f, (double)c->first[k].count);
        bool equal = fabs(uneven - least) <= tolerance;
        if ((!equal && uneven < least) || (equal && d->size[f] < d->size[best])) least = uneven, best = f;
    }
    return best;
}

static void deal(dealing *d, const candidate *list, size_t count, uint32_t *fold_of)
{
    for (size_t i = 0; i < count; i++) {
        size_t fold = best_fold(d, &list[i]);
        for (size_t k = 0; k < list[i].classes; k++) {
            const membership *m = &list[i].first[k];
            d->in[(size_t)m->label * d->folds + fold] += (double)m->count;
            d->size[fold] += (double)m->count;
        }
        fold_of[list[i].group] = (uint32_t)fold;
    }
}

int lince_folds_grouped(const lince_samples *samples, size_t strata, const lince_groups *groups, size_t folds,
                        uint64_t seed, uint32_t *fold)
{
    membership *members = lince_alloc(samples->count + 1, sizeof *members);
    candidate *list = lince_alloc(groups->count + 1, sizeof *list);
    uint32_t *fold_of = lince_alloc(groups->count + 1, sizeof *fold_of);
    dealing d = {folds, lince_alloc(strata, folds * sizeof *d.in), lince_alloc(folds, sizeof *d.size),
                 samples->stratum};
    int code = members && list && fold_of && d.in && d.size ? 0 : LINCE_ENOMEM;
    if (!code) {
        size_t count = count_members(samples, groups, members);
        list_candidates(members, count, groups, strata, seed, list);
        deal(&d, list, groups->count, fold_of);
        for (size_t i = 0; i < samples->count; i++) fold[i] = fold_of[groups->of[i]];
    }
    lince_free(members);
    lince_free(list);
    lince_free(fold_of);
    lince_free(d.in);
    lince_free(d.size);
    return code;
}
