/* How far single precision may be from the truth: derived, for tests of kernels.
 *
 * Each rounding multiplies a result by 1 + d, |d| <= u = 2^-24. What a kernel returns is off by a sum of such
 * d_i, each times the number s_i that was rounded and what the result's derivative by it is. The d_i behave
 * as independent numbers of mean zero (Higham & Mary 2019, "A new approach to probabilistic rounding error
 * analysis"); for such, by Hoeffding's inequality,
 *     P(|error| > C u sqrt(V)) <= 2 exp(-C^2 / 2),    V = sum of (derivative_i s_i)^2.
 * So the truth is computed in double precision with, beside each value, its V: an `estimate`.
 *
 * A sum of n terms t_i, S in all, rounds its n partial sums s_k. Where the terms stand in no particular
 * order, mean of sum_k s_k^2 = n (S^2 / 3 + Q / 6),    Q = sum of t_i^2, the second part that of a random
 * walk that returns to its end. n (S^2 / 3 + Q) leaves it six times its mean; that this is seldom exceeded is
 * an estimate, which the tests' worst ratios bear out, and no proof. Terms in an order in which the sum rises
 * before it falls need more: ((A + |S|) / 2)^2 for each s_k, A = sum of |t_i|.
 *
 * `chain` is how many additions a term goes through, at most: n in one chain, less where lanes or blocks are
 * summed by themselves. */
#ifndef LINCE_TESTS_ERROR_BOUND_H
#define LINCE_TESTS_ERROR_BOUND_H

#include <math.h>
#include <stddef.h>

/* u; and C, for which the inequality gives 3e-14. */
#define UNIT_ROUNDOFF   0x1p-24
#define ERROR_CERTAINTY 8.0

/* A value and its V. */
typedef struct estimate {
    double value, variance;
} estimate;

/* A float as it is. */
static inline estimate exactly(double value)
{
    return (estimate){value, 0};
}

typedef struct sum {
    double terms, value, squares, inherited; /* n, S, Q, V of the terms */
} sum;

static inline void add_term(sum *s, estimate t)
{
    s->terms += 1;
    s->value += t.value;
    s->squares += t.value * t.value;
    s->inherited += t.variance;
}

/* a b, as part of a fused multiply-add. */
static inline void add_product(sum *s, estimate a, estimate b)
{
    double inherited = a.value * a.value * b.variance + b.value * b.value * a.variance;
    add_term(s, (estimate){a.value * b.value, inherited});
}

static inline estimate total_of(const sum *s, double chain)
{
    return (estimate){s->value, s->inherited + chain * (s->value * s->value / 3 + s->squares)};
}

static inline double error_bound(estimate e)
{
    return ERROR_CERTAINTY * UNIT_ROUNDOFF * sqrt(e.variance);
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
