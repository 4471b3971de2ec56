/* Samples of random shapes and of kinds of values, and how near to its bound the worst of each kind comes. */
#ifndef LINCE_TESTS_SAMPLE_H
#define LINCE_TESTS_SAMPLE_H

#include "core/random.h"
#include "ops/error_bound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { USUAL_SHAPES = 200 };

/* How many shapes a test draws: LINCE_TEST_SHAPES says so (`make test-shapes`), or a few. */
static inline uint64_t sample_size(void)
{
    const char *wanted = getenv("LINCE_TEST_SHAPES");
    return wanted ? strtoull(wanted, NULL, 10) : USUAL_SHAPES;
}

/* From `low` to `high`, small ones as often as large ones: their logarithm is uniform. */
static inline int draw_size(lince_random *r, int low, int high)
{
    return (int)(low * pow((high + 1.0) / low, (double)lince_random_uniform(r)));
}

/* --- kinds of values ---------------------------------------------------------------------------------- */

typedef enum value_kind {
    NORMAL,
    POSITIVE,   /* rectified, times positive weights: sums only grow */
    LARGE_MEAN, /* 10 and more, with weights of either sign */
    CANCELLING, /* positive, times weights that turn negative half-way: sums rise, then fall */
    VALUE_KINDS
} value_kind;

static const char *const value_kind_names[] = {"normal", "positive", "large mean", "cancelling"};

static inline order order_of(value_kind kind)
{
    return kind == CANCELLING ? SORTED : MIXED;
}

static inline float draw_value(value_kind kind, lince_random *r)
{
    float x = lince_random_normal(r);
    switch (kind) {
    case NORMAL: return x;
    case POSITIVE: return x > 0 ? x : 0;
    case LARGE_MEAN: return 10 + x;
    default: return fabsf(x);
    }
}

/* late: in the second half of what is summed over. */
static inline float draw_weight(value_kind kind, bool late, lince_random *r)
{
    float x = lince_random_normal(r);
    if (kind == POSITIVE) return fabsf(x);
    if (kind == CANCELLING) return late ? -fabsf(x) : fabsf(x);
    return x;
}

/* --- worst ratios ------------------------------------------------------------------------------------- */

enum {
    LENGTHS = 4, /* classes of sums' lengths: up to 8, 64, 512 terms, and more */
    ENOUGH =
        10000 /* results, of the usual number of shapes, of which the worst must come near to its bound */
};

typedef struct tally {
    double worst[VALUE_KINDS][LENGTHS];
    size_t results[VALUE_KINDS][LENGTHS];
} tally;

static inline int length_class(double terms)
{
    return terms <= 8 ? 0 : terms <= 64 ? 1 : terms <= 512 ? 2 : 3;
}

static inline void record(tally *t, value_kind kind, double terms, double ratio)
{
    int length = length_class(terms);
    t->worst[kind][length] = fmax(t->worst[kind][length], ratio);
    t->results[kind][length]++;
}

/* That no bound was violated, and none was ten times too wide. Says the worst of each length of each kind,
 * in parentheses where there are too few results to tell. */
static inline void check_tally(const char *name, const tally *t)
{
    bool wide = false, any = false;
    for (int k = 0; k < VALUE_KINDS; k++)
        for (int l = 0; l < LENGTHS; l++) any |= t->results[k][l] > 0;
    if (!any) return;
    print_message("%s:", name);
    for (int k = 0; k < VALUE_KINDS; k++) {
        print_message(" %s", value_kind_names[k]);
        for (int l = 0; l < LENGTHS; l++) {
            bool enough = t->results[k][l] >= ENOUGH && sample_size() >= USUAL_SHAPES;
            if (!t->results[k][l])
                print_message(" -");
            else
                print_message(enough ? " %.2f" : " (%.2f)", t->worst[k][l]);
            wide |= enough && t->worst[k][l] <= 0.1;
        }
        print_message(k < VALUE_KINDS - 1 ? ";" : "\n");
    }
    for (int k = 0; k < VALUE_KINDS; k++)
        for (int l = 0; l < LENGTHS; l++) assert_true(t->worst[k][l] <= 1);
    if (wide) fail_msg("%s: a bound is ten times too wide", name);
}

static inline void check_tallies(const char *const *names, const tally *tallies, int count)
{
    for (int i = 0; i < count; i++) check_tally(names[i], &tallies[i]);
}

#endif
