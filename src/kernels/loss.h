/* A batch's loss as an operation (op.h). The loss itself is a row of loss/: the host runs its function as it is,
 * plain C; rows of another device know it by its name. Scores and their gradients are the device's memory, labels,
 * weights and the samples' losses, which are few and used once, the host's. */
#ifndef LINCE_KERNELS_LOSS_H
#define LINCE_KERNELS_LOSS_H

#include "kernels/exec.h"

#include <stdint.h>

/* What is asked of n samples of some classes: the distribution
 *     q_c = (1 - e) share_c + e / classes, e the smoothing,
 * share_c being 1 for the label, or where samples are mixed `own` for the label and the rest for the
 * partner's. Where samples have several labels, or none, the losses say what becomes of `asked`. */
typedef struct lince_targets {
    const int32_t *label;   /* [n] */
    const int32_t *partner; /* [n] labels of the samples that these are mixed with; NULL: they are not */
    float own;              /* the label's share where they are mixed */
    float smoothing;
    const float *weight; /* [classes] of q_c in the loss; NULL: 1 each */
    const float
        *asked; /* [n][classes] 0 to 1, instead of label, partner and own; NULL: samples have one label */
    const float
        *positive; /* [classes] with `asked`, weights of what is there against what is not; NULL: 1 each */
} lince_targets;

struct lince_loss;

/* The mean over n samples, its gradient by the scores, dscores [n][classes], and where each [n] is wanted the
 * samples' own. */
typedef double lince_loss_function(const struct lince_loss *loss, const float *scores, size_t n, int classes,
                                   const lince_targets *targets, float *dscores, float *each);

/* LOSS. */
typedef struct lince_loss_args {
    const char *name;
    double number; /* of the loss's setting */
    lince_loss_function *function;
    const struct lince_loss *loss;
    const float *scores;
    size_t n;
    int classes;
    const lince_targets *targets;
    float *dscores, *each;
    double *mean; /* the host's */
} lince_loss_args;

#endif
