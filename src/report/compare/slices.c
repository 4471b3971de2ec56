/* Accuracy by the length of a text, and where negations and contrasts turn what it says. */
#include "core/error.h"
#include "core/memory.h"
#include "report/compare/context.h"
#include "text/turns.h"

#include <stdint.h>
#include <stdlib.h>

/* The last word of each class of lengths. */
static const size_t ends[] = {5, 10, 15, 20, 30, 40, 60, SIZE_MAX};

static bool is_in(const lince_context *x, const lince_slice *s, size_t sample)
{
    size_t words = x->words[sample];
    unsigned turns = x->turns[sample];
    switch (s->kind) {
    case LINCE_SLICE_LENGTH:
    case LINCE_SLICE_LONGEST: return words >= s->from && words <= s->to;
    case LINCE_SLICE_NEGATION: return turns & LINCE_NEGATION;
    case LINCE_SLICE_CONTRAST: return turns & LINCE_CONTRAST;
    case LINCE_SLICE_TURNED: return turns != 0;
    case LINCE_SLICE_PLAIN: return turns == 0;
    }
    return false;
}

static int score(lince_slice *s, const lince_comparison *c, const bool *within)
{
    s->accuracy = lince_alloc(c->count, sizeof *s->accuracy);
    s->contests = lince_alloc(c->count, sizeof *s->contests);
    if (!s->accuracy || !s->contests) return LINCE_ENOMEM;
    for (size_t i = 0; i < c->count; i++) {
        size_t hits = 0;
        for (size_t k = 0; k < c->n; k++) hits += within[k] && lince_comparison_right(c, i, k);
        s->accuracy[i] = lince_wilson(hits, s->n);
    }
    lince_comparison_contests(c, within, s->contests);
    return 0;
}

/* Without texts there is no slice. */
static int add(lince_context *x, const lince_comparison *c, lince_slice s)
{
    LINCE_TRY(lince_grow(&x->slices, &x->slice_capacity, x->slice_count + 1, sizeof *x->slices));
    bool *within = lince_alloc(c->n, sizeof *within);
    if (!within) return LINCE_ENOMEM;
    for (size_t k = 0; k < c->n; k++) s.n += within[k] = is_in(x, &s, k);
    int code = 0;
    if (s.n) {
        code = score(&s, c, within);
        x->slices[x->slice_count++] = s;
    }
    lince_free(within);
    return code;
}

static int by_size(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    return i < j ? -1 : i > j;
}

/* How many words the shortest of the longest quarter has. */
static int upper_quartile(const lince_context *x, size_t n, size_t *words)
{
    size_t *sorted = lince_alloc(n, sizeof *sorted);
    if (!sorted) return LINCE_ENOMEM;
    for (size_t i = 0; i < n; i++) sorted[i] = x->words[i];
    qsort(sorted, n, sizeof *sorted, by_size);
    *words = sorted[3 * n / 4];
    lince_free(sorted);
    return 0;
}

int lince_context_slices(lince_context *x, const lince_comparison *c)
{
    size_t from = 0, quartile;
    LINCE_TRY(upper_quartile(x, c->n, &quartile));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; from = ends[i] + 1, i++)
        LINCE_TRY(add(x, c, (lince_slice){.kind = LINCE_SLICE_LENGTH, .from = from, .to = ends[i]}));
    LINCE_TRY(add(x, c, (lince_slice){.kind = LINCE_SLICE_LONGEST, .from = quartile, .to = SIZE_MAX}));
    for (int kind = LINCE_SLICE_NEGATION; kind <= LINCE_SLICE_PLAIN; kind++)
        LINCE_TRY(add(x, c, (lince_slice){.kind = (lince_slice_kind)kind}));
    return 0;
}

const lince_slice *lince_context_slice(const lince_context *x, lince_slice_kind kind)
{
    for (size_t i = 0; i < x->slice_count; i++)
        if (x->slices[i].kind == kind) return &x->slices[i];
    return NULL;
}
