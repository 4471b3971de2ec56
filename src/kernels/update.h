/* What an update of weights computes, as operations (op.h). A rule says how a step changes each weight by itself:
 * the host runs it as it is, plain C that is compiled for each level; rows of another device know it by its
 * name. `row` and `at`, of few rows of a table, are the host's memory; all other arrays are the device's. */
#ifndef LINCE_KERNELS_UPDATE_H
#define LINCE_KERNELS_UPDATE_H

#include "kernels/exec.h"

#include <stdint.h>

/* Numbers of a step. beta1, beta2, alpha and eps are not settings: 0.9, 0.999, 0.99 and 1e-8, PyTorch's defaults,
 * for all; a rule that was published with others brings its own (optim/muon.c). */
typedef struct lince_hyper {
    float lr, momentum, beta1, beta2, alpha, eps, weight_decay;
    bool nesterov;
    float grad_scale; /* every rule multiplies its gradients by it: from clipping, 1 without */
    float average;    /* decay of the weights' moving average, where one is kept */
    int step;         /* 1-based: of bias correction */
} lince_hyper;

enum { LINCE_OPTIM_STATES = 2 };

/* n weights, their gradients, and what a rule keeps of each. */
typedef void lince_rule_function(const lince_hyper *hyper, float *restrict value, const float *restrict grad,
                                 float *restrict state0, float *restrict state1, size_t n);

typedef struct lince_rule {
    const char *name;
    lince_rule_function *update;
} lince_rule;

/* What a step changes; unused states are NULL, and so is an average that nobody keeps. */
typedef struct lince_weights_memory {
    float *value, *state[LINCE_OPTIM_STATES], *average;
} lince_weights_memory;

/* One step of n weights, and of their average, hyper->average average + (1 - hyper->average) value. */
void lince_apply_rule(const lince_exec *exec, const lince_rule *rule, const lince_hyper *hyper,
                      const lince_weights_memory *memory, const float *grad, size_t n);

/* Sum of squares, in double, the same for any number of threads; NaN or infinite where any of x is: a float's
 * square cannot overflow a double. */
double lince_sum_of_squares(const lince_exec *exec, const float *x, size_t n);

/* y = keep y + rate x; x and y may be the same memory. Where keep is 0, y is not read. */
void lince_blend(const lince_exec *exec, float keep, float rate, float *y, const float *x, size_t n);

/* Each to the nearest bfloat16 (core/bfloat.h). */
void lince_round_to_bfloats(const lince_exec *exec, float *y, size_t n);

/* Lookahead (Zhang et al. 2019): the slow weights go a share of the way to the fast ones, which begin anew there:
 *     slow = slow + share (fast - slow);  fast = slow */
void lince_lookahead(const lince_exec *exec, float share, float *slow, float *fast, size_t n);

/* Muon's momentum b and direction d, of g' = scale g:  b = m b + (1 - m) g';  d = m b + (1 - m) g' */
void lince_direction(const lince_exec *exec, float momentum, float scale, const float *grad, float *b,
                     float *d, size_t n);

/* Row at[i] of y += weight x[i], i < count, n floats a row; no row twice. */
void lince_add_rows(const lince_exec *exec, float weight, const float *x, const int32_t *at, size_t count,
                    size_t n, float *y);

/* --- tables of which a step touches few rows (optim/lazy.h) ---------------------------------------------- */

/* What a step does to a weight whose gradient is zero:
 *     m *= m_decay;  v *= v_decay
 *     w = keep w - rate m,  or where divided  w = keep w - rate m / (sqrt(v) / correction + eps) */
typedef struct lince_rest {
    double m_decay, v_decay, v_growth; /* v_growth: 1 / sqrt(v_decay) */
    double keep, rate, correction, eps;
    int m, v; /* which of the states; -1: none */
    bool divided;
    bool
        stepwise; /* not so, as where the weight enters its gradient: rows at rest take the steps one by one */
} lince_rest;

/* sum over l of weight_l c_l r^l m_0 / (sqrt(q^l v_0) / b_l + eps), as a function of m_0 and v_0. With
 * h_l = b_l q^(-l/2), g_l = weight_l c_l r^l h_l, H the mean of h weighted by g, D_l = h_l - H and
 * y = 1 / (sqrt(v_0) + eps H):
 *     m_0 sum g_l / (sqrt(v_0) + eps h_l) = m_0 y sum g_l (1 - eps y D_l + (eps y D_l)^2 - ...)
 * whose first-order term is 0. |eps y D_l| is at most |D_l| / H, whatever v_0 is. */
enum { LINCE_MOMENTS = 5 };
typedef struct lince_movement {
    double raw[LINCE_MOMENTS];          /* sum g_l h_l^i */
    float mean, central[LINCE_MOMENTS]; /* H; sum g_l D_l^i */
    bool exact;                         /* the h differ so little that these moments do */
} lince_movement;

/* What a row has missed since some step. */
typedef struct lince_missed {
    double keep, average_keep, average_value; /* K_k, d^k, R */
    double weight, average_weight;            /* K_k / K_l and R_l / K_l of the first step missed */
    double m_decay, v_decay;                  /* r^k, q^k */
    lince_movement value, average;
} lince_missed;

/* A table [..][n] after `steps` steps, and how many of them each row has made. */
typedef struct lince_lazy_rows {
    const lince_rule *rule;
    const lince_hyper *hyper; /* of the last step */
    lince_weights_memory memory;
    size_t n;    /* floats a row */
    float *seen; /* [rows] */
    int steps;
} lince_lazy_rows;

/* Rows row[0..count-1], or where row is NULL the first `count`, make what they have missed: after `seen` steps
 * missed[seen], by rest[seen] and those behind it, whose learning rates are rates[]; all three the host's. */
void lince_rest_rows(const lince_exec *exec, const lince_lazy_rows *rows, const lince_missed *missed,
                     const lince_rest *rest, const float *rates, const int32_t *row, size_t count);

/* The last of the steps, of rows that have made all before it, with grad[i][n] that of row[i]. */
void lince_step_rows(const lince_exec *exec, const lince_lazy_rows *rows, const float *grad,
                     const int32_t *row, size_t count);

/* --- what the operations' rows are handed ---------------------------------------------------------------- */

/* STEP. */
typedef struct lince_step_args {
    const lince_rule *rule;
    const lince_hyper *hyper;
    lince_weights_memory memory;
    const float *grad;
    size_t n;
} lince_step_args;

/* SUM_OF_SQUARES: of x; *sum is the host's. */
typedef struct lince_squares_args {
    const float *x;
    size_t n;
    double *sum;
} lince_squares_args;

/* BLEND: keep, rate. ROUND: y alone. LOOKAHEAD: y is slow, z fast, rate the share. DIRECTION: x the gradient, y b, z d, keep the
 * momentum, rate the scale. */
typedef struct lince_blend_args {
    float keep, rate;
    const float *x;
    float *y, *z;
    size_t n;
} lince_blend_args;

/* ADD_ROWS. */
typedef struct lince_add_rows_args {
    float weight;
    const float *x;
    const int32_t *at;
    size_t count, n;
    float *y;
} lince_add_rows_args;

/* REST_ROWS: without grad. STEP_ROWS: without missed, rest and rates. */
typedef struct lince_lazy_args {
    lince_lazy_rows rows;
    const lince_missed *missed;
    const lince_rest *rest;
    const float *rates, *grad;
    const int32_t *row;
    size_t count;
} lince_lazy_args;

#endif
