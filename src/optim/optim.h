/* Optimizers, with PyTorch's update formulas (torch.optim), over contiguous memory in one pass; and of whole
 * matrices, where an optimizer is made for them. */
#ifndef LINCE_OPTIM_OPTIM_H
#define LINCE_OPTIM_OPTIM_H

#include "net/param.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_hyper {
    float lr, momentum, beta1, beta2, alpha, eps, weight_decay;
    bool nesterov;
    float grad_scale; /* multiplies every gradient: from clipping */
    float average;    /* decay of the weights' moving average, where one is kept */
    int step;         /* 1-based: of bias correction */
} lince_hyper;

enum { LINCE_OPTIM_STATES = 2 };

/* What a step does to a weight whose gradient is zero (optim/lazy.h):
 *     m *= m_decay;  v *= v_decay
 *     w = keep w - rate m,  or where divided  w = keep w - rate m / (sqrt(v) / correction + eps) */
typedef struct lince_rest {
    double m_decay, v_decay, v_growth; /* v_growth: 1 / sqrt(v_decay) */
    double keep, rate, correction, eps;
    int m, v; /* which of the states; -1: none */
    bool divided;
    bool coupled; /* not so: the weight itself enters the gradient */
} lince_rest;

typedef struct lince_optimizer {
    const char *name;
    double usual_lr;
    double usual_momentum; /* 0: it has none to be set */
    bool nesterov;         /* its momentum is always Nesterov's */
    int states;            /* floats of state a weight */
    int matrix_states;     /* likewise of a weight that update_matrix is for */
    /* Weight decay takes the same share of every weight, whatever its gradient: weights whose gradients are
     * always equal can then be trained as one (docs/classifier-redundancy.md). Without decay all can. */
    bool proportional_decay;
    /* n weights; state[0..states-1]. */
    void (*update)(const lince_hyper *hyper, float *restrict value, const float *restrict grad,
                   float *restrict state0, float *restrict state1, size_t n);
    void (*rest)(const lince_hyper *hyper, lince_rest *rest);
    /* Of a parameter of a hidden layer with two dimensions or more, as the matrix [dims[0]][all others], with
     * memory for `scratch` floats; NULL: `update` is for these, too. */
    void (*update_matrix)(const lince_hyper *hyper, int threads, const lince_param *param, const float *grad,
                          float *state0, float *memory);
    size_t (*scratch)(const lince_param *param);
} lince_optimizer;

/* NULL, with lince_error() set, where there is none of that name. */
const lince_optimizer *lince_optimizer_named(const char *name);
const lince_optimizer *lince_optimizer_at(size_t index);                /* NULL after the last */
const char *lince_optimizer_name_at(const void *context, size_t index); /* for a table of settings */

/* One update of `n` weights and of their average, in fixed pieces that stay in the caches. Unused states are
 * NULL, and so is an average that nobody keeps. */
void lince_optimizer_step(const lince_optimizer *optimizer, int threads, const lince_hyper *hyper,
                          float *value, const float *grad, float *const state[LINCE_OPTIM_STATES],
                          float *average, size_t n);

/* Sum of squares, in double, the same for any number of threads; NaN or infinite where a gradient is. */
double lince_sum_of_squares(int threads, const float *x, size_t n);

/* average = decay average + (1 - decay) value */
void lince_ema(int threads, float decay, float *average, const float *value, size_t n);

/* The share after `progress` of the training, 0 to 1: all of the way at first and alpha in the end, with
 * 1 - (1 - alpha) progress^power  between; power 0: alpha throughout. */
double lince_lookahead_share(double alpha, double power, double progress);

/* Lookahead (Zhang et al. 2019): the slow weights go a share of the way to the fast ones, which begin anew
 * there: slow = slow + share (fast - slow);  fast = slow */
void lince_lookahead(int threads, float share, float *slow, float *fast, size_t n);

#define OPTIMIZER(row) extern const lince_optimizer row;
#include "optim/list.def"

#endif
