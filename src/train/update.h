/* The update of a net's weights: the gradient's norm, clipping, the optimizer, and the weights' moving
 * average. */
#ifndef LINCE_TRAIN_UPDATE_H
#define LINCE_TRAIN_UPDATE_H

#include "net/net.h"
#include "optim/lazy.h"

typedef struct lince_update {
    const lince_optimizer *optimizer;
    lince_hyper hyper; /* lr, grad_scale and step are set by each update */
    double backbone;   /* factor of lr for parameters that are not of the head; 0: 1 */
    double clip;       /* largest norm of the gradient; 0: none */
    double decay;      /* of the average; 0: none is kept */
    int threads;
    float **state[LINCE_OPTIM_STATES]; /* [param]; NULL where not trained */
    float **average;                   /* [param]; NULL: none is kept */
    lince_lazy *lazy;                  /* [param]; of those with sparse gradients */
    size_t *since; /* [param] updates before it was trained: its own step counts from there */
} lince_update;

/* Whether copies may be trained as one (net options' `unfolded` says otherwise). */
bool lince_update_folds(const lince_optimizer *optimizer, const lince_hyper *hyper);

/* Allocates states and the average, which begins at the net's weights; the fields above are the caller's, and
 * so is `since`, all 0, afterwards. For all that has a gradient now or may get one later. LINCE_ENOMEM. */
int lince_update_init(lince_update *update, const lince_net *net);
void lince_update_release(lince_update *update, const lince_net *net);

/* The norm of the whole gradient, as torch.nn.utils.clip_grad_norm_ takes it; not finite where it is not. */
double lince_update_norm(const lince_update *update, const lince_net *net);

/* Update number `step` (from 1) with a gradient of that norm. */
void lince_update_apply(lince_update *update, lince_net *net, size_t step, double lr, double norm);

/* Weights that a batch does not touch are updated when they are needed, as if they had been at every step
 * (optim/lazy.h): before a pass those that its texts touch, and all before the net is evaluated or its
 * weights are saved. `step`: of the last update; the texts are set. */
void lince_update_touch(lince_update *update, lince_net *net, size_t step);
void lince_update_finish(lince_update *update, lince_net *net, size_t step);

/* After the arrays of the lazy tables were read from a checkpoint. LINCE_EFORMAT. */
int lince_update_restore(lince_update *update, const lince_net *net, size_t step);

/* The average, where one is kept, begins at the net's weights, as lince_update_init has it. */
void lince_update_average(lince_update *update, const lince_net *net);

/* Exchanges weights and their average, where one is kept. */
void lince_update_swap(lince_update *update, lince_net *net);

#endif
