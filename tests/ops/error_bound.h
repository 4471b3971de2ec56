/* How far single precision may be from the truth: one rule for all tests of kernels (docs/tolerances.md).
 *
 * Each rounding multiplies a result by 1 + d, |d| <= u = 2^-24. What a kernel returns is off by a sum of such
 * d_i, each times the number s_i that was rounded and what the result's derivative by it is. So certainly
 *     |error| <= u R,    R = sum of |derivative_i s_i|                                (Higham 2002, chapter
 * 3) to first order; for many roundings that is far too much, because the d_i behave as independent numbers
 * of mean zero (Higham & Mary 2019, "A new approach to probabilistic rounding error analysis"), and by
 * Hoeffding's inequality
 *     P(|error| > C u sqrt(V)) <= 2 exp(-C^2 / 2),    V = sum of (derivative_i s_i)^2.
 * The bound is the smaller of the two. What functions such as exp are off by, where a kernel computes them by
 * polynomials, is the same each time and no random number: it counts in R, and is added to C u sqrt(V). The
 * truth is computed in double precision with, beside each value, its R and V: an `estimate`.
 *
 * A sum of n terms t_i, S in all, rounds its n partial sums s_k. Where the terms stand in no particular
 * order, mean of sum_k s_k^2 = n (S^2 / 3 + Q / 6),    Q = sum of t_i^2, the second part that of a random
 * walk that returns to its end. n (S^2 / 3 + Q) leaves it six times its mean; that this is seldom exceeded is
 * an estimate, which the tests' worst ratios bear out, and no proof. Where the order makes a sum rise before
 * it falls, its peak P = (A + |S|) / 2, A = sum of |t_i|, stands for S. And R is n A in any order. */
#ifndef LINCE_TESTS_ERROR_BOUND_H
#define LINCE_TESTS_ERROR_BOUND_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* u; and C, for which the inequality gives 3e-14. */
#define UNIT_ROUNDOFF   0x1p-24
#define ERROR_CERTAINTY 8.0

/* A value, its V, its R, and what part of R is systematic. */
typedef struct estimate {
    double value, variance, reach, systematic;
} estimate;

/* A float as it is. */
static inline estimate exactly(double value)
{
    return (estimate){value, 0, 0, 0};
}

/* e after a rounding of a number of size s, by which its derivative is one. */
static inline estimate disturbed(estimate e, double s)
{
    return (estimate){e.value, e.variance + s * s, e.reach + fabs(s), e.systematic};
}

/* e, rounded once more. */
static inline estimate rounded(estimate e)
{
    return disturbed(e, e.value);
}

/* a b before it is rounded, as in a fused multiply-add. */
static inline estimate product_of(estimate a, estimate b)
{
    return (estimate){a.value * b.value, a.value * a.value * b.variance + b.value * b.value * a.variance,
                      fabs(a.value) * b.reach + fabs(b.value) * a.reach,
                      fabs(a.value) * b.systematic + fabs(b.value) * a.systematic};
}

/* a + b likewise. */
static inline estimate sum_of(estimate a, estimate b)
{
    return (estimate){a.value + b.value, a.variance + b.variance, a.reach + b.reach,
                      a.systematic + b.systematic};
}

/* a - b likewise. */
static inline estimate difference_of(estimate a, estimate b)
{
    return sum_of(a, product_of(exactly(-1), b));
}

/* f(e), given f's value and derivative there, by code that is off by at most `error` units u. */
static inline estimate function_of(estimate e, double value, double derivative, double error)
{
    double d = fabs(derivative);
    return (estimate){value, d * d * e.variance, d * e.reach + error, d * e.systematic + error};
}

/* --- sums --------------------------------------------------------------------------------------------- */

typedef enum order {
    MIXED, /* none in particular */
    SORTED /* the sum rises before it falls */
} order;

typedef struct sum {
    double terms, value, squares, magnitude; /* n, S, Q, A */
    double variance, reach, systematic;      /* of the terms */
} sum;

/* What is zero for certain rounds nothing. */
static inline bool is_zero(estimate e)
{
    return e.value == 0 && e.reach == 0;
}

static inline void add_term(sum *s, estimate t)
{
    s->terms += !is_zero(t);
    s->value += t.value;
    s->squares += t.value * t.value;
    s->magnitude += fabs(t.value);
    s->variance += t.variance;
    s->reach += t.reach;
    s->systematic += t.systematic;
}

/* A sum whose terms each go through at most `roundings` of them: as many as terms in one chain of fused
 * multiply-adds, one less where terms are added as they are. */
static inline estimate total_of(const sum *s, order terms_order, double roundings)
{
    double peak = terms_order == SORTED ? (s->magnitude + fabs(s->value)) / 2 : s->value;
    roundings = fmax(roundings, 0);
    return (estimate){s->value, s->variance + roundings * (peak * peak / 3 + s->squares),
                      s->reach + roundings * s->magnitude, s->systematic};
}

/* A part's sum becomes a term of the whole. */
static inline void carry_up(order terms_order, sum *part, double roundings, sum *whole)
{
    if (part->terms > 0) add_term(whole, total_of(part, terms_order, roundings));
    *part = (sum){0};
}

/* A sum in double precision, whose u is 2^-29 of ours, rounded to single in the end. */
static inline estimate total_in_double(const sum *s)
{
    double before = 0x1p-29 * s->terms * s->magnitude;
    return (estimate){s->value, s->variance + s->value * s->value + before * before,
                      s->reach + fabs(s->value) + before, s->systematic};
}

/* --- the bound ---------------------------------------------------------------------------------------- */

/* The first factor is for what the first order leaves out. */
static inline double error_bound(estimate e)
{
    double probable = e.systematic + ERROR_CERTAINTY * sqrt(e.variance);
    return (1 + 0x1p-16) * UNIT_ROUNDOFF * fmin(e.reach, probable);
}

/* |error| / bound: above 1 is a fault. What must be exact and is not, and what is no number, is infinitely
 * so. */
static inline double error_ratio(estimate expected, float found)
{
    double off = fabs((double)found - expected.value);
    if (off == 0) return 0;
    double ratio = off / error_bound(expected);
    return ratio >= 0 ? ratio : INFINITY;
}

#endif
