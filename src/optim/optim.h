/* Optimizers, with PyTorch's update formulas (torch.optim), over contiguous memory in one pass; and of whole
 * matrices, where an optimizer is made for them. */
#ifndef LINCE_OPTIM_OPTIM_H
#define LINCE_OPTIM_OPTIM_H

#include "kernels/update.h"
#include "net/param.h"

typedef struct lince_optimizer {
    const char *name;
    double usual_lr;
    double usual_momentum; /* 0: it has none to be set */
    bool nesterov;         /* its momentum is always Nesterov's */
    int states;            /* floats of state a weight, which begin at 0: 0, 1 or 2 */
    int matrix_states;     /* likewise of a weight that update_matrix is for */
    /* Weight decay takes the same share of every weight, whatever its gradient: weights whose gradients are
     * always equal can then be trained as one (docs/classifier-redundancy.md). Without decay all can. */
    bool proportional_decay;
    lince_rule_function *update; /* each weight by itself, in plain C */
    /* What a step does to a weight whose gradient is zero; NULL: nothing that lince_rest can say. */
    void (*rest)(const lince_hyper *hyper, lince_rest *rest);
    /* Of a parameter of a hidden layer with two dimensions or more, as the matrix [dims[0]][all others], with
     * memory for `scratch` floats of the device; NULL: `update` is for these, too. LINCE_ENOMEM. */
    int (*update_matrix)(const lince_exec *exec, const lince_hyper *hyper, const lince_param *param,
                         const float *grad, float *state0, float *memory);
    size_t (*scratch)(const lince_param *param);
} lince_optimizer;

/* NULL, with lince_error() set, where there is none of that name. */
const lince_optimizer *lince_optimizer_named(const char *name);
const lince_optimizer *lince_optimizer_at(size_t index);                /* NULL after the last */
const char *lince_optimizer_name_at(const void *context, size_t index); /* for a table of settings */

/* What the operations of kernels/update.h know its step by. */
static inline lince_rule lince_optimizer_rule(const lince_optimizer *optimizer)
{
    return (lince_rule){optimizer->name, optimizer->update};
}

static inline lince_rest lince_optimizer_rest(const lince_optimizer *optimizer, const lince_hyper *hyper)
{
    lince_rest rest = {.m = -1, .v = -1, .stepwise = true};
    if (optimizer->rest) optimizer->rest(hyper, &rest);
    return rest;
}

/* The share after `progress` of the training, 0 to 1: all of the way at first and alpha in the end, with
 * 1 - (1 - alpha) progress^power  between; power 0: alpha throughout. */
double lince_lookahead_share(double alpha, double power, double progress);

#define OPTIMIZER(row) extern const lince_optimizer row;
#include "optim/list.def"

#endif
