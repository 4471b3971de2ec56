#include "metrics/label_errors.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* A sample of one label, by how much likelier another class is. */
typedef struct candidate {
    size_t sample;
    double over; /* p_k - p_s */
} candidate;

typedef struct learning {
    const float *probability; /* [n][classes] */
    const int32_t *label;
    size_t n, classes;
    size_t *labelled;      /* [classes] samples of each label */
    double *threshold;     /* [classes] */
    double *joint;         /* [classes][classes], row: the given label */
    bool *wrong;           /* [n] */
    candidate *candidates; /* [n] */
} learning;

static const float *row(const learning *l, size_t sample)
{
    return l->probability + sample * l->classes;
}

static size_t most_probable(const learning *l, size_t sample)
{
    size_t best = 0;
    for (size_t c = 1; c < l->classes; c++)
        if (row(l, sample)[c] > row(l, sample)[best]) best = c;
    return best;
}

/* --- how many ------------------------------------------------------------------------------------- */

/* A class that no sample is labelled with has no threshold that a probability could reach. */
static void set_thresholds(learning *l)
{
    const double least = 2e-6, unreachable = 2;
    for (size_t i = 0; i < l->n; i++) {
        l->labelled[l->label[i]]++;
        l->threshold[l->label[i]] += (double)row(l, i)[l->label[i]];
    }
    for (size_t c = 0; c < l->classes; c++)
        l->threshold[c] =
            l->labelled[c] ? fmax(least, l->threshold[c] / (double)l->labelled[c]) : unreachable;
}

/* The class that a sample is confidently counted as; `classes`: none. */
static size_t confident_class(const learning *l, size_t sample)
{
    const double tolerance = 1e-6; /* a probability that equals its threshold reaches it */
    size_t reached = 0, which = l->classes;
    for (size_t c = 0; c < l->classes; c++) {
        if ((double)row(l, sample)[c] < l->threshold[c] - tolerance) continue;
        if (!reached++) which = c;
    }
    return reached > 1 ? most_probable(l, sample) : which;
}

/* To whole numbers with the same sum: those with the largest remainders are rounded the other way. */
static void round_row(double *values, size_t count, double sum, double *remainder)
{
    double whole = 0;
    for (size_t k = 0; k < count; k++) {
        remainder[k] = values[k] - rint(values[k]);
        values[k] = rint(values[k]);
        whole += values[k];
    }
    for (double step = whole < sum ? 1 : -1; whole != sum; whole += step) {
        size_t most = 0;
        for (size_t k = 1; k < count; k++)
            if (step > 0 ? remainder[k] >= remainder[most] : remainder[k] < remainder[most]) most = k;
        values[most] += step;
        remainder[most] -= step;
    }
}

/* One sample of each label stays at least: what its diagonal lacks of that is taken from the others. */
static void keep_one(double *counts, size_t classes, size_t given)
{
    double others = 0, lack = 1 - counts[given];
    if (lack <= 0) return;
    for (size_t k = 0; k < classes; k++) others += counts[k] > 0;
    others = fmax(1, others - 1);
    for (size_t k = 0; k < classes; k++) counts[k] = floor(fmax(0, counts[k] - lack / others));
    counts[given] = 1;
}

static int estimate_joint(learning *l)
{
    double *remainder = lince_alloc(l->classes, sizeof *remainder);
    if (!remainder) return LINCE_ENOMEM;
    for (size_t i = 0; i < l->n; i++) {
        size_t truly = confident_class(l, i);
        if (truly < l->classes) l->joint[(size_t)l->label[i] * l->classes + truly]++;
    }
    for (size_t s = 0; s < l->classes; s++) {
        double *counts = l->joint + s * l->classes, sum = 0;
        counts[s] = fmax(1, counts[s]);
        for (size_t k = 0; k < l->classes; k++) sum += counts[k];
        for (size_t k = 0; k < l->classes; k++) counts[k] *= (double)l->labelled[s] / sum;
        round_row(counts, l->classes, (double)l->labelled[s], remainder);
        keep_one(counts, l->classes, s);
    }
    lince_free(remainder);
    return 0;
}

/* --- which ---------------------------------------------------------------------------------------- */

static int likeliest_first(const void *a, const void *b)
{
    const candidate *left = a, *right = b;
    if (left->over != right->over) return left->over > right->over ? -1 : 1;
    return (left->sample > right->sample) - (left->sample < right->sample);
}

/* Of the samples labelled s, marks the `wanted` that are likeliest k. */
static void mark(learning *l, size_t s, size_t k, size_t wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < l->n; i++)
        if ((size_t)l->label[i] == s)
            l->candidates[count++] = (candidate){i, (double)row(l, i)[k] - (double)row(l, i)[s]};
    qsort(l->candidates, count, sizeof *l->candidates, likeliest_first);
    for (size_t i = 0; i < count && i < wanted; i++) l->wrong[l->candidates[i].sample] = true;
}

static void mark_all(learning *l)
{
    for (size_t s = 0; s < l->classes; s++)
        for (size_t k = 0; k < l->classes && l->labelled[s] > 1; k++) {
            double wanted = l->joint[s * l->classes + k];
            if (k != s && wanted > 0) mark(l, s, k, (size_t)wanted);
        }
}

static int least_margin_first(const void *a, const void *b)
{
    const lince_label_issue *left = a, *right = b;
    if (left->margin != right->margin) return left->margin < right->margin ? -1 : 1;
    if (left->sample != right->sample) return left->sample < right->sample ? -1 : 1;
    return (left->class > right->class) - (left->class < right->class);
}

static int list_issues(const learning *l, lince_label_issue **issues, size_t *count)
{
    lince_label_issue *list = lince_alloc(l->n + 1, sizeof *list);
    if (!list) return LINCE_ENOMEM;
    for (size_t i = 0; i < l->n; i++) {
        size_t best = most_probable(l, i), given = (size_t)l->label[i];
        if (!l->wrong[i] || best == given) continue;
        double own = (double)row(l, i)[given], other = (double)row(l, i)[best];
        list[(*count)++] = (lince_label_issue){.sample = i,
                                               .given = (int32_t)given,
                                               .suggested = (int32_t)best,
                                               .self_confidence = own,
                                               .margin = (own - other + 1) / 2};
    }
    qsort(list, *count, sizeof *list, least_margin_first);
    *issues = list;
    return 0;
}

int lince_label_issues(const float *probability, const int32_t *label, size_t n, int classes,
                       lince_label_issue **issues, size_t *count)
{
    size_t k = (size_t)classes;
    learning l = {.probability = probability,
                  .label = label,
                  .n = n,
                  .classes = k,
                  .labelled = lince_alloc(k, sizeof *l.labelled),
                  .threshold = lince_alloc(k, sizeof *l.threshold),
                  .joint = lince_alloc(k, k * sizeof *l.joint),
                  .wrong = lince_alloc(n + 1, sizeof *l.wrong),
                  .candidates = lince_alloc(n + 1, sizeof *l.candidates)};
    int code = l.labelled && l.threshold && l.joint && l.wrong && l.candidates ? 0 : LINCE_ENOMEM;
    *issues = NULL;
    *count = 0;
    if (!code) set_thresholds(&l);
    if (!code) code = estimate_joint(&l);
    if (!code) mark_all(&l);
    if (!code) code = list_issues(&l, issues, count);
    lince_free(l.labelled);
    lince_free(l.threshold);
    lince_free(l.joint);
    lince_free(l.wrong);
    lince_free(l.candidates);
    return code;
}

/* --- of several labels ---------------------------------------------------------------------------- */

/* Two classes, of which the second is that c is there. */
static int find_of_class(const float *probability, const bool *there, size_t n, size_t classes, size_t c,
                         float *two, int32_t *label, lince_label_issue **issues, size_t *count)
{
    for (size_t i = 0; i < n; i++) {
        float p = probability[i * classes + c];
        two[2 * i] = 1 - p, two[2 * i + 1] = p;
        label[i] = there[i * classes + c];
    }
    LINCE_TRY(lince_label_issues(two, label, n, 2, issues, count));
    for (size_t i = 0; i < *count; i++) (*issues)[i].class = (int32_t)c;
    return 0;
}

int lince_label_issues_several(const float *probability, const bool *there, size_t n, int classes,
                               lince_label_issue **issues, size_t *count)
{
    float *two = lince_alloc(n + 1, 2 * sizeof *two);
    int32_t *label = lince_alloc(n + 1, sizeof *label);
    size_t capacity = 0;
    int code = two && label ? 0 : LINCE_ENOMEM;
    *issues = NULL;
    *count = 0;
    for (size_t c = 0; c < (size_t)classes && !code; c++) {
        lince_label_issue *own = NULL;
        size_t found = 0;
        code = find_of_class(probability, there, n, (size_t)classes, c, two, label, &own, &found);
        if (!code) code = lince_grow(issues, &capacity, *count + found + 1, sizeof **issues);
        for (size_t i = 0; i < found && !code; i++) (*issues)[(*count)++] = own[i];
        lince_free(own);
    }
    if (!code && *count) qsort(*issues, *count, sizeof **issues, least_margin_first);
    lince_free(two);
    lince_free(label);
    return code;
}
